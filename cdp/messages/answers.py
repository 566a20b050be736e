"""What somebody is told who asks whether something is real: three answers only, and why."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from cdp.messages.likeness import Alike
from cdp.messages.senders import Owner
from consent.wishes import Speaker


class Verdict(StrEnum):
    """The three answers."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Why(StrEnum):
    """Why it is this answer; a word never changes its meaning."""

    TO_YOU = "to-you"
    SAME_TEXT = "same-text"
    WITH_CODE = "with-code"

    OTHER_TEXT = "other-text"
    OTHER_SENDER = "other-sender"
    OTHER_ORGANIZATION = "other-organization"
    NOT_REGISTERED = "not-registered"
    NOT_CALLING = "not-calling"

    NOTHING_KNOWN = "nothing-known"
    SLIP = "slip"
    POSES = "poses-as-another"
    FORGEABLE = "sender-can-be-forged"
    OWN_LINK = "link-is-theirs"
    NEEDS_TEXT = "text-needed"
    ONLY_CODE = "code-alone-needed"
    NOT_TO_YOU = "not-to-you"
    COPIED = "asked-often"
    NO_CALL = "no-call-known"
    LOGIN_NEEDED = "login-needed"


@dataclass(frozen=True, slots=True)
class Sent:
    """What is known of a message: how, from where, when, and who speaks; never to whom, unless it is who asks."""

    channel: str
    sender: str | None
    at: datetime
    until: datetime
    speaker: Speaker
    is_mine: bool
    message_id: UUID | None
    """Only of what was sent to who asks."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One of the three, why, of whom it is, and whom something poses as."""

    verdict: Verdict
    why: Why
    of: Owner | None = None
    sent: Sent | None = None
    alike: Alike | None = None
    posed_as: Owner | None = None


def unknown(why: Why, of: Owner | None = None) -> Answer:
    """Return that we do not know."""
    return Answer(Verdict.UNKNOWN, why, of)


def no(why: Why, of: Owner | None) -> Answer:
    """Return that it is not from them."""
    return Answer(Verdict.NO, why, of)
