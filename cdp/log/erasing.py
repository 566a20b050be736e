"""Erasure from a log that forgets nothing: the leaves stay, what opens them goes, and the log says which.

Rules: (1) openings and pseudonyms are deleted in the transaction that appends the erasure events naming the leaves;
(2) in that transaction acts and accesses, which stay as proof, lose whom they were about; (3) a read that came to be
known after its customer was gone is a leaf that nothing opens, and is named too; (4) so is what was set aside, and a
read that still waits when its customer goes.
"""

import os
from typing import Final
from uuid import UUID, uuid4

from cdp import arrays, clock
from cdp.ids import NIL
from cdp.log import store
from cdp.log.aside import Aside
from cdp.log.batch import PLATFORM, Batch, Chain, Cursor
from cdp.log.facts import ErasureFact
from cdp.log.pseudonyms import Pseudonyms
from consent.commitments import SALT_SIZE, Kind, Opening
from consent.events import MOST_ERASED, ErasureEvent

_DELETE: Final = "delete from opening where pseudonym = any(%(pseudonyms)s) returning log_id, position"
_ORIGINS: Final = "select log_id, origin from log"
_TAKE_HELD: Final = (
    b"delete from consent_outbox where customer_id = any(%s) and held is not null"
    b" returning entry_id, salt, held_since is not null"
)
_TAKE_READS: Final = (
    b"delete from access_outbox where customer_id = any(%s) returning entry_id, salt, held_since is not null"
)
_LEFT: Final = ((store.CONSENT, Kind.CONSENT, _TAKE_HELD), (store.ACCESS, Kind.ACCESS, _TAKE_READS))
"""Of each log: what it does not hold yet of somebody who is gone."""
_NOTHING: Final = b"{}"
_PART: Final = "select part_with(%(customers)s)"


def erase(
    cursor: Cursor,
    batches: dict[str, Batch],
    pseudonyms: Pseudonyms,
    aside: Aside,
    erasures: list[ErasureFact],
    late: list[int],
) -> None:
    """Delete everything that tells of these customers, in older logs too, and append what tells that it was deleted."""
    customers = [customer for fact in erasures for customer in fact.customers]
    names = pseudonyms.forget(cursor, customers) if customers else []
    gone = {batch.log.log_id: [*late] if kind == store.ACCESS else [] for kind, batch in batches.items()}
    if customers:
        _append_left(cursor, batches, aside, customers, gone)
    if names:
        for log, position in cursor.execute(_DELETE, {"pseudonyms": arrays.uuids(names)}).fetchall():
            gone.setdefault(log, []).append(position)
    if any(gone.values()):
        origins: dict[int, str] = dict(cursor.execute(_ORIGINS).fetchall())
        for log, positions in sorted(gone.items()):
            _tell(cursor, batches[store.CONSENT], origins[log], sorted(positions))
    if customers:
        cursor.execute(_PART, {"customers": arrays.uuids(customers)})


def _append_left(
    cursor: Cursor, batches: dict[str, Batch], aside: Aside, customers: list[UUID], gone: dict[int, list[int]]
) -> None:
    """Let what no log tells of yet become leaves that nothing opens, and add their positions to `gone`."""
    for log, kind, statement in _LEFT:
        batch = batches[log]
        for entry, salt, was_held in cursor.execute(statement, (arrays.uuids(customers),)).fetchall():
            if was_held:
                aside.tell(log, entry, Opening(bytes(salt), _NOTHING).leaf(kind))
            gone[batch.log.log_id].append(batch.growth.size)
            batch.append_body(_NOTHING, kind, Chain((uuid4(), NIL)), bytes(salt), fact_id=NIL, is_kept=False)


def _tell(cursor: Cursor, consent: Batch, origin: str, positions: list[int]) -> None:
    consent.open_chains(cursor, [PLATFORM])
    for start in range(0, len(positions), MOST_ERASED):
        part = tuple(positions[start : start + MOST_ERASED])
        event = ErasureEvent(place=consent.chain(PLATFORM).place, log=origin, indices=part, at=clock.now())
        consent.append(event, PLATFORM, os.urandom(SALT_SIZE))
