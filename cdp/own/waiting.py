"""What waits for a customer: what they are asked, what to look at again, and what ends soon."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from cdp.database import sql
from cdp.permissions import reviews

SOON: Final = timedelta(days=14)
"""How near the end of a permission is when the customer is told."""
_WAITING: Final = text(sql("own_waiting"))


def count(session: Session, *, at: datetime) -> int:
    """Return how many things wait for the customer in scope."""
    found: int = session.execute(_WAITING, {"at": at, "soon": at + SOON}).scalar_one()
    return found + len(reviews.to_review(session, at=at))
