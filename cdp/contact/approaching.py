"""What an organization asks before it approaches customers, in the catalog's words, and as the law reads it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from cdp.catalog.files import Catalog
from cdp.ids import NIL
from cdp.keys.digests import own_id
from cdp.keys.mac import Mac
from cdp.platform import Platform
from cdp.scope import Scope
from consent.contact import Channel, Question, Topic
from consent.errors import Invalid
from consent.wishes import Speaker

MOST_CHANNELS: Final = 16
LONGEST_KEY: Final = 100
SHORTEST_HOLD: Final = 30
LONGEST_HOLD: Final = 86_400


class TopicUnknown(Invalid):
    """The catalog has no topic of this name."""

    code = "topic-unknown"


class ChannelUnknown(Invalid):
    """The catalog has no channel of this name."""

    code = "channel-unknown"


class TopicForOtherPurpose(Invalid):
    """What is said about this topic serves another purpose: ask for that."""

    code = "topic-for-other-purpose"


@dataclass(frozen=True, slots=True)
class Reservation:
    """That what is allowed is kept free for a while, under a key by which it is the same reservation ever again."""

    key: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who wants to say something about a topic, by which channels, and when; `at` None is now."""

    topic: str
    channels: tuple[str, ...]
    sender: Speaker
    is_urgent: bool = False
    at: datetime | None = None
    reservation: Reservation | None = None


async def catalog_of(platform: Platform, scope: Scope, *, is_old: bool = False) -> tuple[int, Catalog]:
    """Return the words of the organization in scope with their version, as remembered or, if that `is_old`, anew."""
    organization = scope.organization or NIL
    known = None if is_old else platform.catalogs.remembered(organization)
    if known is None:
        async with platform.database.hot(scope) as connection:
            await platform.catalogs.hot_of(connection, organization)
        known = platform.catalogs.remembered(organization)
    if known is None:  # others pushed it out at this very moment
        return await catalog_of(platform, scope)
    return known


def topic_of(catalog: Catalog, key: str, purpose: str | None = None) -> Topic:
    """Return a topic as the law reads it; raises TopicUnknown, or TopicForOtherPurpose unless it serves `purpose`."""
    found = catalog.topics.get(key)
    if found is None:
        raise TopicUnknown(field="/topic")
    if purpose is not None and found.purpose != purpose:
        raise TopicForOtherPurpose(field="/purpose")
    return found.law(key)


def channels_of(catalog: Catalog, keys: Sequence[str]) -> tuple[Channel, ...]:
    """Return channels as the law reads them, each once; raises ChannelUnknown."""
    if not set(keys) <= catalog.channels.keys():
        raise ChannelUnknown(field="/channels")
    return tuple(catalog.channels[key].law(key) for key in dict.fromkeys(keys))


def question_of(catalog: Catalog, organization: UUID, purpose: str, wanted: Wanted, *, at: datetime) -> Question:
    """Return what the law is asked; raises Invalid with the field that names nothing."""
    return Question(
        organization=organization,
        topic=topic_of(catalog, wanted.topic, purpose),
        channels=channels_of(catalog, wanted.channels),
        sender=wanted.sender,
        is_urgent=wanted.is_urgent,
        at=at,
    )


def contact_id(mac: Mac, organization: UUID, key: str, profile_id: str) -> UUID:
    """Return the id of what an organization reserves under a key for a profile: the same ever again, and no other's."""
    named = b"\0".join((b"contact", organization.bytes, hashlib.sha256(key.encode()).digest(), profile_id.encode()))
    return UUID(bytes=own_id(mac.digest(named)))
