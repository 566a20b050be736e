"""What comparing everybody anew would change, found out without changing anything."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec

from cdp import arrays, ids, progress
from cdp.database import sql
from cdp.identity import blocking, store
from cdp.identity.blocking import KeyKind
from cdp.identity.deciding import Tier
from cdp.identity.matching import Matching
from cdp.identity.store import Other, Person
from cdp.identity.traits import Traits
from cdp.ingest.transaction import Transaction
from cdp.platform import Platform
from cdp.progress import Tell
from cdp.scope import MATCHER
from consent.types import CUSTOMER_SOURCE

CHUNK: Final = 500
SHOWN: Final = 1_000
"""How many changes are named; all are counted."""
_EVERYBODY: Final = sql("match_everybody").encode()
_STANDING: Final = (
    b"select uuid_send(subject_id), uuid_send(other_id), tier from standing_matches(%(subjects)s) where not is_held"
)
Pair = tuple[bytes, bytes]


class Change(StrEnum):
    """What would become of a bond."""

    FOUND = "found"
    RAISED = "raised"
    LOWERED = "lowered"
    ENDED = "ended"


class Changed(msgspec.Struct, frozen=True):
    """One bond that would change: between which subjects, from which tier to which."""

    change: Change
    one: UUID
    other: UUID
    before: str | None
    after: str | None


@dataclass(slots=True)
class Rehearsed:
    """What a re-link would do: how many subjects it would compare, whose likeness is old, which bonds would change."""

    compared: int = 0
    renewed: int = 0
    unchanged: int = 0
    counts: Counter[tuple[Change, str]] = field(default_factory=Counter)
    changes: list[Changed] = field(default_factory=list)

    def note(self, pair: Pair, before: str | None, after: str | None) -> None:
        """Count what becomes of one bond."""
        if before == after:
            self.unchanged += 1
            return
        change = Change.ENDED if after is None else Change.FOUND if before is None else Change.LOWERED
        if before is not None and after == Tier.STRONG:
            change = Change.RAISED
        self.counts[change, after or before or ""] += 1
        if len(self.changes) < SHOWN:
            self.changes.append(Changed(change, UUID(bytes=pair[0]), UUID(bytes=pair[1]), before, after))


def rehearse(platform: Platform, *, report: Tell = progress.unheard) -> Rehearsed:
    """Return what `relinking.relink` would change in the bonds. Membership follows from bonds within their limits.

    Reads everybody twice: first whose likeness is not up to date, of which it remembers keys and traits, then who is
    alike by these and by what is kept.
    """
    return asyncio.run(_rehearsed(platform, report))


async def _rehearsed(platform: Platform, report: Tell) -> Rehearsed:
    async with Platform.in_loop(platform.settings) as own:
        return await _Rehearsal(own, report).run()


class _Rehearsal:
    def __init__(self, own: Platform, report: Tell) -> None:
        self._own = own
        self._report = report
        self._matching = Matching(own)
        self._result = Rehearsed()
        self._stale: dict[bytes, tuple[Person, Traits, Mapping[int, KeyKind]]] = {}
        self._fresh_keys: dict[int, list[bytes]] = defaultdict(list)
        self._judged: set[Pair] = set()

    async def run(self) -> Rehearsed:
        total = 0
        async for transaction, people in self._everybody():
            known, keys = await self._matching.known(transaction, people)
            stored, stored_keys = await self._matching.stored(transaction, people)
            for each in people:
                of = each.subject
                if known[of] != stored.get(of) or list(keys[of]) != list(stored_keys.get(of, ())):
                    self._stale[of] = each, known[of], keys[of]
                    for key in keys[of]:
                        self._fresh_keys[key].append(of)
            total += len(people)
        self._result.renewed = len(self._stale)
        async for transaction, people in self._everybody():
            await self._compare(transaction, people)
            self._result.compared += len(people)
            self._report(self._result.compared, max(total, self._result.compared))
        return self._result

    async def _compare(self, transaction: Transaction, people: Sequence[Person]) -> None:
        known, keys = await self._matching.known(transaction, people)
        subjects = {"subjects": arrays.ids(each.subject for each in people)}
        asked = store.alike(known, keys), self._matching.crowds(known), (_STANDING, subjects)
        rows, counted, standing = await transaction.ask(*asked)
        before = {(one, other): tier for one, other, tier in standing}
        others = self._others(known, keys, store.others(self._own.ring, rows))
        found = self._matching.judged(people, known, others, dict(counted))
        after = {pair: each.judged.tier.value for pair, each in found.items() if each is not None}
        for pair in before.keys() | after.keys():
            if pair not in self._judged:
                self._judged.add(pair)
                self._result.note(pair, before.get(pair), after.get(pair))

    def _others(
        self, known: Mapping[bytes, Traits], keys: Mapping[bytes, Mapping[int, KeyKind]], stored: Sequence[Other]
    ) -> list[Other]:
        """Return the candidates with what would be known of them, and those who are not kept under their keys yet."""
        found = {(each.of, each.subject): each for each in stored}
        for of, mine in keys.items():
            weak, own = {key: kind in blocking.WEAK for key, kind in mine.items()}, blocking.knows(known[of])
            for subject in {each for key in mine for each in self._fresh_keys.get(key, ())} - {of}:
                person, theirs, their_keys = self._stale[subject]
                if blocking.is_worth(weak, their_keys, own & blocking.knows(theirs)):
                    found[of, subject] = Other(of, subject, person.customer, person.source, theirs)
        return [
            each._replace(traits=self._stale[each.subject][1]) if each.subject in self._stale else each
            for each in found.values()
        ]

    async def _everybody(self) -> AsyncIterator[tuple[Transaction, list[Person]]]:
        database, last, seen = self._own.database, (ids.NIL.bytes, ids.NIL.bytes), CHUNK
        while seen == CHUNK:
            async with database.pool.connection() as lane:
                transaction = Transaction(lane, database.words(MATCHER), remote_apply=False)
                facts = {"customer": UUID(bytes=last[0]), "subject": UUID(bytes=last[1]), "own": CUSTOMER_SOURCE}
                (rows,) = await transaction.ask((_EVERYBODY, facts | {"most": CHUNK}))
                seen = len(rows)
                last = (rows[-1][1], rows[-1][0]) if rows else last
                held = [row for row in rows if row[3] is not None]
                keys = self._own.ring.open_many([(row[3], row[0]) for row in held])
                opened = zip(held, keys, strict=True)
                people = [Person(row[0], row[1], row[2], key) for row, key in opened if key is not None]
                if people:
                    yield transaction, people
                await transaction.commit()
