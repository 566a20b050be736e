"""Telling a receiver that asks (RFC 8936): it acknowledges what it has, says what it could not take, and gets more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.signals import delivery, queue, sets, streams
from cdp.signals.streams import Kind, Status, StreamUnknown

MOST: Final = 100


@dataclass(frozen=True, slots=True)
class Poll:
    """What a receiver says and asks; ids are as it sent them."""

    acknowledged: Sequence[UUID]
    errors: Mapping[UUID, str]
    most: int


@dataclass(frozen=True, slots=True)
class Batch:
    """SETs by their ids, and whether there are more."""

    tokens: Mapping[str, str]
    has_more: bool


def poll(platform: Platform, organization: UUID, slug: str, stream_id: UUID, asked: Poll, *, at: datetime) -> Batch:
    """Return what waits for the stream, once what the receiver says is noted; raises StreamUnknown."""
    with platform.database.scoped(Scope(Principal.SOURCE, organization)) as session:
        stream = streams.read(session, stream_id)
        if stream.kind is not Kind.POLL:
            raise StreamUnknown
        queue.taken(session, stream, asked.acknowledged, at=at)
        for signal, said in asked.errors.items():
            queue.refused(session, stream, signal, said if said in delivery.ERRORS else delivery.ERRORS[0], at=at)
        if stream.status is not Status.ENABLED or asked.most == 0:
            return Batch({}, has_more=False)
        queue.fill(session, stream, at=at)
        waiting = queue.heads(session, stream, at=at, limit=asked.most + 1)
    if not waiting:
        return Batch({}, has_more=False)
    issuer = sets.issuer(platform, stream, slug, at=at)
    given = waiting[: asked.most]
    return Batch({str(each.signal_id): issuer.token(each, at=at) for each in given}, len(waiting) > len(given))
