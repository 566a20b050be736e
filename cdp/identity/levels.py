"""How much two people are alike, field by field: exact, close, far or missing, and nothing finer."""

import re
from collections.abc import Callable
from enum import StrEnum
from typing import Any, Final

from rapidfuzz.distance import OSA, JaroWinkler

from cdp.identity.addresses import Address
from cdp.identity.contacts import second_key
from cdp.identity.traits import Birth, Traits


class Field(StrEnum):
    """What is compared. Public: explanations and models name them."""

    GIVEN = "given"
    MIDDLE = "middle"
    SURNAME = "surname"
    BIRTH = "birth"
    EMAIL = "email"
    MOBILE = "mobile"
    LANDLINE = "landline"
    ADDRESS = "address"
    SEX = "sex"
    BIRTH_PLACE = "birth_place"


MISSING: Final = 0
EXACT: Final = 1
ALIKE: Final = 2
LEVELS: Final[dict[Field, tuple[str, ...]]] = {
    Field.GIVEN: ("missing", "exact", "initial", "close", "far", "swapped", "different"),
    Field.MIDDLE: ("missing", "exact", "different"),
    Field.SURNAME: ("missing", "exact", "part", "close", "far", "different"),
    Field.BIRTH: ("missing", "exact", "swapped", "slip", "part", "near", "different"),
    Field.EMAIL: ("missing", "exact", "plain", "mailbox", "name", "plain-name", "close", "namesake", "different"),
    Field.MOBILE: ("missing", "exact", "close", "different"),
    Field.LANDLINE: ("missing", "exact", "close", "different"),
    Field.ADDRESS: ("missing", "exact", "house", "close", "former", "street", "area", "city", "different"),
    Field.SEX: ("missing", "exact", "different"),
    Field.BIRTH_PLACE: ("missing", "exact", "close", "different"),
}
"""The names of the levels of each field, by number; the first is always missing, the second exact."""

FIELDS: Final = tuple(LEVELS)
Levels = tuple[int, ...]
"""A level for each of FIELDS, by number."""

Part = Any
"""What one field compares: hashable, so that a value is compared once in a batch."""

_CLOSE: Final = 0.88
_FAR: Final = 0.72
_LONG: Final = 5
_MONTHS: Final = 14
SWAPPED: Final = 5
"""The level of a given name that changed places with the surname; the surname is then missing."""
FAR: Final = 4
"""Names at a level below this one, and known, agree."""
PLAIN: Final = (5, 6)
"""The levels of mailboxes that are made of a name, or nearly the same."""
NAMESAKE: Final = 7
"""The level of two mailboxes made of one name, of people who have that name: it says hardly more than the name did."""
_GIVEN, _SURNAME, _EMAIL = (FIELDS.index(each) for each in (Field.GIVEN, Field.SURNAME, Field.EMAIL))
_NUMBER: Final = re.compile(r"(?<!\d)(?!(?:19|20)\d\d\D)\d+[^@]*@")
_DIGITS: Final = re.compile(r"\D")
_ALIKE_MAIL: Final = 0.94
_DOTLESS: Final = ("@gmail.com", "@googlemail.com")
_GIVEN_WORD: Final = (0, 1, 2, 3, 4, 6)
_alike = JaroWinkler.similarity
_edits = OSA.distance


def compare(a: Traits, b: Traits) -> Levels:
    """Return the level of every field, in the order of FIELDS."""
    return compare_parts(parts(a), parts(b))


def compare_parts(a: tuple[Part, ...], b: tuple[Part, ...]) -> Levels:
    """Return the levels of what `parts` gave for two people."""
    found = [rule(one, other) if one and other else MISSING for rule, one, other in zip(RULES, a, b, strict=True)]
    if may_be_swapped(found[_GIVEN], found[_SURNAME]) and is_swapped(a, b):
        found[_GIVEN], found[_SURNAME] = SWAPPED, MISSING
    if found[_EMAIL] in PLAIN and 0 < found[_GIVEN] < FAR and 0 < found[_SURNAME] < FAR:
        found[_EMAIL] = NAMESAKE
    return tuple(found)


