"""Requests that break HTTP itself, over a real socket: an answer or a closed line, and the next one is served."""

import socket
import threading
from collections.abc import Iterator
from typing import Final

import httpx
import pytest
import uvicorn

from api.app import create_app
from cdp.platform import Platform

MARK: Final = b"hostilemark7c1f"
_POST: Final = b"POST /v1/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
REQUESTS: Final = {
    "a body shorter than it says": _POST + b'Content-Length: 500\r\n\r\n{"email": "' + MARK,
    "a body longer than it says": _POST + b'Content-Length: 3\r\n\r\n{"email": "' + MARK + b'@example.org"}',
    "two lengths": _POST + b"Content-Length: 2\r\nContent-Length: 40\r\n\r\n{}" + MARK,
    "a length and chunks": _POST + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + MARK,
    "a negative length": _POST + b"Content-Length: -1\r\n\r\n" + MARK,
    "an endless length": _POST + b"Content-Length: " + b"9" * 400 + b"\r\n\r\n" + MARK,
    "chunks that lie": _POST + b"Transfer-Encoding: chunked\r\n\r\nffffffff\r\n" + MARK,
    "chunks that are none": _POST + b"Transfer-Encoding: chunked\r\n\r\n" + MARK + b"\r\n",
    "an unknown coding": _POST + b"Transfer-Encoding: " + MARK + b"\r\n\r\n",
    "no method": b"\x00\xff" + MARK + b"\r\n\r\n",
    "an overlong target": b"GET /" + MARK * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "an overlong header": b"GET / HTTP/1.1\r\nHost: x\r\nX: " + MARK * 20_000 + b"\r\n\r\n",
    "a line feed in a header": b"GET /v1/me HTTP/1.1\r\nHost: x\r\nX-Request-ID: a\nSet-Cookie: " + MARK + b"\r\n\r\n",
    "an upgrade": b"GET /v1/me HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
    "a target elsewhere": b"GET http://" + MARK + b".example/v1/me HTTP/1.1\r\nHost: x\r\n\r\n",
}


@pytest.fixture(scope="module")
def address(platform: Platform) -> Iterator[tuple[str, int]]:
    """Return where a real server listens."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_app(platform), log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield listening.getsockname()
    server.should_exit = True
    thread.join()
    listening.close()


@pytest.mark.parametrize("sent", REQUESTS)
def test_no_broken_request_brings_the_server_down_or_is_repeated(address: tuple[str, int], sent: str) -> None:
    with socket.create_connection(address, timeout=300) as line:
        line.sendall(REQUESTS[sent])
        line.shutdown(socket.SHUT_WR)
        heard = b"".join(iter(lambda: _heard(line), b""))

    status = heard.partition(b" ")[2][:1]
    assert status in {b"", b"2", b"4"}, heard[:200]
    assert MARK not in heard
    assert {"status": "ok"} == httpx.get("http://{}:{}/healthz".format(*address), timeout=300).json()


def _heard(line: socket.socket) -> bytes:
    try:
        return line.recv(65_536)
    except ConnectionResetError:
        return b""
