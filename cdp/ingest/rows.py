"""Rows for the store: values sealed, columns laid out as arrays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from cdp import arrays
from cdp.arrays import Column
from cdp.ingest import held_texts
from cdp.ingest.drafts import Draft
from cdp.ingest.filing import in_clear
from cdp.ingest.items import Identifier, IdentifierType, Kind
from cdp.ingest.naming import Known
from cdp.ingest.subjects import Subject
from cdp.keys import blind, sealing
from consent.errors import Invalid

ORIGINS: Final = {Kind.ATTRIBUTES: "given", Kind.PRODUCT: "observed", Kind.EXTERNAL: "external"}
_KEYED: Final = frozenset({Kind.PRODUCT, Kind.EXTERNAL})
_FOUND_BY: Final = {each.value: each for each in IdentifierType}
"""By which identifiers people are found; the catalog knows others, that only identify."""
_ENCODE: Final = msgspec.json.Encoder().encode

Columns = Mapping[str, Column]


def records(drafts: Sequence[Draft], *, is_trusted: bool) -> Columns:
    """Return the columns of versions; `is_trusted` if the operator verified the source."""
    return {
        **_shared(drafts, [_plain(draft) for draft in drafts], table="record"),
        "kinds": arrays.texts(draft.thing[0] for draft in drafts),
        "keys": arrays.blobs(draft.thing[2] for draft in drafts),
        "origins": arrays.texts(ORIGINS[draft.item.kind] for draft in drafts),
        "standings": arrays.texts("verified" if is_trusted and is_verified(draft) else "stated" for draft in drafts),
        "past": arrays.flags(draft.is_past for draft in drafts),
        "digests": arrays.blobs(draft.digest for draft in drafts),
    }


def interactions(drafts: Sequence[Draft]) -> Columns:
    """Return the columns of interactions."""
    items = [draft.item for draft in drafts]
    return {
        **_shared(drafts, [item.value for item in items], table="interaction"),
        "channels": arrays.texts([item.channel for item in items]),
        "speakers": arrays.texts([item.speaker for item in items]),
        "directions": arrays.texts([item.direction for item in items]),
    }


def watched(drafts: Sequence[Draft]) -> Columns:
    """Return the columns of what came in and some rule asks about."""
    return {
        **versions((draft.subject.customer, draft.row or b"") for draft in drafts),
        "subjects": arrays.ids(draft.subject.id for draft in drafts),
        "whats": arrays.texts(f"{draft.thing[0]}/{draft.thing[1]}" for draft in drafts),
        "ats": arrays.moments(draft.at for draft in drafts),
    }


def evidence(said: Sequence[tuple[bytes, Subject, bytes]]) -> Columns:
    """Return the columns of consent flags, each with its id."""
    flags = [(subject.key, row, told) for row, subject, told in said]
    return {
        "customers": arrays.ids(subject.customer for _, subject, _ in said),
        "ids": arrays.ids(row for row, _, _ in said),
        "subjects": arrays.ids(subject.id for _, subject, _ in said),
        "sealed": arrays.blobs(sealing.seal_all(flags, table="evidence", column="sealed")),
    }


def versions(named: Iterable[tuple[bytes, bytes]]) -> Columns:
    """Return the columns that name versions: of each its customer and its id."""
    pairs = list(named)
    return {"customers": arrays.ids(customer for customer, _ in pairs), "ids": arrays.ids(row for _, row in pairs)}


def things(drafts: Sequence[Draft]) -> Columns:
    """Return the columns that name things: whose, of which kind and type, under which key."""
    return {
        "customers": arrays.ids(draft.subject.customer for draft in drafts),
        "subjects": arrays.ids(draft.subject.id for draft in drafts),
        "kinds": arrays.texts(draft.thing[0] for draft in drafts),
        "types": arrays.texts(draft.thing[1] for draft in drafts),
        "keys": arrays.blobs(draft.thing[2] for draft in drafts),
    }


def is_verified(draft: Draft) -> bool:
    """Say whether the attribute is an identifier that the source states to have verified."""
    text = _identifier(draft)
    return text is not None and any(
        each.verified and each.type == draft.filed.identifier and each.value == text for each in draft.item.identifiers
    )


def says(draft: Draft, known: Known) -> bool:
    """Say whether the attribute is this identifier, however it is written."""
    if draft.filed.identifier != known.type:
        return False
    return any(_is_written(text, known) for text in held_texts.of(draft.item.value))


def unnamed(draft: Draft) -> list[Identifier]:
    """Return the identifiers that an attribute holds, however deep, without naming its person by them."""
    kind = _FOUND_BY.get(draft.filed.identifier or "")
    if kind is None:
        return []
    named = {each.value for each in draft.item.identifiers if each.type == kind}
    return [Identifier(kind, text) for text in held_texts.of(draft.item.value) if text not in named]


def _is_written(text: str, known: Known) -> bool:
    try:
        return blind.normalise(blind.IdentifierType(known.type), text) == known.text
    except Invalid:
        return False


def _identifier(draft: Draft) -> str | None:
    """Return the text of an attribute that is one identifier; None for any other."""
    value = draft.item.value
    if draft.filed.identifier is None or value.startswith((b"{", b"[")):
        return None
    return next(iter(held_texts.of(value)), None)


def _shared(drafts: Sequence[Draft], values: Sequence[bytes], *, table: str) -> Columns:
    subjects = [draft.subject for draft in drafts]
    rows = [draft.row or _no_row() for draft in drafts]
    filed = [draft.filed for draft in drafts]
    plain = list(zip([subject.key for subject in subjects], rows, values, strict=True))
    return {
        "customers": arrays.ids([subject.customer for subject in subjects]),
        "ids": arrays.ids(rows),
        "subjects": arrays.ids([subject.id for subject in subjects]),
        "categories": arrays.texts([each.category for each in filed]),
        "types": arrays.texts([each.type for each in filed]),
        "ats": arrays.moments([draft.at for draft in drafts]),
        "queryable": arrays.texts([in_clear(draft.item, draft.filed) for draft in drafts]),
        "sealed": arrays.blobs(sealing.seal_all(plain, table=table, column="sealed")),
    }


def _plain(draft: Draft) -> bytes:
    """Return what is sealed of a version: the value, and with a product or fact the source's own key."""
    item = draft.item
    if item.kind not in _KEYED:
        return item.value
    return b'{"key":%b,"properties":%b}' % (_ENCODE(item.key or ""), item.value)


def _no_row() -> bytes:
    raise AssertionError("a row has its id before it is sealed")
