"""A request has to arrive in time, its head and its body: who drips bytes holds no connection for long.

The clock starts with the connection or with the first byte of a request, and runs until its last; more bytes do not
wind it up again. What is late is answered 408 where nothing was answered yet, and the connection is closed. An idle
connection between requests is the server's own to end. A request that arrives in one piece costs no timer.
"""

import asyncio
from typing import ClassVar, Final, cast

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from api.answers_in_one import AnswersInOne

_TOO_LATE: Final = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class InTime(AnswersInOne):
    """uvicorn's protocol with a clock for what comes in."""

    seconds: ClassVar[float] = 30
    _is_awaited = False
    _clock: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Begin to serve one connection, whose first request has to arrive."""
        super().connection_made(transport)
        self._is_awaited = True
        self._mind()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let the clock go."""
        self._is_awaited = False
        self._mind()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take in what arrived."""
        super().data_received(data)
        self._mind()

    def on_message_begin(self) -> None:
        """Await the rest of a request."""
        self._is_awaited = True
        super().on_message_begin()

    def on_message_complete(self) -> None:
        """Have it whole."""
        self._is_awaited = False
        super().on_message_complete()

    def _mind(self) -> None:
        if self._is_awaited and self._clock is None:
            self._clock = self.loop.call_later(self.seconds, self._end)
        elif not self._is_awaited and self._clock is not None:
            self._clock.cancel()
            self._clock = None

    def _end(self) -> None:
        if self.transport.is_closing():
            return
        cycle = cast("RequestResponseCycle | None", self.cycle)  # none before the first head is whole
        if cycle is None or not cycle.response_started or cycle.response_complete:
            self.transport.write(_TOO_LATE)
        self.transport.close()


def within(seconds: float) -> type[InTime]:
    """Return the protocol that gives a request `seconds` to arrive."""
    return type("InTime", (InTime,), {"seconds": seconds})
