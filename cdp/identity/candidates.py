"""Who is compared with whom in a collection: what look-ups in the database find, computed in memory."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
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
    """The pairs worth comparing, how many candidates each look-up found, and how many keys there are."""

    pairs: Pairs
    found: NDArray[np.int64]
    keys: int


def find(known: Sequence[Traits], *, tell: Tell = progress.unheard) -> Candidates:
    """Return who is compared with whom when each of `known` is looked for among the others."""
    keys = array("q")
    owners = array("i")
    for place, traits in enumerate(known):
        for key in blocking.keys(traits) if traits.is_enough else ():
            keys.append(hash(key))
            owners.append(place)
        if place % _EVERY == 0:
            tell(place, 2 * len(known))
    blocks = Blocks(np.frombuffer(keys, np.int64), np.frombuffer(owners, np.int32), len(known))
    found = np.zeros(len(known), dtype=np.int64)
    ones, others = array("q"), array("q")
    for place in range(len(known)):
        chosen = blocks.of(place)
        found[place] = len(chosen)
        ones.extend([place] * len(chosen))
        others.extend(chosen)
        if place % _EVERY == 0:
            tell(len(known) + place, 2 * len(known))
    return Candidates(_pairs(ones, others, len(known)), found, len(keys))


class Blocks:
    """Everybody by key: for each person the blocks that they are in, the smallest first."""

    def __init__(self, keys: NDArray[np.int64], owners: NDArray[np.int32], people: int) -> None:
        """Take a key and whose it is, as often as there are keys, and how many people there are."""
        order = np.argsort(keys, kind="stable")
        keys, self._owners = keys[order], owners[order]
        starts = np.flatnonzero(np.r_[len(keys) > 0, keys[1:] != keys[:-1]]).astype(np.int32)
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


def _pairs(ones: array[int], others: array[int], people: int) -> Pairs:
    one, other = np.frombuffer(ones, dtype=np.int64), np.frombuffer(others, dtype=np.int64)
    both = np.unique(np.minimum(one, other) * people + np.maximum(one, other))
    return np.stack((both // people, both % people), axis=1)
