"""One event of the Segment wire becomes Items."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

import msgspec
from msgspec import Raw

from cdp.ingest import decoding, stated, times
from cdp.ingest.items import (
    IDENTIFIER_LENGTH,
    MESSAGE_ID_LENGTH,
    NAME_LENGTH,
    AttributeNames,
    Channel,
    Identifier,
    IdentifierType,
    Item,
    Kind,
    Reason,
    Reference,
    ReferenceType,
    Rejection,
    TimeNote,
    conversation,
    reference_flaw,
)
from cdp.ingest.stated import Stated

_NOTHING: Final = Raw(b"")
_TRUE: Final = Raw(b"true")
_NULL: Final = b"null"
# Members that every event asks for, looked up once: through its class that costs more than decoding does.
_INTERACTION: Final = Kind.INTERACTION
_USER_ID: Final = ReferenceType.USER_ID
_ANONYMOUS_ID: Final = ReferenceType.ANONYMOUS_ID


class Context(Stated, frozen=True, gc=False):
    """What is read of a context; everything else in it (addresses, browsers, devices) is not kept."""

    traits: Raw = _NOTHING
    consent: Raw = _NOTHING
    consent_management: Raw = msgspec.field(default=_NOTHING, name="consentManagement")
    gpc: Raw = _NOTHING


class _Event(msgspec.Struct, rename="camel", gc=False):
    """One call as SDKs send it."""

    type: str | None = None
    message_id: str | int | None = None
    user_id: str | int | None = None
    anonymous_id: str | int | None = None
    previous_id: str | int | None = None
    group_id: str | int | None = None
    event: str | None = None
    name: str | None = None
    category: str | None = None
    channel: Any = None
    timestamp: str | None = None
    original_timestamp: str | None = None
    sent_at: str | None = None
    traits: Raw = _NOTHING
    properties: Raw = _NOTHING
    context: Context | None = None


class Reading(msgspec.Struct, frozen=True):
    """What holds for all events of one body: when it came, and how the catalog calls a trait."""

    received_at: datetime
    attribute_name: AttributeNames
    sent_at: datetime | None = None
    context: Context = Context()
    shared: tuple[Stated, ...] = ()
    """The context, if it says something about the conversation."""
    is_objecting: bool = False
    """Whether the browser that called says so itself (Sec-GPC)."""

    @classmethod
    def of(cls, call: Reading, sent_at: datetime | None, context: Context) -> Reading:
        """Return what holds for the events of one batch."""
        shared = (context,) if stated.tells(context) else ()
        return cls(call.received_at, call.attribute_name, sent_at, context, shared, call.is_objecting)


_EVENT: Final = msgspec.json.Decoder(_Event)
_OBJECT: Final = msgspec.json.Decoder(dict[str, Raw])
_ENCODE: Final = msgspec.json.Encoder().encode
_ENCODED_TEXT: Final = msgspec.json.Decoder(str)
_IDENTIFIERS: Final = {
    "email": IdentifierType.EMAIL,
    "phone": IdentifierType.PHONE,
    "mobile_phone": IdentifierType.PHONE,
}
_NO_CONTEXT: Final = Context()


class _UnusableError(Exception):
    """One event cannot be taken."""

    def __init__(self, reason: Reason, field: str) -> None:
        super().__init__(reason)
        self.rejection = Rejection(reason, field)


def read(text: bytes, reading: Reading, *, call: str | None = None) -> list[Item] | Rejection:
    """Return the items of the event `text`, which `decoding.flaw` has let through.

    `call` is what the path says; without it, the event names its own type.
    """
    try:
        event = _EVENT.decode(text)
        return _READERS[call or _call(event)](event, reading)
    except _UnusableError as unusable:
        return unusable.rejection
    except decoding.DECODE_ERRORS as error:
        return decoding.rejection(error)


def _call(event: _Event) -> str:
    if event.type is None:
        raise _UnusableError(Reason.MISSING, "type")
    if event.type not in _READERS:
        raise _UnusableError(Reason.UNKNOWN_VALUE, "type")
    return event.type


def _identify(event: _Event, reading: Reading) -> list[Item]:
    context = event.context or _NO_CONTEXT
    traits = _object(context.traits or reading.context.traits, "context.traits")
    traits |= _object(event.traits, "traits")
    named = {_name(reading.attribute_name(name), "traits"): bytes(value) for name, value in traits.items()}
    return _attributes(event, reading, named, identifiers=_identifiers(named))


def _group(event: _Event, reading: Reading) -> list[Item]:
    """Return what is said of the person's group: apart, so that its name is not taken for theirs."""
    group = _text(event.group_id)
    if group is None:
        raise _UnusableError(Reason.MISSING, "groupId")
    named = {reading.attribute_name("group_id"): _ENCODE(group)}
    for name, value in _object(event.traits, "traits").items():
        named[_name(reading.attribute_name(f"group.{name}"), "traits")] = bytes(value)
    return _attributes(event, reading, named, identifiers=())


