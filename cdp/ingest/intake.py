"""The bounded way into the store for a serving process: so many batches at once, so many waiting, no more.

Batches of one source that wait at the same time share a transaction, and with it its commit and its many small
statements. Rules: (1) nothing waits for more to come; (2) each is told only what became of its own; (3) when a shared
transaction fails for a reason that could lie in one of them, each is stored by itself.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from cdp import refusals
from cdp.ingest.batch import Batch, Flaw, Path, Taken
from cdp.ingest.store import Store, StoreBusy
from cdp.platform import Platform
from cdp.scope import Scope
from consent.errors import Problem

WAITING: Final = 8
"""How many batches may wait for each that is being stored."""
SIDE_BY_SIDE: Final = 2
"""How many transactions of one source are under way: one works while the other waits for the disk."""
TOGETHER: Final = 1_000
"""Up to so many groups share a transaction; a larger batch has one of its own."""

_Kind = tuple[Scope, Path, bool]


class TooBusy(Problem):
    """There is more coming in than can be stored; send this again in a moment."""

    code = "too-busy"


@dataclass(slots=True)
class _Waiting:
    """The batches of one source that wait, each with who awaits it."""

    batches: deque[tuple[Batch, asyncio.Future[Taken]]] = field(default_factory=deque)
    workers: int = 0

    def some(self) -> list[tuple[Batch, asyncio.Future[Taken]]]:
        """Take out the first, and those behind it that fit beside it."""
        taken = [self.batches.popleft()]
        size = len(taken[0][0].groups)
        while self.batches and (size := size + len(self.batches[0][0].groups)) <= TOGETHER:
            taken.append(self.batches.popleft())
        return taken


class Intake:
    """Lets batches into the store; one for an event loop."""

    def __init__(self, platform: Platform, *, at_once: int | None = None, waiting: int = WAITING) -> None:
        """Leave a quarter of the connections to those who read."""
        places = at_once or max(1, platform.settings.pool_size * 3 // 4)
        self._store = Store(platform)
        self._places = asyncio.Semaphore(places)
        self._room = places * (1 + waiting)
        self._side_by_side = min(SIDE_BY_SIDE, places)
        self._waiting: dict[_Kind, _Waiting] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def take(self, batch: Batch) -> Taken:
        """Store `batch` when it is its turn; raises TooBusy, at once, when too many wait already.

        Who is new to the source is not told: those who share a transaction share them, too.
        """
        if not self._room:
            raise TooBusy
        self._room -= 1
        try:
            if batch.also is not None:
                return await self._alone(batch)
            return await self._beside_others(batch)
        finally:
            self._room += 1

    async def _alone(self, batch: Batch) -> Taken:
        async with self._places:
            return await self._store.take(batch)

    async def _beside_others(self, batch: Batch) -> Taken:
        kind = batch.scope, batch.path, batch.may_verify
        waiting = self._waiting.setdefault(kind, _Waiting())
        taken: asyncio.Future[Taken] = asyncio.get_running_loop().create_future()
        waiting.batches.append((batch, taken))
        if waiting.workers < self._side_by_side:
            waiting.workers += 1
            task = asyncio.create_task(self._work(kind, waiting))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await taken

    async def _work(self, kind: _Kind, waiting: _Waiting) -> None:
        try:
            while waiting.batches:
                await self._settle(waiting.some())
        finally:
            waiting.workers -= 1
            if not waiting.workers and not waiting.batches:
                self._waiting.pop(kind, None)

    async def _settle(self, taken: Sequence[tuple[Batch, asyncio.Future[Taken]]]) -> None:
        batches = [batch for batch, _ in taken]
        try:
            answers = _split(await self._alone(_joined(batches)), batches)
        except Exception as error:  # noqa: BLE001  # whatever it was, it is the senders' to handle
            if len(taken) > 1 and not (isinstance(error, StoreBusy) or refusals.is_unavailable(error)):
                for each in taken:
                    await self._settle([each])
                return
            for _, future in taken:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), answer in zip(taken, answers, strict=True):
            if not future.done():  # a sender that hung up
                future.set_result(answer)


def _joined(batches: Sequence[Batch]) -> Batch:
    """Return the batches as one, in the order in which they came."""
    if len(batches) == 1:
        return batches[0]
    return replace(
        batches[0],
        groups=[group for each in batches for group in each.groups],
        received_at=max(each.received_at for each in batches),
        positions=[each.position(place) for each in batches for place in range(len(each.groups))],
        requests=[each.request(place) for each in batches for place in range(len(each.groups))],
    )


def _split(taken: Taken, batches: Sequence[Batch]) -> list[Taken]:
    """Return what became of each batch."""
    answers, begin = [], 0
    for each in batches:
        end = begin + len(each.groups)
        flaws = [
            Flaw(flaw.group - begin, flaw.rejection, flaw.message_id)
            for flaw in taken.flaws
            if begin <= flaw.group < end
        ]
        answers.append(Taken(taken.verdicts[begin:end], flaws, []))
        begin = end
    return answers
