"""The battery: what each asker sees and does at the wall, tried for real, inside a transaction that is rolled back."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self
from uuid import uuid4

import psycopg
from psycopg import sql

from cdp.keys.mac import Mac
from cdp.keys.scope import seal_scope
from cdp.scope import Mint, Principal, Scope
from tests.attack import calls, matrix
from tests.attack.matrix import Asker, Row

HERE: Final = Path(__file__).parent
Connection = psycopg.Connection[tuple[Any, ...]]
Question = tuple[str, str, str]
"""Verb, table, and for an insert the number of the row."""
_PROBE: Final = """
create function attack_probe(statements text[]) returns text[] language plpgsql as $$
declare
    answers text[] := '{}';
    statement text;
    answer text;
begin
    foreach statement in array statements loop
        begin
            if statement like 'select%' then
                execute statement into answer;
            else
                execute statement;
                get diagnostics answer = row_count;
            end if;
            raise exception using errcode = 'PROBE';
        exception
            when sqlstate 'PROBE' then null;
            when unique_violation then answer := '1'; -- the wall was passed: only the index stopped it
            when insufficient_privilege then answer := 'denied';
            when others then answer := sqlstate;
        end;
        answers := answers || coalesce(answer, 'null');
    end loop;
    return answers;
end
$$;
grant execute on function attack_probe(text[]) to public;
"""


_AS_OLD: Final = (
    "{0}::jsonb || jsonb_build_object('at', ({0}::jsonb ->> 'at')::timestamptz + (statement_timestamp() - now()))"
)
"""A row of the log of accesses, as old as it was when it was planted: its policies look at the time."""


@dataclass(frozen=True, slots=True)
class World:
    """The planted rows, as the superuser reads them."""

    rows: Mapping[str, list[Row]]
    columns: Mapping[str, list[str]]
    keys: Mapping[str, set[str]]

    @classmethod
    def plant(cls, connection: Connection) -> Self:
        """Fill every table and look at it."""
        connection.execute((HERE / "world.sql").read_text(encoding="utf-8"))
        connection.execute(_PROBE)
        return cls(
            {table: _rows(connection, table) for table in tables(connection)},
            {table: _names(connection, _COLUMNS, table) for table in tables(connection)},
            {table: set(_names(connection, _KEY, table)) for table in tables(connection)},
        )


_COLUMNS: Final = "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 order by attnum"
_KEY: Final = (
    "select attname from pg_attribute join pg_index on indrelid = attrelid and indisprimary and attnum = any (indkey)"
    " where attrelid = %s::regclass"
)


def tables(connection: Connection) -> list[str]:
    """Return every table, partitions too."""
    found = connection.execute(
        "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') order by 1"
    )
    return [str(name) for (name,) in found]


def _names(connection: Connection, query: Any, table: str) -> list[str]:
    return [str(name) for (name,) in connection.execute(query, (f"public.{table}",))]


def _rows(connection: Connection, table: str) -> list[Row]:
    query = sql.SQL("select to_jsonb(t) from {} t").format(sql.Identifier(table))
    return [dict(row) for (row,) in connection.execute(query)]


def questions(world: World, asker: Asker) -> Iterator[tuple[Question, str]]:
    """Yield everything that is tried as `asker`, with the answer that it must give."""
    rights = matrix.rights(asker.principal)
    for table in world.rows:
        may, rows = rights.get(table, {}), world.rows[table]
        if "select" in may:
            shown = may["select"] or world.columns[table]
            seen = [{c: row[c] for c in shown} for row in rows if matrix.may(asker, "select", table, row)]
            yield ("select", table, ", ".join(shown)), _counted(seen)
        else:
            yield ("count", table, ""), "denied"
        for verb in (
            ("update",) if asker.principal == "keeper" else ("update", "delete")
        ):  # its functions know the order
            touched = sum(matrix.may(asker, verb, table, row) for row in rows) if verb in may else "denied"
            if verb == "update" and any(matrix.is_kept_from(asker, table, row) for row in rows):
                touched = "denied"
            touched = matrix.STOPPED.get((asker.principal, verb, table), touched)
            yield (verb, table, _updatable(world, table, may)), str(touched)
        for number, row in enumerate(rows):
            if "insert" in may:
                yield ("insert", table, str(number)), "1" if matrix.may(asker, "insert", table, row) else "denied"

    for name, call in calls.CALLS.items():
        yield ("call", name, ""), call.expected(asker)


def _updatable(world: World, table: str, may: Mapping[str, list[str] | None]) -> str:
    columns = may.get("update") or world.columns[table]
    return next((column for column in reversed(columns) if column not in world.keys[table]), columns[-1])


def _counted(rows: Iterable[Row]) -> str:
    return json.dumps(sorted(Counter(json.dumps(row, sort_keys=True) for row in rows).items()))


def statement(world: World, connection: Connection, question: Question) -> str:
    """Return the SQL that asks `question`."""
    verb, table, detail = question
    if verb == "call":
        return calls.CALLS[table].query
    name = sql.Identifier("public", table)
    if verb == "select":
        shown = sql.SQL(", ").join(sql.Identifier(column) for column in detail.split(", "))
        found = sql.SQL("select coalesce(jsonb_agg(to_jsonb(x)), '[]') from (select {} from {}) x").format(shown, name)
    elif verb == "count":
        found = sql.SQL("select count(*) from {}").format(name)
    elif verb == "delete":
        found = sql.SQL("delete from {}").format(name)
    elif verb == "update":
        rows = world.rows[table]
        row = sql.Literal(json.dumps(next((each for each in rows if each[detail] is not None), rows[0])))
        found = sql.SQL("update {0} set {1} = (jsonb_populate_record(null::{0}, {2})).{1}").format(
            name, sql.Identifier(detail), row
        )
    else:
        planted = sql.SQL("{}").format(sql.Literal(json.dumps(world.rows[table][int(detail)])))
        is_access = table.startswith("access") and "access_id" in world.columns[table]
        row_as_old = sql.SQL(_AS_OLD).format(planted) if is_access else planted
        found = sql.SQL(
            "insert into {0} overriding system value select * from jsonb_populate_record(null::{0}, {1})"
        ).format(name, row_as_old)
    return found.as_string(connection)


class Battery:
    """Asks everything as anybody, and tells where the answer is not the one of the matrix."""

    def __init__(self, connection: Connection, mint: Mint) -> None:
        self.connection = connection
        self._mint = mint
        self.world = World.plant(connection)
        self._asked: dict[str, tuple[list[Question], list[str], list[str]]] = {}
        everybody = ",".join(row["customer_id"] for row in self.world.rows["customer"])
        self._everybody = f"{{{everybody}}}"
        self.count = 0

    def findings(self, asker: Asker) -> list[str]:
        """Return in which ways `asker` is not answered as the matrix says; an exporter also where it names everybody.

        Whether or not it says beforehand of whom it reads, it sees the same.
        """
        found = self._findings(asker, self._prepared(asker))
        if found or asker.principal != "exporter":
            return found
        of_records = [each for each in zip(*self._prepared(asker), strict=True) if each[0][:2] == ("select", "record")]
        return self._findings(asker, zip(*of_records, strict=True), among=self._everybody)

    def _findings(self, asker: Asker, prepared: Iterable[Sequence[Any]], among: str = "") -> list[str]:
        asked, statements, expected = map(list, prepared)
        with undone(self.connection):
            self.enter(asker)
            self.connection.execute("select set_config('app.customers', %s, true)", (among,))
            row = self.connection.execute("select attack_probe(%s::text[])", (statements,)).fetchone()
        assert row is not None
        self.count += len(asked)
        answers = [_normal(*each) for each in zip(asked, row[0], strict=True)]
        judged = zip(asked, answers, expected, strict=True)
        return [
            f"{verb} {table}: {_difference(answer, right)}"
            for (verb, table, _), answer, right in judged
            if answer != right
        ]

    def _prepared(self, asker: Asker) -> tuple[list[Question], list[str], list[str]]:
        if asker.name not in self._asked:
            asked = list(questions(self.world, asker))
            self._asked[asker.name] = (
                [question for question, _ in asked],
                [statement(self.world, self.connection, question) for question, _ in asked],
                [answer for _, answer in asked],
            )
        return self._asked[asker.name]

    def enter(self, asker: Asker) -> None:
        """Become `asker`, as the door does it or as an attacker would."""
        if asker.principal == "keeper":
            self.connection.execute("set local role cdp_keeper")
            return
        self.connection.execute("set local session authorization cdp_login")
        if asker.principal != "nobody":
            self.connection.execute("select enter_scope(%s, %s, %s, %s, %s, %s, %s)", self._words(asker))
        if asker.name.endswith("borrowed"):
            self.connection.execute(f"set local role cdp_{asker.principal}")

    def _words(self, asker: Asker) -> tuple[str, ...]:
        words = self._mint.words(asker.scope)
        if asker.is_sealed:
            return words
        how = asker.name.rpartition(" ")[2]
        other = Principal.AUDITOR if asker.principal != "auditor" else Principal.OPERATOR
        match how:
            case "forged":
                return Mint(Mac(b"f" * 32)).words(asker.scope)
            case "ended":
                return (*words[:5], "1000000000", _sealed(self._mint, asker.scope, 1_000_000_000))
            case "tampered":
                elsewhere = Scope(asker.scope.principal, uuid4(), uuid4(), "research")
                return (*words[:6], _sealed(self._mint, elsewhere, int(words[5])))
            case _:
                return (other.value, *self._mint.words(_as(other, asker.scope))[1:])


def _as(principal: Principal, scope: Scope) -> Scope:
    return Scope(principal, scope.organization, scope.customer, scope.purpose, scope.client)


def _sealed(mint: Mint, scope: Scope, until: int) -> str:
    return seal_scope(mint.key, scope.principal, scope.organization, scope.customer, scope.purpose, scope.client, until)


def _difference(answer: str, right: str) -> str:
    """Return in a few words how an answer is wrong."""
    if not (answer.startswith("[") and right.startswith("[")):
        return f"{right[:20]} became {answer[:20]}"
    seen, expected = (Counter(dict(json.loads(each))) for each in (answer, right))
    return f"{(seen - expected).total()} rows too many, {(expected - seen).total()} too few"


def _normal(question: Question, answer: str) -> str:
    if question[0] == "call":
        return calls.judged(answer)
    return _counted(json.loads(answer)) if question[0] == "select" and answer.startswith("[") else answer


@contextmanager
def undone(connection: Connection) -> Iterator[None]:
    """Undo, when the block ends, what it did: rows, rights, policies and who we are."""
    connection.execute("savepoint undone")
    try:
        yield
    finally:
        connection.execute("rollback to savepoint undone")
        connection.execute("release savepoint undone")
