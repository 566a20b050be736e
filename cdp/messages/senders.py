"""From where organizations write and call: what they say, what the operator checked, and how it is written.

Rules: (1) a sender that nobody checked counts for nothing; (2) what one organization has, another cannot claim, nor a
part of it, nor what it is a part of: only the operator gives it to both; (3) what anybody can have, an ending or a
domain of mailboxes, is nobody's; (4) what was checked is public.
"""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from cdp.keys import blind
from cdp.keys.blind import IdentifierType
from cdp.messages import likeness
from cdp.messages.domains import Domain
from cdp.messages.likeness import PROVIDERS, Alike, Published, SenderKind
from consent.errors import Conflict, Invalid, NotFound

MOST: Final = 200
"""How many senders an organization may publish."""
LONGEST: Final = 254
_SHORTEST_NAME: Final = 2
_LONGEST_NAME: Final = 64
_PUBLISH: Final = text("select publish_sender(:kind, :value, :complete, :most, :at)")
_CHECK: Final = text("select check_sender(:organization, :kind, :value, :share, :at)")
_PUBLISHED: Final = text("select * from published_senders()")
_OWN: Final = text(
    "select organization_id, kind, value, is_complete, is_shared, said_at, checked_at from sender"
    " where cast(:organization as uuid) is null or organization_id = :organization"
    " order by organization_id, kind, value"
)
_REMOVE: Final = text(
    "delete from sender where organization_id = :organization and kind = :kind and value = :value returning value"
)


class UnfitSender(Invalid):
    """This is no sender of this kind that could be one organization's own."""

    code = "unfit-sender"


class SenderTaken(Conflict):
    """Another organization has this sender, or one that it belongs to; the operator decides whose it is."""

    code = "sender-taken"


class TooManySenders(Conflict):
    """This organization publishes as many senders as it may."""

    code = "too-many-senders"


class SenderUnknown(NotFound):
    """This organization publishes no such sender."""

    code = "sender-unknown"


@dataclass(frozen=True, slots=True)
class Sender:
    """A sender as its organization and the operator see it."""

    organization: UUID
    kind: SenderKind
    value: str
    is_complete: bool
    is_shared: bool
    said_at: datetime
    checked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose sender it is."""

    organization: UUID
    slug: str
    name: str
    is_verified: bool


@dataclass(frozen=True, slots=True)
class Known:
    """Every published sender, with whose it is and whether whatever comes from it is registered."""

    senders: tuple[Published, ...]
    owners: dict[UUID, Owner]
    complete: frozenset[Published]

    def owner(self, slug: str | None) -> Owner | None:
        """Return the organization of this slug; None for one that publishes nothing."""
        return next((each for each in self.owners.values() if each.slug == slug), None)

    def of(self, organization: UUID) -> list[Published]:
        """Return what one organization publishes."""
        return [each for each in self.senders if each.organization == organization]

    def covering(self, kind: SenderKind, value: str) -> list[Published]:
        """Return the published senders that this one is, or belongs to."""
        return [each for each in self.senders if likeness.covers(each, kind, value)]

    def alike(self, kind: SenderKind, value: str) -> Alike | None:
        """Return whom this sender poses as, if nobody published it."""
        return None if self.covering(kind, value) else likeness.find(kind, value, self.senders)


def written(kind: SenderKind, unverified: str) -> str:
    """Return the one way in which a sender is written; raises UnfitSender."""
    try:
        match kind:
            case SenderKind.DOMAIN:
                return _domain(unverified)
            case SenderKind.EMAIL:
                return blind.normalise(IdentifierType.EMAIL, unverified)
            case SenderKind.PHONE:
                return blind.normalise(IdentifierType.PHONE, unverified)
        return _name(unverified)
    except Invalid:
        raise UnfitSender(field="/value") from None


def publish(session: Session, kind: SenderKind, value: str, *, is_complete: bool, at: datetime) -> None:
    """Say that the organization in scope writes or calls from here; raises UnfitSender, SenderTaken, TooManySenders."""
    facts = {"kind": kind.value, "value": written(kind, value), "complete": is_complete, "most": MOST, "at": at}
    session.execute(_PUBLISH, facts)


def check(session: Session, organization: UUID, kind: SenderKind, value: str, *, is_shared: bool, at: datetime) -> None:
    """Say, as the operator, that a sender is this organization's; raises SenderTaken unless both are to have it."""
    facts = {"organization": organization, "kind": kind.value, "value": written(kind, value)}
    session.execute(_CHECK, facts | {"share": is_shared, "at": at})


def withdraw(session: Session, organization: UUID, kind: SenderKind, value: str) -> None:
    """Take a sender back, as the organization in scope or the operator; raises SenderUnknown."""
    facts = {"organization": organization, "kind": kind.value, "value": written(kind, value)}
    if session.execute(_REMOVE, facts).first() is None:
        raise SenderUnknown


def listed(session: Session, organization: UUID | None = None) -> list[Sender]:
    """Return what an organization said, checked or not; the operator may ask for all."""
    rows = session.execute(_OWN, {"organization": organization})
    return [Sender(row[0], SenderKind(row[1]), *row[2:]) for row in rows]


def published(session: Session) -> Known:
    """Return what was checked, which is public."""
    rows = session.execute(_PUBLISHED).all()
    found = [(Published(SenderKind(row.kind), row.value, row.organization_id), row) for row in rows]
    return Known(
        tuple(each for each, _ in found),
        {row.organization_id: Owner(row.organization_id, row.slug, row.name, row.is_verified) for row in rows},
        frozenset(each for each, row in found if row.is_complete),
    )


def _domain(unverified: str) -> str:
    found = Domain.read(unverified)
    if found is None or found.is_ending or found.ascii in PROVIDERS:
        raise Invalid("this is no domain of one organization")
    return found.ascii


def _name(unverified: str) -> str:
    name = " ".join(unicodedata.normalize("NFC", unverified).split())
    is_fit = (
        _SHORTEST_NAME <= len(name) <= _LONGEST_NAME and name.isprintable() and any(each.isalpha() for each in name)
    )
    if not is_fit:
        raise Invalid("this is no name")
    return name