def _attributes(
    event: _Event, reading: Reading, named: dict[str, bytes], *, identifiers: tuple[Identifier, ...]
) -> list[Item]:
    subject, delivery, evidence = _subject(event), _delivery(event), _evidence(event, reading)
    at, note = _moment(event, reading)
    items = []
    for name, value in named.items() or (("", b"{}"),):
        items.append(
            Item(
                kind=Kind.ATTRIBUTES if name else Kind.LINK,
                type=name or "identify",
                value=value,
                subject=subject,
                occurred_at=at,
                identifiers=identifiers,
                delivery=delivery,
                evidence=evidence,
                time_note=note,
            )
        )
        evidence = None
    return items


def _alias(event: _Event, reading: Reading) -> list[Item]:
    if _text(event.user_id) is None:
        raise _UnusableError(Reason.MISSING, "userId")
    previous = _text(event.previous_id)
    if previous is None:
        raise _UnusableError(Reason.MISSING, "previousId")
    at, note = _moment(event, reading)
    return [
        Item(
            kind=Kind.LINK,
            type="alias",
            value=b"{}",
            subject=(*_subject(event), _reference(ReferenceType.PREVIOUS_ID, previous, "previousId")),
            occurred_at=at,
            delivery=_delivery(event),
            evidence=_evidence(event, reading),
            time_note=note,
        )
    ]


def _track(event: _Event, reading: Reading) -> list[Item]:
    if not event.event:
        raise _UnusableError(Reason.MISSING, "event")
    return [_interaction(event, reading, _name(event.event, "event"), None)]


def _page(event: _Event, reading: Reading) -> list[Item]:
    return [_interaction(event, reading, "page", Channel.WEB)]


def _screen(event: _Event, reading: Reading) -> list[Item]:
    return [_interaction(event, reading, "screen", Channel.APP)]


def _interaction(event: _Event, reading: Reading, kind: str, usual: Channel | None) -> Item:
    properties = _object_text(event.properties, "properties")
    said = stated.said(properties, event.context, reading.shared)
    delivery = _delivery(event)
    at, note = _moment(event, reading)
    name, section = _short(event.name, "name"), _short(event.category, "category")
    subject, evidence = _subject(event), _evidence(event, reading)
    if not said and event.channel is None:  # as most events are
        return Item(
            kind=_INTERACTION,
            type=kind,
            key=delivery,
            value=conversation(properties, name=name, section=section),
            subject=subject,
            occurred_at=at,
            channel=usual,
            delivery=delivery,
            evidence=evidence,
            time_note=note,
        )
    line, outcome = stated.text([each.subject for each in said]), stated.text([each.outcome for each in said])
    return Item(
        kind=_INTERACTION,
        type=kind,
        key=delivery,
        value=conversation(properties, subject=line, outcome=outcome, name=name, section=section),
        subject=subject,
        occurred_at=at,
        channel=stated.word([*(each.channel for each in said), event.channel], stated.CHANNELS) or usual,
        speaker=stated.word([each.speaker for each in said], stated.SPEAKERS),
        direction=stated.word([each.direction for each in said], stated.DIRECTIONS),
        delivery=delivery,
        evidence=evidence,
        time_note=note,
    )


