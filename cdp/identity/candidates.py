"""Who is compared with whom in a collection: what look-ups in the database find, computed in memory."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cdp import progress
from cdp.identity import blocking
from cdp.identity.traits import Traits
from cdp.progress import Tell

_EVERY: Final = 1000

Pairs = NDArray[np.int64]
"""One row for each pair: the places of both, the lower one first; each pair once, in order."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """The pairs that share a key that is followed, which of them are worth a look, and how many others each one met."""

    pairs: Pairs
    is_worth: NDArray[np.bool_]
    found: NDArray[np.int64]
    keys: int
    """How many keys there are."""


def find(known: Sequence[Traits], *, tell: Tell = progress.unheard) -> Candidates:
    """Return who is compared with whom when each of `known` is looked for among the others."""
    keys, weak, counts = array("q"), array("B"), array("B")
    for place, traits in enumerate(known):
        mine = blocking.keys(traits) if traits.is_enough else []
        keys.extend(map(hash, mine))
        weak.extend(key.kind in blocking.WEAK for key in mine)
        counts.append(len(mine))
        if place % _EVERY == 0:
            tell(place, 2 * len(known))
    knows = bytes(map(blocking.knows, known))
    blocks = Blocks(np.frombuffer(keys, np.int64), weak.tobytes(), counts.tobytes(), knows)
    found = np.zeros(len(known), dtype=np.int64)
    ones, others, worth = array("q"), array("q"), array("B")
    for place in range(len(known)):
        chosen = blocks.of(place)
        found[place] = len(chosen)
        ones.extend([place] * len(chosen))
        others.extend(chosen)
        worth.extend(blocks.worth(place, chosen))
        if place % _EVERY == 0:
            tell(len(known) + place, 2 * len(known))
    return Candidates(*_pairs(ones, others, worth, len(known)), found, len(keys))


class Blocks:
    """Everybody by key: for each person the blocks that they are in, the smallest first."""

    def __init__(self, keys: NDArray[np.int64], weak: bytes, counts: bytes, knows: bytes) -> None:
        """Take the keys of one person after another, whether each is weak, how many they have and what they know."""
        people = len(counts)
        self._weak, self._knows = weak, knows
        ends = np.cumsum(np.frombuffer(counts, np.uint8), dtype=np.int32)
        self._first_key = np.concatenate((np.zeros(1, np.int32), ends))
        owners = np.repeat(np.arange(people, dtype=np.int32), np.frombuffer(counts, np.uint8))
        order = np.argsort(keys, kind="stable")
        keys, self._owners = keys[order], owners[order]
        is_first = np.r_[len(keys) > 0, keys[1:] != keys[:-1]]
        self._blocks = np.empty(len(keys), np.int32)
        self._blocks[order] = np.cumsum(is_first[: len(keys)], dtype=np.int32)
        starts = np.flatnonzero(is_first).astype(np.int32)
        sizes = np.diff(np.r_[starts, len(keys)]).astype(np.int32)
        each_start, each_size = np.repeat(starts, sizes), np.repeat(sizes, sizes)
        told = np.flatnonzero((each_size > 1) & (each_size <= min(blocking.HOTTEST, blocking.ENOUGH + 1)))
        ranked = told[np.lexsort((keys[told], each_size[told], self._owners[told]))]
        self._starts, self._ends = each_start[ranked], each_start[ranked] + each_size[ranked]
        self._first = np.searchsorted(self._owners[ranked], np.arange(people + 1))

    def of(self, place: int) -> set[int]:
        """Return whom a look-up for `place` takes: what `blocking.choose` says, without themselves."""
        chosen = {place}
        for each in range(self._first[place], self._first[place + 1]):
            more = chosen.union(self._owners[self._starts[each] : self._ends[each]].tolist())
            if len(more) > blocking.ENOUGH + 1:
                break
            chosen = more
        chosen.discard(place)
        return chosen

    def worth(self, place: int, others: Iterable[int]) -> list[bool]:
        """Say of each of these whether `place` and they are worth a look: what `blocking.is_worth` says."""
        first, blocks, knows, own = self._first_key, self._blocks, self._knows, self._knows[place]
        start, end = first[place : place + 2].tolist()
        mine = dict(zip(blocks[start:end].tolist(), map(bool, self._weak[start:end]), strict=True))
        return [
            blocking.is_worth(mine, blocks[first[other] : first[other + 1]].tolist(), own & knows[other])
            for other in others
        ]


def _pairs(ones: array[int], others: array[int], worth: array[int], people: int) -> tuple[Pairs, NDArray[np.bool_]]:
    one, other = np.frombuffer(ones, dtype=np.int64), np.frombuffer(others, dtype=np.int64)
    both, met = np.unique(np.minimum(one, other) * people + np.maximum(one, other), return_index=True)
    pairs = np.stack((both // people, both % people), axis=1)
    return pairs, np.frombuffer(worth, np.bool_)[met]
