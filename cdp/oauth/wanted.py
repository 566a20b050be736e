"""What an app may ask of a customer: who they are, and one permission (RFC 9396, type `consent_grant`).

One element of `authorization_details` is one purpose, and a request holds one: permissions are never bundled.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from sqlmodel import Session, col, select

from cdp.permissions import access_requests
from cdp.platform import Platform
from cdp.tables import Organization
from consent.errors import Invalid, Problem
from consent.types import MOST_CATEGORIES

TYPE: Final = "consent_grant"
_MOST_SOURCES: Final = 50
_LANGUAGES: Final = ("nl", "nl@je", "en")

Key = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class UnfitDetails(Invalid):
    """`authorization_details` is a list of one consent_grant: a purpose, categories, and a notice for everybody."""

    code = "unfit-details"


class _Element(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    type: str
    purpose: Key
    categories: Annotated[list[Key], msgspec.Meta(min_length=1, max_length=MOST_CATEGORIES)]
    notice: dict[str, str]
    sources: Annotated[list[Key], msgspec.Meta(min_length=1, max_length=_MOST_SOURCES)] | None = None
    days: Annotated[int, msgspec.Meta(ge=1, le=366)] = 366


class Consent(msgspec.Struct, frozen=True):
    """One permission as an app asks for it, with everything checked against the catalog."""

    purpose: str
    categories: list[str]
    notice: dict[str, str]
    sources: list[UUID] | None
    days: int


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """An authorization request in which everything was found right."""

    client_id: str
    redirect_uri: str
    scopes: list[str]
    state: str | None
    nonce: str | None
    challenge: str
    key_hash: bytes | None
    consent: Consent | None
    proven_after: datetime | None
    """When the customer must have proved who they are, at the earliest."""
    is_silent: bool
    """Whether no page may be shown (`prompt=none`)."""


def consent(session: Session, platform: Platform, unverified_details: str) -> Consent:
    """Return what `authorization_details` asks; raises UnfitDetails."""
    element = _element(unverified_details)
    catalog = platform.catalogs.of(session, None)
    is_known = element.purpose in catalog.purposes and catalog.grantable().issuperset(element.categories)
    if not is_known or len(set(element.categories)) != len(element.categories):
        raise UnfitDetails(field="/authorization_details")
    try:
        access_requests.check_words(element.notice)
    except Problem:
        raise UnfitDetails(field="/authorization_details") from None
    sources = None if element.sources is None else _sources(session, element.sources)
    return Consent(element.purpose, sorted(element.categories), element.notice, sources, element.days)


def described(session: Session, facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return `authorization_details` that say what was really granted (RFC 9396 §7)."""
    element = {"type": TYPE, **facts}
    if element["sources"] is None:
        del element["sources"]
    else:
        found = select(Organization.slug).where(col(Organization.organization_id).in_(element["sources"]))
        element["sources"] = sorted(session.exec(found))
    return [element]


def _element(unverified_details: str) -> _Element:
    try:
        (element,) = msgspec.convert(json.loads(unverified_details), list[_Element])
    except (ValueError, RecursionError):  # msgspec's own errors among them
        raise UnfitDetails(field="/authorization_details") from None
    if element.type != TYPE:
        raise UnfitDetails(field="/authorization_details")
    return element


def _sources(session: Session, slugs: list[str]) -> list[UUID]:
    known = select(Organization.organization_id).where(
        col(Organization.slug).in_(slugs), col(Organization.closed_at).is_(None)
    )
    found = sorted(session.exec(known))
    if len(found) != len(set(slugs)):
        raise UnfitDetails(field="/authorization_details")
    return found
