"""What became of a customer's yes, for the organization that got it: Grant Management for OAuth 2.0."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from cdp.oauth import wanted
from cdp.permissions import grants
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from consent import acts as law
from consent.errors import NotFound

_WHOSE: Final = text(
    "select k.customer_id, f.purpose from token_family f join client c using (client_id)"
    " cross join lateral check_family(f.family_id) k"
    " where f.grant_id = :grant and c.organization_id = :organization limit 1"
)
_FIND: Final = text(
    "select f.purpose, k.categories, k.sources, k.expires_at, f.scopes"
    " from token_family f join client c using (client_id) cross join lateral check_family(f.family_id) k"
    " where f.grant_id = :grant and c.organization_id = :organization order by f.since desc limit 1"
)


class GrantUnknown(NotFound):
    """None of your apps was given this grant, or it has ended."""

    code = "grant-unknown"


@dataclass(frozen=True, slots=True)
class Granted:
    """A grant as it is now."""

    scopes: tuple[str, ...]
    authorization_details: list[dict[str, Any]]


def find(session: Session, organization: UUID, unverified_grant_id: UUID) -> Granted:
    """Return a grant that stands of an app of this organization, as the doorman; raises GrantUnknown."""
    words = {"grant": unverified_grant_id, "organization": organization}
    found = session.execute(_FIND, words).mappings().one_or_none()
    if found is None:
        raise GrantUnknown
    facts = {
        "purpose": found["purpose"],
        "categories": sorted(found["categories"]),
        "sources": found["sources"],
        "expires_at": found["expires_at"].isoformat(),
        "grant_id": str(unverified_grant_id),
    }
    return Granted(tuple(found["scopes"]), wanted.described(session, facts))


def give_back(platform: Platform, asking: Scope, unverified_grant_id: UUID, *, at: datetime) -> None:
    """End the customer's permission, as an act of the organization that got it; raises GrantUnknown.

    It is the same act as the customer's own revocation, so every token and every read that lives on it ends.
    """
    words = {"grant": unverified_grant_id, "organization": asking.organization}
    with platform.database.scoped(Scope(Principal.DOORMAN)) as session:
        found = session.execute(_WHOSE, words).one_or_none()
    if found is None or asking.organization is None:
        raise GrantUnknown
    customer, purpose = found
    with platform.database.scoped(asking) as session:
        grants.record(session, asking, customer, law.Revoke(recipient=asking.organization, purpose=purpose, at=at))
