"""Who is somebody else, however much they share: a housemate, a parent or a twin who reads the same mailbox.

What is compared are likenesses, which only the matcher reads; nothing of them leaves here but whom not to ask about.
Rule: one that cannot be read forbids, for a broken seal is no sign that somebody is alike.
"""

from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import text

from cdp.identity import deciding, store
from cdp.identity.levels import compare
from cdp.identity.traits import Traits
from cdp.keys import sealing
from cdp.platform import Platform
from cdp.scope import MATCHER

_LIKENESSES: Final = text(
    "select l.subject_id, l.sealed, k.wrapped from likeness l join data_key k using (customer_id, subject_id)"
    " where l.subject_id = any (:subjects)"
)


def others(platform: Platform, own: Sequence[UUID], candidates: Iterable[UUID]) -> set[UUID]:
    """Return those of `candidates` who are somebody else than the person of `own`, by name, birth date or home.

    One that is vetoed by what one source knows still counts when another of the same person's supports it. Whose
    likeness is there and cannot be read counts as somebody else; and if it is one's own, everybody does.
    """
    asked = list(candidates)
    known = _known(platform, [*own, *asked]) if asked else {}
    mine = [known[each] for each in own if each in known]
    told_of = [each for each in mine if each is not None]
    if len(told_of) < len(mine):
        return set(asked)
    return {each for each in asked if each in known and _is_other(known[each], told_of)}


def _is_other(other: Traits | None, mine: Sequence[Traits]) -> bool:
    if other is None:
        return True
    compared = [compare(each, other) for each in mine]
    is_vetoed = any(deciding.veto(each) is not None for each in compared)
    return is_vetoed and not any(deciding.veto(each) is None and deciding.is_supported(each) for each in compared)


def _known(platform: Platform, subjects: Sequence[UUID]) -> dict[UUID, Traits | None]:
    """Return what is kept of those of whom anything is kept; None for what cannot be read."""
    with platform.database.scoped(MATCHER) as session:
        rows = session.execute(_LIKENESSES, {"subjects": list(subjects)}).all()
    keys = platform.ring.unwrap_many((bytes(row.wrapped), row.subject_id) for row in rows)
    return {
        row.subject_id: store.readable(sealing.opener(key), bytes(row.sealed), row.subject_id.bytes)
        for row, key in zip(rows, keys, strict=True)
        if key is not None
    }
