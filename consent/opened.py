"""Openings read and held against their leaves: work that other processes take over where a log is large.

They get bytes and give back events or what is wrong with them; all that one entry says about another stays here.
"""

import errno
import gc
import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Final, cast

from consent import bundle, event_bodies, processors, quick_access
from consent.commitments import LEAF_SIZE, Kind
from consent.errors import Malformed, Problem
from consent.events import Event
from consent.quick_access import Parts

FRAMED: Final = 2 + LEAF_SIZE
LARGE: Final = 50_000
"""In a log of fewer entries starting a process takes longer than it saves."""
_MOST: Final = 3
"""More would wait for this process."""
_AHEAD: Final = 4

Opened = tuple[int, Kind | None, Event | Parts | Problem]
"""Index, kind of the leaf and event; for a read what its body says; without a kind what is wrong."""
Result = Callable[[], list[Opened]]
Read = Callable[[bytes, bytes, int], Result]
"""Takes openings, the entries that they belong to and the index of the first; the result can be waited for."""


def read(content: bytes, entries: bytes, begin: int) -> list[Opened]:
    """Return what is opened of the entries from `begin` on; raises Malformed for a line in another form or place."""
    found: list[Opened] = []
    for index, opening in bundle.openings_from_lines(content):
        at = (index - begin) * FRAMED
        if not 0 <= at < len(entries):
            raise Malformed("openings stand in order, each with its entry")
        try:
            kind = opening.verify(entries[at + 2 : at + FRAMED])
            values = quick_access.parts(opening.body)
            found.append((index, kind, event_bodies.slow_from_body(opening.body) if values is None else values))
        except Problem as problem:
            found.append((index, None, problem))
    return found


def event_of(said: Event | Parts) -> Event:
    """Return the event that was read."""
    return event_bodies.access_of(cast("Parts", said)) if type(said) is tuple else cast("Event", said)


@contextmanager
def reading(entries: int) -> Iterator[tuple[Read, int]]:
    """Yield the function by which openings of a log of so many entries are read, and how many results may wait.

    Raises OSError when one of the processes is ended by somebody else.
    """
    helpers = _helpers(entries)
    if not helpers:
        yield lambda *task: partial(read, *task), 0
        return
    fork = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(helpers, mp_context=fork, initializer=gc.disable) as pool:
        try:
            yield lambda *task: pool.submit(read, *task).result, _AHEAD * helpers
        except BrokenExecutor:
            raise ChildProcessError(errno.ECHILD, "a process that helped to check this has ended") from None
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _helpers(entries: int) -> int:
    if entries < LARGE or "fork" not in multiprocessing.get_all_start_methods():
        return 0
    return min(_MOST, processors.usable() - 1)
