"""A stolen seal serves nobody beyond the scope and the minute that it was minted for."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from cdp.keys.scope import seal_scope
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from tests import make

Connection = psycopg.Connection[tuple[Any, ...]]
LONG_AGO = 1_000_000_000
SEALED = "select is_sealed(%s)"


@pytest.fixture
def thief(app_url: str) -> Iterator[Connection]:
    """Return a connection that never entered a scope: none of the settings exists in it yet."""
    with psycopg.connect(app_url) as connection:
        yield connection
        connection.rollback()


def _set(connection: Connection, **settings: str) -> None:
    for name, value in settings.items():
        connection.execute("select set_config(%s, %s, true)", (f"app.{name}", value))
    connection.execute(f"set local role cdp_{settings['principal']}")


def test_an_auditor_of_one_organization_cannot_become_one_of_all(platform: Platform, thief: Connection) -> None:
    """With the organization left unset, the other parts can be shifted until they read as the same message."""
    own = make.organization(platform).organization_id
    _, organization, _, _, client, until, seal = platform.database.words(
        Scope(Principal.AUDITOR, organization=own, client="auditor")
    )
    shifted = f"\x1f{client}"

    _set(thief, principal="auditor", customer=organization, purpose="", client=shifted, until=until, seal=seal)

    assert (False,) == thief.execute(SEALED, ("auditor",)).fetchone()


def test_a_seal_that_is_over_cannot_be_used_by_leaving_its_end_out(platform: Platform, thief: Connection) -> None:
    own = make.organization(platform).organization_id
    seal = seal_scope(platform.database._mint.key, "source", own, None, None, None, LONG_AGO)

    _set(thief, principal="source", organization=str(own), customer="", purpose="", client=f"\x1f{LONG_AGO}", seal=seal)

    assert (False,) == thief.execute(SEALED, ("source",)).fetchone()


@pytest.mark.parametrize("end", ["", "9999999999", "-1"])
def test_a_seal_is_for_one_end(platform: Platform, thief: Connection, end: str) -> None:
    own = make.organization(platform).organization_id
    words = dict(
        zip(
            ("principal", "organization", "customer", "purpose", "client", "until", "seal"),
            platform.database.words(Scope(Principal.SOURCE, organization=own)),
            strict=True,
        )
    )

    _set(thief, **words)
    was_sealed = thief.execute(SEALED, ("source",)).fetchone()
    _set(thief, **words | {"until": end})

    assert ((True,), (False,)) == (was_sealed, thief.execute(SEALED, ("source",)).fetchone())
