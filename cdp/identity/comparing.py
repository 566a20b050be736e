"""Comparing subjects that wait for it, chunk by chunk: whoever has a key in common is seen by one of two at least.

A chunk takes three transactions. The first brings likenesses and keys up to date; the second waits until nobody who has
a key in common is under way any more; the third compares, and holds nobody up. So of two who are compared at once, here
or in a delivery, one at least sees the other: a key is committed before its subject is compared, or is written under a
lock that the comparison waits for. Whoever dies on the way leaves the subject waiting, and comparing it twice changes
nothing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Final, TypeVar
from uuid import UUID

from psycopg import errors

from cdp import arrays, ids, refusals, replicas
from cdp.database import sql
from cdp.identity import store
from cdp.identity.blocking import KeyKind
from cdp.identity.everybody import Everybody, Some
from cdp.identity.matching import Matching
from cdp.identity.store import Person
from cdp.identity.traits import Traits
from cdp.ingest.transaction import Rows, Transaction
from cdp.platform import Platform
from cdp.scope import MATCHER
from cdp.settings import Settings

CHUNK: Final = 200
"""How many subjects one transaction compares."""
ABANDONED: Final = timedelta(minutes=1)
"""After so long a comparison that began is taken up by another process."""
_PAGE: Final = 10_000
_ATTEMPTS: Final = 5
_TURNS: Final = (errors.DeadlockDetected, errors.SerializationFailure)
_TAKE: Final = (
    b"select uuid_send(subject_id), uuid_send(customer_id), uuid_send(source_id), wrapped"
    b" from take_match_due(%(kept)s, %(named)s::uuid[], %(most)s)"
)
_BARRIER: Final = (
    b"select hold_match_keys(array("
    b"select unnest(l.keys) from likeness l where l.subject_id = any (%(subjects)s::uuid[])))"
)
_WHOLE_BARRIER: Final = b"select hold_match_keys(array(select generate_series(0, 2047)::bigint))"
_LIKENESSES: Final = sql("match_likenesses").encode()

Answer = TypeVar("Answer")


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

    async def refresh(self, *, at: datetime) -> int:
        """Bring the next likenesses up to date, and return how many subjects may be compared now; 0 when all may."""
        try:
            return len(await self._refreshed(at))
        except _TURNS:
            return 1

    async def outwait_all(self) -> None:
        """Return once nobody who began before writes keys any more."""
        async with self._transaction() as transaction:
            transaction.later((_WHOLE_BARRIER, {}))
            await transaction.commit()

    async def read(self, turn: int, hands: int) -> Some:
        """Return one of so many shares of everybody as they are kept."""
        found, last, seen = [], (ids.NIL.bytes, ids.NIL.bytes), _PAGE
        while seen == _PAGE:
            async with self._transaction() as transaction:
                facts = {"customer": UUID(bytes=last[0]), "subject": UUID(bytes=last[1]), "most": _PAGE}
                (rows,) = await transaction.ask((_LIKENESSES, facts | {"turn": turn, "hands": hands}))
                await transaction.commit()
            found.append(Some.of(self._people_of(rows)))
            seen, last = len(rows), (rows[-1][0], rows[-1][1]) if rows else last
        return Some(*map(b"".join, zip(*found, strict=True)))

    async def meet(self, everybody: Everybody, places: range, *, at: datetime) -> int:
        """Compare those at these places who are still waiting, and return how many there were."""
        wanted = {everybody.subject(place): place for place in places}
        for _ in range(_ATTEMPTS):
            try:
                async with self._transaction() as transaction:
                    done = await self._met(transaction, everybody, wanted, at)
                    await transaction.commit()
            except _TURNS:
                continue
            return done
        return 0  # they are still waiting

    async def _met(
        self, transaction: Transaction, everybody: Everybody, wanted: Mapping[bytes, int], at: datetime
    ) -> int:
        facts = {"kept": True, "named": arrays.ids(wanted), "most": len(wanted)}
        people = self._people(*await transaction.ask((_TAKE, facts)))
        if people:
            known, _ = await self._matching.stored(transaction, people)
            people = [each for each in people if each.subject in known]
            others = {each.subject: list(everybody.like(wanted[each.subject])) for each in people}
            await self._matching.meet(transaction, people, known, others, at=at)
        return len(people)

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
                known, _ = await self._matching.stored(transaction, people)
                keys = {each: self._matching.hashes.of(known[each]) for each in known}
                await self._matching.compare(transaction, people, known, keys, at=at)
            await transaction.commit()

    def _people_of(self, rows: Rows) -> Iterator[tuple[bytes, bytes, Traits, Mapping[int, KeyKind]]]:
        keys = self._matching.hashes.of
        for subject, source, known in store.read(self._own.ring, rows):
            yield subject, source, known, keys(known)

    def _people(self, rows: Rows) -> list[Person]:
        keys = self._own.ring.open_many([(row[3], row[0]) for row in rows])
        return [Person(row[0], row[1], row[2], key) for row, key in zip(rows, keys, strict=True) if key is not None]

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[Transaction]:
        database = self._own.database
        async with database.pool.connection() as lane:
            with refusals.translated(), replicas.settled(lane):
                words = database.words(MATCHER)
                yield Transaction(lane, words, remote_apply=self._own.settings.remote_apply)


async def apart(
    settings: Settings, work: Callable[[Comparing], Awaitable[Answer]], *, patience: timedelta = ABANDONED
) -> Answer:
    """Return what `work` answers with connections of its own."""
    async with Platform.in_loop(settings) as own:
        return await work(Comparing(own, patience=patience))
