"""May this organization approach this customer now, about this, and how? The one question about contact.

Rules: (1) without a permission that opens the category `contact` for the purpose nothing is sent, and of the customer's
wishes the answer tells at most that this is not the hour; (2) what the law demands cannot be switched off, is not
capped, needs no permission, and keeps to the hours unless it cannot wait; (3) a cap counts what was sent and what was
reserved, in days of 24 hours; (4) when only time stands in the way, the answer tells from when on it does not. The
permissive branch is the last line.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from consent import errors
from consent.decision import Reason as Permitted
from consent.wishes import Cap, Speaker, Wishes


class Reason(StrEnum):
    """Why somebody may or may not be approached; a reason never changes meaning once logged."""

    WELCOME = "welcome"
    """The customer allows it, in this way and at this time."""
    REQUIRED = "required-by-law"
    """The law demands this message."""
    NOT_GRANTED = "not-granted"
    """Nothing permits it for this purpose."""
    OBJECTED = "objected"
    """The customer objected to this purpose."""
    ERASED = "erased"
    """The customer left."""
    SIGNALLED = "global-privacy-control"
    """Their browser said that their data are not for advertising."""
    SILENT = "organization-silent"
    """The customer wants nothing from this organization."""
    TOPIC_OFF = "topic-off"
    """The customer wants nothing about this topic."""
    NO_CHANNEL = "no-channel"
    """None of the channels offered is one that they want."""
    CAP_REACHED = "cap-reached"
    """It would be more often than they want."""
    NOT_NOW = "outside-hours"
    """It would disturb them at this hour."""
    DONE = "already-done"
    """It was said already: this asks for the same contact once more."""


class Say(StrEnum):
    """What the one who speaks has to say first."""

    COMPUTER = "computer-speaks"
    """A computer speaks."""
    HUMAN_POSSIBLE = "human-possible"
    """Whoever would rather speak to a human can."""


@dataclass(frozen=True, slots=True)
class Topic:
    """What a message is about, as the catalog has it."""

    key: str
    defaults: tuple[str, ...] = ()
    """The channels that hold while the customer chose none, the best first."""
    is_required: bool = False
    is_advertising: bool = False
    under: str = ""
    """The platform's topic that an organization's own stands under; what was chosen for that holds for this too."""

    @property
    def root(self) -> str:
        """The topic by which contacts are counted."""
        return self.under or self.key


@dataclass(frozen=True, slots=True)
class Channel:
    """A way to reach somebody; a disturbing one rings, blinks or stands at the door."""

    key: str
    is_disturbing: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Who wants to approach the customer, about what, by which channels, and when."""

    organization: UUID
    topic: Topic
    channels: tuple[Channel, ...]
    sender: Speaker
    is_urgent: bool = False
    at: datetime

    def __post_init__(self) -> None:
        """Refuse a question without a channel or without a time zone."""
        if not self.channels:
            raise errors.NoChannel(field="/channels")
        if self.at.utcoffset() is None:
            raise errors.TimeWithoutZone(field="/at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What stands between the customer and the organization at the moment of the question."""

    permission: Permitted
    is_signalled: bool = False
    """Whether Global Privacy Control was seen."""
    is_done: bool = False
    """Whether the very contact that is asked for was made."""
    contacts: Sequence[datetime] = field(default=())
    """When this organization approached them, or reserved to, about what has the same root."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Allowed now or not, and why; if allowed, how: the best channel first.

    `not_before` is the first moment at which the same question is answered with yes, as far as is known now; None when
    time alone changes nothing.
    """

    allowed: bool
    reason: Reason
    channels: tuple[str, ...] = ()
    not_before: datetime | None = None
    must_say: tuple[Say, ...] = ()


_OPEN: Final = frozenset({Permitted.GRANTED, Permitted.ATTESTED})
_STOPPED: Final[Mapping[Permitted, Reason]] = {Permitted.ERASED: Reason.ERASED, Permitted.OBJECTED: Reason.OBJECTED}


def decide(question: Question, wishes: Wishes, standing: Standing) -> Answer:
    """Return whether and how the customer may be approached at the moment of the question."""
    reason = _refusal(question, wishes, standing)
    if reason is not None:
        return Answer(allowed=False, reason=reason)
    channels = _channels(question, wishes, standing)
    if not channels:
        return Answer(allowed=False, reason=Reason.NO_CHANNEL)
    free = _free(_caps(question, wishes), standing.contacts, at=question.at)
    start = _start(question, wishes, channels, at=free)
    if free > question.at:
        return Answer(allowed=False, reason=Reason.CAP_REACHED, not_before=start)
    if start is None or start > question.at:
        return Answer(allowed=False, reason=Reason.NOT_NOW, not_before=start)
    now = tuple(each.key for each in channels if _is_open(question, wishes, each))
    why = Reason.REQUIRED if question.topic.is_required else Reason.WELCOME
    return Answer(
        allowed=True, reason=why, channels=now, not_before=question.at, must_say=_must_say(question, wishes, standing)
    )


def keeps_no_hours(question: Question) -> bool:
    """Tell whether this cannot wait for an hour that suits: only what the law demands can be urgent."""
    return question.topic.is_required and question.is_urgent


def has_room(caps: Sequence[Cap], contacts: Sequence[datetime], *, at: datetime) -> bool:
    """Tell whether one more contact keeps to the caps now: then those of before change nothing about the answer."""
    return _free(caps, contacts, at=at) <= at


def _refusal(question: Question, wishes: Wishes, standing: Standing) -> Reason | None:
    """Return what refuses whatever the channel and the hour."""
    if standing.permission is Permitted.ERASED or standing.is_done:
        return Reason.ERASED if standing.permission is Permitted.ERASED else Reason.DONE
    topic = question.topic
    if topic.is_required:
        return None
    if standing.permission not in _OPEN:
        return _STOPPED.get(standing.permission, Reason.NOT_GRANTED)
    if topic.is_advertising and standing.is_signalled:
        return Reason.SIGNALLED
    if wishes.is_silent(question.organization):
        return Reason.SILENT
    wanted = wishes.allowed(question.organization, topic.key, topic.under, topic.defaults)
    return None if wanted else Reason.TOPIC_OFF


def _channels(question: Question, wishes: Wishes, standing: Standing) -> list[Channel]:
    """Return the channels that may be used, the best first."""
    topic, offered = question.topic, {each.key: each for each in question.channels}
    if topic.is_required and standing.permission not in _OPEN:
        return list(question.channels)  # without a permission no wish is told
    wanted = wishes.allowed(question.organization, topic.key, topic.under, topic.defaults)
    found = [offered[key] for key in wanted if key in offered and not wishes.avoids(key)]
    if not topic.is_required:
        return found
    rest, barred = [each for each in question.channels if each not in found], wishes.barred(question.organization)
    return [*found, *sorted(rest, key=lambda each: each.key in barred or wishes.avoids(each.key))]


def _caps(question: Question, wishes: Wishes) -> tuple[Cap, ...]:
    topic = question.topic
    return () if topic.is_required else wishes.caps(question.organization, topic.key, topic.under)


def _free(caps: Sequence[Cap], contacts: Sequence[datetime], *, at: datetime) -> datetime:
    """Return the first moment from `at` on, in UTC, at which one more contact keeps to the caps."""
    now = at.astimezone(UTC)
    return max((_free_of(each, contacts, now) for each in caps), default=now)


def _free_of(cap: Cap, contacts: Sequence[datetime], now: datetime) -> datetime:
    if len(contacts) < cap.most:
        return now
    period = timedelta(days=cap.days)
    counted = sorted(each for each in (one.astimezone(UTC) for one in contacts) if each > now - period)
    return now if len(counted) < cap.most else counted[-cap.most] + period


def _start(question: Question, wishes: Wishes, channels: Sequence[Channel], *, at: datetime) -> datetime | None:
    if keeps_no_hours(question) or any(not each.is_disturbing for each in channels):
        return at
    return wishes.next_open(question.organization, at)


def _is_open(question: Question, wishes: Wishes, channel: Channel) -> bool:
    return keeps_no_hours(question) or not channel.is_disturbing or wishes.is_open(question.organization, question.at)


def _must_say(question: Question, wishes: Wishes, standing: Standing) -> tuple[Say, ...]:
    if question.sender is Speaker.HUMAN:
        return ()
    first = wishes.first_at(question.organization) if standing.permission in _OPEN else None
    return (Say.COMPUTER, Say.HUMAN_POSSIBLE) if first is Speaker.HUMAN else (Say.COMPUTER,)
