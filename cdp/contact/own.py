"""What organizations reserved to say to the customer in scope, and said: when, how, and whether as it was allowed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from cdp.cursors import InTime

_OWN: Final = text(
    "select contact_id, organization_id, purpose, topic, sender, channels, state, at, until, manner, noted_at"
    " from contact where (at, contact_id) < (:at, :contact) order by at desc, contact_id desc limit :limit"
)


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact; `manner` says of what was said whether it was as it was allowed, or late, unasked or otherwise."""

    contact_id: UUID
    organization: UUID
    purpose: str
    topic: str
    sender: str
    channels: Sequence[str]
    state: str
    at: datetime
    until: datetime
    manner: str | None
    noted_at: datetime

    @property
    def place(self) -> InTime:
        """Where it stands in the list."""
        return InTime(self.at, self.contact_id)


def of_customer(session: Session, *, after: InTime, limit: int) -> list[Contact]:
    """Return the contacts of the customer in scope, the newest first, behind `after`."""
    rows = session.execute(_OWN, {"at": after.at, "contact": after.row, "limit": limit})
    return [Contact(*row) for row in rows]
