"""Erasure from a log that forgets nothing: the leaves stay, what opens them goes, and the log says which.

Rules: (1) openings and pseudonyms are deleted in the transaction that appends the erasure events naming the leaves;
(2) in that transaction acts and accesses, which stay as proof, lose whom they were about; (3) a read that came to be
known after its customer was gone is a leaf that nothing opens, and is named too.
"""

import os
from typing import Final

from cdp import arrays, clock
from cdp.log import store
from cdp.log.batch import PLATFORM, Batch, Cursor
from cdp.log.facts import ErasureFact
from cdp.log.pseudonyms import Pseudonyms
from consent.commitments import SALT_SIZE
from consent.events import MOST_ERASED, ErasureEvent

_DELETE: Final = "delete from opening where log_id = %(log)s and pseudonym = any(%(pseudonyms)s) returning position"
_PART: Final = "select part_with(%(customers)s)"


def erase(
    cursor: Cursor,
    batches: dict[str, Batch],
    pseudonyms: Pseudonyms,
    erasures: list[ErasureFact],
    late: list[int],
) -> None:
    """Delete everything that tells of these customers, and append what tells that it was deleted."""
    customers = [customer for fact in erasures for customer in fact.customers]
    names = pseudonyms.forget(cursor, customers) if customers else []
    for kind, batch in batches.items():
        gone = set(late) if kind == store.ACCESS else set[int]()
        if names:
            facts = {"log": batch.log.log_id, "pseudonyms": arrays.uuids(names)}
            gone |= {position for (position,) in cursor.execute(_DELETE, facts).fetchall()}
        _tell(cursor, batches[store.CONSENT], batch.log.origin, sorted(gone))
    if customers:
        cursor.execute(_PART, {"customers": arrays.uuids(customers)})


def _tell(cursor: Cursor, consent: Batch, origin: str, positions: list[int]) -> None:
    consent.open_chains(cursor, [PLATFORM])
    for start in range(0, len(positions), MOST_ERASED):
        part = tuple(positions[start : start + MOST_ERASED])
        event = ErasureEvent(place=consent.place(PLATFORM), log=origin, indices=part, at=clock.now())
        consent.append(event, PLATFORM, os.urandom(SALT_SIZE))
