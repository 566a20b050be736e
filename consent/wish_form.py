"""Wishes as a document, the one form in which they are kept, logged and sent; and what the law reads in it.

Rules: (1) what nobody chose is not in the document; (2) a name is in it as the hash of what is kept sealed, never as
itself; (3) a document that the law cannot read is refused, with the field at fault.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final, TypeVar
from uuid import UUID

from consent import errors
from consent.hours import DAY, EVERY_DAY, Hours, Window
from consent.types import is_document_hash, is_key
from consent.wishes import Cap, Choices, Offers, Speaker, Wishes

T = TypeVar("T")

Document = Mapping[str, Any]
"""JSON without null, fractions, true and false; an object that says nothing is left out."""

CHOICES: Final[Mapping[str, frozenset[str]]] = {
    "language": frozenset({"nl", "en"}),
    "address": frozenset({"u", "je"}),
    "greeting": frozenset({"whole", "first", "other"}),
    "reading_level": frozenset({"easy", "usual"}),
    "print": frozenset({"usual", "large", "largest"}),
    "theme": frozenset({"auto", "light", "dark"}),
    "reminders": frozenset({"mail", "none"}),
    "receipts": frozenset({"mail", "none"}),
    "contact": frozenset({"none"}),
    "first": frozenset(Speaker),
}
"""What is one word out of a few."""
SEALED: Final = frozenset({"name", "pronunciation"})
"""What identifies somebody: kept sealed, and here as the SHA-256 of what is kept."""
ALSO: Final = "also"
"""The documents of dossiers that joined this one, each under a name that says nothing; they hold, too."""
OBJECTS: Final = frozenset({"channels", "caps", "hours", "exceptions", "offers", ALSO})
LISTS: Final = frozenset({"never"})
FIELDS: Final = frozenset({*CHOICES, *SEALED, *OBJECTS, *LISTS})
LONGEST_TEXT: Final = 64
MOST_IN_LIST: Final = 256
_CLOCK: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|(24):(00)")


def read(document: Document) -> Wishes:
    """Return the wishes that the document says; raises Invalid with the field at fault."""
    for name, value in document.items():
        if name in CHOICES:
            _one_of(value, CHOICES[name], f"/{name}")
        elif name in SEALED:
            if not isinstance(value, str) or not is_document_hash(value):
                raise errors.NotAWish(field=f"/{name}")
        elif name not in FIELDS:
            raise errors.NotAWish(field=f"/{name[:LONGEST_TEXT]}")
    hours = _hours(document.get("hours", {}), "/hours", _ZONE)
    return Wishes(
        general=_choices(document, ""),
        never=frozenset(_keys(document.get("never", ()), "/never")),
        hours=hours,
        first=_first(document, ""),
        exceptions={
            _organization(key): _exception(each, f"/exceptions/{key}", hours.zone)
            for key, each in _entries(document, "exceptions", "")
        },
        offers=_offers(document["offers"]) if "offers" in document else _ANY,
        also=tuple(_placed(partial(_joined, each), f"/{ALSO}") for _, each in _entries(document, ALSO, "")),
    )


def to_clock(minute: int) -> str:
    """Return minutes after midnight as on the clock: `08:30`."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


_ZONE: Final = Hours().zone
_ANY: Final = Offers()
_EXCEPTION: Final = frozenset({"channels", "caps", "contact", "never", "hours", "first"})
_HOURS: Final = frozenset({"zone", "welcome", "quiet"})
_WINDOW: Final = frozenset({"days", "from", "until"})
_CAP: Final = frozenset({"most", "days"})
_OFFERS: Final = frozenset({"wanted", "unwanted", "personal"})


def _choices(document: Document, at: str) -> Choices:
    if "contact" in document:
        _one_of(document["contact"], CHOICES["contact"], f"{at}/contact")
    return Choices(
        channels={
            _key(topic, f"{at}/channels"): tuple(_keys(each, f"{at}/channels/{topic}"))
            for topic, each in _entries(document, "channels", at)
        },
        caps={
            _key(topic, f"{at}/caps"): _cap(each, f"{at}/caps/{topic}")
            for topic, each in _entries(document, "caps", at)
        },
        is_silent="contact" in document,
    )


def _exception(value: object, at: str, zone: str) -> Choices:
    """Return what holds for one organization; its hours are by the clock of `zone` unless they name another."""
    document = _object(value, _EXCEPTION, at)
    hours = _hours(document.get("hours", {}), f"{at}/hours", zone)
    return replace(
        _choices(document, at),
        never=frozenset(_keys(document.get("never", ()), f"{at}/never")),
        hours=hours if hours.welcome or hours.quiet else None,  # a clock alone chooses no hours
        first=_first(document, at),
    )


