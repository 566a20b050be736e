"""What rules said of a customer's records, for the customer to see: which rule, of whom, why, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from cdp.cursors import NEWEST_FIRST, InTime

_OWN: Final = text(
    "select firing_id, organization_id, record_id, facts, at from own_firings(:before, :before_id, :most)"
)


@dataclass(frozen=True, slots=True)
class Fired:
    """A rule of an organization that said yes to a record."""

    firing_id: UUID
    organization: UUID
    record_id: UUID
    facts: Mapping[str, Any]
    at: datetime

    @property
    def place(self) -> InTime:
        """Where it stands in the list."""
        return InTime(self.at, self.firing_id)


def own(session: Session, *, after: InTime = NEWEST_FIRST, limit: int) -> list[Fired]:
    """Return some of what rules said of the records of the customer in scope, newest first: `limit` behind `after`."""
    found = session.execute(_OWN, {"before": after.at, "before_id": after.row, "most": limit})
    return [Fired(row.firing_id, row.organization_id, row.record_id, row.facts, row.at) for row in found]
