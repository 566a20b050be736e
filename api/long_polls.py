"""Polls that wait for something to tell (RFC 8936 §2.4): answered as soon as there is something, or empty in the end.

Rules: (1) nothing is held while one waits, neither a connection to the database nor a thread; (2) each look asks for
the token anew, so that a poll does not outlive what it was asked with; (3) a process lets a bounded number wait, and of
one organization no more than it may have streams: who comes beyond that is answered at once, as the standard allows.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Final
from uuid import UUID

from cdp.signals import streams
from cdp.signals.polling import Batch

SECONDS: Final = 20.0
PAUSE: Final = 0.5
MOST: Final = 200


class LongPolls:
    """The polls that wait in this process."""

    def __init__(self, *, seconds: float = SECONDS, pause: float = PAUSE) -> None:
        """Let each wait for `seconds`, and look after every `pause`."""
        self._seconds, self._pause = seconds, pause
        self._waiting: Counter[UUID] = Counter()

    async def until_told(
        self, who: UUID, look: Callable[[], Awaitable[Batch]], has_left: Callable[[], Awaitable[bool]]
    ) -> Batch:
        """Return what `look` finds as soon as it finds something, or nothing when the time is over or nobody waits.

        `who` is the organization that asks.
        """
        found, ends = await look(), asyncio.get_running_loop().time() + self._seconds
        if self._waiting.total() >= MOST or self._waiting[who] >= streams.MOST:
            return found
        self._waiting[who] += 1
        try:
            while not found.tokens and asyncio.get_running_loop().time() < ends and not await has_left():
                await asyncio.sleep(self._pause)
                found = await look()
        finally:
            self._waiting -= Counter((who,))  # which leaves out whoever waits no more
        return found
