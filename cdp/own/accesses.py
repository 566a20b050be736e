"""What the customer sees of the access log: every read and every refusal, by whom, for what.

A customer who reads their own data leaves an entry as well, one for each request: the log knows no exceptions.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from cdp.cursors import NEWEST_FIRST, InTime
from cdp.database import sql
from cdp.permissions import grants
from cdp.scope import Scope

_ACCESSES: Final = text(sql("own_accesses"))
_NOTE: Final = text(sql("note_own_read"))


@dataclass(frozen=True, slots=True)
class Access:
    """One read or refusal; `grant_id` is the grant under which it was asked, as the customer knows it."""

    access_id: UUID
    at: datetime
    organization: UUID | None
    client_id: str | None
    principal: str
    path: str
    purpose: str | None
    asked: list[str]
    released: list[str]
    records: int
    outcome: str
    reason: str
    grant_id: UUID | None

    @property
    def place(self) -> InTime:
        """Where a page that ends here ended."""
        return InTime(self.at, self.access_id)


def of_customer(
    session: Session, *, after: InTime = NEWEST_FIRST, until: datetime, limit: int, with_own: bool
) -> list[Access]:
    """Return the accesses to the dossier in scope up to `until`, newest first; own reads only when they are wanted."""
    at, access = after
    facts = {"until": until, "with_own": with_own, "after_at": at, "after_access": access, "limit": limit}
    return [
        Access(
            access_id=row.access_id,
            at=row.at,
            organization=row.organization_id,
            client_id=row.client_id if row.organization_id else None,
            principal=row.principal,
            path=row.path,
            purpose=row.purpose,
            asked=row.asked,
            released=row.released,
            records=row.records,
            outcome=row.outcome,
            reason=row.reason,
            grant_id=grants.grant_id(row.customer_id, row.organization_id, row.purpose)
            if row.organization_id and row.purpose
            else None,
        )
        for row in session.execute(_ACCESSES, facts)
    ]


def note_own_read(
    session: Session, scope: Scope, *, path: str, categories: Iterable[str], records: int, at: datetime
) -> None:
    """Write down that the customer in scope read their own data; part of the transaction that reads it."""
    facts = {
        "customer": scope.customer,
        "client": scope.client,
        "at": at,
        "path": path,
        "categories": sorted(set(categories)),
        "records": records,
    }
    session.execute(_NOTE, facts)
