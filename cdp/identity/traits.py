"""What matching knows of one person as one source knows them: normalised, compact, and silent about its values."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Final

import msgspec

from cdp.identity import addresses, contacts, names
from consent.errors import Invalid

VERSION: Final = 1
_FORM: Final = bytes([VERSION])
MARK: Final = 8
"""So many bytes of a sealed likeness tell it from every other: they are of its nonce."""
MOST: Final = 5
EARLIEST: Final = 1850
LATEST: Final = 2100
ENOUGH: Final = 2
_DATE: Final = re.compile(r"\s*(\d{4})\D?(\d{1,2})\D?(\d{1,2})(?:[T ].*)?\s*|\s*(\d{1,2})\D(\d{1,2})\D(\d{4})\s*")
_MISREAD: Final = str.maketrans("OoIl", "0011")  # as scanners read digits
_SEXES: Final = {"m": "m", "v": "f", "f": "f", "w": "f"}
_NO_DATES: Final = frozenset({(1900, 1, 1), (1899, 12, 30), (1899, 12, 31), (1901, 1, 1), (1970, 1, 1)})

Birth = tuple[int, int, int]


class Traits(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One person as one source knows them; what is not known is empty.

    - `given`: given names written out; `initials`: the first letters of all of them, in order.
    - `surname`: its parts in written order, without particles; a married double name has two.
    - `birth`: year, month, day as they were written, even where there is no such day.
    - `mobiles` are one person's, `landlines` a household's.
    - `former`: the `home` of earlier addresses, so that who moved is still found.
    - `unique`: verified identifiers of which a person has one, as "type:value" (the value may be a hash).
    """

    given: tuple[str, ...] = ()
    initials: str = ""
    surname: tuple[str, ...] = ()
    birth: Birth | None = None
    emails: tuple[str, ...] = ()
    mobiles: tuple[str, ...] = ()
    landlines: tuple[str, ...] = ()
    postcode: str = ""
    house_number: str = ""
    house_suffix: str = ""
    street: str = ""
    city: str = ""
    sex: str = ""
    birth_place: str = ""
    former: tuple[str, ...] = ()
    unique: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Show which fields are known, never a value."""
        return f"Traits({', '.join(name for name in self.__struct_fields__ if getattr(self, name))})"

    @property
    def home(self) -> str:
        """The key of the household (place, number, suffix), or nothing."""
        return self._address().home

    @property
    def is_enough(self) -> bool:
        """Whether there is enough to be matched at all: an identifier of their own, or two kinds of evidence."""
        is_called = bool(self.given or self.initials)
        kinds = (
            is_called or bool(self.surname),
            self.birth is not None,
            bool(self.landlines),
            bool(self.home or self.postcode or self.city),
        )
        is_person = self.birth is not None or (is_called and bool(self.surname))
        return bool(self.emails or self.mobiles) or (is_person and sum(kinds) >= ENOUGH)

    def to_bytes(self) -> bytes:
        """Return the traits as bytes, with the version of their form in front."""
        return _FORM + _ENCODER.encode(self)

    def _address(self) -> addresses.Address:
        return addresses.Address(self.postcode, self.house_number, self.house_suffix, self.street, self.city)


_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(Traits)


def from_bytes(stored: bytes) -> Traits:
    """Return the traits in `stored`; raises Invalid when this is not their form or not their version."""
    if not stored.startswith(_FORM):
        raise Invalid("these traits have another version", field="version")
    try:
        return _DECODER.decode(stored[1:])
    except msgspec.MsgspecError:
        raise Invalid("these are no traits", field="traits") from None


def of(facts: Mapping[str, object], *, former: Iterable[str] = (), unique: Iterable[str] = ()) -> Traits:
    """Return the traits in attributes that go by their names in the catalog; what cannot be read is not known.

    A value may be a list where somebody has several. `former` holds the homes of earlier addresses.
    """
    first, last = _names(facts)
    given, initials = names.given(first)
    address = addresses.of(facts)
    mobiles, landlines = _phones(facts)
    return Traits(
        given=given,
        initials=_initials(initials, facts),
        surname=names.surname(last),
        birth=birth(facts.get("birth_date")),
        emails=_distinct(contacts.email(each) for each in _texts(facts, "email")),
        mobiles=mobiles,
        landlines=landlines,
        postcode=address.postcode,
        house_number=address.number,
        house_suffix=address.suffix,
        street=address.street,
        city=address.city,
        sex=_SEXES.get(_text(facts, "gender")[:1].lower(), ""),
        birth_place=names.fold(_text(facts, "birth_place")),
        former=_distinct((*former, *_earlier(facts))),
        unique=_distinct(unique),
    )


def birth(stated: object) -> Birth | None:
    """Return a date as year, month and day; None when it cannot be read or stands for no date."""
    if isinstance(stated, date | datetime):
        found = (stated.year, stated.month, stated.day)
    else:
        match = _DATE.fullmatch(str(stated)[:40].translate(_MISREAD)) if isinstance(stated, str | int) else None
        if match is None:
            return None
        parts = match.groups()
        written = parts[:3] if parts[0] else parts[:2:-1]
        found = (int(written[0]), int(written[1]), int(written[2]))
    is_date = EARLIEST <= found[0] <= LATEST and found[1] and found[2]
    return found if is_date and found not in _NO_DATES else None


def _names(facts: Mapping[str, object]) -> tuple[str, str]:
    first, last = _text(facts, "first_name"), _text(facts, "last_name")
    if not first and not last:
        first, last = names.whole(_text(facts, "name"))
    return first or _text(facts, "nickname"), f"{_text(facts, 'name_prefix')} {last}".strip()


def _initials(of_names: str, facts: Mapping[str, object]) -> str:
    """Return all initials in order: those stated replace those of the names when they begin the same."""
    stated = names.fold(_text(facts, "initials")).replace(" ", "")[:8]
    if stated and (not of_names or stated[0] == of_names[0]):
        return stated if len(stated) >= len(of_names) else of_names
    return of_names and of_names + names.given(_text(facts, "middle_name"))[1][:3]


def _phones(facts: Mapping[str, object]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    found = [contacts.phone(each) for name in ("phone", "mobile_phone") for each in _texts(facts, name)]
    mobiles = _distinct(number for number, is_mobile in found if is_mobile)
    return mobiles, _distinct(number for number, is_mobile in found if not is_mobile)


def _earlier(facts: Mapping[str, object]) -> Iterable[str]:
    listed = facts.get("addresses")
    each_one = listed[:MOST] if isinstance(listed, list) else []
    return [addresses.of({"address": each}).home for each in each_one if isinstance(each, Mapping)]


def _distinct(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each for each in found if each))[:MOST]


def _texts(facts: Mapping[str, object], name: str) -> list[str]:
    stated = facts.get(name)
    listed = stated[:MOST] if isinstance(stated, list | tuple) else [stated]
    return [str(each).strip() for each in listed if isinstance(each, str | int) and str(each).strip()]


def _text(facts: Mapping[str, object], name: str) -> str:
    found = _texts(facts, name)
    return found[0] if found else ""
