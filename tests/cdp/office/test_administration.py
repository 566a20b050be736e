"""What PostgreSQL itself lets an organization's administrators do, whatever the program above it asks."""

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from cdp import clients, clock, organization_details
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.tables import Organization
from tests import make

ADD = (
    "insert into client (client_id, organization_id, name, secret_hash, scopes)"
    " values (:other, :mine, 'till', 'hash', array[:scope])"
)
KEY = "insert into write_key (key_hash, organization_id, name) values (convert_to(:other, 'UTF8'), :mine, 'site')"


def _organization(platform: Platform, *may: str) -> Organization:
    made = make.organization(platform)
    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        organization_details.put(session, made.organization_id, may=may)
    return made


def _run(platform: Platform, office: Organization, statement: str, **facts: object) -> Any:
    scope = Scope(Principal.ADMINISTRATOR, office.organization_id, client="c-administrator")
    with platform.database.scoped(scope) as session:
        return session.execute(text(statement), {"mine": office.organization_id, **facts})


def _client(platform: Platform, mine: Organization, scope: str) -> str:
    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        made = clients.create(
            session,
            platform.fingerprints,
            organization=mine.organization_id,
            name="till",
            scopes=[scope],
            at=clock.now(),
        )
    return made.client_id


BEYOND: list[tuple[str, Mapping[str, str]]] = [
    (ADD, {"scope": "records:write"}),
    (ADD, {"scope": "org:admin"}),
    (KEY, {}),
    ('update organization set details = \'{"scopes": ["audit:read"]}\'', {}),
    ("update organization set details = details - 'scopes'", {}),
    ("update client set secret_hash = 'new' where client_id = :more", {}),
    ("update client set keys = '{}', secret_hash = null where client_id = :more", {}),
    ("update client set redirect_uris = array['https://app.example.org/'] where client_id = :more", {}),
]


@pytest.mark.parametrize(("statement", "facts"), BEYOND)
def test_nothing_goes_beyond_what_the_operator_allowed(
    platform: Platform, statement: str, facts: Mapping[str, str]
) -> None:
    mine = _organization(platform, "profiles:read")
    more = _client(platform, mine, "records:write")

    with pytest.raises(ProgrammingError, match="row-level security"):
        _run(platform, mine, statement, other=make.name("c"), more=more, **facts)


def test_what_the_operator_allowed_is_done_and_an_end_needs_no_leave(platform: Platform) -> None:
    mine = _organization(platform, "profiles:read", "tracking_api:write")
    more = _client(platform, mine, "records:write")

    done = [
        _run(platform, mine, ADD, other=make.name("c"), scope="profiles:read").rowcount,
        _run(platform, mine, KEY, other=make.name("k")).rowcount,
        _run(platform, mine, "update client set revoked_at = now() where client_id = :more", more=more).rowcount,
        _run(platform, mine, 'update organization set details = details || \'{"language": "en"}\'').rowcount,
    ]

    assert [1, 1, 1, 1] == done


def test_of_another_organization_nothing_is_there(platform: Platform) -> None:
    mine, other = (_organization(platform, "profiles:read") for _ in range(2))
    theirs = _client(platform, other, "profiles:read")
    make.service(platform, other, "profiles:read")

    touched = [
        _run(platform, mine, "select slug from organization").scalars().all() != [mine.slug],
        _run(platform, mine, "update client set revoked_at = now() where client_id = :more", more=theirs).rowcount,
        _run(platform, mine, "update access_token set revoked_at = now()").rowcount,
        _run(platform, mine, "update token_family set revoked_at = now()").rowcount,
    ]

    assert [False, 0, 0, 0] == touched
    with pytest.raises(ProgrammingError, match="row-level security"):
        _run(platform, other, ADD, mine=mine.organization_id, other=make.name("c"), scope="profiles:read")


def test_what_ended_stays_ended(platform: Platform) -> None:
    """The operator ended a program that was allowed; its own administrators cannot let it in again, nor its tokens."""
    mine = _organization(platform, "profiles:read", "tracking_api:write")
    more = _client(platform, mine, "profiles:read")
    make.service(platform, mine, "profiles:read")
    _run(platform, mine, KEY, other=make.name("k"))
    for table in ("client", "write_key", "access_token"):
        _run(platform, mine, f"update {table} set revoked_at = now()")

    revived = [
        _run(platform, mine, "update client set revoked_at = null where client_id = :more", more=more).rowcount,
        _run(platform, mine, "update client set secret_hash = 'new' where client_id = :more", more=more).rowcount,
        _run(platform, mine, "update write_key set revoked_at = null").rowcount,
        _run(platform, mine, "update access_token set revoked_at = null").rowcount,
    ]

    assert [0, 0, 0, 0] == revived
