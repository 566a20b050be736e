"""Whether somebody may be the same person at all, found out early: most are not, and show it by a field or two.

A pair is let go as soon as nothing that is left to compare could bring its weight to what is worth a question. So what
is let go is exactly what the whole comparison would call nothing; what is not, is compared as ever.
"""

from collections.abc import Sequence
from operator import attrgetter
from typing import Final, NamedTuple

from cdp.identity import scoring
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
    parts,
)  # fmt: skip
from cdp.identity.model import SHARED_FIELDS, Model
from cdp.identity.scoring import EQUAL
from cdp.identity.traits import Traits

_GIVEN, _MIDDLE, _SURNAME, _BIRTH, _EMAIL, _MOBILE, _LANDLINE, _ADDRESS, _SEX, _BIRTH_PLACE = range(len(FIELDS))
_BITS: Final = tuple(1 << place for place in range(len(FIELDS)))
_NAMES: Final = _BITS[_GIVEN] | _BITS[_SURNAME]
_OTHERS: Final = tuple((bit, place) for place, bit in enumerate(_BITS) if not bit & _NAMES)
_RARE: Final = tuple((FIELDS.index(field), field) for field in EQUAL)
_FIRST: Final = tuple(
    (_BITS[place], place, RULES[place], attrgetter(name))
    for place, name in ((_BIRTH, "birth"), (_MOBILE, "mobiles"), (_EMAIL, "emails"))
)
"""What tells most people apart, with where their traits have it as it is compared."""
_LAST: Final = tuple(
    (_BITS[place], place, RULES[place]) for place in (_ADDRESS, _LANDLINE, _BIRTH_PLACE, _SEX, _MIDDLE)
)
_ROUNDING: Final = 1e-6

Bits = tuple[float, float]
"""The most that can speak for the same person, against a household and against strangers."""
_NOTHING: Final[Bits] = (0.0, 0.0)


class _Field(NamedTuple):
    """What one field can bring: by level, at most, and what each level takes away from the most."""

    table: tuple[Bits, ...]
    most: Bits
    lost: tuple[Bits, ...]


class Sieve:
    """Lets go of whom a model would not even ask about; one for a model."""

    __slots__ = ("_plain", "_rarer", "floor", "model", "start")

    def __init__(self, model: Model) -> None:
        """Find out what each level can bring at most."""
        same, home, other = model.priors
        self.model: Final = model
        self.floor: Final = model.thresholds.possible - _ROUNDING
        self.start: Final[Bits] = (same - home, same - other)
        self._plain = tuple(_field(model, field, 0.0) for field in FIELDS)
        self._rarer: dict[tuple[int, float], _Field] = {}

    def of(self, mine: Traits) -> "Mesh":
        """Return what tells of others whether they may be this person."""
        fields = list(self._plain)
        for place, field in _RARE:
            rare = scoring.rarity(self.model, field, mine, mine)
            found = self._rarer.get((place, rare))
            if found is None:  # there are few rarities
                found = self._rarer[place, rare] = _field(self.model, field, rare)
            fields[place] = found
        return Mesh(self, mine, fields)


