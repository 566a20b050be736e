"""Questions that arrive while a statement is in flight, answered together by the next one.

Sharing a statement shares its commit, the dearest part of a read that is written down. Rules: (1) a question joins a
statement that has not begun, so what it is told was true after it was asked; (2) nothing waits for more to come, but
for a statement that is in flight: another one begins beside it when enough wait to be worth one.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Question = TypeVar("Question")
Answer = TypeVar("Answer")


class Gathering(Generic[Question, Answer]):
    """One queue of questions of one kind, in one event loop."""

    def __init__(
        self,
        answer_all: Callable[[list[Question]], Awaitable[Sequence[Answer]]],
        *,
        most: int,
        at_once: int = 1,
        enough: int = 1,
    ) -> None:
        """Answer at most `most` questions with one call of `answer_all`.

        Up to `at_once` calls are made side by side, each beside another one when `enough` questions wait.
        """
        self._answer_all = answer_all
        self._most = most
        self._enough = enough
        self._at_once = self._idle = at_once
        self._waiting: list[tuple[Question, asyncio.Future[Answer]]] = []
        self._workers: set[asyncio.Task[None]] = set()

    async def ask(self, question: Question) -> Answer:
        """Return the answer to one question; raises what the statement raised."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((question, answer))
        if self._idle and (self._idle == self._at_once or len(self._waiting) >= self._enough):
            self._idle -= 1
            worker = asyncio.create_task(self._work())
            self._workers.add(worker)
            worker.add_done_callback(self._workers.discard)
        return await answer

    @property
    def is_idle(self) -> bool:
        """Whether nobody is waiting for anything."""
        return not self._workers

    @property
    def _is_alone(self) -> bool:
        """Whether one call at most is being made: whoever makes it takes up what is left waiting."""
        return self._at_once - self._idle <= 1

    async def _work(self) -> None:
        try:
            while self._waiting and (self._is_alone or len(self._waiting) >= self._enough):
                taken, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
                await self._settle(taken)
        finally:
            self._idle += 1

    async def _settle(self, taken: list[tuple[Question, asyncio.Future[Answer]]]) -> None:
        try:
            answers = await self._answer_all([question for question, _ in taken])
        except Exception as error:  # noqa: BLE001 -- whatever it was, it is the askers' to handle
            for _, future in taken:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), answer in zip(taken, answers, strict=True):
            if not future.done():  # an asker that hung up
                future.set_result(answer)
