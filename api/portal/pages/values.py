"""Values as people read them: what something is called, and what it says, on one line."""

from datetime import date
from typing import Final

from babel.dates import format_date
from babel.numbers import format_decimal
from pydantic import JsonValue

from api.portal.speech import Speech
from cdp.catalog.files import Catalog, Language, RecordType
from consent.fold import RecordKind

LONGEST: Final = 120
_DAY: Final = 10


def label(speech: Speech, catalog: Catalog, kind: str, type: str) -> str:
    """Return what the catalog calls something that a source sent; its own word where the catalog has none."""
    attribute = catalog.attributes.get(type)
    if kind == RecordKind.ATTRIBUTES.value and attribute is not None:
        return speech.name(attribute.label)
    known = catalog.record_types.get((RecordKind(kind), type))
    return _named(speech, known) if known else type.replace("-", " ").replace("_", " ").capitalize()


def text(speech: Speech, value: JsonValue) -> str:
    """Return a value as people read it; a long one is cut."""
    said = _text(speech, value)
    return said if len(said) <= LONGEST else f"{said[: LONGEST - 1]}…"


def full(speech: Speech, value: JsonValue) -> str:
    """Return a value as people read it, whole."""
    return _text(speech, value)


def _text(speech: Speech, value: JsonValue) -> str:
    match value:
        case None:
            return speech.say("leeg")
        case bool():
            return speech.say("ja") if value else speech.say("nee")
        case str():
            return _dated(speech, value)
        case dict() | list():
            parts = value.values() if isinstance(value, dict) else value
            return ", ".join(_text(speech, each) for each in parts if each is not None)
        case float():
            return format_decimal(value, locale=speech.cldr)
        case _:
            return str(value)


def _dated(speech: Speech, value: str) -> str:
    try:
        day = date.fromisoformat(value) if len(value) == _DAY else None
    except ValueError:
        day = None
    return value if day is None else format_date(day, "d MMMM y", locale=speech.cldr)


def _named(speech: Speech, known: RecordType) -> str:
    return known.en if speech.locale is Language.EN else known.nl