class Mesh:
    """One person, prepared to be compared with many."""

    __slots__ = (
        "_bounds",
        "_fields",
        "_first",
        "_floor",
        "_given",
        "_known",
        "_last",
        "_others",
        "_own",
        "_start",
        "_surname",
    )

    def __init__(self, sieve: Sieve, mine: Traits, fields: Sequence["_Field"]) -> None:
        """Prepare what is known of them; use `Sieve.of`."""
        self._own = own = parts(mine)
        self._known = known = _known(mine)
        self._start, self._floor, self._fields = sieve.start, sieve.floor, fields
        self._given, self._surname = fields[_GIVEN].table, fields[_SURNAME].table
        self._first = [
            (bit, rule, own[place], of, fields[place].lost) for bit, place, rule, of in _FIRST if known & bit
        ]
        self._last = [(bit, rule, own[place], place, fields[place].lost) for bit, place, rule in _LAST if known & bit]
        self._others = [(bit, fields[place].most) for bit, place in _OTHERS if known & bit]
        self._bounds: dict[int, tuple[Bits, Bits]] = {}

    def may_be(self, other: Traits) -> bool:
        """Say whether the weight of this pair may be worth a question."""
        known, floor = self._known & _known(other), self._floor
        bounds = self._bounds.get(known) or self._bound(known)
        home, stranger = bounds[0]
        if home < floor or stranger < floor:
            return False
        for bit, rule, own, of, lost in self._first:
            if known & bit:
                bits = lost[rule(own, of(other))]
                home += bits[0]
                stranger += bits[1]
                if home < floor or stranger < floor:
                    return False
        theirs = parts(other)
        bits = self._of_names(theirs)
        home += bits[0] - bounds[1][0]
        stranger += bits[1] - bounds[1][1]
        for bit, rule, own, place, lost in self._last:
            if home < floor or stranger < floor:
                return False
            if known & bit:
                bits = lost[rule(own, theirs[place])]
                home += bits[0]
                stranger += bits[1]
        return home >= floor and stranger >= floor

    def _of_names(self, theirs: tuple[Part, ...]) -> Bits:
        mine = self._own
        given = RULES[_GIVEN](mine[_GIVEN], theirs[_GIVEN]) if mine[_GIVEN] and theirs[_GIVEN] else MISSING
        surname = RULES[_SURNAME](mine[_SURNAME], theirs[_SURNAME]) if mine[_SURNAME] and theirs[_SURNAME] else MISSING
        if may_be_swapped(given, surname) and is_swapped(mine, theirs):
            given, surname = SWAPPED, MISSING
        one, other = self._given[given], self._surname[surname]
        return one[0] + other[0], one[1] + other[1]

    def _bound(self, known: int) -> tuple[Bits, Bits]:
        """Return the most that fields known of both can bring, all of them and the names; remember it."""
        names = self._most_of_names(known & _NAMES)
        home, stranger = self._start[0] + names[0], self._start[1] + names[1]
        for bit, most in self._others:
            if known & bit:
                home += most[0]
                stranger += most[1]
        found = self._bounds[known] = (home, stranger), names
        return found

    def _most_of_names(self, known: int) -> Bits:
        given, surname = self._fields[_GIVEN], self._fields[_SURNAME]
        if known == _NAMES:
            return given.most[0] + surname.most[0], given.most[1] + surname.most[1]
        if known == _BITS[_SURNAME]:
            return _best((surname.most, given.table[SWAPPED]))
        return given.most if known else _NOTHING


def _known(of: Traits) -> int:
    """Return which fields are known, as `parts` has them."""
    initials = of.initials
    return (
        (_BITS[_GIVEN] if initials else 0)
        | (_BITS[_MIDDLE] if len(initials) > 1 else 0)
        | (_BITS[_SURNAME] if of.surname else 0)
        | (_BITS[_BIRTH] if of.birth else 0)
        | (_BITS[_EMAIL] if of.emails else 0)
        | (_BITS[_MOBILE] if of.mobiles else 0)
        | (_BITS[_LANDLINE] if of.landlines else 0)
        | (_BITS[_ADDRESS] if of.postcode or of.street or of.city else 0)
        | (_BITS[_SEX] if of.sex else 0)
        | (_BITS[_BIRTH_PLACE] if of.birth_place else 0)
    )


def _field(model: Model, field: Field, rare: float) -> _Field:
    table = [(same - home, same - other) for same, home, other in model.bits[FIELDS.index(field)]]
    for level in range(1, EQUAL.get(field, 0) + 1):
        home, stranger = table[level]
        table[level] = home - (0.0 if field in SHARED_FIELDS else rare), stranger - rare
    if field is Field.EMAIL:  # a mailbox of one name becomes a namesake's once the names are compared
        for level in PLAIN:
            table[level] = _best((table[level], table[NAMESAKE]))
    most = _best(table)
    return _Field(tuple(table), most, tuple((home - most[0], other - most[1]) for home, other in table))


def _best(bits: Sequence[Bits]) -> Bits:
    return max(each[0] for each in bits), max(each[1] for each in bits)
