"""Requests to servers that are not ours: where they may go, and that they end in time."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from ipaddress import ip_address

import pytest

from cdp import outside
from cdp.outside import BadAddress, PrivateAddress, Target, Unreachable
from tests.waiting import PATIENCE


@pytest.fixture
def dripping() -> Iterator[tuple[str, threading.Event]]:
    """Return a server that begins to answer, then says one letter of a header at a time, and whether it gave up."""
    over = threading.Event()

    def drip() -> None:
        connection, _ = listening.accept()
        with connection, contextlib.suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            while not over.wait(0.02):
                connection.sendall(b"x")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        speaking, giving_up = threading.Thread(target=drip), threading.Timer(PATIENCE, over.set)
        speaking.start()
        giving_up.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/", over
        over.set()
        giving_up.cancel()
        speaking.join()


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://localhost/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://10.1.2.3/",
        "https://192.168.0.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://0.0.0.0/",
        "https://2130706433/",
    ],
)
def test_an_address_of_a_private_network_is_refused(url: str) -> None:
    with pytest.raises(PrivateAddress):
        outside.get(url, {}, allow_private=False)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "0", "2130706433", "0x7f.1", "017700000001", "10.1", "[::1]", "[::ffff:10.0.0.1]"]
)
def test_an_address_in_numbers_is_refused_before_anybody_is_asked(host: str) -> None:
    with pytest.raises(PrivateAddress):
        Target.of(f"https://{host}/hook", allow_private=False)
    Target.of(f"https://{host}/hook", allow_private=True)


@pytest.mark.parametrize("host", ["93.184.216.34", "hook.example.org", "[2606:2800:220:1::1]"])
def test_a_name_or_a_public_address_is_taken(host: str) -> None:
    Target.of(f"https://{host}/hook", allow_private=False)


@pytest.mark.parametrize(
    "text",
    [
        *("10.0.0.1", "100.64.0.1", "192.0.0.8", "224.0.0.1", "fe80::1", "fc00::1", "fec0::1", "3fff::1", "5f00::1"),
        *("64:ff9b::a00:1", "64:ff9b:1::a00:1", "2002:a00:1::", "::", "::127.0.0.1"),
    ],
)
def test_what_is_not_public(text: str) -> None:
    assert not outside.is_public(ip_address(text))


@pytest.mark.parametrize("text", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34"])
def test_what_is_public(text: str) -> None:
    assert outside.is_public(ip_address(text))


@pytest.mark.parametrize(
    "url", ["http://example.org/", "ftp://example.org/", "https://", "https://a@example.org/", "https://e x/", "x", ""]
)
def test_only_a_clean_https_address_is_asked(url: str) -> None:
    with pytest.raises(BadAddress):
        outside.get(url, {}, allow_private=False)


def test_a_server_that_speaks_another_protocol_is_unreachable(dripping: tuple[str, threading.Event]) -> None:
    with pytest.raises(Unreachable):
        outside.get(dripping[0].replace("http:", "https:"), {}, allow_private=True)


def test_a_server_that_drips_its_answer_is_cut_off_in_time(
    dripping: tuple[str, threading.Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outside, "SECONDS", 0.2)
    url, has_given_up = dripping

    with pytest.raises(Unreachable):
        outside.get(url, {}, allow_private=True)

    assert not has_given_up.is_set()
