"""The one statement by which profiles, timelines, batches and exports read: permitted records, and a row in the log.

Rules: (1) who asks is a sealed scope, and the database's gate decides which records come out; (2) one customer is read
as the reader, whose scope names that customer; several as the exporter, whose gate looks at each record's customer;
(3) values are still sealed when they leave here.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple
from uuid import UUID

from cdp import arrays
from cdp.database import Database, sql
from cdp.ids import NIL
from cdp.scope import Held, Principal, Scope

RECENT: Final = 10
"""How many interactions a profile shows."""
SLICE: Final = 256
"""How many customers a statement reads at most where many are asked for: entering a scope and a commit cost as much as
some customers."""
LISTED: Final = 1_024
"""How many customers an export lists at most before it looks again who has granted."""
LISTED_FIRST: Final = 32
"""How many it lists to begin with, and each time four times as many, so that the first lines come soon."""
AT_A_TIME: Final = 32
"""How many of them are made into JSON at a time: it bounds how long one piece of work keeps others waiting."""
AHEAD: Final = 2
"""How many statements of one asker are in flight side by side."""
MOST_MERGES: Final = 8
NEWEST: Final = (datetime(9999, 12, 31, tzinfo=UTC), NIL, NIL)


class Path(StrEnum):
    """By which door data left; a name never changes once it is logged."""

    PROFILE = "profile"
    INTERACTIONS = "interactions"
    BATCH = "batch"
    EXPORT = "export"
    LOOKUP = "lookup"
    DECISION = "decision"
    PRESENTATION = "presentation"
    CONTACT = "contact"
    CARD = "card"
    OFFERS = "offers"
    RULES = "rules"


@dataclass(frozen=True, slots=True)
class Asker:
    """Which program of which organization asks, for what purpose, and for which categories: None for all."""

    organization: UUID
    client: str
    purpose: str
    categories: tuple[str, ...] | None = None

    def scope(self, principal: Principal, customer: UUID | None = None) -> Scope:
        """Return the scope in which this asker reads."""
        return Scope(principal, self.organization, customer, self.purpose, self.client)


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of a dossier is wanted: everything, or a page of interactions from the one behind `after`."""

    path: Path
    has_facts: bool = True
    page: int = RECENT
    after: tuple[datetime, UUID, UUID] = NEWEST


class Seen(NamedTuple):
    """What may be seen of one customer; `cdp/sql/read_profiles.sql` says how the records stand side by side."""

    reason: str
    merged_into: UUID | None
    epoch: int | None
    granted: str
    asked: str
    decided_at: str
    labels: str | None
    times: str | None
    sealed: list[bytes] | None
    keys: list[bytes] | None


def _statement(principal: Principal) -> bytes:
    """Return the statement for one role: each has a plan of its own, for a plan holds the policies of its role.

    Without comments and indentation it stays short enough for the driver to remember how to read it.
    """
    text = re.sub(r"(?m)^\s*--.*\n|^\s+", "", sql("read_profiles"))
    return f"/* {principal} */ {text}".encode()


_GRANTING: Final = sql("export_customers").encode()
_STATEMENTS: Final = {principal: _statement(principal) for principal in (Principal.READER, Principal.EXPORTER)}


async def read(
    database: Database, asker: Asker, customers: Sequence[UUID], extent: Extent, held: Held | None = None
) -> list[Seen]:
    """Return what `asker` may see of each customer, in order; NIL stands for an id that names nobody.

    Each answer stands in the access log, refused ones too, but for those that say where a merged customer went.
    `held` are the tokens with which it is asked, if they are still to be looked at; raises CredentialEnded.
    """
    principal, customer = (Principal.READER, customers[0]) if len(customers) == 1 else (Principal.EXPORTER, None)
    at, source, record = extent.after
    facts: dict[str, Any] = {
        "asked": None if asker.categories is None else arrays.texts(asker.categories),
        "customers": arrays.uuids(customers),
        "path": extent.path.value,
        "facts": extent.has_facts,
        "page": extent.page,
        "after_at": at,
        "after_source": source,
        "after_record": record,
        "accesses": arrays.random_ids(len(customers)),
    }
    scope, among = asker.scope(principal, customer), facts["customers"] if customer is None else None
    rows = await database.at_once(scope, _STATEMENTS[principal], facts, held=held, among=among)
    return [Seen._make(row) for row in rows]


