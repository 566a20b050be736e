"""What came in and some rule asks about: it waits until its rules were asked, all of them or those that were left."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from cdp import arrays
from cdp.database import Database
from cdp.ids import NIL
from cdp.scope import OPERATOR

MOST: Final = 1_000
"""How many are asked about at a time."""
_WAITING: Final = b"select customer_id, record_id, what, at, current_id, left_to from waiting_arrivals(%(most)s)"
_DUE: Final = (
    b"select organization_id, purpose, client_id, rule_id, name, records, expression, topic, channels, sender, places"
    b" from rules_due(%(customers)s::uuid[], %(whats)s::text[])"
)
_FINISH: Final = (
    b"select finish_arrivals(%(customers)s::uuid[], %(records)s::uuid[], %(left_customers)s::uuid[],"
    b" %(left_records)s::uuid[], %(left_rules)s::uuid[])"
)


class Waiting(NamedTuple):
    """One arrival as it was noted, whose it is by now (None when they are gone), and the rules that are still to ask.

    Of one that is new these are None: all.
    """

    noted: UUID
    record: UUID
    what: str
    at: datetime
    customer: UUID | None
    left_to: list[UUID] | None


class Arrival(NamedTuple):
    """One record that came in, and whose it is."""

    customer: UUID
    record: UUID
    what: str
    at: datetime
    noted: UUID = NIL
    """Whose it was when it came in."""

    @property
    def kind(self) -> str:
        """What kind of record it is."""
        return self.what.partition("/")[0]


class Due(NamedTuple):
    """One rule, and the places (from one) of the arrivals that it is asked about."""

    organization: UUID
    purpose: str
    client: str
    rule: UUID
    name: str
    records: list[str]
    expression: str
    topic: str
    channels: list[str]
    sender: str
    places: list[int]


async def waiting(database: Database) -> list[Waiting]:
    """Return what waits, the oldest first."""
    return [Waiting._make(row) for row in await database.at_once(OPERATOR, _WAITING, {"most": MOST})]


async def due(database: Database, present: Sequence[Waiting]) -> list[Due]:
    """Return the rules that ask about these, of organizations to which their customers granted something."""
    facts = {
        "customers": arrays.uuids(each.customer or NIL for each in present),
        "whats": arrays.texts(each.what for each in present),
    }
    return [Due._make(row) for row in await database.at_once(OPERATOR, _DUE, facts)]


async def finish(
    database: Database, asked: Sequence[Waiting], left: Mapping[tuple[UUID, UUID], Sequence[UUID]]
) -> None:
    """Let go of what was asked about; what is left, by whose it was and its id, waits for the rest of its rules."""
    done = [each for each in asked if (each.noted, each.record) not in left]
    rest = [(*which, rule) for which, rules in left.items() for rule in rules]
    facts = {
        "customers": arrays.uuids(each.noted for each in done),
        "records": arrays.uuids(each.record for each in done),
        "left_customers": arrays.uuids(noted for noted, _, _ in rest),
        "left_records": arrays.uuids(record for _, record, _ in rest),
        "left_rules": arrays.uuids(rule for _, _, rule in rest),
    }
    await database.at_once(OPERATOR, _FINISH, facts)
