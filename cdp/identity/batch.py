"""Many pairs at once, with numpy: every two values are compared once, and what is counted are patterns of levels."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cdp.identity import levels
from cdp.identity.levels import ALIKE, EXACT, FIELDS, MISSING, SWAPPED, Field, Part
from cdp.identity.model import RARE_FIELDS, SHARED_FIELDS, Model
from cdp.identity.scoring import EQUAL, token
from cdp.identity.traits import Traits

Pairs = NDArray[np.int64]
"""Two columns: the places of two people in a sequence."""
Patterns = NDArray[np.int8]
"""A row for each pair, a column for each of FIELDS: its level."""
Bits = NDArray[np.float64]
AT_ONCE: Final = 1_000_000
_GIVEN, _SURNAME, _EMAIL = (FIELDS.index(each) for each in (Field.GIVEN, Field.SURNAME, Field.EMAIL))


class Batch:
    """People whose pairs are compared and weighed by the hundred thousand."""

    def __init__(self, people: Sequence[Traits]) -> None:
        """Take the people once: pairs name them by their places."""
        known = [levels.parts(each) for each in people]
        self._columns = [_numbered(each[place] for each in known) for place in range(len(FIELDS))]
        words, values = _numbered(word for each in known for word in levels.first_words(each))
        self._words = words.reshape(-1, 2), values
        self._tokens = [_numbered(token(field, each) for each in people) for field in RARE_FIELDS]

    def patterns(self, pairs: Pairs) -> Patterns:
        """Return the levels of each pair."""
        found = np.zeros((len(pairs), len(FIELDS)), np.int8)
        for place, (rule, (column, values)) in enumerate(zip(levels.RULES, self._columns, strict=True)):
            found[:, place] = _levels(rule, column[pairs], values)
        given, surname = found[:, _GIVEN], found[:, _SURNAME]
        may_be = np.flatnonzero(((given >= SWAPPED - 1) | (given == MISSING)) & (surname >= SWAPPED - 1))
        swapped = may_be[self._is_swapped(pairs[may_be])]
        found[swapped, _GIVEN], found[swapped, _SURNAME] = SWAPPED, MISSING
        given, surname = found[:, _GIVEN], found[:, _SURNAME]
        is_named = (given > 0) & (given < levels.FAR) & (surname > 0) & (surname < levels.FAR)
        found[is_named & np.isin(found[:, _EMAIL], levels.PLAIN), _EMAIL] = levels.NAMESAKE
        return found

    def rarities(self, model: Model, pairs: Pairs, patterns: Patterns) -> Bits:
        """Return for each pair the bits of its equal values: a column for each of RARE_FIELDS."""
        bits = np.zeros((len(pairs), len(RARE_FIELDS)))
        for place, (field, (column, values)) in enumerate(zip(RARE_FIELDS, self._tokens, strict=True)):
            known = model.rarity.get(field)
            if known is None:
                continue
            table = np.array([*(known.common.get(each, known.others) for each in values), known.others])
            level = patterns[:, FIELDS.index(field)]
            rows = np.flatnonzero((level > MISSING) & (level <= EQUAL[field]))
            bits[rows, place] = table[column[pairs[rows]]].max(axis=1)
        return bits

    def weights(self, model: Model, pairs: Pairs) -> Bits:
        """Return the weight of each pair, the same as `scoring.score` gives."""
        found = [self._weights(model, pairs[start : start + AT_ONCE]) for start in range(0, len(pairs), AT_ONCE)]
        return np.concatenate(found) if found else np.zeros(0)

    def _weights(self, model: Model, pairs: Pairs) -> Bits:
        patterns = self.patterns(pairs)
        same, home, other = explanations(model, patterns, self.rarities(model, pairs, patterns))
        return same - np.logaddexp2(home, other)

    def _is_swapped(self, pairs: Pairs) -> NDArray[np.bool_]:
        """Say of each pair what `levels.is_swapped` says."""
        words, values = self._words
        crossed = np.stack(
            [_levels(_crosswise, words[pairs, [[0, 1]]], values), _levels(_crosswise, words[pairs, [[1, 0]]], values)]
        )
        is_swapped: NDArray[np.bool_] = (crossed == EXACT).any(axis=0) & (crossed < ALIKE).all(axis=0)
        return is_swapped


def explanations(model: Model, patterns: Patterns, rarities: Bits) -> tuple[Bits, Bits, Bits]:
    """Return the bits of each pattern, if it were of the same person, of a household, of strangers."""
    is_personal = np.array([field not in SHARED_FIELDS for field in RARE_FIELDS])
    added = (np.zeros(len(patterns)), rarities[:, is_personal].sum(axis=1), rarities.sum(axis=1))
    same, home, other = (start + each for start, each in zip(model.priors, added, strict=True))
    for place, table in enumerate(model.bits):
        bits = np.array(table)[patterns[:, place]]
        same, home, other = same + bits[:, 0], home + bits[:, 1], other + bits[:, 2]
    return same, home, other


def _crosswise(one: str, other: str) -> int:
    return EXACT if levels.crosswise(one, other) else ALIKE


def _numbered(values: Iterable[Any]) -> tuple[NDArray[np.int64], list[Any]]:
    """Return the number of each value, and the values by number; what is not known is -1."""
    numbers: dict[Any, int] = {}
    column = [numbers.setdefault(each, len(numbers)) if each else -1 for each in values]
    return np.array(column, np.int64), list(numbers)


def _levels(rule: Callable[[Part, Part], int], numbers: NDArray[np.int64], values: list[Part]) -> NDArray[np.int8]:
    """Return the level of each pair of numbers, comparing every two values once."""
    found = np.zeros(len(numbers), np.int8)
    rows = np.flatnonzero((numbers >= 0).all(axis=1))
    low, high = numbers[rows].min(axis=1), numbers[rows].max(axis=1)
    both, places = np.unique(low * len(values) + high, return_inverse=True)
    one, other = (map(values.__getitem__, each.tolist()) for each in np.divmod(both, max(len(values), 1)))
    found[rows] = np.fromiter(map(rule, one, other), np.int8, len(both))[places]
    return found
