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
from cdp.messages import inbox
from cdp.messages.inbox import Entry
from cdp.own import corrections
from cdp.own.unsealing import OwnKeys
from cdp.platform import Platform
from consent import wish_changes, wish_form
from consent.errors import Conflict
from consent.fold import RecordKind
from consent.types import CUSTOMER_SOURCE
from consent.wish_changes import Change

_SENT: Final = text("select organization_id, topic, channel from message where message_id = :message")
_ACTS: Final = text("select said from wish_act order by seq")


class NothingToStop(Conflict):
    """This cannot be stopped: the law demands it, or neither its kind nor its channel is known."""

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


def channel_of(catalog: Catalog, said: Entry) -> str:
    """Return the channel by which an organization spoke, if the catalog knows it; none where the customer began."""
    type_ = catalog.record_types.get((RecordKind.INTERACTION, said.type or ""))
    key = said.channel or (type_.channel if type_ is not None else None) or ""
    return key if key in catalog.channels and said.direction != "inbound" else ""


def instead(catalog: Catalog, said: Entry) -> str:
    """Return the channel that stands for what was said, where the catalog knows no topic of it; else nothing."""
    return "" if said.topic in catalog.topics else channel_of(catalog, said)


def stop_like(platform: Platform, session: Session, entry: UUID, *, at: datetime) -> str:
    """Stop what a message to the customer in scope, or a conversation with them, was about, from who said it.

    Where no topic is known, that organization never uses its channel any more: that is returned, else nothing. Raises
    NotFound for what is not theirs, and NothingToStop.
    """
    organization, topic, channel = _what_was_said(platform, session, entry)
    if topic is None and channel and organization != CUSTOMER_SOURCE:
        stop_channel(platform, session, organization, channel, at=at)
        return channel
    stop(platform, session, organization, topic, at=at)
    return ""


def _what_was_said(platform: Platform, session: Session, entry: UUID) -> tuple[UUID, str | None, str]:
    """Return who said it, and about which topic, or where none is known, by which channel."""
    sent = session.execute(_SENT, {"message": entry}).one_or_none()  # also one that may not be listed
    if sent is not None:
        known = platform.catalogs.of(session, sent.organization_id)
        return sent.organization_id, sent.topic if sent.topic in known.topics else None, sent.channel
    said = inbox.find(session, OwnKeys(session, platform.ring), entry)
    known = platform.catalogs.of(session, said.organization)
    channel = instead(known, said)
    return said.organization, said.topic if said.topic in known.topics else None, channel


def take_back(
    platform: Platform, session: Session, organization: UUID, topic: str | None, *, at: datetime
) -> UUID | None:
    """Let hold again what the customer in scope had chosen before they stopped; None when it is not stopped."""
    corrections.lock(session)  # what is read next is still so when it is written
    standing = _channels(wishes.own(session), organization, topic)
    if topic is None or standing != []:
        return None
    before, along = _before(session, organization, topic)
    act = _choose(platform, session, organization, topic, before, at=at)
    if along:  # what is chosen anew takes the place of what came along; so that comes back behind it
        again = {mark: _exception(organization, topic, channels) for mark, channels in along.items()}
        wishes.choose(platform, session, {wish_form.ALSO: again}, at=at)
    return act


def stop_channel(
    platform: Platform, session: Session, organization: UUID, channel: str, *, at: datetime
) -> UUID | None:
    """Choose, as the customer in scope, that one organization never uses a channel; return the act.

    None when that was chosen before.
    """
    corrections.lock(session)
    return _bar(platform, session, organization, _barred(session, organization) | {channel}, at=at)


def allow_channel(
    platform: Platform, session: Session, organization: UUID, channel: str, *, at: datetime
) -> UUID | None:
    """Take back that one organization never uses a channel; return the act.

    None when it is not stopped. What was chosen for all holds as before.
    """
    corrections.lock(session)
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
    return wishes.choose(platform, session, _exception(organization, topic, channels), at=at)


def _exception(organization: UUID, topic: str, channels: list[str] | None) -> dict[str, Any]:
    return {"exceptions": {str(organization): {"channels": {topic: channels}}}}


def _before(session: Session, organization: UUID, topic: str) -> tuple[list[str] | None, dict[str, list[str]]]:
    """Return what stood about the topic before it was stopped the last time; None where nothing did.

    With what stands so, or stood so before, in each dossier that joined this one and did not part since.
    """
    document: dict[str, Any] = {}
    before: list[str] | None = None
    along: dict[str, list[str]] = {}
    for said in session.execute(_ACTS).scalars():
        change, was, came = Change(said["set"], tuple(said["clear"])), document, _along(document, organization, topic)
        document = wish_changes.after(document, change)
        if _channels(document, organization, topic) != []:
            before, along = None, {}
            continue
        if (earlier := _channels(was, organization, topic)) != []:
            before = earlier
        along = {mark: held for mark, held in (along | came).items() if f"/{wish_form.ALSO}/{mark}" not in change.clear}
    return before, along | _along(document, organization, topic)


def _along(document: Mapping[str, Any], organization: UUID, topic: str) -> dict[str, list[str]]:
    """Return what stands about the topic in each dossier that joined."""
    joined = document.get(wish_form.ALSO, {})
    found = {mark: _channels(each, organization, topic) for mark, each in joined.items()}
    return {mark: channels for mark, channels in found.items() if channels is not None}


def _channels(document: Mapping[str, Any], organization: UUID, topic: str | None) -> list[str] | None:
    own = document.get("exceptions", {}).get(str(organization), {}).get("channels", {})
    found: list[str] | None = own.get(topic)
    return found
