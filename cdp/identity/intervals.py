"""How certain a measured figure is: intervals that hold the true one nineteen times out of twenty."""

from math import sqrt
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

_NINETEEN_OF_TWENTY: Final = 1.959964
_TAILS: Final = (2.5, 97.5)
_ROUNDS: Final = 2000
_SEED: Final = 6
_DIFFERENT: Final = 2


class Measured(NamedTuple):
    """A share between 0 and 1 with its interval."""

    value: float
    low: float
    high: float


class Matches(NamedTuple):
    """For each person: true pairs that were found, true pairs that were missed, and false pairs."""

    right: NDArray[np.float64]
    missed: NDArray[np.float64]
    wrong: NDArray[np.float64]


def share(part: int, whole: int) -> Measured:
    """Return `part` of `whole` with Wilson's interval, which is honest near 0 and 1; of nothing it says nothing."""
    if not whole:
        return Measured(0.0, 0.0, 1.0)
    z, found = _NINETEEN_OF_TWENTY, part / whole
    middle = (found + z * z / (2 * whole)) / (1 + z * z / whole)
    half = z * sqrt(found * (1 - found) / whole + z * z / (4 * whole * whole)) / (1 + z * z / whole)
    return Measured(found, max(0.0, middle - half), min(1.0, middle + half))


def f1(matches: Matches) -> Measured:
    """Return F1 with an interval by drawing people anew with all their pairs (bootstrap by cluster).

    Where everybody is alike every drawing is, too, and says nothing: then it is what precision and recall leave open.
    """
    kinds, times = np.unique(np.stack(matches, axis=1), axis=0, return_counts=True)
    people = int(times.sum())
    if len(kinds) < _DIFFERENT:
        right, missed, wrong = (int(each.sum()) for each in matches)
        precision, recall = share(right, right + wrong), share(right, right + missed)
        return Measured(*map(_harmonic, precision, recall))
    drawn = np.random.default_rng(_SEED).multinomial(people, times / people, size=_ROUNDS) @ kinds
    low, high = np.percentile(_f1(drawn), _TAILS)
    return Measured(float(_f1((times @ kinds)[None, :])[0]), float(low), float(high))


def _harmonic(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _f1(counted: NDArray[np.float64]) -> NDArray[np.float64]:
    right, missed, wrong = counted.T
    found: NDArray[np.float64] = 2 * right / np.maximum(2 * right + missed + wrong, 1e-9)
    return found
