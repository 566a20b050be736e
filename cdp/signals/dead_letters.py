"""What the operator sees of signals: streams, what was given up, and sending it again. Never whom it is about."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from cdp.database import sql
from cdp.signals.events import NAMES
from consent.errors import NotFound

_STREAMS: Final = text(sql("signal_streams"))
_DEAD: Final = text(
    "select organization_id, stream_id, signal_id, event, at, tries, failure from signal"
    " where standing = 'dead' and (cast(:organization as uuid) is null or organization_id = :organization)"
    " order by organization_id, stream_id, at, signal_id limit :limit"
)
_REPLAY: Final = text("select replay_signals(:organization, :signal, :at)")


class SignalUnknown(NotFound):
    """There is no such dead letter."""

    code = "signal-unknown"


def streams(session: Session, organization: UUID | None = None) -> list[Any]:
    """Return how streams stand, of one organization or of all."""
    return list(session.execute(_STREAMS, {"organization": organization}))


def listed(session: Session, organization: UUID | None = None, *, limit: int = 1_000) -> list[Mapping[str, Any]]:
    """Return the dead letters, of one organization or of all, oldest first."""
    found = session.execute(_DEAD, {"organization": organization, "limit": limit})
    return [{**row._mapping, "event": NAMES.get(row.event, row.event)} for row in found]  # noqa: SLF001 -- its public way


def replay(session: Session, organization: UUID, signal: UUID | None, *, at: datetime) -> int:
    """Send a dead letter again, or all of them, with what came later for the same customer; return how many go out.

    Raises SignalUnknown.
    """
    sent = int(session.execute(_REPLAY, {"organization": organization, "signal": signal, "at": at}).scalar_one())
    if signal is not None and not sent:
        raise SignalUnknown
    return sent
