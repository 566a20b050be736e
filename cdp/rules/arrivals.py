"""What came in and some rule asks about: it waits until its rules were asked."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from cdp import arrays
from cdp.database import Database
from cdp.scope import OPERATOR

MOST: Final = 1_000
"""How many are asked about at a time."""
_WAITING: Final = b"select customer_id, record_id, what, at, current_id from waiting_arrivals(%(most)s)"
_DUE: Final = (
    b"select organization_id, purpose, client_id, rule_id, name, records, expression, topic, channels, sender, places"
    b" from rules_due(%(customers)s::uuid[], %(whats)s::text[])"
)
_FINISH: Final = b"select finish_arrivals(%(customers)s::uuid[], %(records)s::uuid[])"


class Waiting(NamedTuple):
    """One arrival as it was noted, and whose it is by now: None when they are gone."""

    noted: UUID
    record: UUID
    what: str
    at: datetime
    customer: UUID | None


class Arrival(NamedTuple):
    """One record that came in, and whose it is."""

    customer: UUID
    record: UUID
    what: str
    at: datetime

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


async def due(database: Database, arrivals: Sequence[Arrival]) -> list[Due]:
    """Return the rules that ask about these, of organizations to which their customers granted something."""
    facts = {
        "customers": arrays.uuids(each.customer for each in arrivals),
        "whats": arrays.texts(each.what for each in arrivals),
    }
    return [Due._make(row) for row in await database.at_once(OPERATOR, _DUE, facts)]


async def finish(database: Database, asked: Sequence[Waiting]) -> None:
    """Let go of what was asked about."""
    facts = {
        "customers": arrays.uuids(each.noted for each in asked),
        "records": arrays.uuids(each.record for each in asked),
    }
    await database.at_once(OPERATOR, _FINISH, facts)
