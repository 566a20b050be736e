"""Both logs as they stand, in memory: looked at once on the way in, and compared with what was signed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from cdp.ids import NIL
from cdp.log import store
from cdp.log.growth import Growth
from cdp.log.signer import Forked
from cdp.log.store import Log
from consent import event_bodies, merkle, tiles
from consent.commitments import Kind
from consent.errors import Malformed
from consent.events import AnchorEvent

ANCHOR_EVERY: Final = timedelta(minutes=1)

_SIZES: Final = text("select log_id, size from log where log_id = any(:logs) order by log_id for update")
_LAST_ANCHOR: Final = text(
    "select body, position from opening where log_id = :log and pseudonym = :nobody and organization_id = :nobody"
    " and kind = :kind order by position desc limit 1"
)


@dataclass(slots=True)
class Standing:
    """Both logs with their edges, what is signed, and the last anchor."""

    logs: dict[str, Log]
    growths: dict[str, Growth]
    signed: dict[str, int]
    anchored_at: datetime | None
    anchored: tuple[int, int]
    """Sizes of the consent and the access log right after the last anchor."""

    @property
    def is_anchor_unsigned(self) -> bool:
        """Whether the last anchor names a size of the access log that no checkpoint has yet."""
        return self.anchored[1] > self.signed[store.ACCESS]

    def is_anchor_due(self, now: datetime) -> bool:
        """Tell whether anything was appended since the last anchor, and that is a minute ago."""
        sizes = (self.growths[store.CONSENT].size, self.growths[store.ACCESS].size)
        return self.anchored != sizes and (self.anchored_at is None or now >= self.anchored_at + ANCHOR_EVERY)


def look(session: Session) -> Standing:
    """Return how both logs stand; raises Forked when one is not what its last checkpoint says."""
    logs = {kind: store.current(session, kind) for kind in (store.CONSENT, store.ACCESS)}
    anchored_at, anchored = _last_anchor(session, logs[store.CONSENT])
    return Standing(
        logs=logs,
        growths={kind: _grown(session, log) for kind, log in logs.items()},
        signed={kind: _check_signed(session, log) for kind, log in logs.items()},
        anchored_at=anchored_at,
        anchored=anchored,
    )


def hold(session: Session, standing: Standing) -> None:
    """Keep everybody else from appending until the transaction ends; raises Forked when somebody did meanwhile."""
    wanted = {log.log_id: standing.growths[kind].size for kind, log in standing.logs.items()}
    found = {row.log_id: row.size for row in session.execute(_SIZES, {"logs": list(wanted)})}
    if found != wanted:
        raise Behind


class Behind(Exception):
    """Somebody else appended meanwhile: look again."""


def _grown(session: Session, log: Log) -> Growth:
    try:
        return Growth.load(log.size, store.tile_reader(session, log))
    except Malformed as error:
        raise Forked(f"leaves of the {log.name} log are missing from the database") from error


def _check_signed(session: Session, log: Log) -> int:
    """Work out the root of the newest checkpoint again and return its size; -1 when nothing is signed yet."""
    newest = store.newest(session, log)
    if newest is None:
        return -1
    try:
        root = merkle.root(newest.size, tiles.nodes(store.tile_reader(session, log), newest.size))
    except Malformed as error:
        raise Forked(f"leaves of the {log.name} log are missing from the database") from error
    if newest.size > log.size or root != newest.root:
        raise Forked(f"the {log.name} log in the database is not the one that was signed")
    return newest.size


def _last_anchor(session: Session, log: Log) -> tuple[datetime | None, tuple[int, int]]:
    row = session.execute(_LAST_ANCHOR, {"log": log.log_id, "nobody": NIL, "kind": int(Kind.ANCHOR)}).one_or_none()
    event = None if row is None else event_bodies.from_body(bytes(row.body))
    if row is None or not isinstance(event, AnchorEvent):
        return None, (-1, -1)
    return event.at, (row.position + 1, event.size)
