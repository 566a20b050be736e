"""Everybody weighed in memory: who may be one person, each pair once, and what is judged of it.

Two people are judged as the one of the higher place looks at the other, as if everybody looked in the order of their
places: the word of whoever comes last stands. Both say the same, unless one of them has an e-mail address or a number
that more people use than may share one (`cdp.identity.sharing`), and is compared without it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cdp.identity import blocking, deciding, sharing
from cdp.identity.bonds import Found
from cdp.identity.candidates import Met
from cdp.identity.deciding import Judgement, Tier
from cdp.identity.everybody import Everybody
from cdp.identity.model import Model
from cdp.identity.sifting import Mesh, Sieve
from cdp.identity.store import Hashes, Other
from cdp.identity.traits import Traits

BY_ONE: Final = 1
BY_OTHER: Final = 2


class PairColumns(NamedTuple):
    """Pairs of places, the lower one first, and which of them looks the other up: 1 for the first, 2, or 3 for both."""

    ones: NDArray[np.int32]
    others: NDArray[np.int32]
    by: NDArray[np.uint8]

    @classmethod
    def joined(cls, parts: Iterable[PairColumns]) -> PairColumns:
        """Return those of all parts."""
        return cls(*(np.concatenate(each) for each in zip(cls.of([]), *parts, strict=True)))

    @classmethod
    def of(cls, pairs: Iterable[tuple[int, int, int]]) -> PairColumns:
        """Return these pairs as columns."""
        ones, others, by = np.array(list(pairs), np.int64).reshape(-1, 3).T
        return cls(ones.astype(np.int32), others.astype(np.int32), by.astype(np.uint8))


class Chosen(NamedTuple):
    """Of some people: how far their look-ups go, and who shares an address with too many to be compared by it."""

    followed: bytes
    """A bit for each of their rows in `Blocks`."""
    rows: int
    parted: tuple[int, ...]

    @classmethod
    def joined(cls, parts: Iterable[Chosen]) -> Chosen:
        """Return what the parts say, which are in the order of the places."""
        found = list(parts)
        followed = np.concatenate([np.zeros(0, np.bool_), *(each.bits() for each in found)])
        parted = tuple(place for each in found for place in each.parted)
        return cls(np.packbits(followed).tobytes(), len(followed), parted)

    def bits(self) -> NDArray[np.bool_]:
        """Return of each row whether a look-up goes as far."""
        return np.unpackbits(np.frombuffer(self.followed, np.uint8), count=self.rows).astype(np.bool_)


def choose(everybody: Everybody, hashes: Hashes, places: range) -> Chosen:
    """Return how far the look-ups of these people go."""
    followed = everybody.blocks.followed(places)
    crowded = everybody.crowded(places)
    met = everybody.blocks.taken(places, everybody.blocks.spread(followed, places))
    met = met.only(met.is_worth & np.isin(met.ones, crowded))
    whom = dict(_by_one(met))
    parted = [place for place in crowded if _own(everybody, hashes, place, whom.get(place, ())) is not None]
    return Chosen(np.packbits(followed).tobytes(), len(followed), tuple(parted))


class Weighing:
    """Compares pairs of people who were read into memory."""

    def __init__(self, everybody: Everybody, chosen: Chosen, model: Model, hashes: Hashes) -> None:
        """Make ready; `chosen` is of everybody."""
        self.everybody: Final = everybody
        self._follows = everybody.blocks.spread(chosen.bits(), range(len(everybody)))
        self._parted = frozenset(chosen.parted)
        self.model: Final = model
        self._hashes, self._sieve = hashes, Sieve(model)
        self._without: dict[int, Traits] = {}

    def sifted(self, places: range) -> PairColumns:
        """Return the pairs that may be one person of which the lower place is one of these."""
        met = self.everybody.blocks.met(places, self._follows)
        met = met.only(met.is_worth)
        by = (met.by_one * BY_ONE + met.by_other * BY_OTHER).tolist()
        pairs = zip(met.ones.tolist(), met.others.tolist(), by, strict=True)
        return PairColumns.of(pair for one, group in groupby(pairs, itemgetter(0)) for pair in self._worth(one, group))

    def found(self, one: int, other: int, by: int) -> Found | None:
        """Return what is judged of a pair; None where it is nothing."""
        judged = self._judged(other, one) if by & BY_OTHER or self._is_found(one, other) else None
        if judged is None or judged.tier is Tier.NONE:
            return None
        first, second = sorted((self.everybody.subject(one), self.everybody.subject(other)))
        return Found((first, second), judged)

    def with_bonds(
        self, pairs: PairColumns, bonded: Iterable[tuple[bytes, bytes]]
    ) -> tuple[dict[tuple[int, int], int], set[int]]:
        """Return the pairs and those who are bonded besides, and who is bonded with somebody who came later."""
        found = {(one, other): by for one, other, by in zip(*(each.tolist() for each in pairs), strict=True)}
        later: set[int] = set()
        for ends in bonded:
            places = [place for end in ends if (place := self.everybody.place(end)) is not None]
            if len(places) < len(ends):
                later.update(places)
            else:
                one, other = sorted(places)
                found[one, other] = found.get((one, other), 0) | BY_ONE  # each is compared again with the other
        return found, later

    def like(self, place: int) -> list[Other]:
        """Return who is worth comparing with whoever stands at a place."""
        everybody = self.everybody
        return [
            Other(everybody.subject(place), everybody.subject(each), b"", everybody.source(each), everybody.known(each))
            for each in self._taken(place)
        ]

    def _worth(self, one: int, pairs: Iterable[tuple[int, int, int]]) -> Iterator[tuple[int, int, int]]:
        mine = self._own(one)
        mesh = self._sieve.of(mine)
        for pair in pairs:
            _, other, by = pair
            is_open = by & BY_OTHER and not self._parted.isdisjoint((one, other))  # the other one says it
            if is_open or _may_be(mine, mesh, self.everybody.known(other)):
                yield pair

    def _is_found(self, one: int, other: int) -> bool:
        """Say whether the first would find the other; where neither is parted from anything, both say the same."""
        if self._parted.isdisjoint((one, other)):
            return True
        return self._judged(one, other).tier is not Tier.NONE

    def _judged(self, one: int, other: int) -> Judgement:
        everybody = self.everybody
        is_own = everybody.source(one) == everybody.source(other)
        return deciding.judge(self.model, self._own(one), everybody.known(other), same_source=is_own)

    def _own(self, place: int) -> Traits:
        """Return what is known of somebody, without what more people use than may share it."""
        if place not in self._parted:
            return self.everybody.known(place)
        if place not in self._without:
            own = _own(self.everybody, self._hashes, place, self._taken(place))
            self._without[place] = self.everybody.known(place) if own is None else own
        return self._without[place]

    def _taken(self, place: int) -> list[int]:
        met = self.everybody.blocks.taken(range(place, place + 1), self._follows)
        found: list[int] = met.others[met.is_worth].tolist()
        return found


def _may_be(mine: Traits, mesh: Mesh, theirs: Traits) -> bool:
    return bool(mine.unique and theirs.unique) or mesh.may_be(theirs)


def _by_one(met: Met) -> Iterator[tuple[int, list[int]]]:
    for one, group in groupby(zip(met.ones.tolist(), met.others.tolist(), strict=True), itemgetter(0)):
        yield one, [other for _, other in group]


def _own(everybody: Everybody, hashes: Hashes, place: int, others: Iterable[int]) -> Traits | None:
    """Return what is known of somebody without what too many share; None where that is nothing."""
    mine = everybody.known(place)
    sizes = {value: everybody.crowds.get(key, 0) for value, key in hashes.addresses(mine).items()}
    crowds = {value: min(size, blocking.ENOUGH + 1) for value, size in sizes.items() if size}
    found = sharing.without_shared(mine, [everybody.known(each) for each in others], crowds)
    return None if found is mine else found
