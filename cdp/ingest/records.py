"""The body of `POST /v1/records`: attributes, products, interactions and external facts, one by one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, get_args

import msgspec
from msgspec import Meta, Raw, Struct

from cdp.ingest import decoding, places, salvage, times
from cdp.ingest.items import (
    IDENTIFIER_LENGTH,
    ITEMS_A_CALL,
    KEY_LENGTH,
    NAME_LENGTH,
    REFERENCE_LENGTH,
    REFERENCES,
    TEXT_LENGTH,
    AttributeNames,
    Channel,
    Direction,
    Identifier,
    IdentifierType,
    Item,
    Kind,
    Reason,
    Reference,
    ReferenceType,
    Rejection,
    conversation,
    reference_flaw,
)
from cdp.ingest.problems import TooLarge, UnreadableBody
from consent.wishes import Speaker

_Name = Annotated[str, Meta(min_length=1, max_length=NAME_LENGTH)]
_Key = Annotated[str, Meta(min_length=1, max_length=KEY_LENGTH, description="The source's own id of it.")]
_Category = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{0,63}$", description="Left out: the catalog decides.")]
_Reference = Annotated[str, Meta(min_length=1, max_length=REFERENCE_LENGTH)]
_Text = Annotated[str, Meta(min_length=1, max_length=TEXT_LENGTH)]
_Moment = Annotated[datetime, Meta(tz=True, description="RFC 3339 with its offset from UTC.")]


class SubjectBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Who it is about, by the source's own reference; at least one of the two."""

    user_id: _Reference | None = None
    anonymous_id: _Reference | None = None


class IdentifierBody(Struct, frozen=True, forbid_unknown_fields=True):
    """An identifier of the person; verified only if the source has checked that it is theirs."""

    type: IdentifierType
    value: Annotated[str, Meta(min_length=1, max_length=IDENTIFIER_LENGTH)]
    verified: bool = False


