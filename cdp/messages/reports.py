"""What customers report to the organization in scope: who poses as it, and where a declared human was a computer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from cdp.cursors import InTime

_LIST: Final = text(
    "select report_id, kind, message_id, channel, sender_kind, sender, at from message_report"
    " where (at, report_id) > (:at, :report) order by at, report_id limit :limit"
)


@dataclass(frozen=True, slots=True)
class Report:
    """One report. Who made it is not told; of a message of its own the organization knows to whom that was."""

    report_id: UUID
    kind: str
    message_id: UUID | None
    channel: str | None
    sender_kind: str | None
    sender: str | None
    at: datetime

    @property
    def place(self) -> InTime:
        """Where it stands in the list."""
        return InTime(self.at, self.report_id)


def listed(session: Session, *, after: InTime, limit: int) -> list[Report]:
    """Return what was reported to the organization in scope, the oldest first, behind `after`."""
    facts: dict[str, Any] = {"at": after.at, "report": after.row, "limit": limit}
    return [Report(*row) for row in session.execute(_LIST, facts)]
