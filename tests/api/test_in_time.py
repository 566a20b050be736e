"""Who sends slowly is let go of, in the head or in the body; who sends at once is not."""

import socket
import time
from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest
import uvicorn

from api import in_time, serve
from api.app import create_app
from cdp.platform import Platform
from tests.waiting import PATIENCE

SECONDS = 0.4
HEAD = b"POST / HTTP/1.1\r\nHost: test\r\nContent-Type: text/plain\r\n"


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answer with how many bytes came."""
    if scope["type"] != "http":
        return
    count, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        count, more = count + len(message.get("body", b"")), message.get("more_body", False)
    body = str(count).encode()
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"content-length", str(len(body)).encode())]}
    )
    await send({"type": "http.response.body", "body": body})


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Return where a server listens that gives a request less than half a second."""
    yield from _serving(SECONDS)


@pytest.fixture(scope="module")
def patient() -> Iterator[int]:
    """Return where a server listens that gives a request as long as the slowest machine takes."""
    yield from _serving(PATIENCE)


def _serving(seconds: float) -> Iterator[int]:
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, http=in_time.within(seconds), log_level="critical", lifespan="off")
    server = uvicorn.Server(config)
    thread = Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield listening.getsockname()[1]
    server.should_exit = True
    thread.join(PATIENCE)


def heard(connection: socket.socket, *, drip: bytes) -> bytes:
    """Send `drip` again and again until the server closes, and return what it said."""
    said, until = b"", time.monotonic() + PATIENCE
    connection.settimeout(0.05)
    while time.monotonic() < until:
        try:
            if drip:
                connection.sendall(drip)
            got = connection.recv(4096)
        except TimeoutError:
            continue
        except (ConnectionResetError, BrokenPipeError):
            return said
        if not got:
            return said
        said += got
    raise AssertionError("the server held the connection")


@pytest.mark.parametrize(
    ("begun", "drip"),
    [
        (b"", b""),
        (b"P", b""),
        (b"POST / HTTP/1.1\r\nHost: test\r\nX-Slow: ", b"a"),
        (HEAD + b"Content-Length: 100000\r\n\r\n", b"b"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nc\r\n"),
        (HEAD + b"Content-Length: 5\r\n\r\nhello" + HEAD + b"Content-Length: 9\r\n\r\n", b""),
    ],
    ids=["nothing", "one byte", "head", "body", "chunks", "second request"],
)
def test_who_drips_is_let_go_of(port: int, begun: bytes, drip: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(begun)
        said = heard(connection, drip=drip)

    assert b"408" in said or not said


def answer(connection: socket.socket) -> bytes:
    """Return one answer, in however many pieces it comes."""
    said = connection.recv(4096)
    while not said.partition(b"\r\n\r\n")[2]:
        said += connection.recv(4096) or b"\r\n\r\nclosed"
    return said


def test_a_request_in_one_piece_and_one_in_two_are_answered_on_one_connection(patient: int) -> None:
    with socket.create_connection(("127.0.0.1", patient), timeout=PATIENCE) as connection:
        connection.sendall(HEAD + b"Content-Length: 5\r\n\r\nhello")
        first = answer(connection)
        connection.sendall(HEAD + b"Content-Length: 5\r\n\r\nhe")
        connection.sendall(b"llo")
        second = answer(connection)

    assert (b"200 OK", b"200 OK") == (first[9:15], second[9:15])
    assert (b"5", b"5") == (first[-1:], second[-1:])


def test_the_door_gives_the_time_of_its_settings(platform: Platform) -> None:
    protocol = serve.configuration(create_app(platform), host="127.0.0.1", port=0).http

    assert isinstance(protocol, type)
    assert issubclass(protocol, in_time.InTime)
    assert platform.settings.request_seconds == protocol.seconds
