"""The head of an answer goes out with the body that follows: one write, one packet, one wake-up of whoever reads.

uvicorn writes the two apart. Rule: what is held goes out at the end of this turn of the event loop at the latest.
"""

import asyncio
from typing import Any, Final, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_HEAD: Final = b"HTTP/1.1 "


class AnswersInOne(HttpToolsProtocol):
    """uvicorn's protocol on a transport that joins heads and bodies."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Begin to serve one connection."""
        super().connection_made(cast("asyncio.Transport", _Joining(transport, self.loop)))


class _Joining:
    """A transport that holds the head of an answer until more is written."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._held = b""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 -- whatever else a transport has
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Send `data`, or hold it when it begins an answer."""
        if self._held:
            data, self._held = self._held + data, b""
        elif data.startswith(_HEAD):
            self._held = data
            self._loop.call_soon(self._flush)
            return
        self._transport.write(data)

    def close(self) -> None:
        """Send what is held and close."""
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        if self._held:
            held, self._held = self._held, b""
            self._transport.write(held)
