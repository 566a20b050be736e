"""A system that can be killed: a durable PostgreSQL and the door as a process of its own, and what it acknowledged."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Lock
from typing import Any, Final

import httpx

from cdp.embedded.postgres import Cluster
from tests.ports import free_port
from tests.waiting import PATIENCE

ROOT: Final = Path(__file__).parents[2]
STARTS_WITHIN: Final = 300.0


class Door:
    """The API as a process on a port that stays the same."""

    def __init__(self, settings: dict[str, str]) -> None:
        self._port = free_port()
        self._environment = {
            name: value for name, value in os.environ.items() if not name.startswith("CDP_")
        } | settings
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Return when it says that it is ready."""
        command = [sys.executable, "-m", "api.serve", "--port", str(self._port)]
        self._process = subprocess.Popen(command, cwd=ROOT, env=self._environment, stdout=subprocess.DEVNULL)
        deadline, pause = time.monotonic() + STARTS_WITHIN, Event()
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                if httpx.get(f"{self.url}/readyz").is_success:
                    return
            except httpx.TransportError:
                pass
            pause.wait(0.05)
        raise AssertionError("the door did not open")

    def kill(self) -> None:
        """End it as an accident does, in the middle of whatever it is doing."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def kill_postgres(cluster: Cluster) -> None:
    """End the server and each of its children at once, without a word to any of them."""
    postmaster = cluster.pid
    assert postmaster is not None
    os.kill(postmaster, signal.SIGSTOP)  # it cannot make new children while we go through the old ones
    found = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text(encoding="ascii").split()
    for child in [*map(int, found), postmaster]:
        os.kill(child, signal.SIGKILL)
    assert cluster._process is not None
    cluster._process.wait()
    cluster._process = None


class Client:
    """Sends one request after another and notes which were acknowledged; after an accident it sends again."""

    def __init__(self, door: Door, headers: dict[str, str]) -> None:
        self.door, self.headers = door, headers
        self.acknowledged: list[Any] = []
        self.unknown: list[Any] = []
        self.statuses: Counter[int] = Counter()
        self._lock = Lock()

    def send(self, method: str, path: str, body: Any, note: Any) -> bool:
        """Send once; tell whether it was acknowledged."""
        try:
            answer = httpx.request(method, self.door.url + path, json=body, headers=self.headers, timeout=PATIENCE)
        except httpx.TransportError:
            with self._lock:
                self.unknown.append(note)
            return False
        with self._lock:
            (self.acknowledged if answer.is_success else self.unknown).append(note)
            self.statuses[answer.status_code] += 1
        return answer.is_success

    def get(self, path: str) -> Any:
        """Return what stands there; raises OSError when nobody answers."""
        try:
            answer = httpx.get(self.door.url + path, headers=self.headers, timeout=PATIENCE)
        except httpx.TransportError as error:
            raise OSError from error
        return answer.json()


@contextmanager
def running(door: Door) -> Iterator[Door]:
    """Keep the door open for the block."""
    door.start()
    try:
        yield door
    finally:
        door.kill()
