"""The records that rules ask about, as the organization of the rules may see them: gated, logged, unsealed.

Nobody who granted it nothing for the purpose of the rule is looked at, and no record that its grant does not open.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import msgspec

from cdp import arrays
from cdp.database import Database, sql
from cdp.expressions import expression
from cdp.keys.ring import KeyProvider
from cdp.keys.sealing import NONCE_BYTES, NOT_OPENED, opener
from cdp.reads.reading import Asker
from cdp.rules.arrivals import Arrival
from cdp.scope import Principal

_READ: Final = sql("rule_records").encode()
_COLUMN: Final = b"\0sealed"
_EVENT: Final = "interaction"
_decode: Final = msgspec.json.Decoder().decode


class Row(NamedTuple):
    """One record that came out of the gate, still sealed."""

    place: int
    kind: str
    type: str
    source: str
    category: str
    at: str
    subject: bytes
    record: bytes
    sealed: bytes
    wrapped: bytes


class Seen(NamedTuple):
    """One record as an expression is given it, and the place of its arrival in what was asked, from zero."""

    place: int
    record: dict[str, Any]


async def see(database: Database, ring: KeyProvider, asker: Asker, arrivals: Sequence[Arrival]) -> list[Seen]:
    """Return those of the arrivals that `asker` may see, with their values; the customers see that it looked."""
    facts = {
        "customers": arrays.uuids(each.customer for each in arrivals),
        "records": arrays.uuids(each.record for each in arrivals),
        "ats": arrays.moments(each.at for each in arrivals),
        "events": arrays.flags(each.kind == _EVENT for each in arrivals),
        "accesses": arrays.random_ids(len(arrivals)),
    }
    rows = await database.at_once(asker.scope(Principal.EXPORTER), _READ, facts)
    return unsealed(ring, [Row._make(row) for row in rows])


def unsealed(ring: KeyProvider, rows: Sequence[Row]) -> list[Seen]:
    """Return the rows with their values, but for those whose key is gone or that are larger than they may be."""
    named = {row.subject: row.subject + row.wrapped for row in rows}
    keys = {subject: opener(key) for subject, key in ring.unwrap_named(list(named.values())).items()}
    seen = []
    for row in rows:
        opened = keys.get(row.subject)
        if opened is None:
            continue
        table = b"interaction\0" if row.kind == _EVENT else b"record\0"
        try:
            value = opened(row.sealed[:NONCE_BYTES], row.sealed[NONCE_BYTES:], table + row.record + _COLUMN)
        except NOT_OPENED:
            continue
        if expression.fits([len(value)]):
            seen.append(Seen(row.place - 1, _record(row, _decode(value))))
    return seen


def _record(row: Row, said: Any) -> dict[str, Any]:  # noqa: ANN401 -- whatever JSON can hold
    facts = {"kind": row.kind, "type": row.type, "source": row.source, "category": row.category, "at": row.at}
    if row.kind == "attributes":
        return facts | {"value": said}
    return (said if isinstance(said, dict) else {}) | facts
