"""What rules said of a customer's records, for the customer to see: which rule, of whom, why, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from cdp.cursors import InTime

_OWN: Final = text("select firing_id, organization_id, record_id, facts, at from own_firings()")


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


def own(session: Session) -> list[Fired]:
    """Return what rules said of the records of the customer in scope, newest first."""
    return [
        Fired(row.firing_id, row.organization_id, row.record_id, row.facts, row.at) for row in session.execute(_OWN)
    ]


def own_behind(session: Session, after: InTime, *, limit: int) -> list[Fired]:
    """Return at most `limit` of what `own` returns, newest first: those behind the place `after`."""
    found = sorted(own(session), key=lambda each: each.place, reverse=True)
    return [each for each in found if each.place < after][:limit]
