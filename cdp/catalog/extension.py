"""What the operator adds to the catalog for one organization: categories, purposes, and what may stand in clear.

A customer decides by these words, so an organization cannot add them by itself. The key of an addition begins with
the organization's slug, so that no addition can pass for the platform's own or for another's.
"""

from typing import Final
from uuid import UUID

import msgspec
from sqlalchemy import TextClause, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from cdp import organizations
from cdp.catalog.files import LONGEST_DAYS, Category, Purpose
from consent.errors import Conflict, Invalid
from consent.types import is_key

SPECIAL: Final = "eu-gdpr:A9-2-a"
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
