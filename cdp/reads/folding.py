"""From permitted records to the bytes of a profile: the winning value of each attribute, unsealed, with its provenance.

Mirrors `consent.fold`, and a test holds it to that: standing first (the customer's own, verified, stated), then the
most recent, then source and record id. Values go from the seal into the answer as they are: nothing decodes them.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from cdp.keys.errors import Unreadable
from cdp.keys.named import ID_BYTES, openers, remembered_openers
from cdp.keys.ring import KeyProvider
from cdp.keys.sealing import NONCE_BYTES, NOT_OPENED, Opener
from cdp.reads.labels import Label, Labels
from cdp.reads.reading import Seen

VALUE: Final = 2 * ID_BYTES
CIPHERTEXT: Final = VALUE + NONCE_BYTES
_LIST: Final = slice(len('["'), -len('+00:00"]'))
_BETWEEN: Final = b'+00:00","'
COLUMN: Final = b"\0sealed"

Keys = Mapping[bytes, Opener]
"""How to unseal a nonce and what follows it for a place, by the bytes of the subject's id."""
Found = tuple[Label, bytes, bytes, Opener]
"""A record: its label, its time in UTC without the zone, what is sealed and what unseals it."""


class Place(NamedTuple):
    """Where a page of interactions ended."""

    at: datetime
    source: UUID
    record: UUID


class Chosen(NamedTuple):
    """The records that one profile shows, in their order, and where the next page of interactions begins."""

    attributes: list[Found]
    products: list[Found]
    interactions: list[Found]
    external: list[Found]
    next: Place | None


def open_keys(ring: KeyProvider, seen: Iterable[Seen], *, is_bulk: bool) -> Keys:
    """Return the data keys of all subjects in `seen`; those that were destroyed are missing.

    Everybody in turn would push out of the ring's memory those who are busy: `is_bulk` passes it by.
    """
    named = [blob for each in seen for blob in each.keys or ()]
    return openers(ring, named) if is_bulk else remembered_openers(ring, named)


def choose(seen: Seen, keys: Keys, labels: Labels, *, page: int) -> Chosen:
    """Return what is shown of `seen`. Raises UnknownSource for a source that `labels` has not met."""
    attributes: dict[str, Found] = {}
    others: dict[str, list[Found]] = {"product": [], "interaction": [], "external": []}
    for text, time, sealed in _records(seen):
        opened = keys.get(sealed[:ID_BYTES])
        if opened is None:
            continue  # erased since the statement began
        label = labels[text]
        found = label, time, sealed, opened
        if label.kind != "attributes":
            others[label.kind].append(found)
            continue
        rival = attributes.get(label.type)
        if rival is None or _wins(found, rival):
            attributes[label.type] = found
    events = others["interaction"]
    return Chosen(
        [attributes[name] for name in sorted(attributes)],
        _ordered(others["product"]),
        events[:page],
        _ordered(others["external"]),
        _place(events[page - 1]) if len(events) > page else None,
    )


def _records(seen: Seen) -> Iterable[tuple[str, bytes, bytes]]:
    """Return of each record its label, its time and what is sealed."""
    if seen.labels is None or seen.times is None or seen.sealed is None:
        return ()
    return zip(seen.labels.split("\n"), times_of(seen), seen.sealed, strict=True)


def times_of(seen: Seen) -> list[bytes]:
    """Return the times of the records, in UTC without the zone."""
    return (seen.times or "").encode()[_LIST].split(_BETWEEN)


def _wins(one: Found, two: Found) -> bool:
    if one[0].strength != two[0].strength:
        return one[0].strength < two[0].strength
    if one[1] != two[1]:
        return _moment(one) > _moment(two)
    return (one[0].source, one[2][ID_BYTES:VALUE]) < (two[0].source, two[2][ID_BYTES:VALUE])


def _ordered(found: list[Found]) -> list[Found]:
    return sorted(found, key=_order) if len(found) > 1 else found  # most have one or none


def _order(found: Found) -> tuple[bytes, str, bytes]:
    label, _, sealed, _ = found
    return label.source, label.type, sealed[ID_BYTES:VALUE]


def _place(found: Found) -> Place:
    return Place(_moment(found), UUID(bytes=found[0].source), UUID(bytes=found[2][ID_BYTES:VALUE]))


def _moment(found: Found) -> datetime:
    return datetime.fromisoformat(found[1].decode() + "+00:00")


def write_attributes(out: list[bytes], found: list[Found]) -> None:
    """Add the fields of the object `attributes` to `out`; raises Unreadable."""
    comma = b""
    try:
        for label, time, sealed, opened in found:
            place = label.table + sealed[ID_BYTES:VALUE] + COLUMN
            value = opened(sealed[VALUE:CIPHERTEXT], sealed[CIPHERTEXT:], place)
            out += (comma, label.before, value, label.between, time, label.after)
            comma = b","
    except NOT_OPENED:
        raise Unreadable("a sealed value cannot be read") from None


def write_objects(out: list[bytes], found: list[Found]) -> None:
    """Add records as the elements of a list to `out`; raises Unreadable."""
    comma = b""
    try:
        for label, time, sealed, opened in found:
            place = label.table + sealed[ID_BYTES:VALUE] + COLUMN
            value = opened(sealed[VALUE:CIPHERTEXT], sealed[CIPHERTEXT:], place)
            out += (comma, label.before, time, label.between, value[1:])
            comma = b","
    except NOT_OPENED:
        raise Unreadable("a sealed value cannot be read") from None
