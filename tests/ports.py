"""Ports for programs that are told theirs: none that another worker gives away, or that a connection leaves from."""

import os
import socket
from itertools import cycle
from typing import Final

_FIRST: Final = 20_000
_OF_EACH: Final = 1_000
"""Ports of a worker. All lie below those that the kernel chooses from for who connects, or asks for any (32768 on)."""
_MOST_WORKERS: Final = 12
_WORKER: Final = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % _MOST_WORKERS
_OWN: Final = cycle(range(_FIRST + _WORKER * _OF_EACH, _FIRST + (_WORKER + 1) * _OF_EACH))


def free_port() -> int:
    """Return a port that nobody listens on, and that nobody else is told of for long."""
    for port, _ in zip(_OWN, range(_OF_EACH), strict=False):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no port is free")
