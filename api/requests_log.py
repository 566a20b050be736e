"""One line of JSON for each request, at its end, and the id by which it is known; no person, no path as it was sent."""

import logging
import re
import secrets
from collections.abc import Callable
from typing import Final

import msgspec
from starlette.types import Scope

from api import caller, paths
from cdp import clock, log_lines

Measure = Callable[[str, str, int, float], None]
"""Takes the method, the route, the status and the seconds of a request."""

_LOG: Final = logging.getLogger("cdp.requests")
_HEADER: Final = b"x-request-id"
_SAFE: Final = re.compile(rb"[0-9a-f]{16,64}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_REPEATED: Final = re.compile(rb"[A-Za-z0-9._~+/=:@-]{1,128}")
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
NO_ROUTE: Final = "(none)"
_BLANK: Final = vars(logging.LogRecord(_LOG.name, logging.INFO, __file__, 0, "", None, None))
_ID_BYTES: Final = 12
_IDS_AT_ONCE: Final = 256
_FRESH_IDS: Final[list[str]] = []


class _Line(msgspec.Struct):
    """What is told of a request, in the order of the line: made of its parts, quicker than of their names."""

    time: str
    event: str
    id: str
    method: str
    route: str
    principal: str
    organization: str | None
    status: int
    outcome: str
    milliseconds: float


def tell(scope: Scope, note: caller.Note, status: int, seconds: float) -> None:
    """Log the line of a request that was answered with `status`, 0 where it was not."""
    if _LOG.isEnabledFor(logging.INFO):
        at = clock.now().timestamp()
        _LOG.handle(_record(_line(scope, note, status, seconds, at), at))


def request_id(scope: Scope) -> str:
    """Return the sender's id when it is a UUID or hexadecimal, else a fresh one: a word could name a person."""
    given = _given(scope)
    return given.decode() if given and _SAFE.fullmatch(given) else _fresh_id()


def header(scope: Scope, note: caller.Note) -> tuple[bytes, bytes]:
    """Return the header in which an answer says the id of its request.

    Where a standard has the sender's own id repeated, that one is told back to them; it is never logged.
    """
    if paths.is_authzen(scope["path"]) and _REPEATED.fullmatch(given := _given(scope)):
        return _HEADER, given
    return _HEADER, note.request_id.encode()


def route_of(scope: Scope) -> str:
    """Return the template of the route, never the path as it was sent: that may name a person."""
    return getattr(scope.get("route"), "path", None) or NO_ROUTE


def method_of(scope: Scope) -> str:
    """Return the method; one that nobody knows is `other`, for senders could write anything there."""
    return scope["method"] if scope["method"] in _METHODS else "other"


def _fresh_id() -> str:
    """Return an id that was never used; the system is asked for many at a time, for that takes longer than the rest."""
    try:
        return _FRESH_IDS.pop()
    except IndexError:
        random, size = secrets.token_hex(_ID_BYTES * _IDS_AT_ONCE), 2 * _ID_BYTES
        first, *rest = (random[at : at + size] for at in range(0, len(random), size))
        _FRESH_IDS.extend(rest)
        return first


def _record(line: str, created: float) -> logging.LogRecord:
    """Return what the logger would make of `line`, without looking for who called it: that costs more than the rest."""
    record = object.__new__(logging.LogRecord)
    record.__dict__ = _BLANK | {"msg": line, "created": created}
    return record


def _line(scope: Scope, note: caller.Note, status: int, seconds: float, at: float) -> str:
    told = _Line(
        log_lines.second(int(at)),
        "request",
        note.request_id,
        method_of(scope),
        route_of(scope),
        note.principal,
        note.organization,
        status,
        note.outcome or ("ok" if status else "broken"),
        round(seconds * 1000, 3),
    )
    return log_lines.written(told)


def _given(scope: Scope) -> bytes:
    given: bytes = next((value for name, value in scope["headers"] if name == _HEADER), b"")
    return given
