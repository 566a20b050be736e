"""The only way to the database: one transaction in one scope, in two lanes.

Plain code takes `Database.scoped` and gets a SQLModel session; the hot paths take `Database.hot` and get an async
psycopg connection. Both lanes enter a scope by the same SQL function. Rules: (1) every part of the scope is set each
time, also to empty; (2) the transaction commits when the block ends, before an answer leaves; (3) nobody below commits;
(4) a commit that did not wait for the replicas as it should is no acknowledgement: see `cdp.replicas`.
"""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from functools import cache, partial
from importlib.resources import files
from typing import Any, Final, Literal, LiteralString, Self, cast

import psycopg
from psycopg import AsyncConnection
from psycopg.conninfo import make_conninfo
from sqlalchemy import CursorResult, Executable, create_engine, event, text
from sqlalchemy.engine import URL
from sqlmodel import Session

from cdp import arrays, refusals, replicas
from cdp.lane import Asked, Lane, Lanes, Steps
from cdp.scope import Held, Mint, Scope

__all__ = ["Database", "Session", "acting_as", "connect", "conninfo", "sql"]

SCOPE: Final = "scope"
"""Under this name a session knows the scope that it runs in."""
ENTER: Final = "select enter_scope(%s, %s, %s, %s, %s, %s, %s)"
_AND_WAIT: Final = ", set_config('synchronous_commit', 'remote_apply', true)"
_ENTER_AND_WAIT: Final = ENTER + _AND_WAIT
_ENTER_LANE: Final = b"select enter_scope(%(a)s, %(b)s, %(c)s, %(d)s, %(e)s, %(f)s, %(g)s)"
_ENTER_LANE_AND_WAIT: Final = _ENTER_LANE + _AND_WAIT.encode()
_ENTER_LANE_HOLDING: Final = (
    b"select enter_scope_holding(%(a)s, %(b)s, %(c)s, %(d)s, %(e)s, %(f)s, %(g)s, %(tokens)s, %(needed)s)"
)
_AMONG_LANE: Final = b", set_config('app.customers', %(among)s::uuid[]::text, true)"
_ENTER_ORM: Final = "select enter_scope(:a, :b, :c, :d, :e, :f, :g)"
_OPTIONS: Final = "-c plan_cache_mode=force_generic_plan -c timezone=UTC -c jit=off"


@cache
def sql(name: str) -> str:
    """Return the statement in `cdp/sql/<name>.sql`."""
    return (files("cdp") / "sql" / f"{name}.sql").read_text(encoding="utf-8")


