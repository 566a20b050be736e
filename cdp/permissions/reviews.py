"""Whether a permission is still right, ninety days after it was given, as a page and a letter ask.

Rules: (1) keeping changes nothing about the permission, so it is no act: it is noted beside it, and the ninety days
begin anew; stopping is the act that it always is; (2) not answering changes nothing: it ends when it ends.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from cdp.database import sql
from cdp.permissions import grants
from cdp.tables import Permission
from consent.errors import NothingGranted

AFTER: Final = timedelta(days=90)
"""How long after it was given or said to be right a permission is asked about."""
_REVIEWS: Final = text(sql("own_reviews"))
_KEEP: Final = text(sql("keep_permission"))

PerGrant = dict[tuple[UUID, str], datetime]


def to_review(session: Session, *, at: datetime) -> PerGrant:
    """Return the open permissions that the customer in scope gave or kept ninety days ago, and when that was."""
    return {(row.recipient_id, row.purpose): row.since for row in session.execute(_REVIEWS, {"at": at})}


def keep(session: Session, standing: Permission, *, at: datetime) -> None:
    """Note that a permission is still right; raises NothingGranted for one that opens nothing."""
    if not grants.lawful(standing).open_at(at):
        raise NothingGranted
    facts = {"customer": standing.customer_id, "recipient": standing.recipient_id, "purpose": standing.purpose}
    session.execute(_KEEP, facts | {"at": at})
