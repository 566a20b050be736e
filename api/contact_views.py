"""What is asked and answered about contact, as the description of the door shows it; the bytes are made here."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal, Self
from uuid import UUID

import msgspec
from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from api.validation import NOT_ONE_SAID
from cdp.contact import approaching, contacts
from cdp.contact.approaching import Wanted
from cdp.contact.asking import MOST_AT_ONCE
from cdp.contact.contacts import Kept, Said
from cdp.contact.judging import Told
from cdp.own.addressing import ReadingLevel
from consent import contact
from consent.types import KEY_PATTERN, LONGEST_KEY, Instant, PurposeKey
from consent.wishes import Speaker

LONGEST_ID: Final = 64
ProfileIdGiven = Annotated[str, Field(max_length=LONGEST_ID)]
Key = Annotated[str, Field(max_length=LONGEST_KEY, pattern=KEY_PATTERN)]
Urgency = Literal["usual", "urgent"]
_encode: Final = msgspec.json.Encoder().encode
_KEY: Final = msgspec.Meta(max_length=LONGEST_KEY, pattern=KEY_PATTERN.removesuffix("$") + r"\Z")


class ReservationGiven(BaseModel):
    """That what is allowed is to be kept free: under a key of yours, which asked again is the same reservation."""

    model_config = ConfigDict(extra="forbid")

    key: str = Field(min_length=1, max_length=approaching.LONGEST_KEY)
    seconds: int = Field(default=600, ge=approaching.SHORTEST_HOLD, le=approaching.LONGEST_HOLD)


class Approach(BaseModel):
    """What you want to say something about, by which channels, who speaks, and when."""

    model_config = ConfigDict(extra="forbid")

    purpose: PurposeKey
    topic: Key
    channels: list[Key] = Field(min_length=1, max_length=approaching.MOST_CHANNELS)
    sender: Speaker
    urgency: Urgency = "usual"
    at: Instant | None = None
    reservation: ReservationGiven | None = None

    @property
    def wanted(self) -> Wanted:
        """The same, as the vault reads it."""
        return _wanted(self, at=self.at)


class ContactQuestion(Approach):
    """May one customer be approached, or each of many."""

    profile_id: ProfileIdGiven | None = None
    profile_ids: list[ProfileIdGiven] | None = Field(default=None, min_length=1, max_length=MOST_AT_ONCE)

    @model_validator(mode="after")
    def _is_about_somebody(self) -> Self:
        if (self.profile_id is None) == (self.profile_ids is None):
            raise PydanticCustomError(NOT_ONE_SAID, "", {"names": "profile_id, profile_ids"})
        return self

    @property
    def whom(self) -> str | list[str]:
        """The one who is asked about, or many."""
        return _whom(self.profile_id, self.profile_ids)


class _PlainReservation(msgspec.Struct, forbid_unknown_fields=True):
    key: Annotated[str, msgspec.Meta(min_length=1, max_length=approaching.LONGEST_KEY)]
    seconds: Annotated[int, msgspec.Meta(ge=approaching.SHORTEST_HOLD, le=approaching.LONGEST_HOLD)] = 600


_Id = Annotated[str, msgspec.Meta(max_length=LONGEST_ID)]


class PlainQuestion(msgspec.Struct, forbid_unknown_fields=True):
    """A question as it is usually asked: for now, and nothing in it but what is expected there."""

    purpose: Annotated[str, _KEY]
    topic: Annotated[str, _KEY]
    channels: Annotated[list[Annotated[str, _KEY]], msgspec.Meta(min_length=1, max_length=approaching.MOST_CHANNELS)]
    sender: Speaker
    urgency: Urgency = "usual"
    reservation: _PlainReservation | None = None
    profile_id: _Id | msgspec.UnsetType = msgspec.UNSET
    profile_ids: Annotated[list[_Id], msgspec.Meta(min_length=1, max_length=MOST_AT_ONCE)] | msgspec.UnsetType = (
        msgspec.UNSET
    )

    @property
    def wanted(self) -> Wanted:
        """The same, as the vault reads it."""
        return _wanted(self, at=None)

    @property
    def whom(self) -> str | list[str]:
        """The one who is asked about, or many."""
        return _whom(self.profile_id or None, self.profile_ids or None)


def _whom(one: str | None, many: list[str] | None) -> str | list[str]:
    return many or one or ""


def _wanted(given: Approach | PlainQuestion, *, at: datetime | None) -> Wanted:
    held = given.reservation
    return Wanted(
        given.topic,
        tuple(given.channels),
        given.sender,
        is_urgent=given.urgency == "urgent",
        at=at,
        reservation=None if held is None else approaching.Reservation(held.key, held.seconds),
    )


_PLAIN: Final = msgspec.json.Decoder(PlainQuestion).decode


def plain(body: bytes) -> PlainQuestion | None:
    """Return the question of a body, if it is one of the usual ones; every other is for `ContactQuestion` to judge."""
    try:
        asked = _PLAIN(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return None if (asked.profile_id is msgspec.UNSET) == (asked.profile_ids is msgspec.UNSET) else asked


class CampaignQuestion(Approach):
    """Who of all those who granted you something may be approached."""

    with_refused: bool = False


class ReservedFor(BaseModel):
    """What is kept free for you; name it when you record what you said."""

    contact_id: UUID
    expires_at: datetime


class ToSay(BaseModel):
    """What has to be said first: the code for your programs, the words for the customer."""

    code: contact.Say
    words: str


class ContactDecision(BaseModel):
    """Whether you may approach this customer now, and why; if you may, how, best channel first."""

    profile_id: str
    allowed: bool
    reason: contact.Reason
    channels: list[str]
    not_before: datetime | None
    language: str | None
    reading_level: ReadingLevel | None
    salutation: str | None
    pronunciation: str | None
    closing: str | None
    must_say: list[ToSay]
    reservation: ReservedFor | None


class ContactDecisions(BaseModel):
    """The decisions, in the order of the ids."""

    decisions: list[ContactDecision]


class ContactMade(BaseModel):
    """One contact that you made; with a reservation it is the one that was reserved."""

    model_config = ConfigDict(extra="forbid")

    profile_id: ProfileIdGiven
    topic: Key
    channel: Key
    sender: Speaker
    at: Instant | None = None
    contact_id: UUID | None = None
    key: str | None = Field(default=None, min_length=1, max_length=approaching.LONGEST_KEY)
    subject: str | None = Field(default=None, min_length=1, max_length=contacts.LONGEST_SUBJECT)

    def said(self, now: datetime) -> Said:
        """Return the same, as the vault reads it."""
        at = self.at or now
        return Said(self.profile_id, self.topic, self.channel, self.sender, at, self.contact_id, self.key, self.subject)


class ContactsMade(BaseModel):
    """What you said to customers, at most 1,000 at a time."""

    model_config = ConfigDict(extra="forbid")

    contacts: list[ContactMade] = Field(min_length=1, max_length=contacts.MOST_AT_ONCE)


class ContactKept(BaseModel):
    """What became of one contact, and whether it was made as it was allowed."""

    outcome: Literal["recorded", "repeated", "unknown"]
    contact_id: UUID | None
    manner: Literal["as-allowed", "unasked", "late", "other-channel", "other-speaker"] | None


class ContactsKept(BaseModel):
    """One outcome for each contact, in order."""

    results: list[ContactKept]

    @classmethod
    def of(cls, kept: Sequence[Kept]) -> Self:
        """Return what the vault kept."""
        return cls.model_validate({"results": [each._asdict() for each in kept]})


class Cancelling(BaseModel):
    """Whose reservation is given up."""

    model_config = ConfigDict(extra="forbid")

    profile_id: ProfileIdGiven


class Cancelled(BaseModel):
    """Whether there was a reservation to give up."""

    cancelled: bool


def one(profile_id: str, told: Told) -> bytes:
    """Return one decision."""
    return _encode(_view(profile_id, told))


def many(profile_ids: Sequence[str], told: Sequence[Told]) -> bytes:
    """Return many decisions."""
    return _encode({"decisions": [_view(*each) for each in zip(profile_ids, told, strict=True)]})


def lines(decided: Sequence[tuple[str, Told]], *, with_refused: bool) -> bytes:
    """Return a line for each decision; the refused ones only where they are wanted."""
    return b"".join(one(*each) + b"\n" for each in decided if with_refused or each[1].answer.allowed)


class _Said(msgspec.Struct):
    code: str
    words: str


class _Decision(msgspec.Struct):
    """`ContactDecision`, quicker to make and to write: a batch has a thousand."""

    profile_id: str
    allowed: bool
    reason: str
    channels: tuple[str, ...]
    not_before: datetime | None
    language: str | None
    reading_level: str | None
    salutation: str | None
    pronunciation: str | None
    closing: str | None
    must_say: list[_Said]
    reservation: dict[str, Any] | None


def _view(profile_id: str, told: Told) -> _Decision:
    answer, held = told.answer, told.reserved
    return _Decision(
        profile_id,
        answer.allowed,
        answer.reason,
        answer.channels,
        None if answer.not_before is None else answer.not_before.astimezone(UTC),
        told.language,
        told.reading_level,
        told.salutation,
        told.pronunciation,
        told.closing,
        [_Said(*each) for each in zip(answer.must_say, told.words, strict=True)],
        None if held is None else {"contact_id": held.contact_id, "expires_at": held.until},
    )
