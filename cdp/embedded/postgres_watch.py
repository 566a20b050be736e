"""What a PostgreSQL server tells about itself in postmaster.pid, and patience to wait for it."""

import os
import re
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self


@dataclass(frozen=True, slots=True)
class Status:
    """One look at the postmaster.pid of a data folder."""

    pid: int | None = None
    socket: Path | None = None
    is_ready: bool = False

    @classmethod
    def read(cls, data: Path) -> Self:
        """Return the status of `data`; `pid` is None unless a server works there now.

        The file of a killed server stays behind, and its number may since belong to a stranger.
        """
        try:
            lines = (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return cls()
        pid, socket, state = (lines[line].strip() if len(lines) > line else "" for line in (0, 4, 7))
        number = int(pid) if re.fullmatch(r"\d+", pid) else None
        if number is not None and not (is_alive(number) and _works_in(number, data)):
            number = None
        return cls(number, Path(socket) if socket else None, number is not None and state == "ready")


def is_alive(pid: int) -> bool:
    """Return whether there is a process `pid` that is more than a body waiting for its parent."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return True
    return state != "Z"


def _works_in(pid: int, data: Path) -> bool:
    """Return whether `pid` is a PostgreSQL that works in `data`, as far as this machine lets us see."""
    try:
        return Path(f"/proc/{pid}/cwd").resolve(strict=True) == data.resolve()
    except OSError:  # no /proc here, or not ours to look at
        command = ["ps", "-o", "comm=", "-p", str(pid)]
        return "postgres" in subprocess.run(command, check=False, capture_output=True, text=True).stdout


class Patience:
    """Waits in short steps, as often as needed, and says every five seconds why and for how long already."""

    def __init__(self, report: Callable[[str], None]) -> None:
        self._report = report
        self._begun = time.monotonic()
        self._next = 3.0

    @property
    def seconds(self) -> float:
        """How long we have waited."""
        return time.monotonic() - self._begun

    def wait(self, why: str) -> None:
        """Wait a moment for what `why` says."""
        if self.seconds > self._next:
            self._report(f"{why} ({self.seconds:.0f} s)")
            self._next = self.seconds + 5
        time.sleep(0.02 if self.seconds < 2 else 0.2)  # noqa: PLR2004 - quick at first, then kind to the machine
