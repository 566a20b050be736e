"""How often one caller may ask (draft-ietf-httpapi-ratelimit-headers): a client, a customer, or an unknown address.

Rules: (1) each process counts its own share and remembers one moment for each caller, no list of requests; (2) a caller
is counted as who it is, once that is known: only who is nobody yet counts by network address; (3) what is kept here
lives in memory only, and a restart forgets it.
"""

import ipaddress
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from starlette.requests import Request
from starlette.types import Scope

from api import caller, forwarding, paths
from cdp.settings import Settings
from consent.errors import Problem

WINDOW: Final = 60
"""Seconds that a setting's number of requests is for."""
MOST_CALLERS: Final = 50_000
"""How many callers a meter remembers; who asked longest ago has its whole quota again first."""
_IPV6_NETWORK: Final = 64
_FREE: Final = frozenset({paths.RECORDS, "/healthz", "/readyz", "/metrics", "/favicon.ico"}) | paths.SEGMENT
_FREE_BELOW: Final = "/static/"
_BY_TOKEN: Final = ("/v1/", "/access/", "/ssf/", "/oauth/userinfo", "/oauth/grants/")
"""Where a token says who asks. Anywhere else one is not even read, and showing one makes nobody known."""
_LOGIN: Final = "/v1/login"
_OPEN: Final = frozenset({"/v1/catalog", "/v1/messages/keys", "/v1/senders"})
"""What is for everybody: no token that is shown there is looked at, so it makes nobody known."""


class TooManyCalls(Problem):
    """You asked more often than you may; the headers say when to ask again."""

    code = "rate-limited"

    def __init__(self, seconds: float) -> None:
        """Say after how many seconds there is room again."""
        super().__init__()
        self.seconds = max(1, math.ceil(seconds))


@dataclass(slots=True)
class Meter:
    """Who asked how much of one quota: a bucket that leaks evenly, known by the moment at which it will be empty."""

    name: str
    requests: int
    clock: Callable[[], float] = time.monotonic
    policy: bytes = field(init=False)
    """The quota as `RateLimit-Policy` says it."""
    _each: float = field(init=False)
    _empty_at: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Work out what one request weighs."""
        self._each = WINDOW / self.requests
        self.policy = b'"%s";q=%d;w=%d' % (self.name.encode(), self.requests, WINDOW)

    def count(self, who: str) -> float:
        """Count one request and return in how many seconds the bucket is empty; raises TooManyCalls."""
        now = self.clock()
        empty_at = self._empty_at.get(who, now)
        filled = (empty_at - now if empty_at > now else 0.0) + self._each
        if filled > WINDOW + self._each / 2:  # half a request, for what floating numbers lose
            raise TooManyCalls(filled - WINDOW)
        if len(self._empty_at) >= MOST_CALLERS:
            self._forget(now)
        self._empty_at[who] = now + filled
        return filled

    def standing(self, filled: float) -> bytes:
        """Return what is left, and in how many seconds all of it is back, as `RateLimit` says it."""
        return b'"%s";r=%d;t=%d' % (self.name.encode(), round((WINDOW - filled) / self._each), math.ceil(filled))

    def _forget(self, now: float) -> None:
        """Forget whose bucket is empty; while there are still too many, the half that is emptiest."""
        kept = {who: at for who, at in self._empty_at.items() if at > now}
        if len(kept) > MOST_CALLERS // 2:
            kept = dict(sorted(kept.items(), key=lambda each: each[1])[-MOST_CALLERS // 2 :])
        self._empty_at = kept


class Rates:
    """The meters of one process; each counts the share of the platform's quota that falls to it."""

    def __init__(self, settings: Settings, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Divide what the settings allow by the number of processes."""
        quotas = settings.quotas
        client, customer, address = (
            max(1, each // settings.processes) for each in (quotas.client, quotas.customer, quotas.address)
        )
        self.client = Meter("client", client, clock)
        self.customer = Meter("customer", customer, clock)
        self.address = Meter("address", address, clock)


def count_client(scope: Scope, who: str) -> None:
    """Count a request of a program; raises TooManyCalls."""
    _count(scope, scope["app"].state.rates.client, who)


def count_customer(scope: Scope, who: str) -> None:
    """Count a request of a customer; raises TooManyCalls."""
    _count(scope, scope["app"].state.rates.customer, who)


def _count(scope: Scope, meter: Meter, who: str) -> None:
    note = caller.note_of(scope)
    try:
        note.rate = meter, meter.count(who)
    except TooManyCalls:
        note.rate = meter, WINDOW
        raise


def count_address(scope: Scope) -> None:
    """Count a request that shows no token by its network address: logins, the token endpoint, pages, the public log.

    Raises TooManyCalls.
    """
    if _is_nobody(scope):
        state = scope["app"].state
        asks = forwarding.client_of(Request(scope), state.platform.settings.trusted_proxies)
        _count(scope, state.rates.address, network_of(asks))


def headers(note: caller.Note) -> tuple[tuple[bytes, bytes], ...]:
    """Return what an answer says of its caller's quota; nothing where none was counted."""
    if note.rate is None:
        return ()
    meter, filled = note.rate
    return (b"ratelimit-policy", meter.policy), (b"ratelimit", meter.standing(filled))


def network_of(address: str) -> str:
    """Return what counts as one caller: an IPv4 address, or the network of one household of IPv6."""
    if ":" not in address:
        return address
    try:
        return str(ipaddress.ip_network((address, _IPV6_NETWORK), strict=False))
    except ValueError:
        return ""


def _is_nobody(scope: Scope) -> bool:
    path: str = scope["path"]
    if path in _FREE or path.startswith(_FREE_BELOW):
        return False
    if not path.startswith(_BY_TOKEN) or path.startswith(_LOGIN) or path in _OPEN:
        return True
    return not any(
        name == b"authorization" and value[:7].lower().startswith((b"bearer ", b"dpop "))
        for name, value in scope["headers"]
    )