async def read_current(
    database: Database, asker: Asker, customers: Sequence[UUID], extent: Extent, held: Held | None = None
) -> list[tuple[UUID, Seen]]:
    """Return the same with whom it is about: a customer who was merged is answered as who they are now."""
    answers = list(zip(customers, await read(database, asker, customers, extent, held), strict=True))
    for _ in range(MOST_MERGES):
        moved = [place for place, (_, seen) in enumerate(answers) if seen.merged_into is not None]
        if not moved:
            break
        hosts = [answers[place][1].merged_into or NIL for place in moved]
        for place, host, seen in zip(moved, hosts, await read(database, asker, hosts, extent, held), strict=True):
            answers[place] = (host, seen)
    return answers


async def in_slices(
    database: Database,
    asker: Asker,
    slices: AsyncGenerator[Sequence[UUID], None],
    extent: Extent,
    held: Held | None = None,
) -> AsyncGenerator[list[tuple[UUID, Seen]], None]:
    """Yield the answers on each slice; the next slices are read while the caller works. To be closed (`aclosing`).

    `held` is looked at with each slice; raises CredentialEnded.
    """
    ahead: list[asyncio.Task[list[tuple[UUID, Seen]]]] = []
    try:
        while True:
            while len(ahead) <= AHEAD and (asked := await anext(slices, None)) is not None:
                ahead.append(asyncio.create_task(read_current(database, asker, asked, extent, held)))
            if not ahead:
                return
            yield await _first(ahead)
    finally:
        await slices.aclose()
        for task in ahead:
            task.cancel()
        await asyncio.gather(*ahead, return_exceptions=True)


async def slices_of(customers: Sequence[UUID]) -> AsyncGenerator[Sequence[UUID], None]:
    """Yield the customers, as many at a time as a statement reads."""
    for start in range(0, len(customers), SLICE):
        yield customers[start : start + SLICE]


async def slices_of_granting(database: Database, asker: Asker) -> AsyncGenerator[Sequence[UUID], None]:
    """Yield everybody who has granted `asker` anything, as many at a time as a statement reads; lists ever anew."""
    limit = min(LISTED_FIRST, LISTED)
    listed = await granting(database, asker, after=NIL, limit=limit)
    while listed:
        limit = min(4 * limit, LISTED)
        following = asyncio.create_task(granting(database, asker, after=listed[-1], limit=limit))
        try:
            async for slice_ in slices_of(listed):
                yield slice_
            listed = await following
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)


async def in_turns(current: Sequence[tuple[UUID, Seen]]) -> AsyncGenerator[Sequence[tuple[UUID, Seen]], None]:
    """Yield some of the answers at a time; between them others have their turn."""
    for start in range(0, len(current), AT_A_TIME):
        yield current[start : start + AT_A_TIME]
        await asyncio.sleep(0)


async def granting(database: Database, asker: Asker, *, after: UUID, limit: int) -> list[UUID]:
    """Return who has granted `asker` anything, from the one behind `after`, in the order of ids."""
    rows = await database.at_once(asker.scope(Principal.EXPORTER), _GRANTING, {"after": after, "limit": limit})
    return [customer for (customer,) in rows]


async def _first(ahead: list[asyncio.Task[list[tuple[UUID, Seen]]]]) -> list[tuple[UUID, Seen]]:
    await asyncio.sleep(0)  # lets a statement that was just made leave before the caller goes to work
    done = await ahead[0]
    del ahead[0]
    return done
