"""Who sees and does what, at PostgreSQL's own wall: the whole matrix, tried for real."""

from typing import Final

import pytest

from tests.attack import privileges
from tests.attack.calls import CALLS, ELSEWHERE
from tests.attack.matrix import ASKERS, Asker
from tests.attack.probes import Battery, undone
from tests.attack.rights import RIGHTS

EVERYBODY: Final = (*ASKERS, Asker("nobody", "nobody"), Asker("keeper", "keeper"))


@pytest.mark.parametrize("asker", EVERYBODY, ids=lambda asker: asker.name.replace(" ", "-"))
def test_everybody_sees_and_does_what_the_matrix_says(battery: Battery, asker: Asker) -> None:
    assert [] == battery.findings(asker)


def test_every_table_has_a_row_to_steal(battery: Battery) -> None:
    """Add rows of a new table to world.sql, and its rights to the matrix."""
    assert [] == [table for table, rows in battery.world.rows.items() if not rows]


@pytest.mark.parametrize("principal", sorted(RIGHTS))
def test_everybody_has_the_rights_of_the_matrix_and_no_other(battery: Battery, principal: str) -> None:
    expected, actual = privileges.expected(battery.world), privileges.actual(battery.connection)

    assert expected.get(principal, {}) == actual.get(principal, {})


def test_a_function_that_looks_past_the_wall_is_called_by_whom_it_is_for(battery: Battery) -> None:
    """Add a new one to calls.py: what it gives, and to whom."""
    known = {name.split()[0]: {*call.principals, "keeper"} for name, call in CALLS.items()}

    assert known | dict(ELSEWHERE) == privileges.callers(battery.connection)


def test_nobody_reads_or_turns_a_counter(battery: Battery) -> None:
    assert [] == privileges.counters(battery.connection)


def test_public_has_no_right_on_a_table_or_a_function(battery: Battery) -> None:
    found = battery.connection.execute(
        "select relname from pg_class, aclexplode(relacl) where relnamespace = 'public'::regnamespace and grantee = 0"
        " union all select proname from pg_proc, aclexplode(coalesce(proacl, acldefault('f', proowner)))"
        " where pronamespace = 'public'::regnamespace and grantee = 0 and proname <> 'attack_probe'"
    ).fetchall()

    assert [] == found


def test_a_function_that_the_owner_makes_later_is_nobody_elses_to_call(battery: Battery) -> None:
    with undone(battery.connection):
        battery.connection.execute("set local role cdp_owner")
        battery.connection.execute("create function made_later() returns integer language sql return 1")
        callers = battery.connection.execute(
            "select grantee::regrole::text from pg_proc, aclexplode(coalesce(proacl, acldefault('f', proowner)))"
            " where proname = 'made_later'"
        ).fetchall()

    assert [("cdp_owner",)] == callers


def test_not_everybody_may_make_anything_in_the_schema(battery: Battery) -> None:
    row = battery.connection.execute("select has_schema_privilege('public', 'public', 'create')").fetchone()

    assert (False,) == row


def test_only_the_owner_may_make_anything_in_the_schema(battery: Battery) -> None:
    makers = battery.connection.execute(
        "select rolname::text from pg_roles where rolname like 'cdp\\_%'"
        " and has_schema_privilege(rolname, 'public', 'create')"
    ).fetchall()

    assert [("cdp_owner",)] == makers
