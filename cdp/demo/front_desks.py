"""The demo's front desks: its organizations have no provider where employees log in, so this machine lets them in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from cdp.demo import credentials, stories
from cdp.demo.credentials import Document
from cdp.office import employees
from cdp.permissions import grants
from cdp.platform import Platform
from cdp.scope import DOORMAN, Principal, Scope
from cdp.tables import Client
from consent.errors import NotFound


@dataclass(frozen=True, slots=True)
class FrontDesk:
    """Where employees of one organization look, and of whom they see a card now."""

    slug: str
    name: str
    addresses: tuple[str, ...]


def listed(platform: Platform, *, at: datetime) -> list[FrontDesk]:
    """Return the front desks of the organizations of the demo that have one."""
    document = credentials.read(platform)
    if document is None:
        return []
    owners = {each["slug"]: _owner(platform, each["client_id"]) for each in document["organizations"]}
    return [
        FrontDesk(slug, stories.companies()[slug].name, _addresses(platform, document["customers"], slug, owner, at=at))
        for slug, owner in owners.items()
        if owner is not None
    ]


def enter(platform: Platform, unverified_slug: str, *, at: datetime) -> str:
    """Return the word that the browser of an employee keeps; raises NotFound where there is no front desk."""
    document = credentials.read(platform) or {"organizations": ()}
    found = [each["client_id"] for each in document["organizations"] if each["slug"] == unverified_slug]
    if not found or _owner(platform, found[0]) is None:
        raise NotFound
    with platform.database.scoped(DOORMAN) as session:
        return employees.LOGINS.begin(session, platform, found[0], at=at)


def _owner(platform: Platform, client_id: str) -> UUID | None:
    """Return whose program this is, if people look through it and it has not ended."""
    owner = select(Client.organization_id).where(col(Client.client_id) == client_id, col(Client.revoked_at).is_(None))
    with platform.database.scoped(DOORMAN) as session:
        return session.exec(owner.where(col(Client.is_human).is_(True))).one_or_none()


def _addresses(
    platform: Platform, customers: Sequence[Document], slug: str, owner: UUID, *, at: datetime
) -> tuple[str, ...]:
    """Return the e-mail addresses of those of the customers who let this organization's desk look now."""
    found = []
    for each in customers:
        customer = platform.profile_ids.customer_of(each["profile_ids"][slug], owner)
        with platform.database.scoped(Scope(Principal.CUSTOMER, customer=customer)) as session:
            permissions = [
                grants.lawful(permission)
                for permission in grants.standing(session)
                if (permission.recipient_id, permission.purpose) == (owner, employees.PURPOSE)
            ]
        if any(permission.open_at(at) for permission in permissions):
            found.append(each["email"])
    return tuple(found)
