"""The groups that weighed pairs make of a collection: the partition of the product, for measuring it."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from cdp.identity.partition import Bond, BondTier, Subject, partition

_SOURCE: Final = UUID(int=1)
_PAIR: Final = 2

Numbers = NDArray[np.int64]
Joined = tuple[int, int, float]


def group(people: int, pairs: Numbers, weights: NDArray[np.float64]) -> Numbers:
    """Return for each of `people` the number of their group, when all `pairs` weigh enough to join."""
    groups = np.arange(people)
    for joined in _together(people, pairs, weights):
        for members in _parted(joined):
            groups[members] = min(members)
    return groups


def _together(people: int, pairs: Numbers, weights: NDArray[np.float64]) -> Iterator[Sequence[Joined]]:
    """Yield the pairs of each connected component: no bond leads from one to another."""
    root = np.arange(people).tolist()

    def top(place: int) -> int:
        while root[place] != place:
            root[place] = place = root[root[place]]
        return int(place)

    joined = list(zip(*pairs.T.tolist(), weights.tolist(), strict=True)) if len(pairs) else []
    for one, other, _ in joined:
        root[top(one)] = top(other)
    components = defaultdict(list)
    for each in joined:
        components[top(each[0])].append(each)
    yield from components.values()


def _parted(joined: Sequence[Joined]) -> Iterator[list[int]]:
    members = {place for one, other, _ in joined for place in (one, other)}
    if len(members) == _PAIR:
        yield sorted(members)
        return
    subjects = [Subject(UUID(int=each), _SOURCE) for each in members]
    bonds = [
        Bond(UUID(int=one), UUID(int=other), BondTier.STRONG, weight, reaches=True) for one, other, weight in joined
    ]
    for found in partition(subjects, bonds, ()).groups:
        yield [each.int for each in found]
