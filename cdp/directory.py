"""The names of organizations, for answers that people read and for requests that name one."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, select

from cdp.tables import Organization
from consent.errors import NotFound
from consent.types import CUSTOMER_SOURCE

REMOVED = "removed"
"""How an organization is called that is no longer there."""


@dataclass(frozen=True, slots=True)
class Names:
    """Every organization by id and by slug."""

    by_id: dict[UUID, Organization]
    by_slug: dict[str, Organization]

    def slug(self, organization: UUID) -> str:
        """Return the slug of an organization."""
        found = self.by_id.get(organization)
        return REMOVED if found is None else found.slug

    def name(self, organization: UUID) -> str:
        """Return the name of an organization."""
        found = self.by_id.get(organization)
        return REMOVED if found is None else found.name

    def is_verified(self, organization: UUID) -> bool:
        """Tell whether the operator has checked who this organization is."""
        found = self.by_id.get(organization)
        return found is not None and found.verified_at is not None

    def organization(self, slug: str) -> UUID:
        """Return the id of an organization that can be granted something; raises NotFound."""
        found = self.by_slug.get(slug)
        if found is None or found.closed_at is not None or found.organization_id == CUSTOMER_SOURCE:
            raise NotFound("there is no such organization", field="/organization")
        return found.organization_id

    def supplier(self, slug: str | None) -> UUID | None:
        """Return the id of a supplier, the customer or a removed one among them; None stays None; raises NotFound."""
        found = None if slug is None else self.by_slug.get(slug)
        if slug is not None and found is None:
            raise NotFound("there is no such supplier", field="/source")
        return None if found is None else found.organization_id

    def organizations(self, slugs: Iterable[str] | None) -> frozenset[UUID] | None:
        """Return the ids of suppliers, the customer among them; None stays None; raises NotFound."""
        if slugs is None:
            return None
        wanted = frozenset(slugs)
        if not wanted <= self.by_slug.keys():
            raise NotFound("there is no such supplier", field="/sources")
        return frozenset(self.by_slug[slug].organization_id for slug in wanted)


def names(session: Session) -> Names:
    """Return the names of all organizations, good also after the transaction."""
    found = session.exec(select(Organization)).all()
    for each in found:
        session.expunge(each)
    return Names({each.organization_id: each for each in found}, {each.slug: each for each in found})