_READERS: Final[dict[str, Callable[[_Event, Reading], list[Item]]]] = {
    "identify": _identify,
    "group": _group,
    "alias": _alias,
    "track": _track,
    "page": _page,
    "screen": _screen,
}


def _object_text(raw: Raw, field: str) -> bytes:
    text = bytes(raw)
    if not text or text == _NULL:
        return b""
    if text[:1] != b"{":
        raise _UnusableError(Reason.WRONG_TYPE, field)
    return text


def _object(raw: Raw, field: str) -> dict[str, Raw]:
    text = _object_text(raw, field)
    return _OBJECT.decode(text) if text else {}


def _text(value: str | int | None) -> str | None:
    """Return an id as text; blank is the same as missing."""
    if value is None:
        return None
    text = value if isinstance(value, str) else str(value)
    return text if text.strip() else None


def _reference(kind: ReferenceType, value: str, field: str) -> Reference:
    reason = reference_flaw(value)
    if reason is not None:
        raise _UnusableError(reason, field)
    return Reference(kind, value)


def _subject(event: _Event) -> tuple[Reference, ...]:
    user, anonymous = _text(event.user_id), _text(event.anonymous_id)
    if user is None and anonymous is None:
        raise _UnusableError(Reason.MISSING, "userId")
    if anonymous is None:
        return (_reference(_USER_ID, user or "", "userId"),)
    device = _reference(_ANONYMOUS_ID, anonymous, "anonymousId")
    return (device,) if user is None else (_reference(_USER_ID, user, "userId"), device)


def _identifiers(named: dict[str, bytes]) -> tuple[Identifier, ...]:
    """Return the identifiers among the traits. Anyone with a write key can claim them: never verified."""
    found = []
    for name, kind in _IDENTIFIERS.items():
        value = named.get(name, b"")
        text = _ENCODED_TEXT.decode(value) if value.startswith(b'"') else ""
        if len(text) > IDENTIFIER_LENGTH:
            raise _UnusableError(Reason.TOO_LONG, f"traits.{name}")
        if text.strip():
            found.append(Identifier(kind, text))
    return tuple(found)


def _name(name: str, field: str) -> str:
    if len(name) > NAME_LENGTH:
        raise _UnusableError(Reason.TOO_LONG, field)
    if not name or name.isspace():
        raise _UnusableError(Reason.MISSING, field)
    return name


def _short(text: str | None, field: str) -> str | None:
    if text is not None and len(text) > NAME_LENGTH:
        raise _UnusableError(Reason.TOO_LONG, field)
    return text


def _delivery(event: _Event) -> str:
    """Return the message id, or a new one: then a repeat cannot be told from a second event."""
    message = _text(event.message_id)
    if message is None:
        return str(uuid4())
    if len(message) > MESSAGE_ID_LENGTH:
        raise _UnusableError(Reason.TOO_LONG, "messageId")
    return message


def _moment(event: _Event, reading: Reading) -> tuple[datetime, TimeNote | None]:
    field = "originalTimestamp" if event.original_timestamp else "timestamp"
    told = event.original_timestamp or event.timestamp
    if not told:
        return reading.received_at, None
    try:
        original, assumed = times.parse(told)
    except times.UnreadableTimeError:
        raise _UnusableError(Reason.UNREADABLE_TIME, field) from None
    sent_at = times.parse_or_none(event.sent_at) if event.sent_at else reading.sent_at
    moment, note = times.corrected(original, sent_at=sent_at, received_at=reading.received_at)
    return moment, note or assumed


def _evidence(event: _Event, reading: Reading) -> bytes | None:
    """Return the consent flags as they came; they create nothing."""
    context, shared = event.context or _NO_CONTEXT, reading.context
    flags, manager = context.consent or shared.consent, context.consent_management or shared.consent_management
    gpc = _TRUE if reading.is_objecting else context.gpc or shared.gpc
    if not flags and not manager and not gpc:
        return None
    said = {"consent": bytes(flags), "consentManagement": bytes(manager), "gpc": bytes(gpc)}
    kept = {name: Raw(flags) for name, flags in said.items() if flags not in {b"", _NULL}}
    return _ENCODE(kept) if kept else None
