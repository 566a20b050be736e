"""Asks the rules as soon as something is committed that one of them asks about, for as long as a worker lives.

It looks ten times a second, which costs nothing while nothing waits; a notification for every delivery would make all
commits take turns. One worker looks at a time, the others wait to take its place; one that dies half-way leaves the
arrivals waiting, and what fired fires once. Streams that have a firing to tell get their turn at once, and again for a
while: what is told has to wait for transactions that began before it.
"""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from typing import Any, Final

from psycopg import Connection

from cdp import clock, refusals
from cdp.platform import Platform
from cdp.rules.arrivals import MOST
from cdp.rules.firing import NOTHING, Firing, Round
from cdp.signals import delivery
from cdp.turns import Turn, taken

EVERY: Final = 0.1
_LATER: Final = 2.0
TELLING: Final = 3.0
"""How long after a firing streams are looked at again; then they have their turn every two seconds, as ever."""


def work(platform: Platform, stop: Event, *, report: Callable[[Exception], None]) -> None:
    """Ask the rules until `stop` is set; what fails is told and tried again."""
    while not stop.is_set():
        try:
            with taken(platform, Turn.RULES) as turn:
                if turn is not None:
                    asyncio.run(_watch(platform, turn, stop))
            stop.wait(_LATER)
        except Exception as error:  # noqa: BLE001 - whatever one round met, the next may not; what went wrong is told
            if not refusals.is_unavailable(error):
                report(error)
            stop.wait(_LATER)


def settle(platform: Platform) -> Round:
    """Ask the rules about everything that waits now, and return how much that was."""
    return asyncio.run(_settled(platform))


async def _settled(platform: Platform) -> Round:
    async with Platform.in_loop(platform.settings) as own:
        firing, arrived, fired = Firing(own), 0, 0
        while (done := await firing.round(at=clock.now())) != NOTHING:
            arrived, fired = arrived + done.arrived, fired + done.fired
        return Round(arrived, fired)


async def _watch(platform: Platform, turn: Connection[tuple[Any, ...]], stop: Event) -> None:
    async with Platform.in_loop(platform.settings) as own:
        with ThreadPoolExecutor(1, "told") as hand:
            await _look(own, turn, hand, stop)


async def _look(own: Platform, turn: Connection[tuple[Any, ...]], hand: ThreadPoolExecutor, stop: Event) -> None:
    firing, tells_until = Firing(own), 0.0
    telling: Future[None] | None = None
    while not stop.is_set():
        turn.execute("select 1")  # raises when the connection, and with it the turn, is gone
        done = await firing.round(at=clock.now())
        now = time.monotonic()
        tells_until = now + TELLING if done.fired else tells_until
        if now < tells_until and (telling is None or telling.done()):
            telling = hand.submit(_tell, own)
        if done.arrived < MOST:
            await asyncio.sleep(EVERY)


def _tell(own: Platform) -> None:
    """Give the streams that have something to tell their turn at once; the worker's own turns go on beside it."""
    while delivery.run_next(own, clock.now()):
        pass
