"""Rows for the store: values sealed, columns laid out as arrays."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec

from cdp import arrays
from cdp.arrays import Column
from cdp.ingest.drafts import Draft
from cdp.ingest.filing import in_clear
from cdp.ingest.items import IdentifierType, Kind
from cdp.ingest.subjects import Subject

ORIGINS: Final = {Kind.ATTRIBUTES: "given", Kind.PRODUCT: "observed", Kind.EXTERNAL: "external"}
_ENCODE: Final = msgspec.json.Encoder().encode
_TEXT: Final = msgspec.json.Decoder(str)

Columns = Mapping[str, Column]


def records(drafts: Sequence[Draft], *, is_trusted: bool) -> Columns:
    """Return the columns of versions; `is_trusted` if the operator verified the source."""
    sealed = _sealed(drafts, table="record")
    return {
        **_shared(drafts),
        "kinds": arrays.texts(draft.thing[0] for draft in drafts),
        "keys": arrays.blobs([draft.thing[2] for draft in drafts]),
        "origins": arrays.texts(ORIGINS[draft.item.kind] for draft in drafts),
        "standings": arrays.texts("verified" if is_trusted and is_verified(draft) else "stated" for draft in drafts),
        "past": arrays.flags(draft.is_past for draft in drafts),
        "digests": arrays.blobs([draft.digest for draft in drafts]),
        "sealed": arrays.blobs(sealed),
    }


def interactions(drafts: Sequence[Draft]) -> Columns:
    """Return the columns of interactions."""
    return {
        **_shared(drafts),
        "channels": arrays.texts(_word(draft.item.channel) for draft in drafts),
        "speakers": arrays.texts(_word(draft.item.speaker) for draft in drafts),
        "directions": arrays.texts(_word(draft.item.direction) for draft in drafts),
        "sealed": arrays.blobs(_sealed(drafts, table="interaction")),
    }


def evidence(said: Sequence[tuple[UUID, Subject, bytes]]) -> Columns:
    """Return the columns of consent flags, each with its id."""
    return {
        "customers": arrays.uuids(subject.customer for _, subject, _ in said),
        "ids": arrays.uuids(row for row, _, _ in said),
        "subjects": arrays.uuids(subject.id for _, subject, _ in said),
        "sealed": arrays.blobs(
            [subject.key.seal(flags, table="evidence", row=row, column="sealed") for row, subject, flags in said]
        ),
    }


def versions(named: Iterable[tuple[UUID, UUID]]) -> Columns:
    """Return the columns that name versions: of each its customer and its id."""
    pairs = list(named)
    return {"customers": arrays.uuids(customer for customer, _ in pairs), "ids": arrays.uuids(row for _, row in pairs)}


def things(drafts: Sequence[Draft]) -> Columns:
    """Return the columns that name things: whose, of which kind and type, under which key."""
    return {
        "customers": arrays.uuids(draft.subject.customer for draft in drafts),
        "subjects": arrays.uuids(draft.subject.id for draft in drafts),
        "kinds": arrays.texts(draft.thing[0] for draft in drafts),
        "types": arrays.texts(draft.thing[1] for draft in drafts),
        "keys": arrays.blobs([draft.thing[2] for draft in drafts]),
    }


def is_verified(draft: Draft) -> bool:
    """Say whether the attribute is an identifier that the source states to have verified."""
    if draft.filed.identifier is None or not draft.item.value.startswith(b'"'):
        return False
    text = _TEXT.decode(draft.item.value)
    kind = IdentifierType(draft.filed.identifier) if draft.filed.identifier in set(IdentifierType) else None
    return any(each.verified and each.type is kind and each.value == text for each in draft.item.identifiers)


def _shared(drafts: Sequence[Draft]) -> Columns:
    return {
        "customers": arrays.uuids(draft.subject.customer for draft in drafts),
        "ids": arrays.uuids(draft.row or _no_row() for draft in drafts),
        "subjects": arrays.uuids(draft.subject.id for draft in drafts),
        "categories": arrays.texts(draft.filed.category for draft in drafts),
        "types": arrays.texts(draft.filed.type for draft in drafts),
        "ats": arrays.moments(draft.at for draft in drafts),
        "queryable": arrays.texts(in_clear(draft.item, draft.filed) for draft in drafts),
    }


def _sealed(drafts: Sequence[Draft], *, table: str) -> list[bytes]:
    """Return each value sealed for its row, a subject's all at once."""
    by_subject: dict[UUID, list[int]] = defaultdict(list)
    for place, draft in enumerate(drafts):
        by_subject[draft.subject.id].append(place)
    sealed = [b""] * len(drafts)
    for places in by_subject.values():
        values = [(drafts[place].row or _no_row(), _plain(drafts[place])) for place in places]
        done = drafts[places[0]].subject.key.seal_many(values, table=table, column="sealed")
        for place, blob in zip(places, done, strict=True):
            sealed[place] = blob
    return sealed


def _plain(draft: Draft) -> bytes:
    """Return what is sealed: the value, and with a product or fact the source's own key."""
    if draft.item.kind in {Kind.ATTRIBUTES, Kind.INTERACTION}:
        return draft.item.value
    return b'{"key":%b,"properties":%b}' % (_ENCODE(draft.item.key or ""), draft.item.value)


def _no_row() -> UUID:
    raise AssertionError("a row has its id before it is sealed")


def _word(word: StrEnum | None) -> str | None:
    return None if word is None else word.value
