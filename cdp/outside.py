"""One request to a server that is not ours: bounded in time and size, and never to an address of our own network.

Rules: (1) the name is resolved once, every address it has is checked, and the connection goes to a checked one, so that
a name that changes its mind in between gains nothing; (2) no redirect is followed, no proxy and no cookie is used;
(3) TLS is required, and certificates are verified for the name, unless private addresses are allowed; (4) everything
ends at the limit of bytes or time, whatever the server promises and however slowly it speaks.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from consent.errors import Invalid, Problem, Refused

CONNECT_SECONDS: Final = 10
SECONDS: Final = 60
BYTES: Final = 32 * 1024 * 1024
_PIECE: Final = 64 * 1024
_SLOW: Final = "the server's answer takes too long"
_PORTS: Final = {"http": 80, "https": 443}
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
_CLOSED: Final = tuple(
    ipaddress.ip_network(each)
    for each in ("192.0.0.0/24", "::/96", "64:ff9b:1::/48", "3fff::/20", "5f00::/16", "fec0::/10")
)
"""Special networks that some versions of Python count as global: old and local ways to write an address of our own."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class BadAddress(Invalid):
    """This is not an address that can be asked over HTTP."""

    code = "bad-address"


class PrivateAddress(Refused):
    """This address lies in a private network; CDP_ALLOW_PRIVATE_ADDRESSES opens it."""

    code = "private-address"


class Unreachable(Problem):
    """The server did not answer as a server should."""

    code = "unreachable"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a URL points at."""

    scheme: str
    host: str
    port: int
    path: str

    @classmethod
    def of(cls, url: str, *, allow_private: bool) -> Target:
        """Return where `url` points at; raises BadAddress, or PrivateAddress for one that stands there in numbers."""
        try:
            parts = urlsplit(url)
            host, port = (parts.hostname or "").encode("idna").decode(), parts.port
        except (ValueError, UnicodeError) as error:
            raise BadAddress(field="/url") from error
        is_clean = url.isprintable() and " " not in url and parts.username is None and not parts.fragment
        if parts.scheme not in _PORTS or not host or not is_clean or not url.isascii():
            raise BadAddress(field="/url")
        if parts.scheme == "http" and not allow_private:
            raise BadAddress("only https is asked, unless CDP_ALLOW_PRIVATE_ADDRESSES is set", field="/url")
        if not allow_private and not all(is_public(each) for each in _in_numbers(host)):
            raise PrivateAddress(field="/url")
        query = f"?{parts.query}" if parts.query else ""
        return cls(parts.scheme, host, port or _PORTS[parts.scheme], (parts.path or "/") + query)

    @property
    def origin(self) -> tuple[str, str, int]:
        """Whom the request goes to."""
        return self.scheme, self.host, self.port


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


def get(
    url: str, headers: Mapping[str, str], *, allow_private: bool, limit: int = BYTES, seconds: int | None = None
) -> Answer:
    """Return what the server at `url` answers; raises BadAddress, PrivateAddress or Unreachable."""
    return _ask(Question("GET", url, headers), allow_private=allow_private, limit=limit, seconds=seconds)


def post(
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    allow_private: bool,
    limit: int = BYTES,
    seconds: int | None = None,
) -> Answer:
    """Return what the server at `url` answers to `body`; raises BadAddress, PrivateAddress or Unreachable."""
    return _ask(Question("POST", url, headers, body), allow_private=allow_private, limit=limit, seconds=seconds)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of whom."""

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(default=None, repr=False)


def _ask(question: Question, *, allow_private: bool, limit: int, seconds: int | None = None) -> Answer:
    target = Target.of(question.url, allow_private=allow_private)
    address = _address(target, allow_private=allow_private)
    seconds = SECONDS if seconds is None else seconds
    deadline = time.monotonic() + seconds
    connection = _Connection(target, address)
    guard = threading.Timer(seconds, connection.cut)
    guard.start()
    try:
        connection.request(question.method, target.path, body=question.body, headers=dict(question.headers))
        with connection.getresponse() as response:
            body = _body(response, limit, deadline)
            if connection.is_cut:  # what came until then may look whole
                raise Unreachable(_SLOW)
            return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, body)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unreachable from error
    finally:
        guard.cancel()
        connection.close()


def _body(response: http.client.HTTPResponse, limit: int, deadline: float) -> bytes:
    parts, room = [], limit
    while part := response.read1(_PIECE):
        room -= len(part)
        if room < 0:
            raise Unreachable("the server's answer is too large")
        if time.monotonic() > deadline:
            raise Unreachable(_SLOW)
        parts.append(part)
    if response.length:
        raise Unreachable("the server's answer is cut off")
    return b"".join(parts)


def _address(target: Target, *, allow_private: bool) -> str:
    """Return an address of the target, all of which have been checked."""
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable("the name of the server leads nowhere") from error
    if not allow_private and not all(is_public(_plain(str(each[4][0]))) for each in found):
        raise PrivateAddress(field="/url")
    return str(found[0][4][0])


def _in_numbers(host: str) -> list[Address]:
    """Return the addresses that `host` spells out, however oddly; none for a name. Asks nobody."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        return []
    return [_plain(str(each[4][0])) for each in found]


def _plain(address: str) -> Address:
    return ipaddress.ip_address(address.partition("%")[0])


def is_public(address: Address) -> bool:
    """Say whether `address` belongs to the open internet, also the IPv4 address that an IPv6 one carries."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address in _NAT64:
            inner.append(ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF))
        if not all(is_public(each) for each in inner if each is not None):
            return False
        if address.ipv4_mapped is not None:
            return True
    return address.is_global and not address.is_multicast and not any(address in each for each in _CLOSED)


class _Connection(http.client.HTTPConnection):
    """A connection to an address that has been checked, for the name that was asked for."""

    def __init__(self, target: Target, address: str) -> None:
        super().__init__(target.host, target.port, timeout=CONNECT_SECONDS)
        self._address = address
        self.is_cut = False
        self._context = ssl.create_default_context() if target.scheme == "https" else None
        self.default_port = _PORTS[target.scheme]

    def connect(self) -> None:
        """Connect to the checked address; the name is not resolved again."""
        self.sock = socket.create_connection((self._address, self.port), self.timeout)
        if self._context is not None:
            tls = self._context.wrap_socket(self.sock, server_hostname=self.host, do_handshake_on_connect=False)
            self.sock = tls
            tls.do_handshake()

    def cut(self) -> None:
        """End the conversation from outside; whoever reads or writes then fails. A timeout bounds one step, not all."""
        self.is_cut = True
        if self.sock is not None:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)
