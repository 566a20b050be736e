"""Whether somebody may be the same person at all, found out early: most are not, and show it by a field or two.

A pair is let go as soon as nothing that is left to compare could bring its weight to what is worth a question. So what
is let go is exactly what the whole comparison would call nothing; what is not, is compared as ever.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from cdp.identity.levels import (
    FIELDS,
    MISSING,
    NAMESAKE,
    PLAIN,
    RULES,
    SWAPPED,
    Field,
    Part,
    is_swapped,
    may_be_swapped,
)  # fmt: skip
from cdp.identity.model import RARE_FIELDS, SHARED_FIELDS, Model
from cdp.identity.scoring import EQUAL

_GIVEN, _SURNAME, _EMAIL = (FIELDS.index(each) for each in (Field.GIVEN, Field.SURNAME, Field.EMAIL))
_FIRST: Final = (Field.BIRTH, Field.MOBILE, Field.EMAIL)
_LAST: Final = (Field.ADDRESS, Field.LANDLINE, Field.BIRTH_PLACE, Field.SEX, Field.MIDDLE)
_ROUNDING: Final = 1e-6

Bits = tuple[float, float]
"""The most that a level can speak for the same person, against a household and against strangers."""


class _Step(NamedTuple):
    """One field: its place, how it is compared, the most that each level brings, and the most that any does."""

    place: int
    rule: Callable[[Part, Part], int]
    table: tuple[Bits, ...]
    home: float
    other: float


class Sieve:
    """Lets go of whom a model would not even ask about; one for a model."""

    __slots__ = ("_after", "_before", "_floor", "_given", "_names", "_start", "_surname")

    def __init__(self, model: Model) -> None:
        """Find out what each level can bring at most."""
        same, home, other = model.priors
        self._floor = model.thresholds.possible - _ROUNDING
        self._before = tuple(_step(model, each) for each in _FIRST)
        self._after = tuple(_step(model, each) for each in _LAST)
        given, surname = _step(model, Field.GIVEN), _step(model, Field.SURNAME)
        self._given, self._surname = given.table, surname.table
        most = given.home + surname.home, given.other + surname.other
        self._start: Bits = same - home + most[0], same - other + most[1]
        self._names: Bits = most

    def may_be(self, a: tuple[Part, ...], b: tuple[Part, ...]) -> bool:
        """Say whether the weight of two people of these parts may be worth a question."""
        (home, other), floor = self._start, self._floor
        before: list[_Step] = []
        after: list[_Step] = []
        for steps, known in ((self._before, before), (self._after, after)):
            for step in steps:
                place, _, _, most_home, most_other = step
                if a[place] and b[place]:
                    home += most_home
                    other += most_other
                    known.append(step)
        for place, rule, table, most_home, most_other in before:
            bits = table[rule(a[place], b[place])]
            home += bits[0] - most_home
            other += bits[1] - most_other
            if home < floor or other < floor:
                return False
        bits = self._of_names(a, b)
        home += bits[0]
        other += bits[1]
        for place, rule, table, most_home, most_other in after:
            if home < floor or other < floor:
                return False
            bits = table[rule(a[place], b[place])]
            home += bits[0] - most_home
            other += bits[1] - most_other
        return home >= floor and other >= floor

    def _of_names(self, a: tuple[Part, ...], b: tuple[Part, ...]) -> Bits:
        given = RULES[_GIVEN](a[_GIVEN], b[_GIVEN]) if a[_GIVEN] and b[_GIVEN] else MISSING
        surname = RULES[_SURNAME](a[_SURNAME], b[_SURNAME]) if a[_SURNAME] and b[_SURNAME] else MISSING
        if may_be_swapped(given, surname) and is_swapped(a, b):
            given, surname = SWAPPED, MISSING
        one, other = self._given[given], self._surname[surname]
        return one[0] + other[0] - self._names[0], one[1] + other[1] - self._names[1]


def _step(model: Model, field: Field) -> _Step:
    place = FIELDS.index(field)
    rare = _rarest(model, field)
    table = [
        (same - home + (rare if 0 < level <= EQUAL.get(field, 0) and field not in SHARED_FIELDS else 0.0),
         same - other + (rare if 0 < level <= EQUAL.get(field, 0) else 0.0))
        for level, (same, home, other) in enumerate(model.bits[place])
    ]  # fmt: skip
    if field is Field.EMAIL:  # a mailbox of one name becomes a namesake's once the names are compared
        for level in PLAIN:
            table[level] = max(table[level][0], table[NAMESAKE][0]), max(table[level][1], table[NAMESAKE][1])
    return _Step(place, RULES[place], tuple(table), max(each[0] for each in table), max(each[1] for each in table))


def _rarest(model: Model, field: Field) -> float:
    """Return how many bits the rarest equal value brings beyond the average one."""
    known = model.rarity.get(field) if field in RARE_FIELDS else None
    return 0.0 if known is None else max(0.0, -min((known.others, *known.common.values())))
