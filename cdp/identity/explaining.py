"""Why two subjects are, or are not, taken for one person: levels and bits by field, never a value."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from cdp.identity import blocking, deciding, store
from cdp.identity.model import Model
from cdp.identity.scoring import Piece
from cdp.identity.traits import Traits
from cdp.keys import sealing
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from consent.errors import NotFound

_LIKENESS = text(
    "select l.customer_id, l.source_id, l.sealed, k.wrapped from likeness l"
    " join data_key k using (customer_id, subject_id) where l.subject_id = :subject"
)
_STANDING = text(
    "select tier, is_held from standing_matches(array[cast(:one as uuid)])"
    " where cast(:other as uuid) in (subject_id, other_id)"
)
_NOTE = text("select note_explained(:subjects)")


class SubjectUnknown(NotFound):
    """Nothing is kept of this subject to compare it by."""

    code = "subject-unknown"


@dataclass(frozen=True, slots=True)
class Explanation:
    """What two subjects have in common, what that weighs, and what follows."""

    tier: str
    veto: str | None
    bits: float
    fields: tuple[Piece, ...]
    shared_keys: tuple[str, ...]
    """The kinds of keys that they have in common: without one they are never compared."""
    stands: str | None
    is_held: bool
    is_one_source: bool
    is_one_customer: bool
    model: str


def explain(platform: Platform, one: UUID, other: UUID, *, client: str) -> Explanation:
    """Return why `one` and `other` would be joined, asked about or left alone; raises SubjectUnknown.

    For operators: they see names of levels, and no value of anybody; both find in their log that `client` looked.
    """
    note(platform, [one, other], client=client)
    with platform.database.scoped(Scope(Principal.MATCHER)) as session:
        (mine, a), (theirs, b) = _kept(session, platform, one), _kept(session, platform, other)
        bond = session.execute(_STANDING, {"one": one, "other": other}).one_or_none()
    model, is_one_source = Model.shipped(), mine.source_id == theirs.source_id
    judged = deciding.judge(model, a, b, same_source=is_one_source)
    return Explanation(
        tier=judged.tier.value,
        veto=None if judged.veto is None else judged.veto.value,
        bits=judged.score.weight,
        fields=judged.score.parts,
        shared_keys=tuple(sorted({key.kind.value for key in {*blocking.keys(a)} & {*blocking.keys(b)}})),
        stands=None if bond is None else bond.tier,
        is_held=bond is not None and bond.is_held,
        is_one_source=is_one_source,
        is_one_customer=mine.customer_id == theirs.customer_id,
        model=model.version,
    )


def note(platform: Platform, subjects: Iterable[UUID], *, client: str) -> None:
    """Write down for everybody of these that an operator is told how alike they are; committed before it is told."""
    with platform.database.scoped(Scope(Principal.OPERATOR, client=client)) as session:
        session.execute(_NOTE, {"subjects": list(dict.fromkeys(subjects))})


def _kept(session: Session, platform: Platform, subject: UUID) -> tuple[Any, Traits]:
    row = session.execute(_LIKENESS, {"subject": subject}).one_or_none()
    if row is None:
        raise SubjectUnknown
    (key,) = platform.ring.unwrap_many([(bytes(row.wrapped), subject)])
    kept = None if key is None else store.readable(sealing.opener(key), bytes(row.sealed), subject.bytes)
    if kept is None:
        raise SubjectUnknown
    return row, kept
