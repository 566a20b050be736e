"""Stop one kind of messages of one organization, or one channel of it, and take that back: a choice like any other.

Rules: (1) it is a kind that can be stopped: the law demands none of it; (2) it holds for who sent it alone; (3) what is
taken back is what was stopped: what the customer had chosen before holds again, and nothing wider; (4) who stops one
channel opens none that was stopped in a dossier that joined theirs, for what is chosen anew wins over that.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from cdp.catalog.files import Catalog
from cdp.contact import wishes
from cdp.platform import Platform
from consent import wish_changes, wish_form
from consent.errors import Conflict, NotFound
from consent.wish_changes import Change

_SENT: Final = text("select organization_id, topic from message where message_id = :message")
_ACTS: Final = text("select said from wish_act order by seq")


class NothingToStop(Conflict):
    """This message cannot be stopped by its kind: it has none, or the law demands it."""

    code = "nothing-to-stop"


def can_stop(catalog: Catalog, topic: str | None) -> bool:
    """Tell whether a customer can stop what is about this topic."""
    found = catalog.topics.get(topic or "")
    return found is not None and not found.is_required


def stop(platform: Platform, session: Session, organization: UUID, topic: str | None, *, at: datetime) -> UUID | None:
    """Choose, as the customer in scope, nothing about a topic from one organization; return the act.

    None when that was chosen before. Raises NothingToStop.
    """
    if not can_stop(platform.catalogs.of(session, organization), topic):
        raise NothingToStop
    return _choose(platform, session, organization, str(topic), [], at=at)


def stop_like(platform: Platform, session: Session, message: UUID, *, at: datetime) -> UUID | None:
    """Stop what a message to the customer in scope was about, from who sent it; return the act.

    None when that was chosen before. Raises NotFound for a message that is not theirs, and NothingToStop.
    """
    sent = session.execute(_SENT, {"message": message}).one_or_none()
    if sent is None:
        raise NotFound("there is no such message")
    return stop(platform, session, sent.organization_id, sent.topic, at=at)


def take_back(
    platform: Platform, session: Session, organization: UUID, topic: str | None, *, at: datetime
) -> UUID | None:
    """Let hold again what the customer in scope had chosen before they stopped; None when it is not stopped."""
    standing = _channels(wishes.own(session), organization, topic)
    if topic is None or standing != []:
        return None
    return _choose(platform, session, organization, topic, _before(session, organization, topic), at=at)


def stop_channel(
    platform: Platform, session: Session, organization: UUID, channel: str, *, at: datetime
) -> UUID | None:
    """Choose, as the customer in scope, that one organization never uses a channel; return the act.

    None when that was chosen before.
    """
    return _bar(platform, session, organization, _barred(session, organization) | {channel}, at=at)


def allow_channel(
    platform: Platform, session: Session, organization: UUID, channel: str, *, at: datetime
) -> UUID | None:
    """Take back that one organization never uses a channel; return the act.

    None when it is not stopped. What was chosen for all holds as before.
    """
    return _bar(platform, session, organization, _barred(session, organization) - {channel}, at=at)


def _bar(
    platform: Platform, session: Session, organization: UUID, channels: AbstractSet[str], *, at: datetime
) -> UUID | None:
    if channels == _barred(session, organization):
        return None
    patch = {"exceptions": {str(organization): {"never": sorted(channels) or None}}}
    return wishes.choose(platform, session, patch, at=at)


def _barred(session: Session, organization: UUID) -> frozenset[str]:
    return wish_form.read(wishes.own(session)).barred(organization)


def _choose(
    platform: Platform, session: Session, organization: UUID, topic: str, channels: list[str] | None, *, at: datetime
) -> UUID | None:
    patch = {"exceptions": {str(organization): {"channels": {topic: channels}}}}
    return wishes.choose(platform, session, patch, at=at)


def _before(session: Session, organization: UUID, topic: str) -> list[str] | None:
    """Return what stood about the topic before it was stopped the last time; None where nothing did."""
    document: dict[str, Any] = {}
    before: list[str] | None = None
    for said in session.execute(_ACTS).scalars():
        earlier = _channels(document, organization, topic)
        document = wish_changes.after(document, Change(said["set"], tuple(said["clear"])))
        if _channels(document, organization, topic) == [] != earlier:
            before = earlier
    return before


def _channels(document: Mapping[str, Any], organization: UUID, topic: str | None) -> list[str] | None:
    own = document.get("exceptions", {}).get(str(organization), {}).get("channels", {})
    found: list[str] | None = own.get(topic)
    return found
