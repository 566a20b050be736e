"""What the database can teach a model: everybody's likeness, and of whom it is known whether they are one person.

Known it is from what was proven and from what people said: verified identifiers, the customer's yes and no, partings,
and what operators decided. Rules: (1) likenesses are read as the matcher, and nothing of anybody leaves but the model,
which names no value that only a few have; (2) that two are alike teaches nothing: it is what is to be learned.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final
from uuid import UUID

import numpy as np
from sqlalchemy import text

from cdp import progress
from cdp.database import sql
from cdp.identity import store
from cdp.identity.attributes import IDENTIFYING
from cdp.identity.learning import Known
from cdp.identity.samples import Sample
from cdp.identity.traits import Traits
from cdp.ids import NIL
from cdp.keys import sealing
from cdp.platform import Platform
from cdp.progress import Tell
from cdp.scope import MATCHER
from consent.errors import Invalid

AT_MOST: Final = 200_000
"""So many records are enough for a model; those of the longest known customers are taken."""
_CHUNK: Final = 5_000
_LESSONS: Final = text(sql("match_lessons"))
_SAID: Final = text("select subject_id, other_id, is_same from said_of(:subjects)")


def lessons(platform: Platform, *, at_most: int = AT_MOST, tell: Tell = progress.unheard) -> tuple[Sample, Known]:
    """Return the people in the database as a sample, and what is known of them; raises Invalid when there is nobody."""
    subjects: list[UUID] = []
    known: list[Traits] = []
    one_person, two_people = list[tuple[UUID, UUID]](), list[tuple[UUID, UUID]]()
    for part in _parts(platform):
        subjects += [subject for subject, _ in part]
        known += [traits for _, traits in part]
        with platform.database.scoped(MATCHER) as session:
            for one, other, is_same in session.execute(_SAID, {"subjects": [subject for subject, _ in part]}):
                (one_person if is_same else two_people).append((one, other))
        tell(len(known), None)
        if len(known) >= at_most:
            break
    if not known:
        raise Invalid("there is nobody in the database to learn from", field="files")
    groups = _groups(subjects, one_person)
    numbers = {name: number for number, name in enumerate(dict.fromkeys(groups.values()))}
    people = np.array([numbers[groups[each]] for each in subjects], dtype=np.int64)
    apart = {(numbers.get(groups.get(a, a), -1), numbers.get(groups.get(b, b), -1)) for a, b in two_people}
    return Sample(known, people, None, tuple(sorted(IDENTIFYING))), Known(frozenset(apart))


def _parts(platform: Platform) -> Iterator[list[tuple[UUID, Traits]]]:
    last, seen = (NIL, NIL), _CHUNK
    while seen == _CHUNK:
        with platform.database.scoped(MATCHER) as session:
            facts = {"customer": last[0], "subject": last[1], "most": _CHUNK}
            rows = session.execute(_LESSONS, facts).all()
        keys = platform.ring.unwrap_many((bytes(row.wrapped), row.subject_id) for row in rows)
        opened = [
            (row.subject_id, store.readable(sealing.opener(key), bytes(row.sealed), row.subject_id.bytes))
            for row, key in zip(rows, keys, strict=True)
            if key is not None
        ]
        yield [(subject, traits) for subject, traits in opened if traits is not None]
        seen, last = len(rows), (rows[-1].customer_id, rows[-1].subject_id) if rows else last


def _groups(subjects: Sequence[UUID], pairs: Iterable[tuple[UUID, UUID]]) -> dict[UUID, UUID]:
    """Return of each subject one that stands for all who are known to be the same person."""
    leads: dict[UUID, UUID] = {each: each for each in subjects}

    def lead(of: UUID) -> UUID:
        while leads.setdefault(of, of) != of:
            leads[of] = of = leads[leads[of]]
        return of

    for one, other in pairs:
        leads[lead(one)] = lead(other)
    return {each: lead(each) for each in list(leads)}
