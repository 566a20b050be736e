"""How the logs are doing, in numbers that cost next to nothing: for the command, the doctor and the monitor."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import psycopg
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from cdp import clock
from cdp.database import sql
from cdp.log import founding
from cdp.platform import Platform
from cdp.scope import SEQUENCER

_GAUGES: Final = text(sql("log_gauges"))


@dataclass(frozen=True, slots=True)
class Gauge:
    """One log that grows."""

    log: str
    origin: str
    size: int
    signed: int | None
    checkpoint_seconds: float | None
    """How old the last checkpoint is; it only grows old while nothing happens, or while nobody signs."""
    waiting_seconds: float | None
    """How long the oldest fact has waited for the log; None when none waits."""
    held: int = 0
    """How many facts are set aside, because no entry can say them or because they wait behind such a one."""
    is_forked: bool = False
    """Whether a witness was shown another log under this name, so that nothing is signed any more."""


def read(platform: Platform, *, at: datetime | None = None) -> list[Gauge]:
    """Return the gauges of the logs that grow; none before the worker ever ran."""
    now = at or clock.now()
    with platform.database.scoped(SEQUENCER) as session:
        rows = session.execute(_GAUGES).all()
    return [
        Gauge(
            row.name,
            row.origin,
            row.size,
            row.signed,
            _since(row.signed_at, now),
            _since(row.oldest, now),
            row.held,
            founding.signer_of(platform, row.name).accusation() is not None,
        )
        for row in rows
    ]


def read_if_reachable(platform: Platform) -> list[Gauge]:
    """Return the same, or nothing while the database cannot be asked: a monitor sees that elsewhere."""
    try:
        return read(platform)
    except (psycopg.Error, SQLAlchemyError):
        return []


def _since(moment: datetime | None, now: datetime) -> float | None:
    return None if moment is None else max(0.0, round((now - moment).total_seconds(), 3))
