"""Every policy, every forced wall and every step of the seal is there for a reason: without it, a probe fails.

The policies and tables come from PostgreSQL's catalog, so that a new one is covered the day it is made.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import pytest
from psycopg import sql

from tests.attack import matrix, privileges
from tests.attack.matrix import ASKERS, Asker
from tests.attack.probes import Battery, tables, undone
from tests.attack.rights import RIGHTS

EVERYBODY: Final = (*ASKERS, Asker("nobody", "nobody"), Asker("keeper", "keeper"))
DOUBLED: Final = {"data_key", "identifier", "interaction", "record"}
"""What an exporter sees is walled twice: the seal is looked at here, and again where the gate reads permissions."""
_POLICIES: Final = """
select policyname, permissive, cmd, roles::text[], qual, with_check from pg_policies where tablename = %s order by 1
"""

_GUARD: Final = re.compile(r"(?:is_sealed|scope_organization|scope_customer)\('[a-z]+'\)")
_GUARDED: Final = """
select p.proname, pg_get_functiondef(p.oid) from pg_proc p
where p.pronamespace = 'public'::regnamespace and p.prosrc || pg_get_functiondef(p.oid)
    ~ '(is_sealed|scope_organization|scope_customer)\\(''[a-z]+''\\)'
order by 1
"""
_SETTINGS: Final = ("principal", "organization", "customer", "purpose", "client", "until", "seal")
STEPS: Final = (
    *(("enter_scope", f"set_config('app.{each}', {each}, true)", "''") for each in _SETTINGS),
    ("enter_scope", "set_config('role', 'cdp_' || principal, true)", "''"),
    ("is_sealed", "current_setting('app.principal', true) is distinct from expected", "false"),
    ("is_sealed", "<", "is distinct from"),
    ("is_sealed", "return encode", "return true or encode"),
    ("scope_organization", "is_sealed(expected)", "true"),
    ("scope_customer", "is_sealed(expected)", "true"),
    ("gate", "public.is_sealed('reader')", "true"),
    ("gate", "p.customer_id = public.app_customer()", "true"),
    ("gate", "p.recipient_id = public.app_organization()", "true"),
    ("gate", "p.purpose = public.app_purpose()", "true"),
    ("gate", "public.opened_by(p, statement_timestamp())", "p.categories"),
    ("opened_by", "p.expires_at > at", "true"),
    ("opened_by", "p.attested_expires_at > at", "true"),
    ("opened_by", "p.sources is null", "true"),
    ("opens", "(expires_at > at)", "true"),
    ("opens", "(attested_expires_at > at)", "true"),
    ("opens", "(category = ANY (categories))", "true"),
    ("opens", "(source_id = ANY (sources))", "true"),
    ("opens", "(source_id = recipient_id)", "true"),
    ("opens", "(category = ANY (attested_categories))", "true"),
    ("words_of", "(source_id)::text", "''"),
    ("opened_by_customers", "(p.sources IS NULL)", "true"),
    ("opened_by_customers", "(p.expires_at > statement_timestamp())", "true"),
)
"""A function, a part of it, and what an attacker or a slip would put in its place."""


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy as the catalog has it."""

    table: str
    name: str
    permissive: str
    command: str
    roles: list[str]
    using: str | None
    check: str | None

    def __str__(self) -> str:
        """Name it as an auditor would."""
        return f"{self.table}.{self.name}"

    def principals(self) -> list[str]:
        """Return whom it is for."""
        return [role.removeprefix("cdp_") for role in self.roles]


def _policies(battery: Battery, table: str) -> list[Policy]:
    return [Policy(table, *row) for row in battery.connection.execute(_POLICIES, (table,))]


def _mutants(battery: Battery, policy: Policy) -> Iterator[tuple[str, sql.Composed]]:
    """Yield every way to spoil a policy that PostgreSQL would ever look at."""
    name, table = sql.Identifier(policy.name), sql.Identifier(policy.table)
    yield "dropped", sql.SQL("drop policy {} on {}").format(name, table)
    if policy.permissive == "RESTRICTIVE":
        return
    verbs = {verb for each in policy.principals() for verb in matrix.rights(each).get(policy.table, {})}
    widen = sql.SQL("alter policy {} on {} ").format(name, table)
    if policy.using not in (None, "true") and verbs & {"select", "update", "delete"}:
        keep = sql.SQL(f" with check ({policy.check})") if policy.check else sql.SQL("")
        yield "using true", widen + sql.SQL("using (true)") + keep
    checks = policy.check or (policy.using if policy.command == "ALL" else None)
    if checks not in (None, "true") and verbs & {"insert"}:
        yield "check true", widen + sql.SQL("with check (true)")


def _askers(principals: Iterable[str]) -> list[Asker]:
    wanted = set(principals)
    return [each for each in EVERYBODY if each.principal in wanted]


