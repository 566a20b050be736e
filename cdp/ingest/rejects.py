"""What a source sent that was not taken, for the source itself: a reason and a place, never a value."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from cdp.cursors import Cursors
from cdp.database import sql
from cdp.scope import Scope

MOST: Final = 1_000
KEPT: Final = timedelta(days=30)
"""For so long it is told what was not taken; then it is deleted."""
_LIST: Final = text(sql("list_rejects"))


@dataclass(frozen=True, slots=True)
class Reject:
    """One item that was not taken, or an identifier that an item was taken without."""

    at: datetime
    path: str
    position: int
    reason: str
    field: str | None
    message_id: str | None
    request_id: str


def page(
    session: Session, scope: Scope, cursors: Cursors, *, after: str | None, limit: int
) -> tuple[list[Reject], str | None]:
    """Return the rejects of the source in scope, the latest first, and the cursor of the next page."""
    caller = f"rejects {scope.organization}"
    (before,) = cursors.open(after, tuple[int], caller=caller) if after else (None,)
    rows = session.execute(_LIST, {"before": before, "limit": limit + 1}).all()
    more = cursors.seal((rows[limit - 1].reject_id,), caller=caller) if len(rows) > limit else None
    return [Reject(*row[1:]) for row in rows[:limit]], more
