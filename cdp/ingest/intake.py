"""The bounded way into the store for a serving process: so many batches at once, so many waiting, no more."""

from __future__ import annotations

import asyncio
from typing import Final

from cdp.ingest.batch import Batch, Taken
from cdp.ingest.store import Store
from cdp.platform import Platform
from consent.errors import Problem

WAITING: Final = 8
"""How many batches may wait for each that is being stored."""


class TooBusy(Problem):
    """There is more coming in than can be stored; send this again in a moment."""

    code = "too-busy"


class Intake:
    """Lets batches into the store; one for a process."""

    def __init__(self, platform: Platform, *, at_once: int | None = None, waiting: int = WAITING) -> None:
        """Leave a quarter of the connections to those who read."""
        places = at_once or max(1, platform.settings.pool_size * 3 // 4)
        self._store = Store(platform)
        self._places = asyncio.Semaphore(places)
        self._room = places * (1 + waiting)

    async def take(self, batch: Batch) -> Taken:
        """Store `batch` when it is its turn; raises TooBusy, at once, when too many wait already."""
        if not self._room:
            raise TooBusy
        self._room -= 1
        try:
            async with self._places:
                return await self._store.take(batch)
        finally:
            self._room += 1
