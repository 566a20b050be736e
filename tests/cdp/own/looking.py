"""An organization that looks at a customer."""

from datetime import datetime
from uuid import UUID, uuid4

import psycopg

from cdp import clients, clock
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.tables import Organization
from tests import make


def program(platform: Platform, owner: Organization, *, is_human: bool) -> str:
    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        made = clients.create(
            session,
            platform.fingerprints,
            organization=owner.organization_id,
            name="Klantenservice" if is_human else "Planner",
            scopes=["profiles:read"],
            is_human=is_human,
            at=clock.now(),
        )
    return made.client_id


def look(  # what one line of the log says, each by name
    behind: str,
    person: make.Person,
    by: Organization | None,
    *,
    client: str | None = None,
    at: datetime | None = None,
    purpose: str | None = "advice",
    category: str = "contact",
    outcome: str = "released",
    path: str = "profile",
) -> UUID:
    access = uuid4()
    with psycopg.connect(behind) as connection:
        connection.execute(
            "insert into access (customer_id, at, access_id, organization_id, client_id, principal, path, purpose,"
            " asked, released, outcome, records, reason)"
            " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 1, 'granted')",
            (
                person.customer_id,
                at or clock.now(),
                access,
                by.organization_id if by else None,
                client,
                "service" if by else "customer",
                path,
                purpose if by else None,
                [category],
                [category] if outcome == "released" else [],
                outcome,
            ),
        )
    return access
