"""Comparing subjects that wait for it, chunk by chunk: whoever has a key in common is seen by one of two at least.

A chunk takes three transactions. The first brings likenesses and keys up to date; the second waits until nobody who has
a key in common is under way any more; the third compares, and holds nobody up. So of two who are compared at once, here
or in a delivery, one at least sees the other: a key is committed before its subject is compared, or is written under a
lock that the comparison waits for. Whoever dies on the way leaves the subject waiting, and comparing it twice changes
nothing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Final, TypeVar
from uuid import UUID

from psycopg import errors

from cdp import arrays, ids, refusals, replicas
from cdp.database import sql
from cdp.identity import store
from cdp.identity.everybody import Everybody, One, Some
from cdp.identity.matching import Matching
from cdp.identity.portions import Portion
from cdp.identity.store import Person
from cdp.identity.traits import MARK
from cdp.identity.weighing import Weighing
from cdp.platform import Platform
from cdp.scope import MATCHER
from cdp.settings import Settings
from cdp.transaction import Rows, Transaction

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
_BONDED: Final = b"select uuid_send(subject_id), uuid_send(other_id) from standing_matches(%(subjects)s)"
_MARKS: Final = (
    b"select uuid_send(l.subject_id), substring(l.sealed for 8) from likeness l"
    b" where l.subject_id = any (%(subjects)s::uuid[])"
)

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

    async def read(self, turn: int, hands: int, *, told: Callable[[int], None] = lambda _: None) -> Some:
        """Return one of so many shares of everybody as they are kept; `told` hears of each page how many it has."""
        found, last, seen = [], (ids.NIL.bytes, ids.NIL.bytes), _PAGE
        while seen == _PAGE:
            async with self._transaction() as transaction:
                facts = {"customer": UUID(bytes=last[0]), "subject": UUID(bytes=last[1]), "most": _PAGE}
                (rows,) = await transaction.ask((_LIKENESSES, facts | {"turn": turn, "hands": hands}))
                await transaction.commit()
            found.append(Some.of(self._people_of(rows)))
            seen, last = len(rows), (rows[-1][0], rows[-1][1]) if rows else last
            told(seen)
        return Some.joined(found)

    async def settle(self, weighing: Weighing, portion: Portion, *, at: datetime) -> int:
        """Keep what is judged of these people, of those who are still waiting, and return how many there were."""
        for _ in range(_ATTEMPTS):
            try:
                async with self._transaction() as transaction:
                    done = await self._settled(transaction, weighing, portion, at)
                    await transaction.commit()
            except _TURNS:
                continue
            return done
        return 0  # they are still waiting

    async def doubt(self, everybody: Everybody, places: Sequence[int], *, at: datetime) -> int:
        """Let those of these people wait anew who are not kept as they were read any more, and return how many.

        A delivery that changed somebody may have looked about before a bond by what was read was written, and ended
        after that was looked at: neither saw the other. Once `outwait_all` returned, what it wrote is seen here.
        """
        async with self._transaction() as transaction:
            whom = {everybody.subject(each): each for each in places}
            (rows,) = await transaction.ask((_MARKS, {"subjects": arrays.ids(whom)}))
            marks: dict[bytes, bytes] = dict(rows)
            changed = everybody.changed((place for subject, place in whom.items() if subject in marks), marks)
            if changed:
                named = {
                    "subjects": arrays.ids(map(everybody.subject, changed)),
                    "sources": arrays.ids(map(everybody.source, changed)),
                }
                transaction.later((sql("match_compare").encode(), named | {"moment": at}))
            await transaction.commit()
        return len(changed)

    async def _settled(self, transaction: Transaction, weighing: Weighing, portion: Portion, at: datetime) -> int:
        """Judge by what was read who is still kept so, and by what is kept now who is not, or has a pair with one."""
        everybody = weighing.everybody
        places = {everybody.subject(each): each for each in portion.places.tolist()}
        named = arrays.ids(places)
        taking = {"kept": True, "named": named, "most": len(places)}
        rows, bonded = await transaction.ask((_TAKE, taking), (_BONDED, {"subjects": named}))
        pairs, anew = weighing.with_bonds(portion.pairs, bonded)
        whom = {each for pair in pairs for each in pair}.union(places.values())
        (marks,) = await transaction.ask((_MARKS, {"subjects": arrays.ids(map(everybody.subject, whom))}))
        changed = everybody.changed(whom, dict(marks))
        anew |= changed.union(*(pair for pair in pairs if not changed.isdisjoint(pair)))
        compared = {places[row[0]] for row in rows} - anew
        judged = [weighing.found(*pair, by) for pair, by in pairs.items() if not compared.isdisjoint(pair)]
        self._matching.tell(transaction, map(everybody.subject, compared), judged, at=at)
        await self._meet(transaction, weighing, [row for row in rows if places[row[0]] in anew], at)
        return len(rows)

    async def _meet(self, transaction: Transaction, weighing: Weighing, rows: Rows, at: datetime) -> None:
        people = self._people(rows)
        if people:
            known, _ = await self._matching.stored(transaction, people)
            people = [each for each in people if each.subject in known]
            places = {each.subject: weighing.everybody.place(each.subject) for each in people}
            others = {subject: weighing.like(place) for subject, place in places.items() if place is not None}
            await self._matching.meet(transaction, people, known, others, at=at)

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
                read = await self._matching.compare(transaction, people, known, keys, at=at)
                transaction.later(store.anew(read, at=at))
            await transaction.commit()

    def _people_of(self, rows: Rows) -> Iterator[One]:
        keys = self._matching.hashes.of
        for subject, source, sealed, known in store.read(self._own.ring, rows):
            yield One(subject, source, sealed[:MARK], known, keys(known))

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
