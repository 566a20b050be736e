"""Polls that wait: how many, and whose."""

import asyncio
from collections import defaultdict
from uuid import UUID, uuid4

from api.long_polls import LongPolls
from cdp.signals import streams
from cdp.signals.polling import Batch


class Waiting:
    """Polls that find nothing, and wait until they are told to leave."""

    def __init__(self) -> None:
        self._places = LongPolls(seconds=60, pause=0)
        self._leave = asyncio.Event()
        self.waits = defaultdict[str, asyncio.Event](asyncio.Event)

    async def poll(self, name: str, who: UUID) -> None:
        looks = 0

        async def look() -> Batch:
            nonlocal looks
            looks += 1
            if looks > 1:
                self.waits[name].set()
            return Batch({}, has_more=False)

        async def has_left() -> bool:
            return self._leave.is_set()

        await self._places.until_told(who, look, has_left)

    def begin(self, name: str, who: UUID) -> asyncio.Task[None]:
        return asyncio.create_task(self.poll(name, who))

    async def end(self, *begun: asyncio.Task[None]) -> None:
        self._leave.set()
        await asyncio.gather(*begun)
        self._leave.clear()


def test_nobody_takes_the_places_of_others_who_wait() -> None:
    """Of one organization as many polls wait as it may have streams; the next is answered at once, another waits."""

    async def asked() -> bool:
        polls, hog, other = Waiting(), uuid4(), uuid4()
        names = [f"hog {number}" for number in range(streams.MOST)]
        begun = [polls.begin(each, hog) for each in names]
        await asyncio.gather(*(polls.waits[each].wait() for each in names))
        await polls.poll("one more", hog)
        begun.append(polls.begin("other", other))
        await polls.waits["other"].wait()
        await polls.end(*begun)
        again = polls.begin("again", hog)
        await polls.waits["again"].wait()
        await polls.end(again)
        return polls.waits["one more"].is_set()

    assert not asyncio.run(asyncio.wait_for(asked(), 60))
