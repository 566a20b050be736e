"""Connections dealt out evenly among processes that accept from one socket.

Left alone, whoever wakes up first takes nearly every connection: one process does the work, and another has opened
nothing when its turn comes. Rules: (1) how many connections each process has stands in memory that all of them see, and
each writes its own number; (2) who has more than another waits a moment before it takes one, and takes it then if
nobody did, so that no connection waits for a process that is busy, stopped or dead; (3) they are taken one by one;
(4) who takes none, because it ends or has no room, says so, and says nothing else until it takes them again.
"""

import asyncio
import errno
import mmap
import socket
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final, cast

import uvicorn

_MOMENT: Final = 0.005
"""Seconds that whoever has fewer connections gets to take the next."""
_TROUBLE: Final = 1.0
"""Seconds until it is tried again when the machine has no room for another connection."""
_GONE: Final = frozenset(
    {
        errno.EHOSTDOWN,
        errno.EHOSTUNREACH,
        errno.ENETDOWN,
        errno.ENETUNREACH,
        errno.ENOPROTOOPT,
        errno.EOPNOTSUPP,
        errno.EPERM,
        errno.EPROTO,
        errno.ETIMEDOUT,
    }
)
"""What ails one connection that came, and not who takes it: the next one is as good as ever (accept(2))."""
_NOBODY: Final = 2**32 - 1
_BYTES: Final = 4


class Counts:
    """How many connections each process has, in a file that all of them have in their memory."""

    def __init__(self, file: Path, place: int) -> None:
        """Look at the file that `prepare` made, from this place."""
        with file.open("r+b") as opened:
            self._counts = memoryview(mmap.mmap(opened.fileno(), 0)).cast("I")
        self._place = place

    @staticmethod
    def prepare(file: Path, places: int) -> None:
        """Make a file with so many places, of which nobody has one."""
        file.write_bytes(_NOBODY.to_bytes(_BYTES) * places)

    @property
    def is_ahead(self) -> bool:
        """Whether another process has fewer connections."""
        return self._counts[self._place] > min(self._counts)

    def tell(self, connections: int) -> None:
        """Let the others know how many there are here."""
        self._counts[self._place] = connections

    def leave(self) -> None:
        """Let nobody wait for the process at this place."""
        self._counts[self._place] = _NOBODY


class Dealer:
    """Takes connections in turn with other processes; stands where uvicorn has a server of the event loop's."""

    def __init__(self, listening: socket.socket, counts: Counts, connections: Callable[[], int]) -> None:
        """Take none yet; `connections` tells how many stand here."""
        self._listening = listening
        self._counts = counts
        self._connections = connections
        self._serve: Callable[[], asyncio.Protocol] = asyncio.Protocol
        self._loop = asyncio.get_running_loop()
        self._coming = set[asyncio.Task[Any]]()
        self._pause: asyncio.TimerHandle | None = None
        self._is_taking = False

    def open(self, serve: Callable[[], asyncio.Protocol]) -> None:
        """Begin; `serve` makes what serves one connection."""
        self._serve = serve
        self._listening.setblocking(False)
        self._begin()
        self._loop.add_reader(self._listening.fileno(), self._ready)

    def tell(self) -> None:
        """Let the others know how many connections stand here, or are about to, while any more are taken."""
        if self._is_taking:
            self._counts.tell(self._connections() + len(self._coming))

    def close(self) -> None:
        """Take no more."""
        self._loop.remove_reader(self._listening.fileno())
        if self._pause is not None:
            self._pause.cancel()
        self._end()

    async def wait_closed(self) -> None:
        """Return at once: what was taken is waited for by whoever serves it."""

    def _begin(self) -> None:
        self._is_taking = True
        self.tell()

    def _end(self) -> None:
        """Let nobody wait for this process, whatever becomes of the connections that it still has."""
        self._is_taking = False
        self._counts.leave()

    def _ready(self) -> None:
        if self._counts.is_ahead:
            self._wait(_MOMENT)
        else:
            self._take()

    def _wait(self, seconds: float) -> None:
        self._loop.remove_reader(self._listening.fileno())
        self._pause = self._loop.call_later(seconds, self._go_on)

    def _go_on(self) -> None:
        self._pause = None
        self._begin()
        self._loop.add_reader(self._listening.fileno(), self._ready)
        self._take()

    def _take(self) -> None:
        try:
            connection, _ = self._listening.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return  # another was quicker, or who came has gone
        except OSError as trouble:
            if trouble.errno not in _GONE:
                self._end()
                self._wait(_TROUBLE)
            return
        coming = self._loop.create_task(self._connect(connection))
        self._coming.add(coming)
        coming.add_done_callback(self._came)
        self.tell()

    async def _connect(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        try:
            await self._loop.connect_accepted_socket(self._serve, connection)
        except OSError:
            connection.close()

    def _came(self, coming: asyncio.Task[Any]) -> None:
        self._coming.discard(coming)
        self.tell()


class Server(uvicorn.Server):
    """uvicorn's server in one of several processes, each of which takes its share of the connections."""

    def __init__(self, config: uvicorn.Config, counts: Counts) -> None:
        """Take no more than the others whose connections are in `counts`."""
        super().__init__(config)
        self._counts = counts

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to take connections from the one socket when everything is ready."""
        (listening,) = sockets or []
        await super().startup(sockets=[])
        state = self.server_state
        dealer = Dealer(listening, self._counts, lambda: len(state.connections))
        served = _telling(self.config.http_protocol_class, dealer.tell)
        dealer.open(partial(served, config=self.config, server_state=state, app_state=self.lifespan.state))
        self.servers.append(cast("asyncio.Server", dealer))


def _telling(protocol: type[Any], tell: Callable[[], None]) -> Callable[..., asyncio.Protocol]:
    """Return the same that tells when a connection is lost."""

    class Telling(protocol):  # type: ignore[misc]  # which it is, the settings say
        def connection_lost(self, exc: Exception | None) -> None:
            super().connection_lost(exc)
            tell()

    return Telling
