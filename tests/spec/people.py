"""Who is the same person: pairs of what two records say, and what has to follow. One table, read from top to bottom."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from cdp.identity.deciding import Tier, Veto

Facts = Mapping[str, object]


class Case(NamedTuple):
    """What two records say, and what follows within one organization and across two."""

    name: str
    one: Facts
    other: Facts
    own: Tier
    across: Tier
    veto: Veto | None = None


STRONG, POSSIBLE, NONE, VERIFIED = Tier.STRONG, Tier.POSSIBLE, Tier.NONE, Tier.VERIFIED

_HOME: Final = {"postcode": "3511AB", "house_number": "12"}
_ELSEWHERE: Final = {"postcode": "9712CD", "house_number": "77"}
_LINE: Final = {"phone": "030-2311234"}
_MARIT: Final = {
    "first_name": "Marit",
    "name_prefix": "van der",
    "last_name": "Wolde",
    "birth_date": "1984-03-17",
    "email": "maritje82@example.org",
    "phone": "06-12349870",
    **_HOME,
}
_ME: Final = {"first_name": "Marit", "last_name": "van der Wolde"}
_BORN: Final = {"birth_date": "1984-03-17"}
_MAIL: Final = {"email": "maritje82@example.org"}
_MOBILE: Final = {"phone": "+31612349870"}

CASES: Final = (
    # --- the same person, told again
    Case("everything equal", _MARIT, _MARIT, STRONG, POSSIBLE),
    Case("name, birth date and e-mail", _MARIT, {**_ME, **_BORN, **_MAIL}, STRONG, POSSIBLE),
    Case("name and mobile number", _MARIT, {**_ME, **_MOBILE, **_BORN}, STRONG, POSSIBLE),
    Case("name, birth date and address, nothing of their own", {**_ME, **_BORN, **_HOME}, _MARIT, POSSIBLE, POSSIBLE),
    Case("name and birth date", {**_ME, **_BORN}, {**_ME, **_BORN, **_ELSEWHERE}, POSSIBLE, POSSIBLE),
    Case("e-mail alone", _MAIL, _MARIT, NONE, NONE),
    Case("a verified identifier that one has once", _MARIT, _MAIL, VERIFIED, VERIFIED),
    # --- nobody in particular
    Case("a common name", {"name": "Jan de Vries", **_ELSEWHERE}, {"name": "Jan de Vries", **_HOME}, NONE, NONE),
    Case("nothing known", {}, {}, NONE, NONE),
    Case("nothing in common", _MARIT, {"name": "Bas Smit", "email": "bas@example.com", **_ELSEWHERE}, NONE, NONE),
    # --- households
    Case(
        "partners who share everything but their first name",
        {**_MARIT, **_LINE, "birth_date": ""},
        {**_MARIT, **_LINE, "birth_date": "", "first_name": "Joost"},
        *(NONE, NONE, Veto.HOUSEHOLD),
    ),
    Case(
        "partners at one address",
        {**_ME, **_HOME, **_LINE},
        {"first_name": "Joost", "last_name": "van der Wolde", **_HOME, **_LINE},
        *(NONE, NONE, Veto.HOUSEHOLD),
    ),
    Case(
        "father and son of one name",
        {"name": "Henk Veenstra", "birth_date": "1955-02-11", "email": "familieveenstra77@example.org", **_HOME},
        {"name": "Henk Veenstra", "birth_date": "1985-10-30", "email": "familieveenstra77@example.org", **_HOME},
        *(POSSIBLE, POSSIBLE, Veto.BIRTH),
    ),
    Case("housemates of other names", {**_ME, **_HOME}, {"name": "Bas Smit", **_HOME}, NONE, NONE),
    Case("an initial that fits, at one address", {**_ME, **_HOME}, {"name": "M. Wolde", **_HOME}, NONE, NONE),
    Case(
        "a landline is a household's",
        {**_ME, **_LINE},
        {"first_name": "Joost", "last_name": "van der Wolde", **_LINE},
        *(NONE, NONE, Veto.HOUSEHOLD),
    ),
    # --- twins
    Case(
        "twins at home",
        {**_MARIT, "email": "", "phone": ""},
        {**_MARIT, "email": "", "phone": "", "first_name": "Sanne"},
        *(NONE, NONE, Veto.HOUSEHOLD),
    ),
    Case(
        "twins who live apart",
        {**_ME, **_BORN, **_HOME},
        {"first_name": "Sanne", "last_name": "van der Wolde", **_BORN, **_ELSEWHERE},
        *(NONE, NONE, Veto.HOUSEHOLD),
    ),
    Case(
        "twins with one e-mail address",
        {**_ME, **_BORN, **_MAIL},
        {"first_name": "Sanne", "last_name": "van der Wolde", **_BORN, **_MAIL},
        *(NONE, NONE, Veto.HOUSEHOLD),
    ),
    # --- movers
    Case("moved, with e-mail and birth date", _MARIT, {**_MARIT, **_ELSEWHERE}, STRONG, POSSIBLE),
    Case(
        "moved, and the earlier address is known",
        {**_ME, **_BORN, **_ELSEWHERE, "addresses": [_HOME]},
        {**_ME, **_BORN, **_HOME},
        *(POSSIBLE, POSSIBLE),
    ),
    # --- married names
    Case("married, with both names", _MARIT, {**_MARIT, "last_name": "Bakker-van der Wolde"}, STRONG, POSSIBLE),
    Case("e/v", _MARIT, {**_MARIT, "last_name": "Bakker e/v van der Wolde"}, STRONG, POSSIBLE),
    Case("married, with the other name only", _MARIT, {**_MARIT, "last_name": "Bakker"}, STRONG, POSSIBLE),
    # --- particles and initials
    Case("the particle behind", _MARIT, {**_MARIT, "name_prefix": "", "last_name": "Wolde, van der"}, STRONG, POSSIBLE),
    Case("the particle short", _MARIT, {**_MARIT, "name_prefix": "v.d."}, STRONG, POSSIBLE),
    Case("no particle", _MARIT, {**_MARIT, "name_prefix": ""}, STRONG, POSSIBLE),
    Case("the particle joined", _MARIT, {**_MARIT, "name_prefix": "", "last_name": "vanderwolde"}, STRONG, POSSIBLE),
    Case("initials against a name", _MARIT, {**_MARIT, "first_name": "M.J."}, STRONG, POSSIBLE),
    Case(
        "other initials at one address",
        {**_ME, **_HOME, **_BORN},
        {"name": "J. van der Wolde", **_HOME, **_BORN},
        *(NONE, NONE, Veto.HOUSEHOLD),
    ),
    # --- shared e-mail addresses
    Case(
        "an e-mail address of two people",
        {"name": "Marit de Boer", "birth_date": "1984-03-17", "email": "samen44@example.org"},
        {"name": "Joost Kuipers", "birth_date": "1981-09-02", "email": "samen44@example.org"},
        *(NONE, NONE, Veto.BIRTH),
    ),
    Case(
        "an office's mailbox",
        {"name": "Marit de Boer", "email": "info@example.org"},
        {"name": "Joost Kuipers", "email": "info@example.org"},
        *(NONE, NONE),
    ),
    Case(
        "a mailbox with a tag",
        {**_ME, **_BORN, "email": "marit.wolde82@gmail.com"},
        {**_ME, **_BORN, "email": "maritwolde82+shop@gmail.com"},
        *(STRONG, POSSIBLE),
    ),
    # --- swapped and mistyped
    Case(
        "day and month swapped",
        {**_MARIT, "birth_date": "1984-03-07"},
        {**_MARIT, "birth_date": "1984-07-03"},
        STRONG,
        POSSIBLE,
    ),
    Case("a digit of the birth date wrong", _MARIT, {**_MARIT, "birth_date": "1984-03-11"}, STRONG, POSSIBLE),
    Case(
        "two parts of the birth date wrong",
        _MARIT,
        {**_MARIT, "birth_date": "1987-04-17"},
        POSSIBLE,
        POSSIBLE,
        Veto.BIRTH,
    ),
    Case(
        "an e-mail that is someone else's now",
        {**_MARIT, **_BORN},
        {"name": "Bas Smit", "birth_date": "1991-12-01", **_MAIL},
        NONE,
        NONE,
        Veto.BIRTH,
    ),
    Case("a surname mistyped", _MARIT, {**_MARIT, "last_name": "Wodle"}, STRONG, POSSIBLE),
    Case("a first name mistyped", _MARIT, {**_MARIT, "first_name": "Mariit"}, STRONG, POSSIBLE),
    Case(
        "names entered the wrong way round",
        _MARIT,
        {**_MARIT, "first_name": "van der Wolde", "name_prefix": "", "last_name": "Marit"},
        STRONG,
        POSSIBLE,
    ),
    Case("a house number mistyped", _MARIT, {**_MARIT, "house_number": "21"}, STRONG, POSSIBLE),
)


UNIQUE: Final = {"a verified identifier that one has once": ("passkey:1", "passkey:1")}
"""Verified identifiers of either record, of a type of which a person has one."""
