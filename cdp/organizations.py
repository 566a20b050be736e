"""Organizations: who may supply records and ask to see them, from the first day to the last."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from cdp import ids, key_destruction
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.tables import Organization
from consent.errors import Conflict, Invalid, NotFound
from consent.types import CUSTOMER_SOURCE, is_key

AT_MOST: Final = 500
"""How many subjects one transaction of a removal takes away."""
LONGEST_NAME: Final = 200
_SHORTEST_SLUG: Final = 2
_LONGEST_SLUG: Final = 40


class SlugTaken(Conflict):
    """There is an organization of this name already."""

    code = "organization-exists"


class OrganizationUnknown(NotFound):
    """There is no such organization."""

    code = "organization-unknown"


@dataclass(frozen=True, slots=True)
class Removal:
    """What a removal took away."""

    subjects: int
    keys: int
    has_rotated: bool


def add(
    session: Session, *, slug: str, name: str, at: datetime, details: Mapping[str, Any] | None = None
) -> Organization:
    """Register an organization and return it; raises Conflict when the slug is taken. Operator only."""
    if not (is_key(slug) and _SHORTEST_SLUG <= len(slug) <= _LONGEST_SLUG):
        raise Invalid(
            "a slug is 2 to 40 lower-case letters, digits and hyphens, and begins with a letter", field="/slug"
        )
    if not 1 <= len(name.strip()) <= LONGEST_NAME:
        raise Invalid("a name has 1 to 200 letters", field="/name")
    made = Organization(
        organization_id=ids.row(),
        slug=slug,
        name=name.strip(),
        details=dict(details or {}),
        created_at=at,
        verified_at=None,
        closed_at=None,
    )
    session.add(made)
    try:
        session.flush()  # the slug is judged here, where its problem has a name
    except IntegrityError:
        raise SlugTaken(field="/slug") from None
    return made


def registered(session: Session) -> list[Organization]:
    """Return every organization, also the closed ones, by slug; the customers' own source is none."""
    wanted = select(Organization).where(Organization.organization_id != CUSTOMER_SOURCE)
    return list(session.exec(wanted.order_by(col(Organization.slug))))


def named(session: Session, slug: str) -> Organization:
    """Return the organization that `slug` names; raises NotFound."""
    found = session.exec(select(Organization).where(Organization.slug == slug)).first()
    if found is None or found.organization_id == CUSTOMER_SOURCE:
        raise OrganizationUnknown(field="/organization")
    return found


def verify(session: Session, organization: UUID, *, at: datetime) -> None:
    """Note that the operator knows who this is: from now on its verified identifiers link people."""
    found = session.get(Organization, organization)
    if found is None:
        raise OrganizationUnknown(field="/organization")
    found.verified_at = found.verified_at or at


def unverify(session: Session, organization: UUID) -> None:
    """Note that the operator does not know any more who this is; what was linked by its identifiers stays linked."""
    found = session.get(Organization, organization)
    if found is None:
        raise OrganizationUnknown(field="/organization")
    found.verified_at = None


def subjects_of(session: Session, organization: UUID) -> int:
    """Return how many people this organization supplied. Operator only."""
    counted = text("select count(*) from subject where source_id = :organization")
    return int(session.execute(counted, {"organization": organization}).scalar_one())


def remove(
    platform: Platform, organization: UUID, *, at: datetime, report: Callable[[int], None] = lambda _: None
) -> Removal:
    """Close an organization and take away all that it supplied, was granted and could log in with.

    Other sources' records stay, and so do the acts and accesses: they are the customers' history. Safe to repeat:
    what an interrupted removal left is taken up. `report` is told how many subjects and grants went, step by step.
    On return the keys of what it supplied are destroyed, so that no backup can be read either.
    """
    removed = 0
    while taken := take_part(platform, organization, at=at):
        removed += taken
        report(taken)
    before = platform.ring.generation
    keys = key_destruction.settle(platform, at=at)
    return Removal(removed, keys, has_rotated=platform.ring.generation != before)


def take_part(platform: Platform, organization: UUID, *, at: datetime) -> int:
    """Take away one part in one transaction, the first of which closes the organization; 0 means nothing is left."""
    statement = text("select remove_organization(:organization, :at_most, :at)")
    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        return int(
            session.execute(statement, {"organization": organization, "at_most": AT_MOST, "at": at}).scalar_one()
        )
