"""The events that the two logs hold, each with its place in a chain.

Every event stands in a chain, one for each customer and organization: `seq` counts from 1 and `prev`
is the leaf hash of the event before it, so that none can be left out in between. A customer is a
pseudonym, another one with each organization. What no organization may see (what customers read of
themselves, which subjects are theirs) has a pseudonym of its own and no organization. The platform's
own events have neither customer nor organization.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

from consent import acts, wish_changes
from consent.commitments import Kind


class Place(NamedTuple):
    """Where an event stands in its chain; the first has seq 1 and no `prev`."""

    seq: int
    prev: bytes | None
    customer: str | None = None
    organization: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActEvent:
    """An act on a permission; the organization is its recipient."""

    place: Place
    act: acts.Act
    by: str
    """Who did it, in one word: customer, organization, time, platform."""
    act_id: UUID | None = None
    client: str | None = None
    request_id: UUID | None = None
    notice_hash: str | None = None
    """SHA-256 of the text that the customer read."""
    language: str | None = None
    other_customer: str | None = None
    """With whom a merge or split was; the verifier looks whether `act.other` is what they had."""

    @property
    def at(self) -> datetime:
        """When it happened."""
        return self.act.at


class Linking(StrEnum):
    """What happened to a subject of a source."""

    LINK = "link"
    UNLINK = "unlink"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkEvent:
    """A subject of a source came to belong to a customer, or no longer does; no organization sees this chain."""

    place: Place
    linking: Linking
    source: UUID
    subject: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureEvent:
    """The openings of these leaves of the log `log` were deleted."""

    place: Place
    log: str
    indices: tuple[int, ...]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WishEvent:
    """A customer chose how they want to be approached, or took it back; no organization sees this chain."""

    place: Place
    wish_id: UUID
    change: wish_changes.Change
    at: datetime


class Statement(StrEnum):
    """What was stated between an organization and a customer, of which the log holds a digest."""

    MESSAGE = "message"
    """It registered a message or a call before it goes out."""
    FIRING = "firing"
    """A rule of its fired on what was delivered."""
    REPLY = "reply"
    """The customer said something back to it, or wants a human."""
    DEMAND = "demand"
    """The customer asked it to correct, to erase or to explain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementEvent:
    """Something was stated to or by an organization, about a customer or nobody; `digest` is the SHA-256 of what."""

    place: Place
    statement: Statement
    fact_id: UUID
    digest: bytes
    at: datetime


class Change(StrEnum):
    """What happened to a key or a policy."""

    KEY_ADDED = "key-added"
    KEY_RETIRED = "key-retired"
    POLICY_CHANGED = "policy-changed"
    FACT_HELD = "fact-held"
    """No entry could say a fact when its turn came, so it was set aside: see `consent.held`."""
    FACT_TOLD = "fact-told"
    """A fact that was set aside follows, or was erased."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyEvent:
    """A key of a log came or went (`subject` is its vkey), or a policy changed (its SHA-256).

    Of the witnesses that are asked it is `witnesses:` and the SHA-256 of their vkeys, in order, each on a line. Of
    facts that were set aside it is what `consent.held` makes.
    """

    place: Place
    change: Change
    subject: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorEvent:
    """The access log had this size and root."""

    place: Place
    log: str
    size: int
    root: bytes
    at: datetime


class Outcome(StrEnum):
    """How a read ended."""

    RELEASED = "released"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class AccessEvent(NamedTuple):
    """A read or a refusal: who asked for what, what was released, and the grant that allowed it.

    There are millions of these and of their places, so both are made as cheaply as Python can.
    """

    place: Place
    at: datetime
    principal: str
    outcome: Outcome
    reason: str
    asked: tuple[str, ...]
    released: tuple[str, ...]
    records: int
    purpose: str | None = None
    client: str | None = None
    path: str | None = None
    grant: bytes | None = None
    """Leaf hash, in the consent log, of the act that gave the permission."""


Event = ActEvent | LinkEvent | WishEvent | StatementEvent | ErasureEvent | PolicyEvent | AnchorEvent | AccessEvent

KIND_OF: Final[dict[type[Event], Kind]] = {
    ActEvent: Kind.CONSENT,
    LinkEvent: Kind.CONSENT,
    WishEvent: Kind.CONSENT,
    StatementEvent: Kind.CONSENT,
    ErasureEvent: Kind.ERASURE,
    PolicyEvent: Kind.POLICY,
    AnchorEvent: Kind.ANCHOR,
    AccessEvent: Kind.ACCESS,
}
MOST_ERASED: Final = 4_096
"""One erasure event names at most so many leaves; more take more events."""


def kind_of(event: Event) -> Kind:
    """Return the kind of leaf that stands for `event`."""
    return KIND_OF[type(event)]
