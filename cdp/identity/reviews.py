"""What the limits on joining stopped, for an operator to look at: levels and bits of two subjects, and no value.

Rules: (1) whoever it is about finds every look and every decision in their own log; (2) a yes joins whatever the limits
say, but never two whom somebody called two people, nor by likeness into a claimed dossier; (3) a no is for good;
(4) what became one wrongly is parted by whoever logs in, and by an operator only while nobody does.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from consent.errors import NotFound

_HELD: Final = text("select * from held_bonds(:at_most)")
_DECIDE: Final = text("select decide_bond(:bond, :accepted, :at)")
_PART: Final = text("select part_subjects(:one, :other, :at)")
_LIMITS: Final = text("select name, most from identity_limit order by name")
_SET: Final = text("update identity_limit set most = :most where name = :name")
_UNKNOWN: Final = "there is no such limit"
_DECIDED: Final = "no such link waits: it was decided, or it has ended"
_NOT_YOURS: Final = "these two are not one person, or somebody logs in as them, who parts them alone"
_ONE: Final = str.maketrans("_ ", "--")


@dataclass(frozen=True, slots=True)
class Held:
    """A bond that waits: two subjects, who knows them, and the sizes of the dossiers on both sides."""

    bond_id: UUID
    held_why: str
    held_at: datetime
    why: str
    tier: str
    bits: float
    evidence: dict[str, tuple[str, float]]
    model: str | None
    subjects: tuple[UUID, UUID]
    sources: tuple[UUID, UUID]
    sizes: tuple[int, int]
    is_claimed: bool


def held(session: Session, *, at_most: int) -> list[Held]:
    """Return what waits, oldest first, and write down that somebody looked; operator only."""
    return [
        Held(
            bond_id=row.bond_id,
            held_why=row.held_why,
            held_at=row.held_at,
            why=row.why,
            tier=row.tier,
            bits=row.weight,
            evidence={name: (level, bits) for name, (level, bits) in row.evidence.items()},
            model=row.model,
            subjects=(row.one_subject, row.other_subject),
            sources=(row.one_source, row.other_source),
            sizes=(row.one_size, row.other_size),
            is_claimed=row.is_claimed,
        )
        for row in session.execute(_HELD, {"at_most": at_most})
    ]


def accept(session: Session, bond: UUID, *, at: datetime) -> bool:
    """Let a bond join, and return whether both are one person now; raises NotFound for one that does not wait."""
    with _told(_DECIDED, field="bond"):
        return bool(session.execute(_DECIDE, {"bond": bond, "accepted": True, "at": at}).scalar_one())


def refuse(session: Session, bond: UUID, *, at: datetime) -> None:
    """Keep two subjects apart for good; raises NotFound for a bond that does not wait."""
    with _told(_DECIDED, field="bond"):
        session.execute(_DECIDE, {"bond": bond, "accepted": False, "at": at})


def part(session: Session, one: UUID, other: UUID, *, at: datetime) -> bool:
    """Undo that two subjects became one person, for good, and return whether they are two now.

    Raises NotFound for two who are not one person, and for a dossier that somebody claimed: they do it themselves.
    """
    with _told(_NOT_YOURS, field="subject"):
        return bool(session.execute(_PART, {"one": one, "other": other, "at": at}).scalar_one())


def limits(session: Session, name: str | None = None) -> dict[str, int]:
    """Return how large a dossier may become by itself, and how many may become one within an hour: all, or one limit.

    Raises NotFound for one that there is not. Blanks, dashes and underscores are one, as names are shown.
    """
    found = {row.name: row.most for row in session.execute(_LIMITS)}
    if name is None:
        return found
    exact = _exact(found, name)
    return {exact: found[exact]}


def limit(session: Session, name: str, most: int) -> None:
    """Set a limit from now on; raises NotFound for one that there is not."""
    session.execute(_SET, {"name": _exact(limits(session), name), "most": most})


@contextmanager
def _told(sentence: str, *, field: str) -> Iterator[None]:
    try:
        yield
    except NotFound:
        raise NotFound(sentence, field=field) from None


def _exact(names: Iterable[str], name: str) -> str:
    """Return the name that is meant."""
    for each in names:
        if each.translate(_ONE) == name.strip().translate(_ONE):
            return each
    raise NotFound(_UNKNOWN, field="name")
