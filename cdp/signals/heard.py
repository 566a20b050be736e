"""Whether an organization that is told of changes said that it has them: what its customer may know of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

_HEARD: Final = text("select kind, purpose, at, acknowledged_at from own_signals(:organization)")

Word = tuple[UUID, str, str | None, datetime]
"""An organization, what it was told, for which purpose, and of which moment."""


def of(session: Session, organization: UUID) -> Mapping[Word, datetime | None]:
    """Return what an organization was told about the customer in scope, and when it said that it has it, or None.

    Empty for one that is not told, but asks. What is older than 90 days is not known any more.
    """
    found = session.execute(_HEARD, {"organization": organization})
    return {(organization, row.kind, row.purpose, row.at): row.acknowledged_at for row in found}
