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

_DELETE: Final = "delete from opening where pseudonym = any(%(pseudonyms)s) returning log_id, position"
_ORIGINS: Final = "select log_id, origin from log"
_PART: Final = "select part_with(%(customers)s)"


def erase(
    cursor: Cursor,
    batches: dict[str, Batch],
    pseudonyms: Pseudonyms,
    erasures: list[ErasureFact],
    late: list[int],
) -> None:
    """Delete everything that tells of these customers, in older logs too, and append what tells that it was deleted."""
    customers = [customer for fact in erasures for customer in fact.customers]
    names = pseudonyms.forget(cursor, customers) if customers else []
    gone: dict[int, list[int]] = {batches[store.ACCESS].log.log_id: late}
    if names:
        for log, position in cursor.execute(_DELETE, {"pseudonyms": arrays.uuids(names)}).fetchall():
            gone.setdefault(log, []).append(position)
    if names or late:
        origins: dict[int, str] = dict(cursor.execute(_ORIGINS).fetchall())
        for log, positions in sorted(gone.items()):
            _tell(cursor, batches[store.CONSENT], origins[log], sorted(positions))
    if customers:
        cursor.execute(_PART, {"customers": arrays.uuids(customers)})


def _tell(cursor: Cursor, consent: Batch, origin: str, positions: list[int]) -> None:
    consent.open_chains(cursor, [PLATFORM])
    for start in range(0, len(positions), MOST_ERASED):
        part = tuple(positions[start : start + MOST_ERASED])
        event = ErasureEvent(place=consent.chain(PLATFORM).place, log=origin, indices=part, at=clock.now())
        consent.append(event, PLATFORM, os.urandom(SALT_SIZE))
