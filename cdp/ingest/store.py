"""Storing what came in: one batch of one source, in one transaction, with a verdict for every item.

Rules: (1) what is acknowledged is on the disk; (2) the same delivery again changes nothing; (3) one item that cannot
be stored harms no other, also when only the database notices; (4) a source adds and reads no value; (5) what somebody
new may be is found out behind everything else, and nothing of it is told.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import psycopg
from psycopg import errors

from cdp import arrays, refusals, replicas
from cdp.catalog import files
from cdp.database import sql
from cdp.identity.matching import AT_ONCE, Matching
from cdp.identity.store import Person
from cdp.ingest import arrivals, drafts
from cdp.ingest.attempt import Attempt, CatalogMoved, Prepared
from cdp.ingest.batch import Batch, Path, Taken
from cdp.ingest.items import Item, Kind
from cdp.ingest.naming import Book
from cdp.ingest.subjects import Subject
from cdp.platform import Platform
from cdp.transaction import Transaction
from consent.errors import Problem

ATTEMPTS: Final = 8
_LATER: Final = frozenset({Path.IMPORT, Path.PULL})
LARGE: Final = 1_000
"""From so many groups on, the work before the transaction leaves the event loop to others."""
_MAKE_YEARS: Final = b"select make_years(%(years)s::integer[])"
_TURNS: Final = (errors.DeadlockDetected, errors.SerializationFailure)
_UNSTORABLE: Final = (psycopg.DataError, psycopg.IntegrityError, errors.ProgramLimitExceeded)


class StoreBusy(Problem):
    """The store is busy; send this again in a moment."""

    code = "busy"


class Store:
    """Takes batches in; one for a process."""

    def __init__(self, platform: Platform) -> None:
        """Make ready; no connection is made yet."""
        self._platform = platform
        self._years: set[int] = set()
        self._matching = Matching(platform)
        self._marks = arrivals.marks(platform.ring)

    async def take(self, batch: Batch, *, is_rehearsal: bool = False) -> Taken:
        """Store `batch` and return what became of it; a rehearsal tells what would, and stores nothing.

        Returns after the commit. Raises StoreBusy when others kept getting in the way.
        """
        prepared = await self._prepare(batch)
        if not is_rehearsal:
            await self._make_years(batch)
        try:
            return await self._persist(batch, prepared, is_rehearsal=is_rehearsal)
        except _UNSTORABLE:
            everybody = range(len(batch.groups))
            without = await self._sift(batch, prepared, everybody)
            return await self._persist(batch, prepared, is_rehearsal=is_rehearsal, without=frozenset(without))

    async def _make_years(self, batch: Batch) -> None:
        """Make room for years that nobody has told of; the worker made the last, this and the next one."""
        this = batch.received_at.year
        begin, end = datetime(this - 1, 1, 2, tzinfo=UTC), datetime(this + 1, 12, 31, tzinfo=UTC)
        years = {
            item.occurred_at.astimezone(UTC).year
            for group in batch.groups
            for item in group
            if isinstance(item, Item)
            and item.occurred_at is not None
            and not begin < item.occurred_at < end
            and item.kind is Kind.INTERACTION
        }
        missing = years - {this - 1, this, this + 1} - self._years
        if missing:
            await self._platform.database.at_once(batch.scope, _MAKE_YEARS, {"years": sorted(missing)})
            self._years |= missing

    async def _prepare(self, batch: Batch) -> Prepared:
        book = Book(self._platform.blind, _source(batch), may_verify=batch.may_verify)
        if len(batch.groups) < LARGE:
            return book, drafts.mentions(book, batch)
        return book, await asyncio.to_thread(drafts.mentions, book, batch)

    async def _persist(
        self,
        batch: Batch,
        prepared: Prepared,
        *,
        is_rehearsal: bool = False,
        without: frozenset[int] = frozenset(),
    ) -> Taken:
        for attempt in range(ATTEMPTS):
            try:
                return await self._try(batch, prepared, is_rehearsal=is_rehearsal, without=without)
            except CatalogMoved:
                await self._look_up(batch)
            except _TURNS:
                await asyncio.sleep(random.uniform(0, 0.01 * 2**attempt))  # noqa: S311  # spreads retries, no secret
        raise StoreBusy

    async def _try(
        self,
        batch: Batch,
        prepared: Prepared,
        *,
        is_rehearsal: bool,
        without: frozenset[int],
    ) -> Taken:
        catalogs, database, source = self._platform.catalogs, self._platform.database, _source(batch)
        known = catalogs.remembered(source)
        if known is None:
            await self._look_up(batch)
            known = catalogs.remembered(source) or (0, files.shipped())
        async with database.pool.connection() as lane:
            with refusals.translated(), replicas.settled(lane):
                waits = self._platform.settings.remote_apply
                transaction = Transaction(lane, database.words(batch.scope), remote_apply=waits)
                attempt = Attempt(batch, prepared, ring=self._platform.ring, marks=self._marks, transaction=transaction)
                taken = await attempt.run(*known, without=without)
                if is_rehearsal:
                    await transaction.ask()
                    await lane.rollback()
                else:
                    if attempt.changed:
                        await self._compare(batch, transaction, attempt.changed)
                    await transaction.commit()
        return taken

    async def _compare(self, batch: Batch, transaction: Transaction, changed: Sequence[Subject]) -> None:
        """Find out who the changed subjects may be; of a large delivery, or one that nobody waits for, later."""
        if len(changed) > AT_ONCE or batch.path in _LATER:
            ordered = arrays.ids(sorted(subject.id for subject in changed))
            facts = {"source": _source(batch), "moment": batch.received_at, "subjects": ordered}
            transaction.later((sql("match_queue").encode(), facts))
            return
        source = _source(batch).bytes
        people = [Person(subject.id, subject.customer, source, subject.key) for subject in changed]
        await self._matching.match(transaction, people, at=batch.received_at)

    async def _look_up(self, batch: Batch) -> None:
        """Have the catalog of the source remembered as it is now."""
        async with self._platform.database.hot(batch.scope) as connection:
            await self._platform.catalogs.hot_hold(connection, _source(batch))

    async def _sift(self, batch: Batch, prepared: Prepared, suspects: range) -> set[int]:
        """Return which of the suspects the database refuses, each tried with ever fewer others."""
        others = frozenset(range(len(batch.groups))) - frozenset(suspects)
        try:
            await self._persist(batch, prepared, is_rehearsal=True, without=others)
        except _UNSTORABLE:
            if len(suspects) == 1:
                return set(suspects)
            middle = len(suspects) // 2
            left = await self._sift(batch, prepared, suspects[:middle])
            return left | await self._sift(batch, prepared, suspects[middle:])
        return set()


def _source(batch: Batch) -> UUID:
    if batch.scope.organization is None:
        raise ValueError("a batch has a source")
    return batch.scope.organization
