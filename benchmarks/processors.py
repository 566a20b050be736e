"""What this process and the house's server use of the processors, and where they may work."""

import os
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from benchmarks.house import House

_TICKS: Final = os.sysconf("SC_CLK_TCK")


def seconds(house: House) -> float:
    """Return the seconds of processor time of this process, of those that it started, and of the server's."""
    helped = resource.getrusage(resource.RUSAGE_CHILDREN)
    total = time.process_time() + helped.ru_utime + helped.ru_stime
    server = _server(house)
    for pid, parts in _stats():
        if int(parts[1]) == server:
            total += (int(parts[11]) + int(parts[12])) / _TICKS
        elif pid == server:  # those of its own that have ended
            total += (int(parts[13]) + int(parts[14])) / _TICKS
    return total


@contextmanager
def one(house: House) -> Iterator[None]:
    """Let this process and the server share one processor.

    One that waits for the other then leaves it no sleeping processor to wake, which on a virtual machine may take
    longer than the work: what is left is the work.
    """
    server = _server(house)
    before = {pid: os.sched_getaffinity(pid) for pid in (0, server, *_children(server))}
    chosen = {min(before[server])}
    for pid in before:
        os.sched_setaffinity(pid, chosen)
    try:
        yield
    finally:
        for pid in {0, server, *_children(server)}:
            os.sched_setaffinity(pid, before.get(pid, before[server]))


def _server(house: House) -> int:
    return int((house.cluster.log.parent / "data" / "postmaster.pid").read_text().split()[0])


def _children(server: int) -> list[int]:
    return [pid for pid, parts in _stats() if int(parts[1]) == server]


def _stats() -> Iterator[tuple[int, list[str]]]:
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            yield int(stat.parent.name), stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