def parts(traits: Traits) -> tuple[Part, ...]:
    """Return what each of FIELDS compares; what is not known is false."""
    place = (traits.postcode, traits.house_number, traits.house_suffix, traits.street, traits.city)
    is_placed = traits.postcode or traits.street or traits.city
    return (
        (traits.given, traits.initials) if traits.initials else None,
        traits.initials[1:],
        traits.surname,
        traits.birth,
        traits.emails,
        traits.mobiles,
        traits.landlines,
        (Address(*place), traits.former) if is_placed else None,
        traits.sex,
        traits.birth_place,
    )


def may_be_swapped(given: int, surname: int) -> bool:
    """Say whether these two levels ask for a look at `is_swapped`."""
    return (given >= SWAPPED - 1 or given == MISSING) and surname >= SWAPPED - 1


def is_swapped(a: tuple[Part, ...], b: tuple[Part, ...]) -> bool:
    """Say whether given name and surname changed places: what is known of both sides agrees crosswise."""
    (given, surname), (other_given, other_surname) = first_words(a), first_words(b)
    crossed = [crosswise(*each) for each in ((given, other_surname), (other_given, surname)) if all(each)]
    return bool(crossed) and all(crossed)


def first_words(of: tuple[Part, ...]) -> tuple[str, str]:
    """Return the first given name and the first part of the surname, where they are known."""
    given, surname = of[_GIVEN], of[_SURNAME]
    return given[0][0] if given and given[0] else "", surname[0] if surname else ""


def crosswise(one: str, other: str) -> bool:
    """Say whether a given name and a surname are one word."""
    return one == other or _word(one, other) < FAR


def _given(a: tuple[tuple[str, ...], str], b: tuple[tuple[str, ...], str]) -> int:
    """Compare given names: all that are written out, and otherwise the first initial."""
    if not a[0] or not b[0]:
        return 2 if a[1][0] == b[1][0] else 6
    one, other = a[0][0], b[0][0]
    if one == other:
        return 1
    if len(a[0]) + len(b[0]) > 2 and ("".join(a[0]) == "".join(b[0]) or one in b[0] or other in a[0]):  # noqa: PLR2004  # one word each
        return 1 if "".join(a[0]) == "".join(b[0]) else 3
    return _GIVEN_WORD[_word(one, other)]


def _word(one: str, other: str) -> int:
    """Compare two words: 3 for a typing error or a short form, 4 for what still sounds alike, otherwise 5.

    The shorter one says how many errors are let pass: else two would be more alike seen from one side than the other.
    """
    alike = _alike(one, other)
    if alike >= _CLOSE or one.startswith(other) or other.startswith(one):
        return 3
    if _edits(one, other, score_cutoff=2) <= (1 if len(one) < _LONG or len(other) < _LONG else 2):
        return 3
    return 4 if alike >= _FAR else 5


def _middle(a: str, b: str) -> int:
    return 1 if a[0] == b[0] else 2


def _surname(a: tuple[str, ...], b: tuple[str, ...]) -> int:
    """Compare surnames: a double name shares a part with either of its halves."""
    if a == b:
        return 1
    if len(a) + len(b) > 2:  # noqa: PLR2004  # one word each
        if "".join(a) == "".join(b) or set(a) == set(b):
            return 1
        if not set(a).isdisjoint(b):
            return 2
        return min(_word("".join(a), "".join(b)), _word(a[-1], b[-1]), _word(a[0], b[0]))
    return _word(a[0], b[0])


def _birth(a: Birth, b: Birth) -> int:
    """Compare dates: day and month swapped, one digit wrong, one part wrong, a year or less apart."""
    if a == b:
        return 1
    same = (a[0] == b[0]) + (a[1] == b[1]) + (a[2] == b[2])
    if same == 2:  # noqa: PLR2004  # of three parts
        return 3 if _is_slip(a, b) else 4
    if a[0] == b[0] and a[1] == b[2] and a[2] == b[1]:
        return 2
    if abs((a[0] - b[0]) * 12 + a[1] - b[1]) <= _MONTHS:
        return 5
    return 6


def _is_slip(a: Birth, b: Birth) -> bool:
    return _edits(f"{a[0]}{a[1]:02}{a[2]:02}", f"{b[0]}{b[1]:02}{b[2]:02}", score_cutoff=1) <= 1


def _email(a: tuple[str, ...], b: tuple[str, ...]) -> int:
    if a[0] == b[0]:
        return 1 if _is_telling(a[0]) else 2
    return _mail(a[0], b[0]) if len(a) == len(b) == 1 else min(_mail(one, other) for one in a for other in b)