class _Body(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    type: _Name
    subject: SubjectBody
    category: _Category | None = None
    occurred_at: _Moment | None = None
    identifiers: Annotated[tuple[IdentifierBody, ...], Meta(max_length=REFERENCES)] = ()


class AttributeBody(_Body, frozen=True, kw_only=True, tag="attributes"):
    """One attribute: `type` is its name, `value` any JSON."""

    value: Raw


class ProductBody(_Body, frozen=True, kw_only=True, tag="product"):
    """Something the person has, uses or bought; the same key again replaces it."""

    key: _Key
    properties: dict[str, Raw] | None = None


class ExternalBody(_Body, frozen=True, kw_only=True, tag="external"):
    """A fact that an outside register holds; the same key again replaces it."""

    key: _Key
    properties: dict[str, Raw] | None = None


class InteractionBody(_Body, frozen=True, kw_only=True, tag="interaction"):
    """Something that was said or done; `key` makes it safe to send again."""

    key: _Key | None = None
    properties: dict[str, Raw] | None = None
    channel: Channel | None = None
    speaker: Speaker | None = None
    direction: Direction | None = None
    subject_line: _Text | None = None
    outcome: _Text | None = None


RecordBody = AttributeBody | ProductBody | ExternalBody | InteractionBody


class RecordsBody(Struct, frozen=True, forbid_unknown_fields=True):
    """At most 1,000 records; each has its own outcome."""

    items: Annotated[list[RecordBody], Meta(min_length=1, max_length=ITEMS_A_CALL)]


class _Envelope(Struct, frozen=True, forbid_unknown_fields=True):
    items: list[Raw]


_ENVELOPE: Final = msgspec.json.Decoder(_Envelope)
_RECORD: Final = msgspec.json.Decoder(RecordBody)
_NAMES: Final = {
    "": frozenset(name for body in get_args(RecordBody) for name in ("kind", *body.__struct_fields__)),
    **{body.__struct_config__.tag: frozenset(("kind", *body.__struct_fields__)) for body in get_args(RecordBody)},
    "subject": frozenset(SubjectBody.__struct_fields__),
    "identifiers": frozenset(IdentifierBody.__struct_fields__),
}
"""Our own names: of all kinds together, of each kind, and of the parts."""
_ENCODE: Final = msgspec.json.Encoder().encode


def parse(body: bytes, *, received_at: datetime, attribute_name: AttributeNames) -> list[Item | Rejection]:
    """Return for each record in `body`, in order, its item or why it was rejected.

    Raises UnreadableBody when the body is not an object with an array of items, and TooLarge when
    there are more than a call takes; one bad item harms no other.
    """
    texts, plain = _split(body)
    if len(texts) > ITEMS_A_CALL:
        raise TooLarge("a call takes at most 1,000 items", field="/items")
    return [_read(text, received_at=received_at, attribute_name=attribute_name, plain=plain) for text in texts]


def schemas(*, ref_template: str = "#/components/schemas/{name}") -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the JSON Schema of the body and the schemas it refers to, for the OpenAPI document."""
    (body,), components = msgspec.json.schema_components([RecordsBody], ref_template=ref_template)
    return body, components


def _split(body: bytes) -> tuple[list[bytes], bool]:
    """Return the items as they stand, and whether the whole is JSON that needs no closer look."""
    try:
        texts = [bytes(item) for item in _ENVELOPE.decode(body).items]
    except decoding.DECODE_ERRORS:
        return _cut(body), False
    return texts, decoding.is_utf8(body) and decoding.is_plain(body)


def _cut(body: bytes) -> list[bytes]:
    try:
        parts = salvage.members(body)
        if parts.keys() != {b"items"}:
            raise UnreadableBody("the body is an object with one member, items")
        return salvage.elements(parts[b"items"])
    except salvage.UncuttableError as error:
        raise UnreadableBody("the body is not a JSON object with an array of items", field="/items") from error


def _read(text: bytes, *, received_at: datetime, attribute_name: AttributeNames, plain: bool) -> Item | Rejection:
    reason = decoding.flaw(text, plain=plain)
    if reason is not None:
        return Rejection(reason, places.of_flaw(text, reason, _NAMES))
    try:
        record = _RECORD.decode(text)
    except decoding.DECODE_ERRORS as error:
        rejection = decoding.rejection(error)
        if rejection.reason is Reason.UNKNOWN_FIELD:
            return Rejection(rejection.reason, places.of_unknown(text, rejection.field, _NAMES))
        return rejection
    subject = _subject(record.subject)
    if isinstance(subject, Rejection):
        return subject
    at, note = times.clamp(record.occurred_at, received_at=received_at) if record.occurred_at else (None, None)
    identifiers = tuple(Identifier(each.type, each.value, each.verified) for each in record.identifiers)
    if isinstance(record, InteractionBody):
        item = _interaction(record, subject)
    elif isinstance(record, AttributeBody):
        item = Item(kind=Kind.ATTRIBUTES, type=attribute_name(record.type), value=bytes(record.value), subject=subject)
    else:
        item = Item(
            kind=Kind.PRODUCT if isinstance(record, ProductBody) else Kind.EXTERNAL,
            type=record.type,
            key=record.key,
            value=_ENCODE(record.properties or {}),
            subject=subject,
        )
    return msgspec.structs.replace(
        item, category=record.category, occurred_at=at, time_note=note, identifiers=identifiers
    )


def _interaction(record: InteractionBody, subject: tuple[Reference, ...]) -> Item:
    return Item(
        kind=Kind.INTERACTION,
        type=record.type,
        key=record.key,
        value=conversation(_ENCODE(record.properties or {}), subject=record.subject_line, outcome=record.outcome),
        subject=subject,
        channel=record.channel,
        speaker=record.speaker,
        direction=record.direction,
    )


def _subject(body: SubjectBody) -> tuple[Reference, ...] | Rejection:
    subject: tuple[Reference, ...] = ()
    named = ((ReferenceType.USER_ID, body.user_id), (ReferenceType.ANONYMOUS_ID, body.anonymous_id))
    for kind, value in named:
        if value is None:
            continue
        reason = reference_flaw(value)
        if reason is not None:
            return Rejection(reason, f"subject.{kind}")
        subject = (*subject, Reference(kind, value))
    return subject or Rejection(Reason.MISSING, "subject")
