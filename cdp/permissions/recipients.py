"""What an organization may know of its own permissions: which it has, what changed, and what it attested itself."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text, tuple_
from sqlmodel import Session, col, select

from cdp.database import sql
from cdp.tables import Permission
from consent.errors import NotFound

_CHANGES: Final = text(sql("read_changes"))
_RESOLVE: Final = text(
    "select customer_id from resolve_subjects(array[:type], array[cast(:blind as bytea)], array[true])"
)


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One change; its place in the feed is (transaction, change_id)."""

    transaction: int
    change_id: int
    customer_id: UUID
    kind: str
    purpose: str | None
    at: datetime


def permissions(session: Session, *, after: tuple[UUID, str] | None, limit: int) -> list[Permission]:
    """Return the permissions of the organization in scope in a fixed order, from the one behind `after`."""
    place = tuple_(col(Permission.customer_id), col(Permission.purpose))
    wanted = select(Permission).order_by(place).limit(limit)
    if after is not None:
        wanted = wanted.where(place > after)
    return list(session.exec(wanted))


def changes(session: Session, *, after: tuple[int, int], limit: int) -> list[ChangeRow]:
    """Return what the organization in scope must hear, oldest first, from the one behind `after`.

    Only what no running transaction can still precede, so that a reader who goes on from the last one misses nothing.
    """
    transaction, change_id = after
    facts = {"transaction": transaction, "change_id": change_id, "limit": limit}
    return [ChangeRow(*row) for row in session.execute(_CHANGES, facts)]


def customer_of_subject(session: Session, reference_type: str, blind: bytes) -> UUID:
    """Return whose dossier a subject of the source in scope belongs to; raises NotFound."""
    found: UUID | None = session.execute(_RESOLVE, {"type": reference_type, "blind": blind}).scalar_one_or_none()
    if found is None:
        raise NotFound("there is no such subject", field="/user_id")
    return found
