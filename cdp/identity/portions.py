"""Whom one transaction writes about when everybody was compared: those who belong together, and those who are alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cdp.identity.weighing import PairColumns

FEW: Final = 100
"""How many people a transaction writes about: what it holds, others wait for."""
MANY: Final = 1_000
"""The same of people of whom there is nothing to write."""
_ROUNDS: Final = 30
"""How often it is asked at most who is first of those who hang together; each time it reaches about twice as far.

(Y. Shiloach and U. Vishkin, An O(log n) parallel connectivity algorithm, 1982.)
"""


class Portion(NamedTuple):
    """Some people, and all pairs of which one of them is part."""

    places: NDArray[np.int32]
    pairs: PairColumns


def portions(people: int, pairs: PairColumns) -> Iterator[Portion]:
    """Yield everybody in portions: those of one pair mostly in the same one, and who has none behind them."""
    together, alone = _in_order(people, pairs)
    portion = np.full(people, -1)
    portion[together] = np.arange(len(together)) // FEW
    mine, theirs = portion[pairs.ones], portion[pairs.others]
    across = np.flatnonzero(mine != theirs)
    which = np.r_[np.arange(len(mine)), across]
    order = np.argsort(np.r_[mine, theirs[across]], kind="stable")
    ends = np.searchsorted(np.r_[mine, theirs[across]][order], np.arange(1 + -(-len(together) // FEW)))
    for number, start in enumerate(range(0, len(together), FEW)):
        held = which[order[ends[number] : ends[number + 1]]]
        yield Portion(together[start : start + FEW], PairColumns(*(each[held] for each in pairs)))
    none = PairColumns.of([])
    for start in range(0, len(alone), MANY):
        yield Portion(alone[start : start + MANY], none)


def _in_order(people: int, pairs: PairColumns) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return whoever is part of a pair, those who hang together one after another, and everybody else."""
    first = np.arange(people, dtype=np.int32)
    for _ in range(_ROUNDS):
        before = first
        ones, others = before[pairs.ones], before[pairs.others]
        first, least = before.copy(), np.minimum(ones, others)
        for whom in (ones, others, pairs.ones, pairs.others):  # also who was first so far, and with them all of theirs
            np.minimum.at(first, whom, least)
        first = first[first]
        if np.array_equal(first, before):
            break
    is_part = np.zeros(people, np.bool_)
    is_part[pairs.ones] = is_part[pairs.others] = True
    together = np.flatnonzero(is_part).astype(np.int32)
    return together[np.argsort(first[together], kind="stable")], np.flatnonzero(~is_part).astype(np.int32)
