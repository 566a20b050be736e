"""Checkpoints as they are published: what the log signed, and under it what its witnesses signed."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from cdp.database import sql
from cdp.log import store
from cdp.log.store import Log, Signed
from consent.notes import Key, Note, Signature
from consent.policy import Policy

LARGEST: Final = 2**63 - 1
LONGEST_LAG: Final = timedelta(seconds=10)
"""A checkpoint that witnesses signed is published instead of a newer one that they did not yet, for at most so long."""

_COSIGNED: Final = text(sql("cosigned_size"))
_LINES: Final = text("select vkey, line from cosignature where log_id = :log and size = :size order by vkey")


@dataclass(frozen=True, slots=True)
class Published:
    """A checkpoint with its cosignatures, and whose they are."""

    log: Log
    size: int
    note: bytes
    witnesses: tuple[Key, ...] = ()

    @property
    def policy(self) -> Policy:
        """Whose signatures this checkpoint carries: the log's keys, and the witnesses that signed it."""
        return Policy(self.log.keys, self.witnesses)


def latest(session: Session, log: Log) -> Published | None:
    """Return the checkpoint to show now; None before the first was signed.

    It is the newest that witnesses signed, if they are not too far behind, and else the newest at all.
    """
    newest = store.newest(session, log)
    if newest is None:
        return None
    seen = _cosigned(session, log, at_least=0, at_most=newest.size)
    return _with_cosignatures(session, log, seen if seen and newest.at - seen.at <= LONGEST_LAG else newest)


def covering(session: Session, log: Log, position: int) -> Published | None:
    """Return a checkpoint that covers the leaf at `position`, one that witnesses signed if there is one."""
    seen = _cosigned(session, log, at_least=position + 1, at_most=LARGEST)
    chosen = seen or store.newest(session, log)
    if chosen is None or chosen.size <= position:
        return None
    return _with_cosignatures(session, log, chosen)


def exactly(session: Session, log: Log, size: int) -> Published | None:
    """Return the checkpoint of this size, if there is one."""
    signed = store.signed_at(session, log, size)
    return None if signed is None else _with_cosignatures(session, log, signed)


def _cosigned(session: Session, log: Log, *, at_least: int, at_most: int) -> Signed | None:
    facts = {"log": log.log_id, "at_least": at_least, "at_most": at_most}
    size = session.execute(_COSIGNED, facts).scalar_one_or_none()
    return None if size is None else store.signed_at(session, log, size)


def _with_cosignatures(session: Session, log: Log, signed: Signed) -> Published:
    note, witnesses = Note.from_bytes(signed.note), []
    for vkey, line in session.execute(_LINES, {"log": log.log_id, "size": signed.size}):
        witnesses.append(Key.from_vkey(vkey))
        note = note.signed(Signature.from_line(line))
    return Published(log, signed.size, note.to_bytes(), tuple(witnesses))