def _mail(one: str, other: str) -> int:
    """Compare addresses: equal, the same mailbox, its name at another provider, a typing error.

    Another number is another mailbox: it is what people of one name are told apart by. Plain is
    what is made of a name and a year only: two people of one name may both have made it up.
    """
    if one == other:
        return 1 if _is_telling(one) else 2
    name, other_name = one.partition("@")[0], other.partition("@")[0]
    if _may_be_aliases(one, other) and second_key(one) == second_key(other):
        return 3
    if name == other_name:
        return 4 if _is_telling(f"{name}@") else 5
    is_close = _alike(name, other_name) >= _ALIKE_MAIL or _edits(one, other, score_cutoff=2) <= 2  # noqa: PLR2004  # two slips of the hand
    return 6 if is_close and _DIGITS.sub("", name) == _DIGITS.sub("", other_name) else 8


def _may_be_aliases(one: str, other: str) -> bool:
    return "+" in one or "+" in other or (one.endswith(_DOTLESS) and other.endswith(_DOTLESS))


def _is_telling(address: str) -> bool:
    """Say whether a mailbox holds a number that is no year."""
    return _NUMBER.search(address) is not None


def _number(a: tuple[str, ...], b: tuple[str, ...]) -> int:
    if a[0] == b[0]:
        return 1
    if len(a) == len(b) == 1:
        return 2 if _edits(a[0], b[0], score_cutoff=1) <= 1 else 3
    if not set(a).isdisjoint(b):
        return 1
    return 2 if any(_edits(one, other, score_cutoff=1) <= 1 for one in a for other in b) else 3


def _place(a: tuple[Address, tuple[str, ...]], b: tuple[Address, tuple[str, ...]]) -> int:
    """Compare addresses, best first: a home, a house, one with a typing error, an earlier home, a street, an area."""
    one, other = a[0], b[0]
    street, postcode = _street(one, other), _postcode(one, other)
    if (street or postcode) and one.number and other.number and (level := _house(one, other, street, postcode)):
        return level
    if (a[1] or b[1]) and _is_former(a, b):
        return 4
    if street == EXACT or (not street and postcode == EXACT):
        return 5
    if postcode == EXACT or street == ALIKE:
        return 6
    if one.city and other.city:
        return 7 if one.city == other.city or _alike(one.city, other.city) >= _CLOSE else 8
    return 8 if street or postcode else MISSING


def _house(one: Address, other: Address, street: int, postcode: int) -> int:
    """Return the level of two houses with a number: the same, the same but for an error, or 0 for another one."""
    place = street or postcode
    if one.number != other.number:
        return 3 if place == EXACT and _edits(one.number, other.number, score_cutoff=1) <= 1 else 0
    if place == EXACT and postcode in {EXACT, MISSING}:
        return 1 if one.suffix == other.suffix else 2
    return 3 if place <= ALIKE else 0


def _street(one: Address, other: Address) -> int:
    """Return 0 for unknown, 1 for the same, 2 for alike, 3 for different."""
    if not one.street or not other.street:
        return 0
    if one.street == other.street:
        return 1
    return 2 if _alike(one.street, other.street) >= 0.9 else 3  # noqa: PLR2004  # typing errors in long names


def _postcode(one: Address, other: Address) -> int:
    """Return 0 for unknown, 1 for the same, 2 for alike, 3 for different."""
    if not one.postcode or not other.postcode:
        return 0
    if one.postcode == other.postcode:
        return 1
    return 2 if _edits(one.postcode, other.postcode, score_cutoff=1) <= 1 else 3


def _is_former(a: tuple[Address, tuple[str, ...]], b: tuple[Address, tuple[str, ...]]) -> bool:
    return a[0].home in b[1] or b[0].home in a[1] or not set(a[1]).isdisjoint(b[1])


def _equal(a: str, b: str) -> int:
    return 1 if a == b else 2


def _town(a: str, b: str) -> int:
    return 1 if a == b else 2 if _alike(a, b) >= _CLOSE else 3


RULES: Final[tuple[Callable[[Any, Any], int], ...]] = (
    _given, _middle, _surname, _birth, _email, _number, _number, _place, _equal, _town,
)  # fmt: skip
