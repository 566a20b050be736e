"""Everybody compared at once, by several processes: read, weighed in memory, written down.

(1) Everybody is read, each process a share. (2) It is worked out how far the look-ups of everybody go, and which pairs
may be one person, each pair once. (3) What is judged of them is handed over, portion by portion. What passes between
the processes are places and numbers; the people are given to each process once. How far they are, they add to one
counter that all of them have, in twentieths of a person's work.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from ctypes import c_longlong
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context
from multiprocessing.sharedctypes import Synchronized
from typing import Final, NamedTuple, ParamSpec, TypeVar

import numpy as np

from cdp import offspring, progress
from cdp.identity import comparing, weighing
from cdp.identity.comparing import Comparing
from cdp.identity.everybody import Everybody
from cdp.identity.matching import Matching
from cdp.identity.model import Model
from cdp.identity.portions import Portion, portions
from cdp.identity.store import Hashes
from cdp.identity.weighing import Chosen, PairColumns, Weighing
from cdp.platform import Platform
from cdp.progress import Tell
from cdp.settings import Settings
from consent import processors

SHARE: Final = 4_000
"""How many people a process weighs at once."""
SMALL: Final = 5_000
"""So many are compared sooner by one process than others begin."""
MOST_HANDS: Final = 8
_PORTIONS: Final = range(20, 101)
"""How many portions a process is given at a time: for each time it connects anew, so of many people they are more."""
_EACH: Final = 10_000

RENEWED, READ, CHOSEN, SIFTED, WRITTEN = 8, 2, 1, 1, 8
"""How much of a person's work each step is, as measured: of ALL."""
ALL: Final = RENEWED + READ + CHOSEN + SIFTED + WRITTEN
_LOOK: Final = 0.5
"""Seconds between two looks at how far everybody is."""
_SPAWN: Final = get_context("spawn")

Answer = TypeVar("Answer")
_Asked = ParamSpec("_Asked")


def fitting(people: int) -> int:
    """Return in how many processes so many people are compared soonest, within what this one may use."""
    if people <= SMALL:
        return 1
    return min(processors.usable(), MOST_HANDS)


