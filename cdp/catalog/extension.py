"""What one organization adds to the catalog: the operator its categories and purposes, itself topics and channels.

A customer decides by these words. The key of an addition begins with the organization's slug, so that none can pass for
the platform's own or for another's. An own topic stands under one of the platform's and has its purpose, its channels
and whether it is advertising: nobody escapes a choice by a new name. Only the operator says that the law demands
something, or that a channel disturbs nobody.
"""

from typing import Final
from uuid import UUID

import msgspec
from sqlalchemy import TextClause, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from cdp import directory, organizations
from cdp.catalog.files import LONGEST_DAYS, Category, Channel, Purpose, Topic, Words
from cdp.catalog.reading import Catalogs
from consent.errors import Conflict, Invalid, Refused
from consent.types import is_key

SPECIAL: Final = "eu-gdpr:A9-2-a"
MOST_TOPICS: Final = 50
MOST_CHANNELS: Final = 10
_COUNT: Final = "select count(*) from {0} where organization_id = :organization and {0} <> :key"
_PUT: Final = (
    "insert into {0} ({0}, organization_id, details) values (:key, :organization, cast(:details as jsonb))"
    " on conflict ({0}) do update set details = excluded.details where {0}.organization_id = excluded.organization_id"
)
_CATEGORY: Final = text(
    "insert into category (category, organization_id, is_grantable, is_special, details)"
    " values (:key, :organization, true, :is_special, cast(:details as jsonb))"
)
_PURPOSE: Final = text(
    "insert into purpose (purpose, organization_id, longest_days, details)"
    " values (:key, :organization, :longest_days, cast(:details as jsonb))"
)


class AlreadyInCatalog(Conflict):
    """The catalog has an entry of this name."""

    code = "catalog-entry-exists"


def add_category(session: Session, slug: str, key: str, category: Category) -> UUID:
    """Add a kind of data that customers can grant, and return its organization. Operator only."""
    if (
        category.slot is not None
        or not category.is_grantable
        or category.is_special != (category.legal_basis == SPECIAL)
    ):
        raise Invalid("an added category has no slot, can be granted, and is special where the law says so")
    return _insert(session, slug, key, _CATEGORY, category, is_special=category.is_special)


def add_purpose(session: Session, slug: str, key: str, purpose: Purpose) -> UUID:
    """Add something that data may be used for, and return its organization. Operator only."""
    if not 1 <= purpose.default_days <= purpose.longest_days <= LONGEST_DAYS:
        raise Invalid(
            "a purpose lasts at most twelve months, and its usual period is not longer", field="/longest_days"
        )
    if not purpose.sentence.nl.startswith("{organization} ") or not purpose.sentence.en.startswith("{organization} "):
        raise Invalid("the sentence begins with {organization}", field="/sentence")
    return _insert(session, slug, key, _PURPOSE, purpose, longest_days=purpose.longest_days)


class UnknownTopic(Invalid):
    """An own topic stands under one of the platform's that the law does not demand."""

    code = "unknown-topic"


class NotYourName(Refused):
    """The name of an addition begins with the organization's short name and a hyphen."""

    code = "not-your-name"


class TooManyAdditions(Conflict):
    """This organization has added as many as it may."""

    code = "too-many-additions"


def put_topic(
    session: Session, organization: UUID, key: str, *, under: str, name: Words, explanation: Words, reason: Words | None
) -> Topic:
    """Add a topic of an organization, or change its words; `reason`, the operator's, is why the law demands it."""
    above = Catalogs().of(session, None).topics.get(under)
    if above is None or above.is_required or above.organization is not None:
        raise UnknownTopic(field="/under")
    topic = Topic(
        name=name,
        explanation=explanation,
        purpose=above.purpose,
        defaults=above.defaults,
        is_advertising=above.is_advertising and reason is None,
        is_required=reason is not None,
        reason=reason,
        under=under,
    )
    _put(session, "topic", organization, key, topic, most=MOST_TOPICS)
    return topic


def put_channel(session: Session, organization: UUID, key: str, channel: Channel) -> None:
    """Add a channel of an organization, or change how it is called."""
    _put(session, "channel", organization, key, channel, most=MOST_CHANNELS)


def _put(session: Session, table: str, organization: UUID, key: str, entry: object, *, most: int) -> None:
    slug = directory.names(session).slug(organization)
    if not (is_key(key) and key.startswith(f"{slug}-")):
        raise NotYourName(field="/key")
    values = {"key": key, "organization": organization}
    session.execute(text("select change_catalog()"))
    if session.execute(text(_COUNT.format(table)), values).scalar_one() >= most:
        raise TooManyAdditions
    details = {"details": msgspec.json.encode(entry).decode()}
    session.execute(text(_PUT.format(table)), values | details)


def _insert(session: Session, slug: str, key: str, statement: TextClause, entry: object, **columns: object) -> UUID:
    organization = organizations.named(session, slug).organization_id
    if not (is_key(key) and key.startswith(f"{slug}-")):
        raise Invalid(f"the name of an addition begins with {slug}-", field="/key")
    values = {"key": key, "organization": organization, "details": msgspec.json.encode(entry).decode(), **columns}
    try:
        session.execute(statement, values)
    except IntegrityError:
        raise AlreadyInCatalog(field="/key") from None
    session.execute(text("select change_catalog()"))
    return organization
