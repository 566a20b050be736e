"""Who has which right on which column, and may call what: as PostgreSQL's catalog says, beside what the matrix says."""

from collections.abc import Mapping
from typing import Any, Final

from tests.attack import matrix
from tests.attack.probes import Connection, World
from tests.attack.rights import RIGHTS

Rights = Mapping[str, Mapping[str, Mapping[str, frozenset[str]]]]
_ROLES: Final = {principal: f"cdp_{principal}" for principal in RIGHTS} | {"nobody": "cdp_login"}
_COLUMNS: Final = """
select c.relname, verb, array_agg(a.attname::text)
from pg_class c
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped,
    unnest(array['select', 'insert', 'update', 'references']) verb
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f')
    and has_column_privilege(%s, c.oid, a.attnum, verb)
group by 1, 2
union all
select c.relname, verb, array_agg(''::text)
from pg_class c, unnest(array['delete', 'truncate', 'trigger']) verb
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f')
    and has_table_privilege(%s, c.oid, verb)
group by 1, 2
"""
_DEFINERS: Final = """
select p.proname, array(
    select r.rolname::text from pg_roles r
    where r.rolname like 'cdp_%' and r.rolname <> 'cdp_owner' and has_function_privilege(r.oid, p.oid, 'execute'))
from pg_proc p where p.pronamespace = 'public'::regnamespace and p.prosecdef and p.proname <> 'attack_probe'
"""
_SEQUENCES: Final = """
select r.rolname, c.relname
from pg_class c, pg_roles r
where c.relnamespace = 'public'::regnamespace and c.relkind = 'S'
    and r.rolname like 'cdp_%' and r.rolname <> 'cdp_owner'
    and has_sequence_privilege(r.oid, c.oid, 'usage, select, update')
"""


def actual(connection: Connection) -> Rights:
    """Return the rights that the roles have."""
    found: dict[str, dict[str, dict[str, frozenset[str]]]] = {}
    for principal, role in _ROLES.items():
        for table, verb, columns in connection.execute(_COLUMNS, (role, role)):
            found.setdefault(principal, {}).setdefault(table, {})[verb] = frozenset(columns)
    return found


def expected(world: World) -> Rights:
    """Return the rights that the matrix gives."""
    found: dict[str, dict[str, dict[str, frozenset[str]]]] = {}
    for principal in RIGHTS:
        for table, verbs in matrix.rights(principal).items():
            for verb, columns in verbs.items():
                every = world.columns[table] if verb != "delete" else [""]
                found.setdefault(principal, {}).setdefault(table, {})[verb] = frozenset(columns or every)
    return found


def callers(connection: Connection) -> dict[str, set[str]]:
    """Return who may call each function that runs with its owner's rights."""
    principals = {role: principal for principal, role in _ROLES.items()}
    return {name: {principals[role] for role in roles} for name, roles in connection.execute(_DEFINERS).fetchall()}


def counters(connection: Connection) -> list[tuple[Any, ...]]:
    """Return who may look at or turn a sequence."""
    return connection.execute(_SEQUENCES).fetchall()
