"""Facts that no entry can say, set aside so that they stop nobody else (ADR 24).

Rules: (1) nothing is lost: the fact stays in its outbox, and has its turn again when the operator says so; (2) nothing
is hidden: the consent log says that a fact is set aside, and later what became of it (`consent.held`); (3) order is
kept: the facts and reads of the customer that come after it are set aside behind it, and so are those of whom a merge
or split was with, because the law applied again needs every act before them; a read that no entry can say keeps nobody
waiting.
"""

import os
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from cdp import clock
from cdp.database import sql
from cdp.ids import NIL
from cdp.log.batch import PLATFORM, Batch, Cursor
from cdp.platform import Platform
from cdp.scope import SEQUENCER
from consent import held, merkle
from consent.commitments import SALT_SIZE
from consent.errors import Problem
from consent.events import Change, PolicyEvent

UNTELLABLE: Final = (Problem, ValueError, KeyError, TypeError, AttributeError, OverflowError)
"""What composing an entry raises over a fact that no entry can say."""
BEHIND: Final = "waits behind another fact that is set aside"

_SET_ASIDE: Final = sql("log_set_aside").encode()
_LIST: Final = text(sql("log_held"))
_HOLD_LOGS: Final = text("select log_id from log order by log_id for update")
_RELEASE: Final = text(sql("log_release"))
_FORGET: Final = text(sql("log_forget_held"))


class Aside:
    """What one round sets aside, and whose facts wait."""

    __slots__ = ("_consent", "_customers", "_kept")

    def __init__(self, cursor: Cursor, consent: Batch) -> None:
        """Learn whose facts wait; say in `consent` what is set aside."""
        rows = cursor.execute(sql("log_held_customers").encode()).fetchall()
        self._customers: set[UUID | None] = {customer for row in rows for customer in row} - {None, NIL}
        self._consent = consent
        self._kept: list[tuple[str, int, str]] = []

    def waits(self, *customers: UUID | None) -> bool:
        """Tell whether a fact about any of these waits behind another."""
        return bool(self._customers) and not self._customers.isdisjoint(customers)

    def put(self, log: str, entry: int, reason: str, *, was_held: bool, then: tuple[UUID | None, ...] = ()) -> None:
        """Set a fact aside, say so in the log unless it stands there, and let what comes after it of `then` wait."""
        if not was_held:
            self._say(Change.FACT_HELD, held.held_subject(log, entry))
        self._kept.append((log, entry, reason))
        self._customers |= {*then} - {None, NIL}

    def tell(self, log: str, entry: int, leaf: bytes) -> None:
        """Say in the log that this leaf, which comes next or is erased, is a fact that was set aside."""
        self._say(Change.FACT_TOLD, held.told_subject(log, entry, merkle.leaf_hash(leaf)))

    def keep(self, cursor: Cursor) -> None:
        """Write down what was set aside."""
        if self._kept:
            logs, entries, reasons = zip(*self._kept, strict=True)
            words = {"logs": [*logs], "entries": [*entries], "reasons": [*reasons], "at": clock.now()}
            cursor.execute(_SET_ASIDE, words)

    def entries(self, log: str) -> set[int]:
        """Return the numbers of what was set aside."""
        return {entry for kept, entry, _ in self._kept if kept == log}

    def _say(self, change: Change, subject: str) -> None:
        place = self._consent.chain(PLATFORM).place
        event = PolicyEvent(place=place, change=change, subject=subject, at=clock.now())
        self._consent.append(event, PLATFORM, os.urandom(SALT_SIZE))


@dataclass(frozen=True, slots=True)
class HeldFact:
    """A fact that is set aside: of which log, its number there, what it is, since when and why."""

    log: str
    entry: int
    fact: str
    since: datetime
    reason: str


def reason_of(error: Exception) -> str:
    """Return why an entry cannot be composed, in words that hold nothing of what was to be said."""
    return error.message if isinstance(error, Problem) else type(error).__name__


def facts(platform: Platform) -> list[HeldFact]:
    """Return what is set aside, the oldest first."""
    with platform.database.scoped(SEQUENCER) as session:
        return [HeldFact(*row) for row in session.execute(_LIST)]


def release(platform: Platform) -> int:
    """Give everything that is set aside another turn, in its order, and return how many facts that are."""
    with platform.database.scoped(SEQUENCER) as session:
        session.execute(_HOLD_LOGS)  # no round is under way: it would go on from whose facts waited before
        return int(session.execute(_RELEASE).scalar_one())


def forget(session: Session) -> None:
    """Let everything wait as if it had never been set aside: the logs that said so have ended."""
    session.execute(_FORGET)
