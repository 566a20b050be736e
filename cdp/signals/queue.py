"""What waits for a stream, in order, and what became of it. In the scope of the organization as a source.

Rules: (1) of each customer only the oldest that waits is told, so that their order stays; (2) one that is not taken is
tried again, later each time, until 24 tries or 72 hours; then it is a dead letter and what came after it goes on;
(3) a dead letter that is sent again takes along everything later of the same customer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from cdp.backoff import Backoff
from cdp.database import rows_changed, sql
from cdp.signals.events import CLAIMS, CLAIMS_KINDS, VERIFY
from cdp.signals.streams import Stream

BACKOFF: Final = Backoff(first=5.0, longest=900.0)
MOST_TRIES: Final = 24
LONGEST: Final = timedelta(hours=72)
AT_MOST: Final = 1_000
_QUEUE: Final = text(sql("signal_queue"))
_HEADS: Final = text(sql("signal_heads"))
_FAILED: Final = text(sql("signal_failed"))
_TAKEN: Final = text(sql("signal_taken"))
_GIVE_UP: Final = text(sql("signal_give_up"))
_VERIFIED: Final = text("update signal_stream set verified_at = :at where stream_id = :stream")
_KNOWN: Final = text(
    "select signal_id, tries, first_at from signal where organization_id = :organization and stream_id = :stream"
    " and signal_id = :signal and standing = 'waiting'"
)


@dataclass(frozen=True, slots=True)
class Signal:
    """One change on its way to one stream."""

    signal_id: UUID
    customer_id: UUID = field(repr=False)
    transaction: int | None
    change_id: int | None
    event: str
    purpose: str | None
    echo: str | None = field(repr=False)
    told: Mapping[str, Any] | None
    at: datetime
    tries: int
    first_at: datetime | None


def fill(session: Session, stream: Stream, *, at: datetime) -> int:
    """Make signals of the changes that the stream has not come to yet, and return how many changes it came to."""
    facts = {
        "stream": stream.stream_id,
        "claims": CLAIMS,
        "claims_kinds": list(CLAIMS_KINDS),
        "at": at,
        "limit": AT_MOST,
    }
    return int(session.execute(_QUEUE, facts).scalar_one())


def heads(session: Session, stream: Stream, *, at: datetime, limit: int) -> list[Signal]:
    """Return what the stream may tell now: at most one for each customer."""
    return [Signal(*row) for row in session.execute(_HEADS, _of(stream) | {"at": at, "limit": limit})]


def taken(session: Session, stream: Stream, signals: Sequence[UUID], *, at: datetime) -> int:
    """Note that the receiver has these, and return how many waited; others' and unknown ones are passed over."""
    facts = _of(stream) | {"signals": list(signals), "at": at}
    told = [row.event for row in session.execute(_TAKEN, facts)]
    if VERIFY in told:
        session.execute(_VERIFIED, {"stream": stream.stream_id, "at": at})
    return len(told)


def failed(session: Session, stream: Stream, signal: Signal, failure: str, *, at: datetime) -> bool:
    """Note that the receiver did not take this one; return whether it is dead now."""
    tries, first = signal.tries + 1, signal.first_at or at
    is_dead = tries >= MOST_TRIES or at - first >= LONGEST
    facts = {"signal": signal.signal_id, "standing": "dead" if is_dead else "waiting", "failure": failure}
    later = at + timedelta(seconds=BACKOFF.wait(tries))
    session.execute(_FAILED, _of(stream) | facts | {"at": at, "next": later})
    return is_dead


def refused(session: Session, stream: Stream, unverified_id: UUID, failure: str, *, at: datetime) -> None:
    """Note what a poller says of one that it could not take; others' and unknown ones are passed over."""
    found = session.execute(_KNOWN, _of(stream) | {"signal": unverified_id}).one_or_none()
    if found is not None:
        nobody = Signal(
            found.signal_id, found.signal_id, None, None, "", None, None, None, at, found.tries, found.first_at
        )
        failed(session, stream, nobody, failure, at=at)


def give_up(session: Session, stream: Stream, *, at: datetime) -> int:
    """Make dead letters of what waited for 72 hours at a stream that took nothing for as long, and return how many."""
    return rows_changed(session, _GIVE_UP, _of(stream) | {"before": at - LONGEST})


def _of(stream: Stream) -> dict[str, object]:
    return {"organization": stream.organization, "stream": stream.stream_id}
