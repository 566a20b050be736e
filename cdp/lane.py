"""A connection of the hot paths: statements go to PostgreSQL together, as one transaction, in one round trip.

psycopg's cursors do the same with several waits of the event loop for each statement, which cost more than the
statements. Between two syncs the extended protocol is one transaction: it commits at the sync, and what fails takes
all of it back (PostgreSQL, "Message Flow", pipelining). Rules: (1) a statement is prepared once in each connection;
(2) rows are given only after the sync was answered, so what they tell is committed.
"""

import re
import select
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import count
from typing import Any, Final, NamedTuple

import psycopg
from psycopg import AsyncConnection
from psycopg.abc import Buffer, PQGen
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus, Format, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult
from psycopg.rows import AsyncRowFactory, tuple_row
from psycopg.waiting import READY_R, WAIT_R, WAIT_RW
from psycopg_pool import AsyncConnectionPool

_NAME: Final = re.compile(rb"%\((\w+)\)s")
_LOST: Final = "26000"
_STALE: Final = frozenset({"0A000", _LOST})
"""The table changed below a prepared statement, or it is gone: whoever asks again prepares it anew."""

_Shape = tuple[bytes, tuple[int, ...]]
Asked = tuple[bytes, Mapping[str, Any]]
"""A statement with `%(name)s` in it, and the values of the names."""


class _Send(NamedTuple):
    """One statement as it goes out; `text` only the first time in a connection."""

    shape: _Shape
    name: bytes
    text: bytes | None
    values: Sequence[Buffer | None]
    formats: Sequence[Format]


class Lane(AsyncConnection[tuple[Any, ...]]):
    """One connection to PostgreSQL, which remembers what it has prepared."""

    def __init__(self, pgconn: PGconn, row_factory: AsyncRowFactory[tuple[Any, ...]] = tuple_row) -> None:
        """Begin without anything prepared."""
        super().__init__(pgconn, row_factory)
        self._names: dict[_Shape, bytes] = {}
        self._numbers = count()

    async def together(self, *asked: Asked) -> list[tuple[Any, ...]]:
        """Run the statements as one transaction and return the rows of the last one, once they are committed."""
        return self._rows((await self._results(asked))[-1])

    async def trip(self, *asked: Asked, last: int = 0) -> list[list[tuple[Any, ...]]]:
        """Run the statements in one round trip and return the rows of the `last` so many.

        Where the first is a `begin`, the transaction stays open for further trips until one ends with `commit`: a
        statement that fails, and all behind it in the trip, leave it to be rolled back.
        """
        results = await self._results(asked)
        return [self._rows(each) for each in results[len(results) - last :]]

    async def _results(self, asked: Sequence[Asked]) -> list[PGresult]:
        """Run the statements; those that began a transaction are run again when only what was prepared was lost.

        psycopg lets go of all that was prepared when it takes a transaction back.
        """
        begins = self.pgconn.transaction_status == TransactionStatus.IDLE
        try:
            return await self._once(asked)
        except psycopg.Error as error:
            if not begins or error.sqlstate != _LOST:
                raise
        await self.rollback()
        return await self._once(asked)

    async def _once(self, asked: Sequence[Asked]) -> list[PGresult]:
        sent = [self._ready(statement, values) for statement, values in asked]
        async with self.lock:
            results = await self.wait(_trip(self.pgconn, sent))
        failed = next((each for each in results if each.status == ExecStatus.FATAL_ERROR), None)
        if failed is not None:
            error = error_from_result(failed)
            if error.sqlstate in _STALE:
                self._names.clear()
            raise error
        self._names.update((each.shape, each.name) for each in sent)
        answers, found = iter(results), []
        for each in sent:
            if each.text is not None:
                next(answers)  # to the preparation
            found.append(next(answers))
        return found

    def _rows(self, result: PGresult) -> list[tuple[Any, ...]]:
        reader = Transformer(self)
        reader.set_pgresult(result, format=Format.BINARY)
        return reader.load_rows(0, result.ntuples, tuple)

    def _ready(self, statement: bytes, values: Mapping[str, Any]) -> _Send:
        text, names = _numbered(statement)
        writer = Transformer(self)
        dumped = writer.dump_sequence([values[name] for name in names], [PyFormat.AUTO] * len(names))
        shape = statement, tuple(writer.types or ())
        name = self._names.get(shape)
        fresh = None if name else text
        return _Send(shape, name or b"cdp_%d" % next(self._numbers), fresh, dumped, writer.formats or ())


