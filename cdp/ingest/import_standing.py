"""How far an import is, as the transactions that stored its chunks say it."""

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import text

from cdp.database import sql
from cdp.ingest.files import Position
from cdp.ingest.items import Reason
from cdp.ingest.rejects import KEPT
from cdp.platform import Platform
from cdp.scope import Scope

Reject = tuple[int, Reason, str]
"""Line, reason and field of what was not taken."""

_AT_ONCE: Final = 1_000
"""So many rejected lines are in memory."""
_GONE_ON_WITH: Final = KEPT - timedelta(hours=12)
"""A run that began longer ago is not gone on with: what it rejected may be deleted before it is told again."""
_JOBS: Final = text("select fingerprint, position, counts, done_at from import_job where fingerprint = any(:prints)")
_FINISH: Final = text(sql("import_finish"))
_REJECTS: Final = text(sql("import_rejects"))


@dataclass(frozen=True, slots=True)
class Standing:
    """Where each shard goes on, and since when."""

    starts: Sequence[Position]
    stored: Sequence[int]
    """How many rows each shard has stored of the run that is gone on with: lines and places are not rows."""
    first_at: datetime
    """When this file was stored for the first time: what it says without a time is as old as that, every time."""
    since: datetime
    """When the run began that is gone on with, or this one."""

    @property
    def is_resumed(self) -> bool:
        """Whether an earlier run is gone on with."""
        return any(start.number for start in self.starts)


def look(
    platform: Platform, scope: Scope, prints: Sequence[bytes], *, at: datetime, is_rehearsal: bool = False
) -> Standing:
    """Return how far each shard is for a run that begins at `at`.

    A file that is done begins again, and so do a rehearsal and what broke off so long ago that its rejects are gone.
    """
    with platform.database.scoped(scope) as session:
        rows = session.execute(_JOBS, {"prints": prints}).all()
        first_at = min(_moments(rows, "first_at"), default=at)
        if is_rehearsal:
            return _anew(prints, first_at, at)
        since = max(_moments((row for row in rows if row.position), "since"), default=at)
        if any(row.done_at is not None for row in rows) or since < at - _GONE_ON_WITH:
            session.execute(_FINISH, {"source": scope.organization, "fingerprints": prints, "at": None})
            return _anew(prints, first_at, at)
    begun = {bytes(row.fingerprint): row for row in rows if row.position}
    starts = {each: Position(row.position, row.counts["offset"]) for each, row in begun.items()}
    stored = [begun[each].counts["rows"] if each in begun else 0 for each in prints]
    return Standing([starts.get(each, Position()) for each in prints], stored, first_at, since)


def finish(platform: Platform, scope: Scope, prints: Sequence[bytes], *, at: datetime) -> None:
    """Note that every shard is done."""
    with platform.database.scoped(scope) as session:
        session.execute(_FINISH, {"source": scope.organization, "fingerprints": prints, "at": at})


def rejects(platform: Platform, scope: Scope, request_id: str, *, since: datetime) -> Generator[Reject]:
    """Yield every line that was committed as rejected since the run began, in the order of the file."""
    words = {"source": scope.organization, "request": request_id, "since": since}
    with (
        platform.database.scoped(scope) as session,
        session.execute(_REJECTS, words, execution_options={"yield_per": _AT_ONCE}) as rows,
    ):
        for line, reason, field in rows:
            yield line, Reason(reason), field or ""


def _anew(prints: Sequence[bytes], first_at: datetime, at: datetime) -> Standing:
    return Standing([Position()] * len(prints), [0] * len(prints), first_at, at)


def _moments(rows: Iterable[Any], name: str) -> list[datetime]:
    """Return the moments of this name; a job that an older release began has none."""
    return [datetime.fromisoformat(row.counts[name]) for row in rows if name in row.counts]
