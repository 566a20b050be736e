"""What the logs hold, for whoever may read it: keys, checkpoints, tiles, proofs and openings.

Row security says what that is: anybody reads what is published, the auditor and the customer openings, too.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from cdp.database import sql
from consent import merkle, tiles
from consent.commitments import Kind, Opening
from consent.errors import NotFound
from consent.notes import Key
from consent.policy import Policy
from consent.tiles import WIDTH, ReadTile, Tile

CONSENT: Final = "consent"
ACCESS: Final = "access"

_LOGS: Final = text(sql("log_list"))
_CHECKPOINT: Final = text(
    "select size, root, note, at from checkpoint where log_id = :log and size <= :most order by size desc limit 1"
)
_LEAVES: Final = text(
    "select leaf from leaf where log_id = :log and position >= :begin and position < :end order by position"
)
_NODES: Final = text(
    "select hash from node where log_id = :log and level = :level and position >= :begin and position < :end"
    " order by position"
)
_OPENINGS: Final = text(
    "select position, kind, fact_id, seq, salt, body from opening"
    " where log_id = :log and position >= :begin and position < :end order by position"
)
_OF_FACT: Final = text(
    "select position, kind, fact_id, seq, salt, body from opening where fact_id = :fact and kind = 1 and log_id = :log"
)
_IS_SIGNED: Final = text(sql("log_is_signed"))
_MOST: Final = 2**62


@dataclass(frozen=True, slots=True)
class Log:
    """One log; its keys stand with the newest first, which signs."""

    log_id: int
    kind: str
    name: str
    origin: str
    size: int
    keys: tuple[Key, ...]
    has_ended: bool = False

    @property
    def policy(self) -> Policy:
        """Whose signatures its checkpoints need."""
        return Policy(self.keys)

    @property
    def vkey(self) -> str:
        """The key that signs, as others write it down."""
        return self.keys[0].to_vkey()


@dataclass(frozen=True, slots=True)
class Signed:
    """A checkpoint, with the note as it is published."""

    size: int
    root: bytes
    note: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """An event that can be opened, and where it stands."""

    position: int
    kind: Kind
    fact_id: UUID
    seq: int
    opening: Opening

    @property
    def leaf_hash(self) -> bytes:
        """The hash by which others name it."""
        return self.opening.leaf_hash(self.kind)


def logs(session: Session) -> list[Log]:
    """Return every log, the oldest first; of each kind the last one is the current one."""
    return [
        Log(
            row.log_id,
            row.kind,
            row.name,
            row.origin,
            row.size,
            tuple(Key.from_vkey(vkey) for vkey in row.vkeys),
            row.ended_at is not None,
        )
        for row in session.execute(_LOGS)
    ]


def named(session: Session, unverified_name: str) -> Log:
    """Return the log of this name; raises NotFound."""
    return _only([log for log in logs(session) if log.name == unverified_name])


def current(session: Session, kind: str) -> Log:
    """Return the log of this kind that grows; raises NotFound before there is one."""
    return _only([log for log in logs(session) if log.kind == kind and not log.has_ended])


def newest(session: Session, log: Log, *, at_most: int | None = None) -> Signed | None:
    """Return the newest checkpoint, or the newest of at most this size."""
    row = session.execute(_CHECKPOINT, {"log": log.log_id, "most": _MOST if at_most is None else at_most}).one_or_none()
    return None if row is None else Signed(row.size, bytes(row.root), bytes(row.note), row.at)


def signed_at(session: Session, log: Log, size: int) -> Signed | None:
    """Return the checkpoint of exactly this size."""
    found = newest(session, log, at_most=size)
    return found if found is not None and found.size == size else None


def tile_reader(session: Session, log: Log) -> ReadTile:
    """Return the function that reads a tile or a bundle of entries; less than asked for where the log ends."""

    def read(tile: Tile) -> bytes:
        begin = tile.index * WIDTH
        facts = {"log": log.log_id, "begin": begin, "end": begin + tile.width}
        if tile.level:
            found = session.execute(_NODES, facts | {"level": tile.level}).scalars()
            return b"".join(bytes(each) for each in found)
        leaves = [bytes(each) for each in session.execute(_LEAVES, facts).scalars()]
        if tile.level is None:
            return tiles.entries_to_bytes(leaves)
        return b"".join(merkle.leaf_hash(leaf) for leaf in leaves)

    return read


def inclusion(session: Session, log: Log, position: int, size: int) -> list[bytes]:
    """Return the proof that the leaf at `position` is in the log of `size` leaves."""
    return merkle.inclusion_proof(position, size, tiles.nodes(tile_reader(session, log), size))


def entries(session: Session, log: Log, begin: int, end: int) -> list[Entry]:
    """Return what can be opened in this range and may be seen, in order."""
    found = session.execute(_OPENINGS, {"log": log.log_id, "begin": begin, "end": end})
    return [_entry(*row) for row in found]


def openings(session: Session, log: Log, begin: int, end: int) -> list[tuple[int, Opening]]:
    """Return the openings in this range that may be seen, in order."""
    return [(each.position, each.opening) for each in entries(session, log, begin, end)]


def entry_of(session: Session, log: Log, unverified_fact_id: UUID) -> Entry | None:
    """Return where an act or a link stands and what opens it; None while it is not in the log, or may not be seen."""
    row = session.execute(_OF_FACT, {"log": log.log_id, "fact": unverified_fact_id}).one_or_none()
    return None if row is None else _entry(*row)


def is_signed(session: Session, unverified_fact_id: UUID) -> bool:
    """Tell whether an act stands under a signed checkpoint: one look at two indexes."""
    return bool(session.execute(_IS_SIGNED, {"fact": unverified_fact_id}).scalar_one())


def _entry(position: int, kind: int, fact_id: UUID, seq: int, salt: bytes, body: bytes) -> Entry:
    return Entry(position, Kind(kind), fact_id, seq, Opening(bytes(salt), bytes(body)))


def _only(found: list[Log]) -> Log:
    if not found:
        raise NotFound("there is no such log")
    return found[-1]
