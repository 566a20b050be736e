"""Clients and write keys are the operator's to make; a secret is seen once and stored nowhere."""

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError

from cdp import clients, clock
from cdp.clients import ClientUnknown, UnknownScope
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from consent.errors import Invalid
from tests import make

OPERATOR = Scope(Principal.OPERATOR)


def _client(platform: Platform, scopes: list[str], *, name: str = "Backend") -> clients.NewClient:
    owner = make.organization(platform)
    with platform.database.scoped(OPERATOR) as session:
        return clients.create(
            session,
            platform.fingerprints,
            organization=owner.organization_id,
            name=name,
            scopes=scopes,
            at=clock.now(),
        )


def test_a_secret_is_seen_once_and_never_in_a_repr(platform: Platform, database_url: str) -> None:
    client = _client(platform, ["profiles:read"])

    with psycopg.connect(database_url) as connection:
        stored = repr(connection.execute("table client").fetchall())

    assert client.client_id in stored
    assert client.client_secret not in stored
    assert client.client_secret not in repr(client)


@pytest.mark.parametrize("scopes", [[], ["profiles:write"], ["profiles:read", ""], ["profiles:read audit:read"]])
def test_a_client_has_known_scopes_only(platform: Platform, scopes: list[str]) -> None:
    with pytest.raises(UnknownScope):
        _client(platform, scopes)


@pytest.mark.parametrize("name", ["", "x" * 101, "a\nb", "<script>", "a\u0000"])
def test_a_name_is_plain(platform: Platform, name: str) -> None:
    with pytest.raises(Invalid):
        _client(platform, ["profiles:read"], name=name)


def test_without_an_organization_a_client_may_only_audit(platform: Platform) -> None:
    with platform.database.scoped(OPERATOR) as session, pytest.raises(UnknownScope):
        clients.create(
            session,
            platform.fingerprints,
            organization=None,
            name="Auditor",
            scopes=["audit:read", "profiles:read"],
            at=clock.now(),
        )


@pytest.mark.parametrize("principal", [each for each in Principal if each is not Principal.OPERATOR])
def test_only_the_operator_makes_clients(platform: Platform, principal: Principal) -> None:
    owner = make.organization(platform)

    with (
        pytest.raises(DBAPIError),
        platform.database.scoped(Scope(principal, organization=owner.organization_id)) as session,
    ):
        clients.create(
            session,
            platform.fingerprints,
            organization=owner.organization_id,
            name="Backend",
            scopes=["profiles:read"],
            at=clock.now(),
        )


def test_clients_are_listed_with_their_end(platform: Platform) -> None:
    owner = make.organization(platform)
    make.service(platform, owner, "profiles:read")

    with platform.database.scoped(OPERATOR) as session:
        (client,) = clients.of_organization(session, owner.organization_id)
        clients.revoke(session, client.client_id, at=clock.now())
        with pytest.raises(ClientUnknown):
            clients.revoke(session, client.client_id, at=clock.now())


def test_a_write_key_is_known_by_its_id_and_ends_once(platform: Platform, database_url: str) -> None:
    owner, other = make.organization(platform), make.organization(platform)
    with platform.database.scoped(OPERATOR) as session:
        key = clients.create_write_key(
            session, platform.fingerprints, owner.organization_id, name="Website", at=clock.now()
        )

    with platform.database.scoped(OPERATOR) as session:
        (facts,) = clients.write_keys_of(session, owner.organization_id)
        with pytest.raises(ClientUnknown):
            clients.revoke_write_key(session, other.organization_id, key.key_id, at=clock.now())
        clients.revoke_write_key(session, owner.organization_id, key.key_id, at=clock.now())
        with pytest.raises(ClientUnknown):
            clients.revoke_write_key(session, owner.organization_id, key.key_id, at=clock.now())

    assert (key.key_id, "Website", None) == (facts.key_id, facts.name, facts.revoked_at)
    with psycopg.connect(database_url) as connection:
        assert key.write_key not in repr(connection.execute("table write_key").fetchall())