class Lanes(AsyncConnectionPool[Lane]):
    """A pool that gives whoever came back last.

    In turn, each of many server processes finds its plans and catalogs gone from the processor's memory.
    """

    async def _get_ready_connection(self, timeout: float | None) -> Lane | None:  # noqa: ASYNC109 -- as the library has it
        self._pool.rotate()  # the library takes the first; the last one goes there
        return await super()._get_ready_connection(timeout)


class Steps:
    """A transaction of a few round trips on a connection that is its own; the first takes the beginning along."""

    def __init__(self, lane: Lane, *begin: Asked) -> None:
        """Begin with the first step."""
        self._lane = lane
        self._waiting: tuple[Asked, ...] = ((b"begin", {}), *begin)

    async def ask(self, statement: bytes, facts: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Return the rows of a statement that is not committed yet."""
        waiting, self._waiting = self._waiting, ()
        (rows,) = await self._lane.trip(*waiting, (statement, facts), last=1)
        return rows

    async def end(self, statement: bytes, facts: Mapping[str, Any]) -> None:
        """Run the last statement and commit."""
        waiting, self._waiting = self._waiting, ()
        await self._lane.trip(*waiting, (statement, facts), (b"commit", {}))


@lru_cache(maxsize=256)
def _numbered(statement: bytes) -> tuple[bytes, tuple[str, ...]]:
    """Return the statement with numbers for its names, as PostgreSQL takes it, and the names in their order."""
    names = list(dict.fromkeys(_NAME.findall(statement)))
    text = _NAME.sub(lambda found: b"$%d" % (names.index(found[1]) + 1), statement)
    return text.replace(b"%%", b"%"), tuple(name.decode() for name in names)


def _take_all(pgconn: PGconn) -> None:
    """Take all that came of a long answer, so that the server goes on sending while we are at work."""
    there = select.poll()
    there.register(pgconn.socket, select.POLLIN)
    while there.poll(0):
        pgconn.consume_input()


def _trip(pgconn: PGconn, sent: Sequence[_Send]) -> PQGen[list[PGresult]]:
    """Send everything, then collect a result for each message that has one, up to the answer to the sync."""
    pgconn.enter_pipeline_mode()
    for each in sent:
        if each.text is not None:
            pgconn.send_prepare(each.name, each.text, each.shape[1])
        pgconn.send_query_prepared(each.name, each.values, each.formats, Format.BINARY)
    pgconn.pipeline_sync()
    while pgconn.flush():
        if (yield WAIT_RW) & READY_R:
            pgconn.consume_input()
    results = yield from _results(pgconn)
    pgconn.exit_pipeline_mode()
    return results


def _results(pgconn: PGconn) -> PQGen[list[PGresult]]:
    """Collect what is answered up to the sync."""
    results: list[PGresult] = []
    while True:
        while pgconn.is_busy():
            yield WAIT_R
            pgconn.consume_input()
            if pgconn.is_busy():
                _take_all(pgconn)
        result = pgconn.get_result()
        if result is None:  # the end of one message's results
            if pgconn.status == ConnStatus.BAD:
                raise psycopg.OperationalError("the connection was lost")
            continue
        if result.status == ExecStatus.PIPELINE_SYNC:
            return results
        results.append(result)
