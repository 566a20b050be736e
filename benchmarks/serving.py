"""The product's server as a process of its own, on two processors together with PostgreSQL where there are more."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from benchmarks.house import House

SERVED_BY: Final = 2
"""On how many processors the product has to do its work; the load comes from the others, where there are any."""
_PATIENCE: Final = 120


@contextmanager
def served(house: House, *, processes: int = 1) -> Iterator[int]:
    """Start the server, as so many processes, and yield its port; stop it in the end."""
    port = _free_port()
    command = [sys.executable, "-m", "benchmarks.server", str(port), house.admin_url]
    environment = os.environ | house.environment | {"CDP_PROCESSES": str(processes)}
    with at_the_product():
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)  # our own program
    with process:
        try:
            _wait(port, process)
            yield port
        finally:
            process.terminate()
            process.wait(_PATIENCE)


@contextmanager
def two_processors() -> Iterator[str]:
    """Keep everything that is started inside on two processors; yields a sentence on who works where."""
    mine = sorted(os.sched_getaffinity(0))
    if len(mine) <= SERVED_BY:
        yield f"product and load share {len(mine)} processors"
        return
    os.sched_setaffinity(0, mine[:SERVED_BY])
    try:
        yield f"the product on {SERVED_BY} processors, the load on {len(mine) - SERVED_BY} others"
    finally:
        os.sched_setaffinity(0, mine)


def aside() -> None:
    """Let this process, which makes the load, work on the processors that the product does not use."""
    every = range(os.cpu_count() or 1)
    if len(every) > SERVED_BY:
        os.sched_setaffinity(0, every[SERVED_BY:])


@contextmanager
def at_the_product() -> Iterator[None]:
    """Start what is a part of the product inside: it has the processors that the product has."""
    mine, every = os.sched_getaffinity(0), range(os.cpu_count() or 1)
    if len(every) > SERVED_BY:
        os.sched_setaffinity(0, every[:SERVED_BY])
    try:
        yield
    finally:
        os.sched_setaffinity(0, mine)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1).close()  # loopback
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server did not start")
