"""Key rotation: all data keys move under a new generation of the key ring while others read and write.

Steps, each safe to repeat, so that an interrupted rotation is taken up where it was:
(1) the ring begins a generation, which every process wraps under from its next call on;
(2) the floor rises: the database refuses a key that was wrapped under the old one but not stored yet;
(3) every data key is wrapped anew, chunk by chunk, under locks that only cover the chunk;
(4) when none is left and every transaction of before has ended, the old generations are retired.
After (4) a backup of before (4) cannot be read any more, for anybody: take a new one.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from sqlalchemy import text
from sqlmodel import Session

from cdp.database import sql
from cdp.keys.errors import KeyDestroyed
from cdp.platform import Platform
from cdp.scope import KEYMASTER
from cdp.turns import Turn, taken
from consent.errors import Conflict

CHUNK: Final = 1_000
GRACE: Final = 5.0
"""Seconds between the last transaction of before and the retirement, for a reader that unwraps after its commit."""
_STEP: Final = 0.1

_GENERATIONS: Final = text("select generation, count(*) as keys_ from data_key group by generation order by generation")
_LEFT: Final = text("select count(*) from data_key where generation < :newest")
_FLOOR: Final = text("select raise_key_floor(:newest)")


class RotationRuns(Conflict):
    """Another process is rotating the keys."""

    code = "rotation-runs"


@dataclass(frozen=True, slots=True)
class Status:
    """Where the key ring and the data keys stand."""

    generations: tuple[int, ...]
    live_nodes: int
    data_keys: Mapping[int, int]

    @property
    def is_rotating(self) -> bool:
        """Whether a rotation was begun and not finished."""
        return len(self.generations) > 1


@dataclass(frozen=True, slots=True)
class Rotation:
    """What a rotation did; `dead` keys belonged to erased people and came back with a restored backup."""

    generation: int
    rewrapped: int
    dead: int
    retired: tuple[int, ...]


def status(platform: Platform) -> Status:
    """Return how many data keys are wrapped under which generation."""
    with platform.database.scoped(KEYMASTER) as session:
        counted = {row.generation: row.keys_ for row in session.execute(_GENERATIONS)}
    return Status(platform.ring.generations, platform.ring.live_nodes, counted)


def rotate(
    platform: Platform,
    *,
    chunk: int = CHUNK,
    grace: float = GRACE,
    report: Callable[[int, int], None] = lambda _done, _total: None,
) -> Rotation:
    """Move every data key under a new generation and retire the old ones; takes up a rotation that was interrupted.

    Reads and writes go on meanwhile. `report` is told how many are done, of how many. Raises Conflict when another
    process is at it.
    """
    with taken(platform, Turn.ROTATION) as turn:
        if turn is None:
            raise RotationRuns
        if len(platform.ring.generations) == 1:
            platform.ring.rotate()
        newest = platform.ring.generation
        with platform.database.scoped(KEYMASTER) as session:
            session.execute(_FLOOR, {"newest": newest})
        rewrapped, dead = _rewrap_all(platform, newest, chunk, report)
        _outwait(turn, grace)
        return Rotation(newest, rewrapped, dead, _retire(platform, newest))


def _rewrap_all(platform: Platform, newest: int, chunk: int, report: Callable[[int, int], None]) -> tuple[int, int]:
    done = dead = 0
    while left := _left(platform, newest):
        seen, total = chunk, done + left
        while seen == chunk:
            with platform.database.scoped(KEYMASTER) as session:
                seen, lost = _rewrap(session, platform, newest, chunk)
            done, dead = done + seen, dead + lost
            report(done, max(total, done))
        if seen == 0:
            time.sleep(_STEP)  # others hold what is left; they are short
    return done - dead, dead


def _left(platform: Platform, newest: int) -> int:
    with platform.database.scoped(KEYMASTER) as session:
        return int(session.execute(_LEFT, {"newest": newest}).scalar_one())


def _rewrap(session: Session, platform: Platform, newest: int, chunk: int) -> tuple[int, int]:
    """Wrap one chunk anew and return its size; the keys of destroyed slots, the second number, stay as they are."""
    rows = session.execute(text(sql("rotation_take")), {"newest": newest, "chunk": chunk}).all()
    wrapped, lost = [], 0
    for row in rows:
        try:
            wrapped.append(platform.ring.rewrap(bytes(row.wrapped), subject=row.subject_id))
        except KeyDestroyed:
            wrapped.append(bytes(row.wrapped))
            lost += 1
    customers, subjects = [row.customer_id for row in rows], [row.subject_id for row in rows]
    stored = {"newest": newest, "wrapped": wrapped, "customers": customers, "subjects": subjects}
    session.execute(text(sql("rotation_put")), stored)
    return len(rows), lost


def _outwait(turn: psycopg.Connection[tuple[Any, ...]], grace: float) -> None:
    """Return when every transaction of the application that began before now has ended, and `grace` after that."""
    (moment,) = turn.execute("select clock_timestamp()").fetchone() or (None,)
    while turn.execute(sql("rotation_older_transactions"), (moment,)).fetchone() != (0,):
        time.sleep(_STEP)
    time.sleep(grace)


def _retire(platform: Platform, newest: int) -> tuple[int, ...]:
    if _left(platform, newest):
        raise RotationRuns("a key was wrapped under the old generation meanwhile; run the rotation again")
    old = tuple(number for number in platform.ring.generations if number < newest)
    for generation in old:
        platform.ring.retire(generation)
    return old
