"""Everybody compared at once, by several processes: read, weighed in memory, written down.

(1) Everybody is read, each process a share. (2) It is worked out how far the look-ups of everybody go, and which pairs
may be one person, each pair once. (3) What is judged of them is handed over, portion by portion. What passes between
the processes are places and numbers; the people are given to each process once.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from datetime import datetime
from multiprocessing import get_context
from typing import Final, ParamSpec, TypeVar

from cdp.identity import comparing, weighing
from cdp.identity.comparing import Comparing
from cdp.identity.everybody import Everybody
from cdp.identity.matching import Matching
from cdp.identity.portions import Portion, portions
from cdp.identity.weighing import Chosen, Pairs, Weighing
from cdp.platform import Platform
from cdp.settings import Settings

SHARE: Final = 4_000
"""How many people a process weighs at once."""
SMALL: Final = 5_000
"""So many are compared sooner by one process than others begin."""
MOST_HANDS: Final = 8
_PORTIONS: Final = 20
"""How many portions a process hands over before it tells how far it is."""

Answer = TypeVar("Answer")
_Asked = ParamSpec("_Asked")


def processors(people: int) -> int:
    """Return in how many processes so many people are compared soonest, within what this one may use."""
    if people <= SMALL:
        return 1
    found = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(found, MOST_HANDS)


@contextmanager
def hands(count: int, everybody: Everybody | None = None) -> Iterator[Executor]:
    """Begin so many processes, each of which is given `everybody`; one is this process itself."""
    if count > 1:
        given, context = (everybody,), get_context("spawn")
        with ProcessPoolExecutor(count, mp_context=context, initializer=_remember, initargs=given) as pool:
            yield pool
    else:
        _remember(everybody)
        try:
            yield _Alone()
        finally:
            _remember(None)


def done(asked: Iterable[Future[Answer]]) -> Iterator[Answer]:
    """Yield the answers as they come."""
    for each in as_completed(list(asked)):
        yield each.result()


def weighed(pool: Executor, settings: Settings, people: int) -> tuple[Chosen, Pairs]:
    """Return how far the look-ups of everybody go, and the pairs that may be one person."""
    shares = [range(start, min(start + SHARE, people)) for start in range(0, people, SHARE)]
    asked = [pool.submit(_choose, settings, share) for share in shares]
    chosen = Chosen.joined(each.result() for each in asked)
    return chosen, Pairs.joined(done([pool.submit(_sift, settings, chosen, share) for share in shares]))


def bundles(people: int, pairs: Pairs) -> Iterator[list[Portion]]:
    """Yield the portions of everybody, some at a time."""
    found: list[Portion] = []
    for portion in portions(people, pairs):
        found.append(portion)
        if len(found) == _PORTIONS:
            yield found
            found = []
    yield found


def settle(settings: Settings, chosen: Chosen, some: list[Portion], at: datetime) -> int:
    """Keep what is judged of these people, and return how many were compared; in a process that holds everybody."""

    async def work(hand: Comparing) -> int:
        judge = hand.weighing(held(), chosen)
        return sum([await hand.settle(judge, portion, at=at) for portion in some])

    return asyncio.run(comparing.apart(settings, work))


def held() -> Everybody:
    """Return whom this process was given."""
    return _EVERYBODY or Everybody([])


_EVERYBODY: Everybody | None = None


def _remember(everybody: Everybody | None) -> None:
    global _EVERYBODY  # noqa: PLW0603  # handed over once, when the process begins, and not with each share
    _EVERYBODY = everybody


def _choose(settings: Settings, places: range) -> Chosen:
    return weighing.choose(held(), Matching(Platform.open(settings)).hashes, places)


def _sift(settings: Settings, chosen: Chosen, places: range) -> Pairs:
    matching = Matching(Platform.open(settings))
    return Weighing(held(), chosen, matching.model, matching.hashes).sifted(places)


class _Alone(Executor):
    """Does what it is asked at once, in this process."""

    def submit(self, fn: Callable[_Asked, Answer], /, *args: _Asked.args, **kwargs: _Asked.kwargs) -> Future[Answer]:
        """Return what `fn` answers."""
        found: Future[Answer] = Future()
        found.set_result(fn(*args, **kwargs))
        return found
