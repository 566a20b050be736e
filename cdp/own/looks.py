"""How often organizations looked at the customer in scope, and when last: the log in numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from cdp.database import sql

_LOOKS: Final = text(sql("own_looks"))


@dataclass(frozen=True, slots=True)
class Looks:
    """What one organization did for one purpose; the numbers are of the period asked for, `last_at` is not."""

    last_at: datetime | None = None
    released: int = 0
    refused: int = 0


NEVER: Final = Looks()
PerGrant = Mapping[tuple[UUID, str], Looks]
"""The looks by organization and purpose."""


def recent(session: Session, *, since: datetime, until: datetime) -> PerGrant:
    """Return who looked and who was stopped after `since`, with the last look of all time beside it."""
    rows = session.execute(_LOOKS, {"since": since, "until": until})
    return {(row.organization_id, row.purpose): Looks(row.last_at, row.released, row.refused) for row in rows}
