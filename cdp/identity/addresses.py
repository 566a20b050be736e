"""Addresses as they are compared: postcode without spaces, house number apart from what is added to it."""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from cdp.identity.names import fold

MOST_LETTERS: Final = 200
_NUMBER: Final = re.compile(r"^\s*(?:nr\.?\s*)?(\d{1,6})\s*[-/,]?\s*(.{0,20}?)\s*$", re.IGNORECASE)
_STREET_FIRST: Final = re.compile(
    r"^(\D.*?)[\s,]+(\d{1,5})\s*[-/]?\s*([a-z]{1,4}|\d{1,4}|[a-z]\d{1,3})?$", re.IGNORECASE
)
_NUMBER_FIRST: Final = re.compile(r"^(\d{1,6})\s*([a-z])?[\s,]+(\D.*)$", re.IGNORECASE)
_ABBREVIATIONS: Final = {"str": "straat", "ln": "laan", "plnts": "plantsoen", "pln": "plein", "wg": "weg"}


class Address(NamedTuple):
    """One place to live; what is not known is empty."""

    postcode: str = ""
    number: str = ""
    suffix: str = ""
    street: str = ""
    city: str = ""

    @property
    def home(self) -> str:
        """The key that the members of a household share, or nothing."""
        place = self.postcode or self.street
        return f"{place}|{self.number}|{self.suffix}" if place and self.number else ""


def of(facts: Mapping[str, object]) -> Address:
    """Return the address in these facts: of its own fields, of a line, or of an object."""
    inner = facts.get("address")
    if isinstance(inner, Mapping):
        named = {_CATALOG.get(str(key), str(key)): each for key, each in inner.items() if key != "address"}
        return of(named | _plain(facts))
    line = _text(facts, "street") or _text(facts, "address_line") or (inner if isinstance(inner, str) else "")
    written, suffix = number(_text(facts, "house_number"))
    way, found, added = (line, "", "") if written else _cut(line)
    return Address(
        postcode(_text(facts, "postcode") or _text(facts, "postal_code")),
        written or found,
        fold(_text(facts, "house_number_suffix")).replace(" ", "") or suffix or added,
        street(way),
        fold(_text(facts, "city")),
    )


def postcode(text: str) -> str:
    """Return a postcode in capitals without spaces; nothing for one that stands for nowhere."""
    letters = re.sub(r"[^0-9A-Z]", "", text.upper())[:12]
    return letters if letters.strip("0") else ""


def number(text: str) -> tuple[str, str]:
    """Return a house number and what is added to it."""
    found = _NUMBER.match(_spaced(text))
    return (found[1].lstrip("0") or "0", fold(found[2]).replace(" ", "")) if found else ("", "")


def street(text: str) -> str:
    """Return the name of a street, folded, with the usual abbreviations written out."""
    return " ".join(_ABBREVIATIONS.get(word, word) for word in fold(text).split())


def _cut(line: str) -> tuple[str, str, str]:
    """Return street, number and suffix of a line that holds them all."""
    text = _spaced(line)
    if found := _STREET_FIRST.match(text):
        return found[1], found[2], fold(found[3] or "")
    if found := _NUMBER_FIRST.match(text):
        return found[3], found[1], fold(found[2] or "")
    return text, "", ""


def _spaced(text: str) -> str:
    """Return `text` with single spaces: of many in a row the patterns would try every way to share them out."""
    return " ".join(text[:MOST_LETTERS].split())


def _text(facts: Mapping[str, object], name: str) -> str:
    stated = facts.get(name)
    if isinstance(stated, bool) or not isinstance(stated, str | int):
        return ""
    return str(stated)[:MOST_LETTERS].strip()


def _plain(facts: Mapping[str, object]) -> dict[str, object]:
    return {key: facts[key] for key in _FIELDS if facts.get(key)}


_FIELDS: Final = ("street", "house_number", "house_number_suffix", "address_line", "postcode", "postal_code", "city")
_CATALOG: Final = {
    "postalCode": "postcode",
    "zip": "postcode",
    "zipcode": "postcode",
    "number": "house_number",
    "houseNumber": "house_number",
    "suffix": "house_number_suffix",
    "town": "city",
    "line": "address_line",
    "line1": "address_line",
    "streetAddress": "address_line",
}
