"""What comparing everybody anew would change, found out without changing anything."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec
from sqlalchemy import text

from cdp import arrays, ids, progress
from cdp.database import sql
from cdp.identity import sweeping
from cdp.identity.bonds import Found
from cdp.identity.deciding import Tier
from cdp.identity.everybody import Everybody, One, Some
from cdp.identity.matching import Matching
from cdp.identity.portions import Portion
from cdp.identity.store import Person
from cdp.identity.sweeping import Told
from cdp.identity.traits import MARK
from cdp.identity.weighing import Chosen, Weighing
from cdp.platform import Platform
from cdp.progress import Tell
from cdp.scope import MATCHER
from cdp.settings import Settings
from cdp.transaction import Rows, Transaction
from consent.types import CUSTOMER_SOURCE

CHUNK: Final = 500
SHOWN: Final = 1_000
"""How many changes are named; all are counted."""
_SUBJECTS: Final = text("select count(subject_id) from subject")
_UNREAD: Final = bytes(MARK)
_EVERYBODY: Final = sql("match_everybody").encode()
_STANDING: Final = (
    b"select uuid_send(subject_id), uuid_send(other_id), tier, is_held from standing_matches(%(subjects)s)"
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

    def add(self, other: Rehearsed) -> None:
        """Count what was found of others, too."""
        self.compared += other.compared
        self.unchanged += other.unchanged
        self.counts += other.counts
        self.changes += other.changes[: SHOWN - len(self.changes)]

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


def rehearse(platform: Platform, *, hands: int | None = None, report: Tell = progress.unheard) -> Rehearsed:
    """Return what `relinking.relink` would change in the bonds. Membership follows from bonds within their limits.

    Works in as many processes as `hands` says, or as there are processors, as a re-link does: everybody is read once,
    as they would be known, and weighed in memory.
    """
    people = _subjects(platform)
    hands = hands or sweeping.fitting(people)
    settings, found = platform.settings, Rehearsed()
    told = Told(people, report) if hands > 1 else None
    with sweeping.hands(hands, told=told) as pool:
        parts = list(sweeping.done([pool.submit(_read, settings, turn, hands) for turn in range(hands)], told))
    found.renewed = sum(renewed for _, renewed in parts)
    everybody = Everybody([some for some, _ in parts])
    parts.clear()
    with sweeping.hands(hands, everybody, told) as pool:
        chosen, pairs = sweeping.weighed(pool, settings, len(everybody), told)
        bundles = sweeping.bundles(len(everybody), pairs)
        asked = [pool.submit(_compare, settings, chosen, some) for some in bundles]
        for _ in sweeping.done(asked, told):
            pass
        for each in asked:  # in their order: of many changes the same are named each time
            found.add(each.result())
    report(found.compared, len(everybody))
    return found


def _subjects(platform: Platform) -> int:
    with platform.database.scoped(MATCHER) as session:
        return int(session.execute(_SUBJECTS).scalar_one())


def _read(settings: Settings, turn: int, hands: int) -> tuple[Some, int]:
    """Return one of so many shares of everybody as they would be known, and of how many another likeness is kept."""

    async def work() -> tuple[Some, int]:
        async with Platform.in_loop(settings) as own:
            found = []
            async for some, renewed in _Share(own, turn, hands).read():
                found.append((some, renewed))
                sweeping.add(len(some.counts), sweeping.RENEWED + sweeping.READ)
        return Some.joined(some for some, _ in found), sum(renewed for _, renewed in found)

    return asyncio.run(work())


class _Share:
    """One of so many shares of everybody, read as they would be known."""

    def __init__(self, own: Platform, turn: int, hands: int) -> None:
        self._own = own
        self._turn = turn
        self._hands = hands
        self._matching = Matching(own)

    async def read(self) -> AsyncIterator[tuple[Some, int]]:
        """Yield some people, and of how many another likeness is kept."""
        database, last, seen = self._own.database, (ids.NIL.bytes, ids.NIL.bytes), CHUNK
        while seen == CHUNK:
            async with database.pool.connection() as lane:
                transaction = Transaction(lane, database.words(MATCHER), remote_apply=False)
                place = {"customer": UUID(bytes=last[0]), "subject": UUID(bytes=last[1]), "own": CUSTOMER_SOURCE}
                share = {"turn": self._turn, "hands": self._hands, "most": CHUNK}
                (rows,) = await transaction.ask((_EVERYBODY, place | share))
                seen, last = len(rows), (rows[-1][1], rows[-1][0]) if rows else last
                people = self._people(rows)
                if people:
                    yield await self._known(transaction, people)
                await transaction.commit()

    async def _known(self, transaction: Transaction, people: Sequence[Person]) -> tuple[Some, int]:
        known, keys = await self._matching.known(transaction, people)
        stored, stored_keys = await self._matching.stored(transaction, people)
        subjects = [each.subject for each in people]
        renewed = [
            of for of in subjects if known[of] != stored.get(of) or list(keys[of]) != list(stored_keys.get(of, ()))
        ]
        ones = (One(each.subject, each.source, _UNREAD, known[each.subject], keys[each.subject]) for each in people)
        return Some.of(ones), len(renewed)

    def _people(self, rows: Rows) -> list[Person]:
        held = [row for row in rows if row[3] is not None]
        keys = self._own.ring.open_many([(row[3], row[0]) for row in held])
        opened = zip(held, keys, strict=True)
        return [Person(row[0], row[1], row[2], key) for row, key in opened if key is not None]


def _compare(settings: Settings, chosen: Chosen, some: Sequence[Portion]) -> Rehearsed:
    """Return what would become of the bonds of these people; in a process that holds everybody."""

    async def work() -> Rehearsed:
        found = Rehearsed()
        async with Platform.in_loop(settings) as own:
            weighing = sweeping.weigher(settings, chosen)
            for portion in some:
                await _note(own, weighing, portion, found)
                sweeping.add(len(portion.places), sweeping.WRITTEN)
        return found

    return asyncio.run(work())


async def _note(own: Platform, weighing: Weighing, portion: Portion, found: Rehearsed) -> None:
    """Note what would become of each bond of these people, once: where the first of both stands."""
    everybody, here = weighing.everybody, set(portion.places.tolist())
    subjects = arrays.ids(map(everybody.subject, here))
    async with own.database.pool.connection() as lane:
        transaction = Transaction(lane, own.database.words(MATCHER), remote_apply=False)
        (standing,) = await transaction.ask((_STANDING, {"subjects": subjects}))
        await transaction.commit()
    before = {(one, other): tier for one, other, tier, is_held in standing if not is_held}
    pairs, _ = weighing.with_bonds(portion.pairs, ((one, other) for one, other, *_ in standing))
    judged = [weighing.found(*pair, by) for pair, by in pairs.items() if pair[0] in here]
    after = {
        each.pair: _tier(each, before.get(each.pair), weighing.model.thresholds.stays)
        for each in judged
        if each is not None
    }
    found.compared += len(here)
    for pair in sorted(before.keys() | after.keys()):
        if _first(everybody, pair) in here:
            found.note(pair, before.get(pair), after.get(pair))


def _tier(found: Found, before: str | None, stays: float) -> str:
    """Return the tier of a bond as it would be kept: what was strong needs less to stay so."""
    is_staying = before == Tier.STRONG and found.judged.score.weight >= stays
    return Tier.STRONG.value if is_staying else found.judged.tier.value


def _first(everybody: Everybody, pair: Pair) -> int | None:
    """Return the place of whoever stands first of both."""
    return min((place for each in pair if (place := everybody.place(each)) is not None), default=None)
