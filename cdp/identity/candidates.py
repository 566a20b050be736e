"""Who is compared with whom in a collection: what look-ups in the database find, computed in memory."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cdp import progress
from cdp.identity import blocking
from cdp.identity.batch import Pairs
from cdp.identity.traits import Traits
from cdp.progress import Tell

_EVERY: Final = 1000
_LARGEST: Final = min(blocking.HOTTEST, blocking.ENOUGH + 1)
"""A block of more brings more than are enough by itself."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """The pairs that share a key that is followed, which of them are worth a look, and how many others each one met."""

    pairs: Pairs
    """The lower place first; each pair once, in order."""
    is_worth: NDArray[np.bool_]
    found: NDArray[np.int64]
    keys: int
    """How many keys there are."""


class Met(NamedTuple):
    """Pairs of people who share a key that one of them follows: their places, in order."""

    ones: NDArray[np.int64]
    others: NDArray[np.int64]
    by_one: NDArray[np.bool_]
    """Whether a look-up for the first takes the other."""
    by_other: NDArray[np.bool_]
    """Whether a look-up for the other takes the first."""
    is_worth: NDArray[np.bool_]
    """What `blocking.is_worth` says of them."""

    def only(self, which: NDArray[Any]) -> Met:
        """Return these of the pairs."""
        return Met(*(each[which] for each in self))


def find(known: Sequence[Traits], *, tell: Tell = progress.unheard) -> Candidates:
    """Return who is compared with whom when each of `known` is looked for among the others."""
    keys, lone, counts = array("q"), array("B"), array("B")
    for place, traits in enumerate(known):
        mine = blocking.keys(traits) if traits.is_enough else []
        keys.extend(map(hash, mine))
        lone.extend(blocking.LONE.get(key.kind, 0) for key in mine)
        counts.append(len(mine))
        if place % _EVERY == 0:
            tell(place, 2 * len(known))
    knows = bytes(map(blocking.knows, known))
    blocks = Blocks(np.frombuffer(keys, np.int64), lone.tobytes(), counts.tobytes(), knows)
    shares = [range(start, min(start + _EVERY, len(known))) for start in range(0, len(known), _EVERY)] or [range(0)]
    follows = blocks.spread(np.concatenate([blocks.followed(each) for each in shares]), range(len(known)))
    met = []
    for share in shares:
        met.append(blocks.met(share, follows))
        tell(len(known) + share.start, 2 * len(known))
    ones, others, by_one, by_other, is_worth = (np.concatenate(each) for each in zip(*met, strict=True))
    found = np.bincount(ones[by_one], minlength=len(known)) + np.bincount(others[by_other], minlength=len(known))
    return Candidates(np.stack((ones, others), axis=1), is_worth, found, len(keys))


class Blocks:
    """Everybody by key: for each person the blocks that they are in, a row for each, the smallest first.

    It answers for many people at once: a loop over all who share a key would cost more than comparing them.
    """

    def __init__(self, keys: NDArray[np.int64], lone: bytes, counts: bytes, knows: bytes) -> None:
        """Take the keys of one person after another, what LONE says of each, how many they have and what they know."""
        people = len(counts)
        self._knows = np.frombuffer(knows, np.uint8)
        owners = np.repeat(np.arange(people, dtype=np.int32), np.frombuffer(counts, np.uint8))
        order = np.argsort(keys, kind="stable")
        keys, self._owners = keys[order], owners[order]
        is_first = np.r_[len(keys) > 0, keys[1:] != keys[:-1]][: len(keys)]
        starts = np.flatnonzero(is_first).astype(np.int32)
        sizes = np.diff(np.r_[starts, len(keys)]).astype(np.int32)
        each_start, each_size = np.repeat(starts, sizes), np.repeat(sizes, sizes)
        told = np.flatnonzero((each_size > 1) & (each_size <= _LARGEST)).astype(np.int32)
        self._entries = told[np.lexsort((keys[told], each_size[told], self._owners[told]))]
        self._starts, self._sizes = each_start[self._entries], each_size[self._entries]
        self._says = np.frombuffer(lone, np.uint8)[order][self._entries]
        self._first = np.searchsorted(self._owners[self._entries], np.arange(people + 1))

    def followed(self, places: range) -> NDArray[np.bool_]:
        """Say of each row of these people whether a look-up goes as far: `blocking.choose` without themselves."""
        rows, mine = self._rows(places)
        so_far = np.r_[0, np.cumsum(self._sizes[rows] - 1)]
        found: NDArray[np.bool_] = so_far[1:] - so_far[np.searchsorted(mine, mine)] <= blocking.ENOUGH
        return found

    def spread(self, followed: NDArray[np.bool_], places: range) -> NDArray[np.bool_]:
        """Return what `followed` says of these people as `met` and `taken` want it: for each key of each person."""
        follows = np.zeros(len(self._owners), np.bool_)
        follows[self._entries[self._first[places.start] : self._first[places.stop]]] = followed
        return follows

    def met(self, places: range, follows: NDArray[np.bool_]) -> Met:
        """Return the pairs of which the lower place is one of these; `follows` is what `spread` gave."""
        rows, mine = self._rows(places)
        each, entries = self._expanded(rows)
        upper = np.flatnonzero(mine[each] < self._owners[entries])
        each, entries = each[upper], entries[upper]
        return self._pairs(mine[each], rows[each], entries, (follows[self._entries[rows[each]]], follows[entries]))

    def taken(self, places: range, follows: NDArray[np.bool_]) -> Met:
        """Return whom look-ups for these people take, wherever they stand; `follows` is what `spread` gave."""
        rows, mine = self._rows(places)
        each, entries = self._expanded(rows)
        away = np.flatnonzero(mine[each] != self._owners[entries])
        each, entries = each[away], entries[away]
        return self._pairs(
            mine[each], rows[each], entries, (follows[self._entries[rows[each]]], np.zeros(len(each), np.bool_))
        )

    def _rows(self, places: range) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the rows of these people, and whose each is."""
        first = self._first[places.start : places.stop + 1]
        return np.arange(first[0], first[-1]), np.repeat(np.arange(places.start, places.stop), np.diff(first))

    def _expanded(self, rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return everybody who stands in a block of these rows: which of the rows, and which entry."""
        sizes = self._sizes[rows].astype(np.int64)
        within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        return np.repeat(np.arange(len(rows)), sizes), within + np.repeat(self._starts[rows], sizes)

    def _pairs(
        self,
        mine: NDArray[np.int64],
        rows: NDArray[np.int64],
        entries: NDArray[np.int64],
        follow: tuple[NDArray[np.bool_], NDArray[np.bool_]],
    ) -> Met:
        """Return the pairs of whom each entry says that they share the key of a row, and which of both follows it."""
        codes = mine * len(self._knows) + self._owners[entries]
        order = np.argsort(codes, kind="stable")
        codes = codes[order]
        starts = np.flatnonzero(np.r_[len(codes) > 0, codes[1:] != codes[:-1]][: len(codes)])
        ones, others = np.divmod(codes[starts], max(len(self._knows), 1))
        if not len(starts):
            none = np.zeros(0, np.bool_)
            return Met(ones, others, none, none, none)
        by_one, by_other = (np.logical_or.reduceat(each[order], starts) for each in follow)
        is_weak = self._is_weak(self._says[rows[order]], starts, ones, others)
        return Met(ones, others, by_one, by_other, ~is_weak).only(by_one | by_other)

    def _is_weak(
        self, says: NDArray[np.uint8], starts: NDArray[np.int64], ones: NDArray[np.int64], others: NDArray[np.int64]
    ) -> NDArray[np.bool_]:
        """Say of each pair that it is not worth a look: `blocking.is_worth` for many; their keys begin at `starts`."""
        most: NDArray[np.uint8] = np.maximum.reduceat(says, starts)
        has_initial = most >= blocking.WITH_INITIAL
        more = np.add.reduceat(says & blocking.ANYBODY == 0, starts, dtype=np.int64)
        is_alone = (np.diff(np.r_[starts, len(says)]) == 1) | (has_initial & (more == 1))
        is_weak: NDArray[np.bool_] = is_alone & (most & self._knows[ones] & self._knows[others] > 0)
        return is_weak
