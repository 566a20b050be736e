"""Comparing whoever waits for it: those whom a large delivery left, or everybody anew.

A chunk takes three transactions. The first brings likenesses and keys up to date; the second waits until nobody who has
a key in common is under way any more; the third compares, and holds nobody up. So of two who are compared at once, here
or in a delivery, one at least sees the other: a key is committed before its subject is compared, or is written under a
lock that the comparison waits for. Whoever dies on the way leaves the subject waiting, and comparing it twice changes
nothing.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from multiprocessing import get_context
from typing import Final

from psycopg import errors
from sqlalchemy import text

from cdp import arrays, ids, progress, refusals, replicas
from cdp.database import sql
from cdp.identity.matching import SCOPE, Matching
from cdp.identity.store import Person
from cdp.ingest.transaction import Rows, Transaction
from cdp.platform import Platform
from cdp.progress import Tell
from cdp.settings import Settings
from consent.types import CUSTOMER_SOURCE

CHUNK: Final = 200
"""How many subjects one transaction compares."""
AT_MOST: Final = 5_000
"""How many one run of the worker compares before other jobs have their turn."""
QUEUE: Final = 10_000
SMALL: Final = 5_000
"""So many are compared sooner by one process than others begin."""
SHARE: Final = 1_000
"""How many a process compares before it tells how far it is."""
MOST_HANDS: Final = 8
_ABANDONED: Final = timedelta(minutes=1)
_NONE: Final = timedelta(microseconds=-1)  # also what began at this very moment, and was in another's way
_TURNS: Final = (errors.DeadlockDetected, errors.SerializationFailure)
_TAKE: Final = (
    b"select uuid_send(subject_id), uuid_send(customer_id), uuid_send(source_id), wrapped"
    b" from take_match_due(%(kept)s, %(named)s::uuid[], %(most)s)"
)
_BARRIER: Final = (
    b"select hold_match_keys(array("
    b"select unnest(l.keys) from likeness l where l.subject_id = any (%(subjects)s::uuid[])))"
)
_DUE: Final = text("select count(*) from match_due")
_ANY: Final = text("select exists (select from match_due)")


class Comparing:
    """Works the queue off, chunk by chunk, in an event loop of its own."""

    def __init__(self, own: Platform, *, patience: timedelta) -> None:
        """Take a platform whose connections belong to this loop, and how long a comparison that began may take."""
        self._own = own
        self._patience = patience
        self._matching = Matching(own)

    async def chunk(self, *, at: datetime) -> int:
        """Compare the next subjects and return how many; none is left that nobody works on when it is 0."""
        try:
            subjects = await self._refreshed(at) or await self._abandoned(at)
            if not subjects:
                return 0
            await self._outwait(subjects)
            await self._compared(subjects, at)
        except _TURNS:  # a delivery was in the way: they are still waiting
            return 1
        return len(subjects)

    async def _refreshed(self, at: datetime) -> list[bytes]:
        async with self._transaction() as transaction:
            facts = {"kept": False, "named": None, "most": CHUNK}
            people = self._people(*await transaction.ask((_TAKE, facts)))
            if people:
                await self._matching.refresh(transaction, people, at=at)
                named = {
                    "subjects": arrays.ids(each.subject for each in people),
                    "sources": arrays.ids(each.source for each in people),
                }
                transaction.later((sql("match_compare").encode(), named | {"moment": at}))
            await transaction.commit()
        return [each.subject for each in people]

    async def _abandoned(self, at: datetime) -> list[bytes]:
        async with self._transaction() as transaction:
            facts = {"before": at - self._patience, "most": CHUNK}
            (rows,) = await transaction.ask((sql("match_left").encode(), facts))
            await transaction.commit()
        return [subject for (subject,) in rows]

    async def _outwait(self, subjects: Sequence[bytes]) -> None:
        async with self._transaction() as transaction:
            transaction.later((_BARRIER, {"subjects": arrays.ids(subjects)}))
            await transaction.commit()

    async def _compared(self, subjects: Sequence[bytes], at: datetime) -> None:
        async with self._transaction() as transaction:
            facts = {"kept": True, "named": arrays.ids(subjects), "most": len(subjects)}
            people = self._people(*await transaction.ask((_TAKE, facts)))
            if people:
                known, keys = await self._matching.stored(transaction, people)
                await self._matching.compare(transaction, people, known, keys, at=at)
            await transaction.commit()

    def _people(self, rows: Rows) -> list[Person]:
        keys = self._own.ring.open_many([(row[3], row[0]) for row in rows])
        return [Person(row[0], row[1], row[2], key) for row, key in zip(rows, keys, strict=True) if key is not None]

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[Transaction]:
        database = self._own.database
        async with database.pool.connection() as lane:
            with refusals.translated(), replicas.settled(lane):
                words = database.words(SCOPE)
                yield Transaction(lane, words, remote_apply=self._own.settings.remote_apply)


def run_next(platform: Platform, at: datetime) -> int:
    """Compare subjects that wait, and return how many; a job of the worker."""
    with platform.database.scoped(SCOPE) as session:
        if not session.execute(_ANY).scalar_one():
            return 0
    return asyncio.run(_work(platform, at, at_most=AT_MOST))


def queue_everybody(platform: Platform, *, at: datetime) -> int:
    """Let every subject be compared anew, and return how many wait now."""
    statement, last, seen = text(sql("match_queue_all")), (ids.NIL, ids.NIL), QUEUE
    while seen == QUEUE:
        with platform.database.scoped(SCOPE) as session:
            facts = {"moment": at, "customer": last[0], "subject": last[1], "own": CUSTOMER_SOURCE, "most": QUEUE}
            row = session.execute(statement, facts).one()
        seen, last = row.seen, (row.customer_id, row.subject_id)
    return due(platform)


def due(platform: Platform) -> int:
    """Return how many subjects wait to be compared."""
    with platform.database.scoped(SCOPE) as session:
        return int(session.execute(_DUE).scalar_one())


def relink(platform: Platform, *, at: datetime, hands: int | None = None, report: Tell = progress.unheard) -> int:
    """Compare everybody with everybody who is like them, and return how many were compared.

    Works in as many processes as `hands` says, or as there are processors; each takes its share of the queue, so that
    memory does not grow with the number of people. Safe to interrupt: whoever is left waits for the worker, or for the
    next call.
    """
    total, done = queue_everybody(platform, at=at), 0
    hands = hands or (1 if total <= SMALL else min(_processors(), MOST_HANDS))
    if hands > 1:
        done = _shared_out(platform, at, hands, report=lambda more: report(more, max(more, total)))
    return done + asyncio.run(
        _work(
            platform,
            at,
            at_most=max(total, 1),
            patience=_NONE,
            report=lambda more, _: report(done + more, max(done + more, total)),
        )
    )


def _shared_out(platform: Platform, at: datetime, hands: int, *, report: Callable[[int], None]) -> int:
    """Let processes empty the queue, and return how many subjects they compared."""
    done = 0
    with ProcessPoolExecutor(hands, mp_context=get_context("spawn")) as pool:
        under_way = {pool.submit(_some, platform.settings, at) for _ in range(hands)}
        while under_way:
            ended, under_way = wait(under_way, return_when=FIRST_COMPLETED)
            for each in ended:
                if more := each.result():
                    done += more
                    report(done)
                    under_way.add(pool.submit(_some, platform.settings, at))
    return done


def _some(settings: Settings, at: datetime) -> int:
    return asyncio.run(_work(Platform.open(settings), at, at_most=SHARE))


def _processors() -> int:
    """Return on how many processors this process may work."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


async def _work(
    platform: Platform,
    at: datetime,
    *,
    at_most: int | None = None,
    patience: timedelta = _ABANDONED,
    report: Tell = progress.unheard,
) -> int:
    own = Platform.open(platform.settings)
    await own.database.open()
    try:
        comparing, done = Comparing(own, patience=patience), 0
        while at_most is None or done < at_most:
            more = await comparing.chunk(at=at)
            if not more:
                break
            done += more
            report(done, None)
        return done
    finally:
        await own.database.close()