class Database:
    """A PostgreSQL that holds the vault, entered as its login role, which by itself may do nothing."""

    def __init__(self, url: URL, mint: Mint, *, pool_size: int = 8, remote_apply: bool = False) -> None:
        """Prepare both lanes; no connection is made yet."""
        self._mint = mint
        self._remote_apply = remote_apply
        self._engine = create_engine(
            url,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=10,
            pool_pre_ping=False,
            hide_parameters=True,
            connect_args={"options": _OPTIONS},
        )
        event.listen(self._engine, "handle_error", refusals.translate)
        self._new_pool: Callable[[], Lanes] = partial(
            Lanes,
            conninfo(url),
            connection_class=Lane,
            min_size=1,
            max_size=pool_size,
            open=False,
            timeout=10,
            kwargs={"autocommit": True, "prepare_threshold": 0},
        )
        self.pool = self._new_pool()

    @contextmanager
    def scoped(self, scope: Scope) -> Iterator[Session]:
        """Begin a transaction as `scope`, yield a session, and commit when the block ends.

        Raises the Problem that the database named when it refused. A rollback leaves nothing behind.
        """
        enter = text(_ENTER_ORM + _AND_WAIT if self._waits(scope) else _ENTER_ORM)
        with (
            self._engine.connect() as lane,
            replicas.settled(cast("psycopg.Connection[Any]", lane.connection.driver_connection)),
            Session(lane) as session,
            session.begin(),
        ):
            session.info[SCOPE] = scope
            session.execute(enter, dict(zip("abcdefg", self._mint.words(scope), strict=True)))
            if scope.call is not None:
                scope.call.claim(session)
            yield session

    @asynccontextmanager
    async def hot(self, scope: Scope) -> AsyncIterator[AsyncConnection[tuple[Any, ...]]]:
        """Begin a transaction as `scope` on an async connection, and commit when the block ends."""
        async with self.pool.connection() as connection:
            with refusals.translated(), replicas.settled(connection):
                async with connection.transaction():
                    await connection.execute(self._enter(scope), self._mint.words(scope))
                    yield connection

    async def at_once(
        self,
        scope: Scope,
        statement: bytes,
        facts: Mapping[str, Any],
        *,
        held: Held | None = None,
        among: arrays.Uuids | None = None,
    ) -> list[tuple[Any, ...]]:
        """Run one statement in a transaction of its own as `scope`, in one round trip; return what it committed.

        With `held` the same transaction first looks at these tokens: unless each of them stands for who is in scope,
        nothing is read or written; raises CredentialEnded. An exporter that says `among` whom it reads sees nothing
        more or less: what they opened is then looked up once for all of their records.
        """
        enter = _ENTER_LANE_AND_WAIT if self._waits(scope) else _ENTER_LANE
        words: dict[str, Any] = dict(zip("abcdefg", self._mint.words(scope), strict=True))
        if held is not None:
            enter = _ENTER_LANE_HOLDING
            words |= {"tokens": arrays.blobs(held.fingerprints), "needed": held.scope}
        if among is not None:
            enter, words["among"] = enter + _AMONG_LANE, among
        return await self._together((enter, words), (statement, facts))

    @asynccontextmanager
    async def in_steps(self, scope: Scope, *, held: Held | None = None) -> AsyncIterator[Steps]:
        """Begin a transaction as `scope` of a few round trips; what its last step did not commit is taken back.

        `held` is what it is for `at_once`.
        """
        enter = _ENTER_LANE_AND_WAIT if self._waits(scope) else _ENTER_LANE
        words: dict[str, Any] = dict(zip("abcdefg", self._mint.words(scope), strict=True))
        if held is not None:
            enter = _ENTER_LANE_HOLDING
            words |= {"tokens": arrays.blobs(held.fingerprints), "needed": held.scope}
        lane = await self.pool.getconn()
        try:
            with refusals.translated(), replicas.settled(lane):
                yield Steps(lane, (enter, words))
        finally:
            await self.pool.putconn(lane)

    async def ask(self, question: bytes, facts: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Return the answer to one of the questions that the login role may ask outside a scope."""
        return await self._together((question, facts))

    async def _together(self, *asked: Asked) -> list[tuple[Any, ...]]:
        lane = await self.pool.getconn()
        try:
            with refusals.translated(), replicas.settled(lane):
                return await lane.together(*asked)
        finally:
            await self.pool.putconn(lane)

    async def check(self, question: LiteralString, fingerprint: bytes) -> tuple[Any, ...] | None:
        """Return what a credential stands for: one of the questions that the login role may ask outside a scope."""
        async with self.pool.connection() as connection:
            cursor = await connection.execute(question, (fingerprint,))
            return await cursor.fetchone()

    def _waits(self, scope: Scope) -> bool:
        return self._remote_apply and scope.principal in replicas.WAITING

    def _enter(self, scope: Scope) -> LiteralString:
        return _ENTER_AND_WAIT if self._waits(scope) else ENTER

    def words(self, scope: Scope) -> tuple[str, ...]:
        """Return the arguments of `enter_scope`, for a hot path that sends all its statements in one go."""
        return self._mint.words(scope)

    async def open(self) -> Self:
        """Fill the async pool; a closed one cannot be opened again, so this makes a new one."""
        self.pool = self._new_pool()
        await self.pool.open()
        return self

    async def close(self) -> None:
        """Let every connection of both lanes go."""
        await self.pool.close()
        self._engine.dispose()

    def dispose(self) -> None:
        """Let the plain lane's connections go, for a process that never opened the other."""
        self._engine.dispose()


def conninfo(url: URL) -> str:
    """Return `url` as psycopg reads it, with the options of both lanes."""
    return make_conninfo(url.set(drivername="postgresql").render_as_string(hide_password=False), options=_OPTIONS)


@contextmanager
def acting_as(
    connection: psycopg.Connection[tuple[Any, ...]], role: Literal["cdp_owner", "cdp_keeper"]
) -> Iterator[None]:
    """Run the block in one transaction as `role`, so that whoever migrates needs no superuser."""
    with connection.transaction():
        connection.execute(f"set local role {role}")
        yield


def rows_changed(session: Session, statement: Executable, words: Mapping[str, object]) -> int:
    """Execute a statement that changes rows, and return how many it changed."""
    return cast("CursorResult[Any]", session.execute(statement, words)).rowcount


def connect(url: URL) -> psycopg.Connection[tuple[Any, ...]]:
    """Return a plain connection outside every scope, for the operator's commands that prepare a database."""
    return psycopg.connect(conninfo(url), autocommit=True)
