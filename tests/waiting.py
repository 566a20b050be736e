"""How long a test waits for what comes: it goes on at once when it is there, and fails when it never comes."""

import time
from collections.abc import Callable
from contextlib import suppress
from threading import Event
from typing import Final

import httpx

PATIENCE: Final = 300
"""Seconds within which even the slowest machine, busy with other work, has answered."""


def until(holds: Callable[[], bool]) -> None:
    """Wait until it holds."""
    deadline, pause = time.monotonic() + PATIENCE, Event()
    while not holds():
        assert time.monotonic() < deadline
        pause.wait(0.05)


def is_open(port: int) -> bool:
    """Tell whether a server of ours answers there."""
    with suppress(httpx.TransportError):
        return httpx.get(f"http://127.0.0.1:{port}/healthz").is_success
    return False
