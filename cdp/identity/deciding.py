"""What follows from a likeness: joined at once, joined within one organization, a question to the customer, or nothing.

Rules: (1) what is vetoed never joins, whatever its weight; (2) nothing joins on names and addresses alone: an e-mail
address or a mobile number is equal, and the name or the birth date agrees; (3) across organizations it is a question.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from cdp.identity import scoring
from cdp.identity.levels import FIELDS, LEVELS, Field, Levels
from cdp.identity.model import Model
from cdp.identity.scoring import Score
from cdp.identity.traits import Traits


class Tier(StrEnum):
    """What follows. Public: it is kept with each bond."""

    VERIFIED = "verified"
    STRONG = "strong"
    POSSIBLE = "possible"
    NONE = "none"


class Veto(StrEnum):
    """Why two subjects are not joined, however much is alike. Public: explanations name it."""

    IDENTIFIER = "identifier"
    """Two different verified identifiers of a type of which a person has one."""
    BIRTH = "birth"
    """Two parts of the birth date differ, and day and month did not just change places."""
    HOUSEHOLD = "household"
    """One surname and one home, telephone or birth date, but different first names: a housemate, a parent, a twin."""


class Judgement(NamedTuple):
    """The tier of a pair, what forbade more, and the score that it rests on."""

    tier: Tier
    veto: Veto | None
    score: Score


def _numbers(field: Field, *names: str) -> frozenset[int]:
    return frozenset(LEVELS[field].index(name) for name in names)


_BORN_APART: Final = _numbers(Field.BIRTH, "near", "different")
_BORN_ALIKE: Final = _numbers(Field.BIRTH, "exact", "swapped", "slip")
_OTHER_GIVEN: Final = _numbers(Field.GIVEN, "far", "different")
_GIVEN_AGREES: Final = _numbers(Field.GIVEN, "exact", "initial", "close")
_SWAPPED: Final = _numbers(Field.GIVEN, "swapped")
_SURNAME_AGREES: Final = _numbers(Field.SURNAME, "exact", "part", "close")
_ONE_HOME: Final = (
    (Field.ADDRESS, _numbers(Field.ADDRESS, "exact", "house", "close", "former")),
    (Field.LANDLINE, _numbers(Field.LANDLINE, "exact")),
    (Field.BIRTH, _numbers(Field.BIRTH, "exact")),
)
_OWN: Final = (
    (Field.EMAIL, _numbers(Field.EMAIL, "exact", "plain", "mailbox")),
    (Field.MOBILE, _numbers(Field.MOBILE, "exact")),
)
_PLACE: Final = {field: place for place, field in enumerate(FIELDS)}


def judge(model: Model, a: Traits, b: Traits, *, same_source: bool) -> Judgement:
    """Return what follows from what one or two sources know of two subjects; `same_source`: one organization's own."""
    found = scoring.score(model, a, b)
    forbids = Veto.IDENTIFIER if _has_other_identifier(a, b) else veto(found.levels)
    return Judgement(_tier(model, found, forbids, a, b, same_source=same_source), forbids, found)


def veto(levels: Levels | Sequence[int]) -> Veto | None:
    """Return what forbids to join two people of these levels, if anything does."""
    is_kin = levels[_PLACE[Field.GIVEN]] in _OTHER_GIVEN and levels[_PLACE[Field.SURNAME]] in _SURNAME_AGREES
    if is_kin and any(levels[_PLACE[field]] in homes for field, homes in _ONE_HOME):
        return Veto.HOUSEHOLD
    return Veto.BIRTH if levels[_PLACE[Field.BIRTH]] in _BORN_APART else None


def is_supported(levels: Levels | Sequence[int]) -> bool:
    """Say whether something of one person's own is equal, and the name or the birth date agrees."""
    given, surname = levels[_PLACE[Field.GIVEN]], levels[_PLACE[Field.SURNAME]]
    is_named = given in _SWAPPED or (given in _GIVEN_AGREES and surname in _SURNAME_AGREES)
    is_own = any(levels[_PLACE[field]] in equal for field, equal in _OWN)
    return is_own and (is_named or levels[_PLACE[Field.BIRTH]] in _BORN_ALIKE)


def _tier(model: Model, found: Score, forbids: Veto | None, a: Traits, b: Traits, *, same_source: bool) -> Tier:
    if forbids in {Veto.IDENTIFIER, Veto.HOUSEHOLD}:
        return Tier.NONE
    if forbids is None and not set(a.unique).isdisjoint(b.unique):
        return Tier.VERIFIED
    if forbids is None and same_source and found.weight >= model.thresholds.joins and is_supported(found.levels):
        return Tier.STRONG
    return Tier.POSSIBLE if found.weight >= model.thresholds.possible else Tier.NONE


def _has_other_identifier(a: Traits, b: Traits) -> bool:
    if not a.unique or not b.unique:
        return False
    one, other = _by_type(a), _by_type(b)
    return any(one[each].isdisjoint(other[each]) for each in one.keys() & other.keys())


def _by_type(traits: Traits) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for each in traits.unique:
        found.setdefault(each.partition(":")[0], set()).add(each)
    return found
