"""What this process and the house's server use of the processors, and how to keep these from sleeping."""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from benchmarks.house import House

_TICKS: Final = os.sysconf("SC_CLK_TCK")
_KEEPER: Final = """
import os, sys
parent = os.getppid()
os.sched_setaffinity(0, {int(sys.argv[1])})
os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
while os.getppid() == parent:
    for _ in range(100_000):
        pass
"""


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
def awake() -> Iterator[None]:
    """Keep the processors from sleeping, each by a program that gives way at once to whatever has work to do.

    Who waits for another sleeps, and waking a processor may take longer than the work, on a virtual machine above all.
    A server that has more to do has none that sleeps (SCHED_IDLE, sched(7)).
    """
    keepers = [
        subprocess.Popen([sys.executable, "-c", _KEEPER, str(number)]) for number in sorted(os.sched_getaffinity(0))
    ]
    try:
        yield
    finally:
        for each in keepers:
            each.kill()
            each.wait()


def _server(house: House) -> int:
    return int((house.cluster.log.parent / "data" / "postmaster.pid").read_text().split()[0])


def _stats() -> Iterator[tuple[int, list[str]]]:
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            yield int(stat.parent.name), stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