def _first(document: Document, at: str) -> Speaker | None:
    if "first" not in document:
        return None
    _one_of(document["first"], CHOICES["first"], f"{at}/first")
    return Speaker(document["first"])


def _cap(value: object, at: str) -> Cap:
    parts = _object(value, _CAP, at)
    most, days = parts.get("most"), parts.get("days")
    if type(most) is not int or type(days) is not int:
        raise errors.BadCap(field=at)
    return _placed(lambda: Cap(most, days), at)


def _hours(value: object, at: str, usual_zone: str) -> Hours:
    parts = _object(value, _HOURS, at)
    zone = parts.get("zone", usual_zone)
    if not isinstance(zone, str) or len(zone) > LONGEST_TEXT:
        raise errors.ZoneUnknown(field=f"{at}/zone")
    welcome, quiet = (_windows(parts.get(name, ()), f"{at}/{name}") for name in ("welcome", "quiet"))
    try:
        return Hours(zone, welcome, quiet)
    except errors.ZoneUnknown:
        raise errors.ZoneUnknown(field=f"{at}/zone") from None
    except errors.TooMany:
        raise errors.TooMany(field=at) from None


def _windows(value: object, at: str) -> tuple[Window, ...]:
    if not isinstance(value, list | tuple):
        raise errors.NotAWish(field=at)
    return tuple(_window(each, f"{at}/{place}") for place, each in enumerate(value))


def _window(value: object, at: str) -> Window:
    parts = _object(value, _WINDOW, at)
    days = parts.get("days", sorted(each + 1 for each in EVERY_DAY))
    if not isinstance(days, list | tuple) or not all(type(each) is int for each in days):
        raise errors.BadHours(field=at)
    start, end = (_minute(parts.get(name), f"{at}/{name}") for name in ("from", "until"))
    return _placed(lambda: Window(start, end or DAY, frozenset(each - 1 for each in days)), at)


def _minute(value: object, at: str) -> int:
    found = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise errors.BadHours(field=at)
    hour, minute = (int(each) for each in found.groups() if each is not None)
    return hour * 60 + minute


def _offers(value: object) -> Offers:
    parts = _object(value, _OFFERS, "/offers")
    if "personal" in parts:
        _one_of(parts["personal"], frozenset({"on", "off"}), "/offers/personal")
    wanted, unwanted = (frozenset(_keys(parts.get(name, ()), f"/offers/{name}")) for name in ("wanted", "unwanted"))
    return Offers(wanted, unwanted, is_personal=parts.get("personal") != "off")


def _joined(value: object) -> Wishes:
    """Return the wishes of a dossier that joined; it holds no others, and no name."""
    return read(_object(value, FIELDS - SEALED - {ALSO}, ""))


def _placed(make: Callable[[], T], at: str) -> T:
    try:
        return make()
    except errors.Invalid as problem:
        raise type(problem)(field=at) from None


def _entries(document: Document, name: str, at: str) -> Iterator[tuple[str, Any]]:
    value = document.get(name)
    if value is None:
        return
    if not isinstance(value, Mapping):
        raise errors.NotAWish(field=f"{at}/{name}")
    yield from value.items()


def _object(value: object, known: frozenset[str], at: str) -> Document:
    if not isinstance(value, Mapping):
        raise errors.NotAWish(field=at)
    if unknown := sorted(value.keys() - known):
        raise errors.NotAWish(field=f"{at}/{unknown[0][:LONGEST_TEXT]}")
    return value


def _keys(value: object, at: str) -> Sequence[str]:
    if not isinstance(value, list | tuple) or len(value) > MOST_IN_LIST:
        raise errors.NotAWish(field=at)
    if len(set(map(str, value))) != len(value):
        raise errors.NotAWish("something stands twice", field=at)
    return [_key(each, at) for each in value]


def _key(value: object, at: str) -> str:
    if not isinstance(value, str) or not is_key(value):
        raise errors.BadKey(field=at)
    return value


def _organization(key: str) -> UUID:
    try:
        found = UUID(key)
    except ValueError:
        raise errors.NotAWish(field="/exceptions") from None
    if str(found) != key:
        raise errors.NotAWish(field="/exceptions")
    return found


def _one_of(value: object, known: frozenset[str], at: str) -> None:
    if not isinstance(value, str) or value not in known:
        raise errors.NotAWish(field=at)
