"""Several processes of the door behind one socket.

Each takes its share of the connections (`api.dealing`). One that dies is started anew; all of them end with the one
that started them, however that ends. Their numbers are added up by `prometheus-client`, in a folder that lives as long
as they do.
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Final

from prometheus_client import multiprocess

from api.dealing import Counts

COUNTS: Final = "PROMETHEUS_MULTIPROC_DIR"
"""Where the processes write their numbers; the library looks at it when it is loaded."""
_CONNECTIONS: Final = "connections"
_LOOK: Final = 0.2
_SOONEST: Final = 1.0
"""A process that lived for less does not come again: what ails it, ails the next one."""


class Door:
    """The processes that serve one socket."""

    def __init__(
        self, command: Sequence[str], listening: socket.socket, counts: Path, places: int, *, patience: float
    ) -> None:
        """Start with none; each has one of so many places."""
        self._command = command
        self._listening = listening
        self._counts = counts
        self._patience = patience
        self._parts: dict[subprocess.Popen[bytes], tuple[float, int]] = {}
        Counts.prepare(counts / _CONNECTIONS, places)

    def add(self, place: int) -> None:
        """Start the one at this place."""
        file = self._listening.fileno()
        command = [sys.executable, *self._command, "--place", str(place), "--socket", str(file)]
        environment = os.environ | {COUNTS: str(self._counts)}
        part = subprocess.Popen(command, env=environment, pass_fds=[file], stdin=subprocess.PIPE)
        self._parts[part] = time.monotonic(), place

    def watch(self, stop: Event) -> int:
        """Replace whoever dies until `stop` is set; return the code with which to end."""
        while not stop.wait(_LOOK):
            for part in [each for each in self._parts if each.poll() is not None]:
                began, place = self._parts.pop(part)
                Counts(self._counts / _CONNECTIONS, place).leave()
                multiprocess.mark_process_dead(part.pid, str(self._counts))  # type: ignore[no-untyped-call]  # the library has no types
                if time.monotonic() - began < _SOONEST:
                    return part.returncode or 1
                self.add(place)
        return 0

    def close(self) -> None:
        """Let every process finish what it has begun."""
        for part in self._parts:
            part.terminate()
        end = time.monotonic() + self._patience
        for part in self._parts:
            try:
                part.wait(max(0.0, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                part.kill()
                part.wait()


def serve(command: Sequence[str], listening: socket.socket, processes: int, *, patience: float) -> int:
    """Serve with this many processes until a signal ends us; return the code with which to end.

    `command` is what Python runs in each of them, with `--place` and its own behind it, and `--socket` and the number
    of the open socket.
    """
    stop = Event()
    with tempfile.TemporaryDirectory(prefix="cdp-counts-") as counts, _signals(stop):
        door = Door(command, listening, Path(counts), processes, patience=patience)
        try:
            for place in range(processes):
                door.add(place)
            return door.watch(stop)
        finally:
            door.close()


def counts_at(place: int) -> Counts:
    """Return how many connections each process has, for the one at this place."""
    return Counts(Path(os.environ[COUNTS]) / _CONNECTIONS, place)


def end_with_the_parent() -> None:
    """End this process, one of those behind one socket, when the one that started it is gone."""

    def wait() -> None:
        sys.stdin.buffer.read()  # nobody ever writes: this returns when the other end is closed
        os.kill(os.getpid(), signal.SIGTERM)

    Thread(target=wait, daemon=True).start()


@contextmanager
def _signals(stop: Event) -> Iterator[None]:
    numbers: Sequence[signal.Signals] = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, lambda *_: stop.set()) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
