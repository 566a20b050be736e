"""Why two subjects are, or are not, taken for one person: levels and bits by field, never a value."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import text

from cdp import arrays
from cdp.identity import blocking, deciding, store
from cdp.identity.matching import Matching
from cdp.identity.model import in_use
from cdp.identity.scoring import Piece
from cdp.identity.store import Person
from cdp.identity.traits import Traits
from cdp.platform import Platform
from cdp.scope import MATCHER, Principal, Scope
from cdp.transaction import Transaction
from consent.errors import NotFound

_PEOPLE: Final = (
    b"select uuid_send(s.subject_id), uuid_send(s.customer_id), uuid_send(s.source_id), k.wrapped"
    b" from subject s join data_key k using (customer_id, subject_id)"
    b" where s.subject_id = any (%(subjects)s::uuid[])"
)
_STANDING: Final = (
    b"select tier, is_held from standing_matches(array[%(one)s::uuid]) where %(other)s::uuid in (subject_id, other_id)"
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
    chance: float
    """The bits that are of no field; with those of the fields they are `bits`."""
    shared_keys: tuple[str, ...]
    """The kinds of keys that they have in common: without one they are never compared."""
    left_out: tuple[str, ...]
    """What they have in common that says nothing, for more than three people use it."""
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
    return asyncio.run(_explained(platform, one.bytes, other.bytes))


def note(platform: Platform, subjects: Iterable[UUID], *, client: str) -> None:
    """Write down for everybody of these that an operator is told how alike they are; committed before it is told."""
    with platform.database.scoped(Scope(Principal.OPERATOR, client=client)) as session:
        session.execute(_NOTE, {"subjects": list(dict.fromkeys(subjects))})


async def _explained(platform: Platform, one: bytes, other: bytes) -> Explanation:
    async with Platform.in_loop(platform.settings) as own, own.database.pool.connection() as lane:
        transaction = Transaction(lane, own.database.words(MATCHER), remote_apply=False)
        found = await _compared(own, transaction, one, other)
        await transaction.commit()
        return found


async def _compared(own: Platform, transaction: Transaction, one: bytes, other: bytes) -> Explanation:
    """Compare the two as matching would, each without what too many people use."""
    model, matching = in_use(own.settings.home), Matching(own)
    pair = {"one": UUID(bytes=one), "other": UUID(bytes=other)}
    rows, standing = await transaction.ask((_PEOPLE, {"subjects": arrays.ids([one, other])}), (_STANDING, pair))
    keys = own.ring.open_many([(row[3], row[0]) for row in rows])
    people = {
        row[0]: Person(row[0], row[1], row[2], key) for row, key in zip(rows, keys, strict=True) if key is not None
    }
    known, _ = await matching.stored(transaction, list(people.values()))
    if known.keys() != {one, other}:
        raise SubjectUnknown
    hashed = {each: matching.hashes.of(known[each]) for each in known}
    (rows,) = await transaction.ask(store.alike(known, hashed))
    others, counted = store.others(own.ring, rows), store.crowded(rows)
    a, b = (matching.own(known[each], [met for met in others if met.of == each], counted) for each in (one, other))
    is_one_source = people[one].source == people[other].source
    judged = deciding.judge(model, a, b, same_source=is_one_source)
    shared = {*blocking.keys(known[one])} & {*blocking.keys(known[other])}
    return Explanation(
        tier=judged.tier.value,
        veto=None if judged.veto is None else judged.veto.value,
        bits=judged.score.weight,
        fields=judged.score.parts,
        chance=judged.score.chance,
        shared_keys=tuple(sorted({key.kind.value for key in shared})),
        left_out=_left_out(known[one], known[other], a),
        stands=standing[0][0] if standing else None,
        is_held=bool(standing and standing[0][1]),
        is_one_source=is_one_source,
        is_one_customer=people[one].customer == people[other].customer,
        model=model.version,
    )


def _left_out(mine: Traits, theirs: Traits, own: Traits) -> tuple[str, ...]:
    """Return what both have of which `own`, the rest of `mine`, has nothing left."""
    kinds = {
        "email": (mine.emails, theirs.emails, own.emails),
        "mobile": (mine.mobiles, theirs.mobiles, own.mobiles),
    }
    return tuple(name for name, (all_mine, all_theirs, left) in kinds.items() if {*all_mine} & {*all_theirs} - {*left})
