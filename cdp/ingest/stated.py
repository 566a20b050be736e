"""What the events of the Segment wire say about a conversation, wherever senders put it."""

from __future__ import annotations

from typing import Any, Final, TypeVar

import msgspec

from cdp.ingest.items import TEXT_LENGTH, Channel, Direction
from consent.wishes import Speaker

_Word = TypeVar("_Word", Channel, Speaker, Direction)
CHANNELS: Final = {channel.value: channel for channel in Channel} | {
    "letter": Channel.POST,
    "visit": Channel.IN_PERSON,
    "mobile": Channel.APP,
    "browser": Channel.WEB,
    "vr": Channel.VIRTUAL_REALITY,
}
SPEAKERS: Final = {speaker.value: speaker for speaker in Speaker}
DIRECTIONS: Final = {direction.value: direction for direction in Direction}


class Stated(msgspec.Struct, frozen=True, gc=False):
    """What may be said about a conversation; of any type, because senders use these words for other things too."""

    channel: Any = None
    speaker: Any = None
    direction: Any = None
    subject: Any = None
    outcome: Any = None


_STATED: Final = msgspec.json.Decoder(Stated)
_UNSAID: Final = Stated()


def said(properties: bytes, context: Stated | None, shared: tuple[Stated, ...]) -> tuple[Stated, ...]:
    """Return where something is said about the conversation; what is said first counts."""
    found = shared
    if context is not None and tells(context):
        found = (context, *found)
    if properties and (stated := _STATED.decode(properties)) != _UNSAID:
        found = (stated, *found)
    return found


def tells(context: Stated) -> bool:
    """Say whether anything is said."""
    return not (
        context.channel is None
        and context.speaker is None
        and context.direction is None
        and context.subject is None
        and context.outcome is None
    )


def word(said: list[Any], known: dict[str, _Word]) -> _Word | None:
    """Return the first of what is said that is one of ours."""
    for value in said:
        if isinstance(value, str) and value in known:
            return known[value]
    return None


def text(said: list[Any]) -> str | None:
    """Return the first of what is said that can be kept as text."""
    for value in said:
        if isinstance(value, str) and 0 < len(value) <= TEXT_LENGTH:
            return value
    return None
