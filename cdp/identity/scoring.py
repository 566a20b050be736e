"""How much speaks for the same person: bits, field by field, against the likelier of a household and strangers."""

from math import log2
from typing import Final, NamedTuple

from cdp.identity.levels import EXACT, FIELDS, LEVELS, Field, Levels, compare_parts, parts
from cdp.identity.model import RARE_FIELDS, SHARED_FIELDS, Model
from cdp.identity.traits import Traits

_FAR_APART: Final = 60.0
EQUAL: Final = {field: 2 if field is Field.EMAIL else EXACT for field in RARE_FIELDS}
"""The last level of a field at which two values are equal."""
_RARE: Final = tuple((FIELDS.index(field), field, field in SHARED_FIELDS, EQUAL[field]) for field in RARE_FIELDS)


class Piece(NamedTuple):
    """What one field says: its level by name, and its bits. Never a value."""

    field: Field
    level: str
    bits: float


class Score:
    """The weight of a pair in bits, its levels, and on demand what it is made of.

    A weight of 10 says: a thousand to one that this is the same person. `household` says whether the likeliest other
    explanation is a member of the same household, and not a stranger.
    """

    __slots__ = ("_model", "_rare", "household", "levels", "weight")

    def __init__(self, model: Model, levels: Levels, a: Traits, b: Traits) -> None:
        """Weigh two people of these levels."""
        same, home, other = model.priors
        for table, level in zip(model.bits, levels, strict=True):
            if level:
                bits = table[level]
                same, home, other = same + bits[0], home + bits[1], other + bits[2]
        self._rare: dict[int, float] = {}
        for place, field, is_shared, equal in _RARE:
            if 0 < levels[place] <= equal:
                self._rare[place] = rare = rarity(model, field, a, b)
                home, other = home if is_shared else home + rare, other + rare
        self.household = home > other
        self.weight = same - _either(home, other)
        self.levels = levels
        self._model = model

    def __repr__(self) -> str:
        """Show the weight and the levels."""
        return f"Score({self.weight:.1f}, {', '.join(f'{each.field.value}: {each.level}' for each in self.parts)})"

    @property
    def parts(self) -> tuple[Piece, ...]:
        """What each known field says against the likelier other explanation."""
        return tuple(self._piece(place, level) for place, level in enumerate(self.levels) if level)

    @property
    def chance(self) -> float:
        """The bits that are not a field's: how seldom two subjects are the same person at all."""
        return self.weight - sum(piece.bits for piece in self.parts)

    def _piece(self, place: int, level: int) -> Piece:
        field = FIELDS[place]
        same, home, other = self._model.bits[place][level]
        rare = self._rare.get(place, 0.0)
        against = home + (0.0 if field in SHARED_FIELDS else rare) if self.household else other + rare
        return Piece(field, LEVELS[field][level], same - against)


def score(model: Model, a: Traits, b: Traits) -> Score:
    """Return log2 of P(same person) over P(same household or strangers), explained field by field."""
    return Score(model, compare_parts(parts(a), parts(b)), a, b)


def _either(home: float, other: float) -> float:
    more, less = (home, other) if home > other else (other, home)
    return more + log2(1 + 2 ** (less - more)) if more - less < _FAR_APART else more


def rarity(model: Model, field: Field, a: Traits, b: Traits) -> float:
    """Return how many bits likelier than on average strangers share this equal value: less than 0 for a rare one."""
    known = model.rarity.get(field)
    if known is None:
        return 0.0
    one = token(field, a)
    other = one if a is b else token(field, b)
    bits = known.common.get(one, known.others)
    return bits if one == other else max(bits, known.common.get(other, known.others))


def token(field: Field, traits: Traits) -> str:
    """Return the value by which the rarity of a field is known."""
    if field is Field.GIVEN:
        return traits.given[0] if traits.given else ""
    if field is Field.SURNAME:
        return " ".join(traits.surname)
    if field is Field.BIRTH:
        return "-".join(map(str, traits.birth)) if traits.birth else ""
    if field is Field.EMAIL:
        return traits.emails[0] if traits.emails else ""
    return traits.home
