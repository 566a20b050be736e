"""Requests in a closed loop, or at a fixed pace: as little client as possible, on keep-alive connections.

Loads are bounded in number and only ever go to this machine's loopback address. What the client itself does must not be
taken for the server's: a quick event loop, no collector of cycles, connections that stand before the clock runs.
"""

import asyncio
import gc
import socket
import time
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import uvloop

Came = TypeVar("Came")
HOST: Final = "127.0.0.1"
_OK: Final = b"HTTP/1.1 200"


@dataclass(frozen=True, slots=True)
class Load:
    """What came of one load."""

    requests: int
    seconds: float
    latencies: Sequence[float]

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds

    def percentile(self, share: float) -> float:
        """Return the latency, in milliseconds, that this share of the requests stayed within."""
        ordered = sorted(self.latencies)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def request(method: str, path: str, token: str, body: bytes = b"", content_type: str = "application/json") -> bytes:
    """Return the bytes of one request."""
    head = f"{method} {path} HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: {token}\r\n"
    if body:
        head += f"Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + body


def closed(port: int, requests: Sequence[bytes], *, connections: int) -> Load:
    """Send every request as soon as its connection is free."""
    return _undisturbed(_run(port, requests, connections, pace=None))


def paced(port: int, requests: Sequence[bytes], *, connections: int, rate: float) -> Load:
    """Send the requests at `rate` a second; a latency counts from when a request was due."""
    return _undisturbed(_run(port, requests, connections, pace=rate))


def _undisturbed(load: Coroutine[Any, Any, Came]) -> Came:
    gc.disable()
    try:
        return uvloop.run(load)
    finally:
        gc.enable()


async def _run(port: int, requests: Sequence[bytes], connections: int, *, pace: float | None) -> Load:
    latencies: list[float] = []
    # One after the other, so that processes that share a socket share the connections.
    opened = [await asyncio.open_connection(HOST, port, limit=2**26) for _ in range(connections)]
    begin = time.perf_counter()

    async def work(first: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for number in range(first, len(requests), connections):
            due = begin + number / pace if pace else time.perf_counter()
            if pace and due > time.perf_counter():
                await asyncio.sleep(due - time.perf_counter())
            writer.write(requests[number])
            await _answer(reader)
            latencies.append(time.perf_counter() - due)
        writer.close()

    await asyncio.gather(*(work(first, *each) for first, each in enumerate(opened)))
    return Load(len(requests), time.perf_counter() - begin, latencies)


async def _answer(reader: asyncio.StreamReader) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(_OK):
        raise RuntimeError(f"an answer that was not 200: {head[:40]!r}")
    lower = head.lower()
    if b"transfer-encoding: chunked" in lower:
        await _chunks(reader)
        return
    begin = lower.index(b"content-length:") + 15
    await reader.readexactly(int(lower[begin : lower.index(b"\r", begin)]))


async def _chunks(reader: asyncio.StreamReader) -> None:
    while size := int(await reader.readline(), 16):
        await reader.readexactly(size + 2)
    await reader.readexactly(2)


def lines(port: int, wanted: bytes) -> tuple[int, float]:
    """Read one streamed answer and return how many lines it had, and in how many seconds."""

    async def read() -> int:
        reader, writer = await asyncio.open_connection(HOST, port, limit=2**26)
        writer.write(wanted)
        await reader.readuntil(b"\r\n\r\n")
        counted = 0
        while size := int(await reader.readline(), 16):
            counted += (await reader.readexactly(size)).count(b"\n")
            await reader.readexactly(2)
        writer.close()
        return counted

    begin = time.perf_counter()
    counted = _undisturbed(read())
    return counted, time.perf_counter() - begin


def statuses(port: int, requests: Sequence[bytes]) -> list[bytes]:
    """Send the requests one after the other on a fresh connection and return their status codes."""
    found = []
    with socket.create_connection((HOST, port)) as connection, connection.makefile("rb") as answers:
        for wanted in requests:
            connection.sendall(wanted)
            found.append(answers.readline().split()[1])
            length = 0
            while (line := answers.readline()) != b"\r\n":
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            answers.read(length)
    return found
