"""What customers find when they come back: when they were here last, and what happened to their permissions."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, col, select

from cdp.tables import Act

_LAST: Final = text("select max(at) from access where principal = 'customer' and at < :before")
_OF_PERMISSIONS: Final = ("grant", "narrow", "extend", "revoke", "refuse", "object", "attest", "expire")


def last(session: Session, *, before: datetime) -> datetime | None:
    """Return when the customer in scope last read anything before this moment; None at the first visit."""
    moment: datetime | None = session.execute(_LAST, {"before": before}).scalar_one()
    return moment


def happened(session: Session, *, limit: int, recipient: UUID | None = None) -> list[Act]:
    """Return the latest acts on permissions of the customer in scope, of one recipient or all, the newest first."""
    those = select(Act).where(col(Act.kind).in_(_OF_PERMISSIONS))
    if recipient is not None:
        those = those.where(col(Act.recipient_id) == recipient)
    return list(session.exec(those.order_by(col(Act.at).desc(), col(Act.seq).desc()).limit(limit)))
