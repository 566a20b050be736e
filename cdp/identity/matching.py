"""Matching as it happens: the subjects of a delivery are compared with whoever is like them, in its own transaction.

Rules: (1) only subjects are compared of which something changed that identifies them; (2) whoever compares takes turns
with others who have a key in common, had one, or have a bond, so that of two deliveries at once neither is missed, and
none is compared with what the other was; (3) what comes of it is nothing that the source is told: not by an outcome,
not by an error, and the same statements are sent whoever is found; (4) what follows from a bond is for the keeper's
functions: see `cdp.identity.bonds`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from cdp.identity import bonds, deciding, sharing, store
from cdp.identity.blocking import KeyKind
from cdp.identity.bonds import Found
from cdp.identity.deciding import Tier
from cdp.identity.model import Model, in_use
from cdp.identity.sifting import Mesh, Sieve
from cdp.identity.store import Hashes, Other, Person
from cdp.identity.traits import Traits
from cdp.lane import Asked
from cdp.platform import Platform
from cdp.scope import MATCHER
from cdp.transaction import Rows, Transaction

AT_ONCE: Final = 25
"""Of so many subjects at most in its own transaction; a larger delivery leaves them to a worker."""


class Matching:
    """Compares subjects with others; one for a process."""

    def __init__(self, platform: Platform, model: Model | None = None) -> None:
        """Make ready, with the model of the platform unless another is given."""
        self._platform = platform
        self.hashes: Final = Hashes(platform.ring)
        self.model: Final = model or in_use(platform.settings.home)
        self._sieve = Sieve(self.model)

    async def match(self, transaction: Transaction, people: Sequence[Person], *, at: datetime) -> None:
        """Bring the likenesses of `people` up to date and keep whom they are like; the next trip writes it.

        From here on the transaction goes on as the matcher.
        """
        transaction.become(self._platform.database.words(MATCHER))
        known, keys = await self.known(transaction, people)
        transaction.later(store.hold(keys), store.keep(people, known, keys, at=at))
        await self.compare(transaction, people, known, keys, at=at)

    async def refresh(self, transaction: Transaction, people: Sequence[Person], *, at: datetime) -> None:
        """Bring only the likenesses up to date, with the next trip: of those of whom another is kept, or none."""
        rows, stood = await transaction.ask(store.asked_for(people), store.asked_for_kept(people))
        known, (before, keys_before) = store.likenesses(people, rows), store.kept(people, stood)
        keys = {each.subject: self.hashes.of(known[each.subject]) for each in people}
        changed = [
            each
            for each in people
            if known[each.subject] != before.get(each.subject)
            or list(keys[each.subject]) != list(keys_before.get(each.subject, ()))
        ]
        if changed:
            named = {each.subject: keys[each.subject] for each in changed}
            transaction.later(store.keep(changed, known, named, at=at))

    async def stored(
        self, transaction: Transaction, people: Sequence[Person]
    ) -> tuple[Mapping[bytes, Traits], Mapping[bytes, Sequence[int]]]:
        """Return the likenesses of `people` as they are kept, and their keys."""
        (rows,) = await transaction.ask(store.asked_for_kept(people))
        return store.kept(people, rows)

    async def known(
        self, transaction: Transaction, people: Sequence[Person]
    ) -> tuple[Mapping[bytes, Traits], Mapping[bytes, Mapping[int, KeyKind]]]:
        """Return what is known of `people` by the records that stand, and their keys."""
        (rows,) = await transaction.ask(store.asked_for(people))
        known = store.likenesses(people, rows)
        return known, {each.subject: self.hashes.of(known[each.subject]) for each in people}

    async def compare(
        self,
        transaction: Transaction,
        people: Sequence[Person],
        known: Mapping[bytes, Traits],
        keys: Mapping[bytes, Mapping[int, KeyKind]],
        *,
        at: datetime,
    ) -> Rows:
        """Judge each pair that shares a key, hand over what was found with the next trip, and return who was read."""
        (rows,) = await transaction.ask(store.alike(known, keys))
        judged = self.judged(people, known, store.others(self._platform.ring, rows), store.crowded(rows))
        self.tell(transaction, (each.subject for each in people), judged.values(), at=at)
        return rows

    async def meet(
        self,
        transaction: Transaction,
        people: Sequence[Person],
        known: Mapping[bytes, Traits],
        others: Mapping[bytes, Sequence[Other]],
        *,
        at: datetime,
    ) -> None:
        """Do what `compare` does with those who are worth comparing by what was known of everybody a while ago.

        Of those it says only whom to look at: who may be somebody is read as it is kept now, and judged by that.
        """
        (counted,) = await transaction.ask(self.crowds(known))
        own = {each: self.own(known[each], others.get(each, ()), dict(counted)) for each in known}
        pairs = [(each, other.subject) for each in own for other in self._sifted(own[each], others.get(each, ()))]
        (rows,) = await transaction.ask(store.who_are(known, pairs))
        judged = self._weighed(people, own, store.others(self._platform.ring, rows))
        self.tell(transaction, (each.subject for each in people), judged.values(), at=at)

    def tell(
        self, transaction: Transaction, compared: Iterable[bytes], judged: Iterable[Found | None], *, at: datetime
    ) -> None:
        """Hand over what was found of the subjects that were compared, with the next trip."""
        found = [each for each in judged if each is not None]
        transaction.later(bonds.told(list(compared), found, model=self.model, at=at))

    def _sifted(self, mine: Traits, others: Iterable[Other]) -> list[Other]:
        mesh = self._sieve.of(mine)
        return [other for other in others if (mine.unique and other.traits.unique) or mesh.may_be(other.traits)]

    def crowds(self, known: Mapping[bytes, Traits]) -> Asked:
        """Return the question which mailboxes and numbers of these people many records have."""
        return store.crowds(key for each in known.values() for key in self.hashes.addresses(each).values())

    def own(self, mine: Traits, others: Iterable[Other], counted: Mapping[int, int]) -> Traits:
        """Return `mine` without what is not its own, for more people use it; `counted` says of how many."""
        sizes = self.hashes.addresses(mine).items() if counted else ()
        crowds = {each: counted[key] for each, key in sizes if key in counted}
        return sharing.without_shared(mine, [other.traits for other in others], crowds)

    def judged(
        self,
        people: Sequence[Person],
        known: Mapping[bytes, Traits],
        others: Sequence[Other],
        counted: Mapping[int, int],
    ) -> dict[tuple[bytes, bytes], Found | None]:
        """Return for each pair, the smaller id first, what was found; None where it is nothing."""
        theirs = _by_subject(others)
        own = {each.subject: self.own(known[each.subject], theirs[each.subject], counted) for each in people}
        return self._weighed(people, own, others)

    def _weighed(
        self, people: Sequence[Person], own: Mapping[bytes, Traits], others: Sequence[Other]
    ) -> dict[tuple[bytes, bytes], Found | None]:
        theirs = _by_subject(others)
        found: dict[tuple[bytes, bytes], Found | None] = {}
        for each in people:
            mine = own[each.subject]
            mesh = self._sieve.of(mine)
            for other in theirs[each.subject]:
                pair = (each.subject, other.subject) if each.subject < other.subject else (other.subject, each.subject)
                if pair not in found:
                    found[pair] = self._judged(pair, mine, mesh, other, is_own=each.source == other.source)
        return found

    def _judged(
        self, pair: tuple[bytes, bytes], mine: Traits, mesh: Mesh, other: Other, *, is_own: bool
    ) -> Found | None:
        theirs = other.traits
        if not (mine.unique and theirs.unique) and not mesh.may_be(theirs):
            return None
        judged = deciding.judge(self.model, mine, theirs, same_source=is_own)
        return None if judged.tier is Tier.NONE else Found(pair, judged)


def _by_subject(others: Iterable[Other]) -> dict[bytes, list[Other]]:
    found: dict[bytes, list[Other]] = defaultdict(list)
    for other in others:
        found[other.of].append(other)
    return found
