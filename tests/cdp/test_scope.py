"""The scope: sealed, set as a whole, gone after its transaction; without it the login role sees nothing."""

from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import text

from cdp.keys.mac import Mac
from cdp.platform import Platform
from cdp.scope import Mint, Principal, Scope

FORGED = Mint(Mac(b"f" * 32))


@pytest.mark.parametrize("principal", list(Principal))
def test_each_principal_takes_its_own_role(platform: Platform, principal: Principal) -> None:
    organization = uuid4()

    with platform.database.scoped(Scope(principal, organization=organization)) as session:
        seen = session.execute(text("select current_user, scope_organization(:p)"), {"p": principal.value}).one()

    assert (f"cdp_{principal.value}", organization) == tuple(seen)


def test_a_seal_by_another_key_opens_nothing(platform: Platform, app_url: str) -> None:
    scope = Scope(Principal.OPERATOR)

    with psycopg.connect(app_url) as connection:
        connection.execute("select enter_scope(%s, %s, %s, %s, %s, %s, %s)", FORGED.words(scope))
        forged = connection.execute("select is_sealed('operator'), count(*) from client").fetchone()

    assert (False, 0) == forged


@pytest.mark.parametrize("setting", ["organization", "customer", "purpose", "client", "until"])
def test_changing_any_part_breaks_the_seal(platform: Platform, setting: str) -> None:
    changed = {"organization": str(uuid4()), "customer": str(uuid4()), "until": "9999999999"}.get(setting, "other")

    with platform.database.scoped(Scope(Principal.READER, uuid4(), uuid4(), "advice", "c")) as session:
        before = session.execute(text("select is_sealed('reader')")).scalar_one()
        session.execute(text("select set_config(:name, :value, true)"), {"name": f"app.{setting}", "value": changed})
        after = session.execute(text("select is_sealed('reader')")).scalar_one()

    assert (True, False) == (before, after)


@pytest.mark.parametrize("client", ["two words", "é", "a\n", "x" * 201])
def test_a_client_that_no_log_could_name_enters_nothing(platform: Platform, client: str) -> None:
    with (
        pytest.raises(ValueError, match="cannot tell"),
        platform.database.scoped(Scope(Principal.READER, client=client)),
    ):
        pass


def test_a_scope_does_not_serve_another_role(platform: Platform) -> None:
    with platform.database.scoped(Scope(Principal.READER, uuid4())) as session:
        session.execute(text("set local role cdp_operator"))
        count = session.execute(text("select count(*) from organization")).scalar_one()

    assert 0 == count


def test_the_login_role_by_itself_may_read_no_table(app_url: str) -> None:
    with psycopg.connect(app_url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("select count(*) from record")


def test_the_scope_ends_with_its_transaction(platform: Platform) -> None:
    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        session.execute(text("select 1"))

    with platform.database._engine.connect() as connection:  # the same pooled connection, outside a scope
        left = connection.execute(text("select current_user, current_setting('app.principal', true)")).one()

    assert ("cdp_login", "") == (left[0], left[1] or "")
