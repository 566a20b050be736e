"""The Segment-compatible wire: one call or a batch of calls becomes Items, event by event."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec import Raw

from cdp.ingest import decoding, salvage, segment_events, times
from cdp.ingest.items import EVENTS_A_BATCH, AttributeNames, Item, Reason, Rejection
from cdp.ingest.problems import TooLarge, UnreadableBody
from cdp.ingest.segment_events import Context, Reading

if TYPE_CHECKING:
    from datetime import datetime


class Call(StrEnum):
    """What a path of the wire takes."""

    IDENTIFY = "identify"
    TRACK = "track"
    PAGE = "page"
    SCREEN = "screen"
    GROUP = "group"
    ALIAS = "alias"
    BATCH = "batch"


CALLS: Final[dict[str, Call]] = {call.value: call for call in Call} | {call.value[0]: call for call in Call}
"""The last part of the path, long and short."""

_NOTHING: Final = Raw(b"")


class _Batch(msgspec.Struct, rename="camel", gc=False):
    """The envelope of a batch; each event stays as it came."""

    batch: list[Raw]
    context: Raw = _NOTHING
    sent_at: Raw = _NOTHING


class _Key(msgspec.Struct, rename="camel", gc=False):
    write_key: str | None = None


_BATCH: Final = msgspec.json.Decoder(_Batch)
_KEY: Final = msgspec.json.Decoder(_Key)
_CONTEXT: Final = msgspec.json.Decoder(Context | None)
_TEXT: Final = msgspec.json.Decoder(str | None)


def write_key(body: bytes) -> str | None:
    """Return the write key that the body itself carries, for senders without an Authorization header."""
    try:
        return _KEY.decode(body).write_key
    except decoding.DECODE_ERRORS:
        return None


def parse(
    call: Call, body: bytes, *, received_at: datetime, attribute_name: AttributeNames, is_objecting: bool = False
) -> list[list[Item] | Rejection]:
    """Return for each event of `body`, in order, its items or why it was rejected.

    `is_objecting` says that the browser sent it with `Sec-GPC: 1`, which is evidence like a consent flag.
    Raises UnreadableBody when the body as a whole cannot be read, and TooLarge when it holds more
    events than a batch may; one bad event harms no other.
    """
    reading = Reading(received_at, attribute_name, is_objecting=is_objecting)
    if call is Call.BATCH:
        return _parse_batch(body, reading)
    reason = decoding.flaw(body)
    if reason in {Reason.MALFORMED, Reason.WRONG_ENCODING} or not body.lstrip().startswith(b"{"):
        raise UnreadableBody("the body is not a JSON object in UTF-8")
    if reason is not None:
        return [Rejection(reason)]
    return [segment_events.read(body, reading, call=call)]


def _parse_batch(body: bytes, shared: Reading) -> list[list[Item] | Rejection]:
    try:
        batch, was_cut = _BATCH.decode(body), False
    except decoding.DECODE_ERRORS:
        batch, was_cut = _cut(body), True
    if len(batch.batch) > EVENTS_A_BATCH:
        raise TooLarge("the batch holds more events than a call takes", field="/batch")
    sent_at, context = _envelope_time(batch.sent_at), _envelope_context(batch.context)
    reading = Reading.of(shared, sent_at, context)
    if was_cut or not decoding.is_utf8(body):
        return [_judge(bytes(event), reading, plain=False) for event in batch.batch]
    events = [bytes(event) for event in batch.batch]
    if decoding.is_plain(body):
        return [_judge(event, reading, plain=True) for event in events]
    return [_judge(event, reading, plain=decoding.is_plain(event)) for event in events]


def _cut(body: bytes) -> _Batch:
    """Return the envelope of a body that is not JSON, or not a batch, throughout."""
    try:
        parts = salvage.members(body)
        events = salvage.elements(parts[b"batch"])
    except (salvage.UncuttableError, KeyError) as error:
        raise UnreadableBody("the body is not a JSON object with an array of events", field="/batch") from error
    return _Batch([Raw(event) for event in events], Raw(parts.get(b"context", b"")), Raw(parts.get(b"sentAt", b"")))


def _envelope_time(text: Raw) -> datetime | None:
    try:
        return times.parse_or_none(_TEXT.decode(text)) if text else None
    except decoding.DECODE_ERRORS:
        return None


def _envelope_context(text: Raw) -> Context:
    """Return the context of the whole batch; one that cannot be taken says nothing."""
    if not text or decoding.flaw(bytes(text)) is not None:
        return Context()
    try:
        return _CONTEXT.decode(text) or Context()
    except decoding.DECODE_ERRORS:
        return Context()


def _judge(text: bytes, reading: Reading, *, plain: bool) -> list[Item] | Rejection:
    reason = decoding.flaw(text, plain=plain)
    return segment_events.read(text, reading) if reason is None else Rejection(reason)
