"""Sessions of customers: which are open, and how they end."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select, update

from cdp.tables import CustomerSession
from consent.errors import NotFound


class SessionUnknown(NotFound):
    """There is no such open session of yours."""

    code = "session-unknown"


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """What a customer sees of a session."""

    session_id: UUID
    started_at: datetime
    expires_at: datetime


def living(session: Session, *, at: datetime) -> list[SessionFacts]:
    """Return the open sessions of the customer in scope, newest first."""
    open_ones = select(CustomerSession).where(
        col(CustomerSession.ended_at).is_(None), col(CustomerSession.expires_at) > at
    )
    found = session.exec(open_ones.order_by(col(CustomerSession.started_at).desc()))
    return [SessionFacts(each.session_id, each.started_at, each.expires_at) for each in found]


def end(session: Session, session_id: UUID, *, at: datetime) -> None:
    """End one session of the customer in scope; raises NotFound when it is not open."""
    if session_id not in {each.session_id for each in living(session, at=at)}:
        raise SessionUnknown
    one = update(CustomerSession).where(col(CustomerSession.session_id) == session_id)
    session.execute(one.values(ended_at=at))


def end_all(session: Session, *, at: datetime) -> int:
    """End every session of the customer in scope, this one too, and return how many."""
    still_open = [each.session_id for each in living(session, at=at)]
    those = update(CustomerSession).where(col(CustomerSession.session_id).in_(still_open))
    session.execute(those.values(ended_at=at))
    return len(still_open)