class Told:
    """How far several processes are together, for whoever waits for them."""

    def __init__(self, people: int, report: Tell = progress.unheard) -> None:
        """Tell `report` how many people's work is done."""
        self.counter: Final = _SPAWN.Value(c_longlong, 0)
        self._people, self._report = people, report

    def show(self) -> None:
        """Report it."""
        self._report(min(self.counter.value // ALL, self._people), self._people)


@contextmanager
def hands(count: int, everybody: Everybody | None = None, told: Told | None = None) -> Iterator[Executor]:
    """Begin so many processes, each of which is given `everybody`; one is this process itself."""
    given = everybody, told.counter if told else None
    if count > 1:
        with ProcessPoolExecutor(count, mp_context=_SPAWN, initializer=_begin, initargs=given) as pool:
            yield pool
    else:
        _HERE.begin(*given)
        try:
            yield _Alone()
        finally:
            _HERE.begin()


def done(asked: Iterable[Future[Answer]], told: Told | None = None) -> Iterator[Answer]:
    """Yield the answers as they come, and show meanwhile how far everybody is."""
    waiting = set(asked)
    while waiting:
        ended, waiting = wait(waiting, timeout=_LOOK if told else None, return_when=FIRST_COMPLETED)
        if told:
            told.show()
        for each in ended:
            yield each.result()


def weighed(pool: Executor, settings: Settings, people: int, told: Told | None = None) -> tuple[Chosen, PairColumns]:
    """Return how far the look-ups of everybody go, and the pairs that may be one person."""
    shares = [range(start, min(start + SHARE, people)) for start in range(0, people, SHARE)]
    asked = [pool.submit(_choose, settings, share) for share in shares]
    for _ in done(asked, told):
        pass
    chosen = Chosen.joined(each.result() for each in asked)
    return chosen, PairColumns.joined(done([pool.submit(_sift, settings, chosen, share) for share in shares], told))


def bundles(people: int, pairs: PairColumns) -> Iterator[list[Portion]]:
    """Yield the portions of everybody, some at a time."""
    found: list[Portion] = []
    most = max(_PORTIONS[0], min(_PORTIONS[-1], people // _EACH))
    for portion in portions(people, pairs):
        found.append(portion)
        if len(found) == most:
            yield found
            found = []
    yield found


def bonded(hands: int, pairs: PairColumns) -> Iterator[list[int]]:
    """Yield those of whom something may be written, in a share for each process."""
    places = np.unique(np.r_[pairs.ones, pairs.others])
    return (each.tolist() for each in np.array_split(places, hands))


def settle(settings: Settings, chosen: Chosen, some: list[Portion], at: datetime) -> int:
    """Keep what is judged of these people, and return how many were compared; in a process that holds everybody."""

    async def work(hand: Comparing) -> int:
        judge, compared = weigher(settings, chosen), 0
        for portion in some:
            compared += await hand.settle(judge, portion, at=at)
            add(len(portion.places), WRITTEN)
        return compared

    return asyncio.run(comparing.apart(settings, work))


def doubt(settings: Settings, places: Sequence[int], at: datetime) -> int:
    """Let wait anew who of these people changed since they were read, and return how many."""

    async def work(hand: Comparing) -> int:
        return sum([await hand.doubt(held(), some, at=at) for some in _by(SHARE, places)])

    return asyncio.run(comparing.apart(settings, work))


def _by(size: int, places: Sequence[int]) -> Iterator[Sequence[int]]:
    return (places[start : start + size] for start in range(0, len(places), size))


def held() -> Everybody:
    """Return whom this process was given."""
    return _HERE.everybody or Everybody([])


def weigher(settings: Settings, chosen: Chosen) -> Weighing:
    """Return what compares those whom this process was given, made once: it goes through the keys of everybody."""
    if _HERE.weighing is None or _HERE.weighing[0] != chosen:
        _HERE.weighing = chosen, Weighing(held(), chosen, *_tools(settings))
    return _HERE.weighing[1]


def add(people: int, work: int) -> None:
    """Tell whoever waits that so many twentieths of these people's work are done, too."""
    if _HERE.counter is not None:
        with _HERE.counter.get_lock():
            _HERE.counter.value += people * work


class _Tools(NamedTuple):
    model: Model
    hashes: Hashes


@dataclass(slots=True)
class _Here:
    """What a process was given when it began, and not with each share, and what it has made of it once."""

    everybody: Everybody | None = None
    counter: Synchronized[int] | None = None
    tools: _Tools | None = None
    weighing: tuple[Chosen, Weighing] | None = None

    def begin(self, everybody: Everybody | None = None, counter: Synchronized[int] | None = None) -> None:
        """Take what is given, and let go of all that was made of what was before."""
        self.everybody, self.counter, self.tools, self.weighing = everybody, counter, None, None


_HERE: Final = _Here()
"""Of this process; a task that is handed to it finds nothing else."""


def _begin(everybody: Everybody | None, counter: Synchronized[int] | None) -> None:
    offspring.end_with_the_parent()
    _HERE.begin(everybody, counter)


def _tools(settings: Settings) -> _Tools:
    """Return what this process compares with, made once."""
    if _HERE.tools is None:
        platform = Platform.open(settings)
        platform.database.dispose()  # it connects to nothing
        matching = Matching(platform)
        _HERE.tools = _Tools(matching.model, matching.hashes)
    return _HERE.tools


def _choose(settings: Settings, places: range) -> Chosen:
    found = weighing.choose(held(), _tools(settings).hashes, places)
    add(len(places), CHOSEN)
    return found


def _sift(settings: Settings, chosen: Chosen, places: range) -> PairColumns:
    found = weigher(settings, chosen).sifted(places)
    add(len(places), SIFTED)
    return found


class _Alone(Executor):
    """Does what it is asked at once, in this process."""

    def submit(self, fn: Callable[_Asked, Answer], /, *args: _Asked.args, **kwargs: _Asked.kwargs) -> Future[Answer]:
        """Return what `fn` answers."""
        found: Future[Answer] = Future()
        found.set_result(fn(*args, **kwargs))
        return found
