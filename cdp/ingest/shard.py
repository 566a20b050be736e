"""One hand of an import: stores its share of a file, chunk by chunk, and notes in each transaction how far it is.

Every subject belongs to one shard, so that what a file says of a person is stored in the order of the file. A shard
runs in a process of its own, because mapping and sealing are work for a processor. Rows travel to it as they were
read: what they become takes twenty times as long to send.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from psycopg import AsyncConnection

from cdp import offspring
from cdp.catalog import files as catalog
from cdp.database import sql
from cdp.ingest.batch import Batch, Path, Taken
from cdp.ingest.files import BadRow, Position, Row
from cdp.ingest.items import Outcome, Reason
from cdp.ingest.mapper import Mapper
from cdp.ingest.mapping import Mapping
from cdp.ingest.store import Store
from cdp.platform import Platform
from cdp.scope import Scope
from cdp.settings import Settings


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows of one shard, up to a place in the file."""

    rows: list[Row | BadRow] = field(repr=False)
    after: Position


class Stored(msgspec.Struct, frozen=True):
    """What became of a chunk: outcomes, new people, and the lines that were rejected with their reasons."""

    counts: dict[Outcome, int]
    newcomers: list[bytes]
    rejects: list[tuple[int, Reason, str]]
    rows: int
    after: Position


@dataclass(frozen=True, slots=True)
class Task:
    """What all chunks of a shard share."""

    scope: Scope
    mapping: Mapping
    fingerprint: bytes
    request_id: str
    received_at: datetime
    first_at: datetime
    """When the file was stored for the first time."""
    since: datetime
    """When the run began that this one goes on with, or this one."""
    is_rehearsal: bool
    stored: int
    """How many rows this shard had stored of that run."""


class Shard:
    """Stores chunks, one after another."""

    def __init__(self, settings: Settings, task: Task) -> None:
        """Open a platform of its own."""
        self._task = task
        self._stored = task.stored
        names = catalog.shipped().attribute_name
        self._mapper = Mapper(task.mapping, received_at=task.received_at, attribute_name=names)
        self._loop = asyncio.new_event_loop()
        self._platform = Platform.open(settings)
        self._loop.run_until_complete(self._platform.database.open())
        self._store = Store(self._platform)

    def store(self, chunk: Chunk) -> Stored:
        """Store `chunk` and return what became of it, after the commit."""
        return self._loop.run_until_complete(self._take(chunk))

    def close(self) -> None:
        """Let the connections go."""
        self._loop.run_until_complete(self._platform.database.close())
        self._loop.close()

    async def _take(self, chunk: Chunk) -> Stored:
        task = self._task

        async def advance(connection: AsyncConnection[tuple[Any, ...]], taken: Taken) -> None:
            counts = {outcome.value: number for outcome, number in _counts(taken).items()}
            began = {"first_at": task.first_at.isoformat(), "since": task.since.isoformat()}
            far = {"offset": chunk.after.offset, "rows": self._stored + len(chunk.rows)}
            state = msgspec.json.encode({**far, "outcomes": counts, **began}).decode()
            place = (task.scope.organization, task.fingerprint, chunk.after.number, state, task.received_at)
            await connection.execute(sql("import_advance"), place)

        lines = [row.number for row in chunk.rows]
        batch = Batch(
            scope=task.scope,
            groups=[self._mapper.items(row) for row in chunk.rows],
            path=Path.IMPORT,
            request_id=task.request_id,
            received_at=task.received_at,
            undated_at=task.first_at,
            may_verify=True,
            positions=lines,
            also=advance,
        )
        taken = await self._store.take(batch, is_rehearsal=task.is_rehearsal)
        self._stored += len(chunk.rows)
        rejects = [(lines[flaw.group], flaw.rejection.reason, flaw.rejection.field) for flaw in taken.flaws]
        return Stored(_counts(taken), taken.newcomers, rejects, len(chunk.rows), chunk.after)


def _counts(taken: Taken) -> dict[Outcome, int]:
    counts: dict[Outcome, int] = {}
    for group in taken.verdicts:
        for verdict in group:
            counts[verdict.outcome] = counts.get(verdict.outcome, 0) + 1
    return counts


_SHARDS: dict[bytes, Shard] = {}


def begin(settings: Settings, task: Task) -> None:
    """Open the shard of this process."""
    offspring.end_with_the_parent()
    _SHARDS[task.fingerprint] = Shard(settings, task)


def store(fingerprint: bytes, chunk: Chunk) -> Stored:
    """Store `chunk` in the shard of this process."""
    return _SHARDS[fingerprint].store(chunk)


def end(fingerprint: bytes) -> None:
    """Close the shard of this process."""
    _SHARDS.pop(fingerprint).close()
