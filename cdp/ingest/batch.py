"""What is handed to the store in one go, and what comes back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec
from psycopg import AsyncConnection

from cdp.ingest.items import Item, Outcome, Rejection
from cdp.scope import Scope

Group = Sequence[Item | Rejection]
"""What belongs together: the items of one event, of one record or of one row."""


class Path(StrEnum):
    """How a batch came in."""

    SEGMENT = "segment"
    RECORDS = "records"
    IMPORT = "import"
    PULL = "pull"


class Verdict(msgspec.Struct, frozen=True, gc=False):
    """What became of one item."""

    outcome: Outcome
    rejection: Rejection | None = None


class Flaw(msgspec.Struct, frozen=True, gc=False):
    """One line of the reject log: a whole item, or an identifier of an item that was taken without it."""

    group: int
    rejection: Rejection
    message_id: str | None = None


class Taken(msgspec.Struct, frozen=True, gc=False):
    """What became of a batch: a verdict for each item of each group, in order."""

    verdicts: list[list[Verdict]]
    flaws: list[Flaw]
    newcomers: list[bytes]
    """The hash of a name of every subject that nobody knew before."""

    @property
    def new_subjects(self) -> int:
        """How many subjects are new."""
        return len(self.newcomers)

    def first(self) -> list[Verdict]:
        """Return the verdict of each group's first item, where groups hold one."""
        return [group[0] for group in self.verdicts]


Also = Callable[[AsyncConnection[tuple[Any, ...]], Taken], Awaitable[None]]
"""What else must happen in the transaction that stores a batch."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Groups of one source, as they came in together.

    `may_verify` is false where anybody who holds a write key can send: nothing they call verified counts. `positions`
    are the numbers that the reject log shows; without them, a group's place counts from 0. `requests` are the calls
    that the groups came with, where it was not one. What is said without a time is of `undated_at` where that is
    given, so that who delivers the same again says nothing new.
    """

    scope: Scope
    groups: Sequence[Group] = field(repr=False)
    path: Path
    request_id: str
    received_at: datetime
    may_verify: bool = False
    positions: Sequence[int] | None = None
    also: Also | None = None
    requests: Sequence[str] | None = None
    undated_at: datetime | None = None

    def position(self, group: int) -> int:
        """Return the number that the reject log shows for a group."""
        return group if self.positions is None else self.positions[group]

    def request(self, group: int) -> str:
        """Return the call that a group came with."""
        return self.request_id if self.requests is None else self.requests[group]