def _noticed(battery: Battery, spoil: Callable[..., object], *how: object, by: Iterable[Asker]) -> bool:
    """Tell whether a probe fails after `spoil`; the forgers first, because they notice most."""
    with undone(battery.connection):
        spoil(*how)
        return any(battery.findings(asker) for asker in sorted(by, key=lambda each: each.is_sealed))


TABLES: Final = sorted({table for principal in RIGHTS for table in matrix.rights(principal)} - {"alembic_version"})


@pytest.mark.parametrize("table", TABLES)
def test_without_any_one_policy_a_probe_fails(battery: Battery, table: str) -> None:
    unnoticed = [
        f"{policy} {how}"
        for policy in _policies(battery, table)
        for how, mutant in _mutants(battery, policy)
        if not (table in DOUBLED and policy.name == "exporter_wall" and how == "using true")
        if not _noticed(battery, battery.connection.execute, mutant, by=_askers(policy.principals()))
    ]

    assert [] == unnoticed


@pytest.mark.parametrize("table", sorted(DOUBLED))
def test_the_second_wall_of_an_exporter_stands_when_the_first_is_gone(battery: Battery, table: str) -> None:
    askers = _askers(["exporter"])
    with undone(battery.connection):
        battery.connection.execute("alter policy exporter_wall on permission using (true)")
        with_one = [battery.findings(asker) for asker in askers]
        battery.connection.execute(
            sql.SQL("alter policy exporter_wall on {} using (true)").format(sql.Identifier(table))
        )
        with_none = [battery.findings(asker) for asker in askers]

    assert with_one != with_none


def _owner_sees(battery: Battery, table: str, spoil: str) -> bool:
    """Tell whether the tables' owner sees rows of `table` after `spoil`."""
    with undone(battery.connection):
        battery.connection.execute(sql.SQL(spoil).format(sql.Identifier(table)))
        battery.connection.execute("set local role cdp_owner")
        row = battery.connection.execute(sql.SQL("select count(*) from {}").format(sql.Identifier(table))).fetchone()
    return row != (0,)


@pytest.mark.parametrize("spoil", ["no force row level security", "disable row level security"])
def test_the_owner_sees_no_row_and_would_without_the_forced_wall(battery: Battery, spoil: str) -> None:
    found = [table for table in tables(battery.connection) if table != "alembic_version"]

    assert [] == [table for table in found if _owner_sees(battery, table, "select from {}")]
    assert [] == [table for table in found if not _owner_sees(battery, table, f"alter table {{}} {spoil}")]


@pytest.mark.parametrize("verb", ["select", "insert", "update", "delete"])
def test_a_right_too_many_on_any_table_is_noticed(battery: Battery, verb: str) -> None:
    expected = privileges.expected(battery.world)
    unnoticed = []
    for table in battery.world.rows:
        with undone(battery.connection):
            battery.connection.execute(f"grant {verb} on {table} to cdp_auditor, cdp_keymaster, cdp_reader")
            if expected == privileges.actual(battery.connection):
                unnoticed.append(table)

    assert [] == unnoticed


def test_a_right_too_few_on_any_table_is_noticed(battery: Battery) -> None:
    unnoticed = []
    for principal in RIGHTS:
        for table in matrix.rights(principal):
            with undone(battery.connection):
                role = "cdp_login" if principal == "nobody" else f"cdp_{principal}"
                battery.connection.execute(f"revoke all on {table} from {role}")
                if not battery.findings(next(each for each in EVERYBODY if each.principal == principal)):
                    unnoticed.append(f"{principal} {table}")

    assert [] == unnoticed


@pytest.mark.parametrize(("name", "part", "instead"), STEPS)
def test_without_any_one_step_of_the_seal_and_the_gates_a_probe_fails(
    battery: Battery, name: str, part: str, instead: str
) -> None:
    assert _noticed(battery, _rewrite, battery, name, part, instead, by=EVERYBODY)


def test_without_any_one_look_at_the_scope_in_a_function_a_probe_fails(battery: Battery) -> None:
    guarded = battery.connection.execute(_GUARDED).fetchall()
    unnoticed = [
        f"{name}: {guard}"
        for name, body in guarded
        for guard in set(_GUARD.findall(body))
        if not _noticed(battery, _rewrite, battery, name, guard, _unguarded(guard), by=EVERYBODY)
    ]

    assert len(guarded) > 10
    assert [] == unnoticed


def _unguarded(guard: str) -> str:
    return {"is_sealed": "true", "scope_organization": "app_organization()", "scope_customer": "app_customer()"}[
        guard.partition("(")[0]
    ]


def _rewrite(battery: Battery, name: str, part: str, instead: str) -> None:
    """Make a function anew with one part of it replaced; it stays its owner's."""
    row = battery.connection.execute("select pg_get_functiondef(%s::regproc)", (name,)).fetchone()
    assert row is not None
    assert part in row[0]
    battery.connection.execute(row[0].replace(part, instead))
