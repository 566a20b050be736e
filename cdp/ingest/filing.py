"""Where an item belongs: its category, the one spelling of its type, and what of it may stand in clear."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final, NamedTuple

import msgspec

from cdp.catalog.files import Catalog, kebab_case
from cdp.ingest.items import Item, Kind, Reason, Rejection
from consent.fold import RecordKind
from consent.types import LONGEST_KEY, UNMAPPED, is_key

QUERYABLE_BYTES: Final = 256
UNNAMED: Final = "unnamed"
"""The type of what came under an odd name."""
MOST_DIGITS: Final = 4
_PLAIN: Final = re.compile(r"[a-z0-9]+(?:[_.-][a-z0-9]+){0,7}")
_DIGIT: Final = re.compile(r"[0-9]")
_EARLIEST: Final = datetime(1000, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(9000, 1, 1, tzinfo=UTC)


class Filed(NamedTuple):
    """Where an item belongs."""

    category: str
    type: str
    is_queryable: bool = False
    identifier: str | None = None
    """What kind of identifier the attribute holds."""
    has_odd_name: bool = False
    """Whether the source's name is sealed with the value, because it could say something about the person."""

    def dressed(self, item: Item) -> Item:
        """Return `item` as it is stored: an odd name goes into the value, and into the keyed hash of the thing."""
        if not self.has_odd_name:
            return item
        key = None if item.key is None and item.kind is Kind.INTERACTION else f"{item.type}\0{item.key or ''}"
        value = msgspec.json.encode({"name": item.type, "value": msgspec.Raw(item.value)})
        return msgspec.structs.replace(item, type=self.type, key=key, value=value)


_ODD: Final = Filed(UNMAPPED, UNNAMED, has_odd_name=True)


def is_plain(name: str) -> bool:
    """Tell whether a name that no catalog knows may stand in clear: a few words, no address, number or sentence."""
    return len(name) <= LONGEST_KEY and _PLAIN.fullmatch(name) is not None and len(_DIGIT.findall(name)) <= MOST_DIGITS


class Files:
    """Files the items of one batch by one catalog, each spelling once."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._known: dict[tuple[Kind, str, str | None], Filed | Rejection] = {}

    def file(self, item: Item) -> Filed | Rejection:
        """Return where `item` belongs, or why it can stand nowhere."""
        if item.occurred_at is not None and not _EARLIEST < item.occurred_at < _LATEST:
            return Rejection(Reason.UNREADABLE_TIME, "occurred_at")
        asked = item.kind, item.type, item.category
        filed = self._known.get(asked)
        if filed is None:
            filed = self._known[asked] = self._file(item)
        return filed

    def _file(self, item: Item) -> Filed | Rejection:
        if "\0" in item.type or not item.type.isprintable():
            return Rejection(Reason.UNSTORABLE_TEXT, "type")
        if item.kind is Kind.LINK:
            return Filed(UNMAPPED, item.type)
        known = self._attribute(item) if item.kind is Kind.ATTRIBUTES else self._type(item)
        if item.category is None or item.category == known.category:
            return known
        if item.category not in self._catalog.categories:
            return Rejection(Reason.UNKNOWN_CATEGORY, "category")
        if known.identifier is not None or self._catalog.categories[known.category].is_special:
            return Rejection(Reason.CATEGORY_FIXED, "category")
        return known._replace(category=item.category, is_queryable=False)

    def _attribute(self, item: Item) -> Filed:
        name = self._catalog.attribute_name(item.type)
        attribute = self._catalog.attributes.get(name)
        if attribute is None:
            return Filed(UNMAPPED, name) if is_plain(name) else _ODD
        return Filed(attribute.category, name, attribute.is_queryable, attribute.identifier)

    def _type(self, item: Item) -> Filed:
        key = kebab_case(item.type)
        known = self._catalog.record_types.get((RecordKind(item.kind.value), key))
        if known is None:
            return Filed(UNMAPPED, key) if is_key(key) and is_plain(key) else _ODD
        return Filed(known.category, key)


def in_clear(item: Item, filed: Filed) -> str | None:
    """Return what of `item` may stand in clear: a plain value that identifies nobody, or what was done to its time."""
    if filed.is_queryable and len(item.value) <= QUERYABLE_BYTES and item.value[:1] not in {b"{", b"["}:
        return item.value.decode()
    if item.time_note is not None and item.kind is Kind.INTERACTION:
        return f'{{"time":"{item.time_note.value}"}}'
    return None
