"""One line of JSON for each request, at its end, and the id by which it is known; no person, no path as it was sent."""

import logging
import re
import secrets
from collections.abc import Callable
from typing import Final

from starlette.types import Scope

from api import caller, paths
from cdp import clock
from cdp.log_lines import line

Measure = Callable[[str, str, int, float], None]
"""Takes the method, the route, the status and the seconds of a request."""

_LOG: Final = logging.getLogger("cdp.requests")
_HEADER: Final = b"x-request-id"
_SAFE: Final = re.compile(rb"[0-9a-f]{16,64}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_REPEATED: Final = re.compile(rb"[A-Za-z0-9._~+/=:@-]{1,128}")
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
NO_ROUTE: Final = "(none)"
_BLANK: Final = vars(logging.LogRecord(_LOG.name, logging.INFO, __file__, 0, "", None, None))


def tell(scope: Scope, note: caller.Note, status: int, seconds: float) -> None:
    """Log the line of a request that was answered with `status`, 0 where it was not."""
    if _LOG.isEnabledFor(logging.INFO):
        _LOG.handle(_record(_line(scope, note, status, seconds)))


def request_id(scope: Scope) -> str:
    """Return the sender's id when it is a UUID or hexadecimal, else a fresh one: a word could name a person."""
    given = _given(scope)
    return given.decode() if given and _SAFE.fullmatch(given) else secrets.token_hex(12)


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


def _record(line: str) -> logging.LogRecord:
    """Return what the logger would make of `line`, without looking for who called it: that costs more than the rest."""
    record = object.__new__(logging.LogRecord)
    record.__dict__.update(_BLANK, msg=line, created=clock.now().timestamp())
    return record


def _line(scope: Scope, note: caller.Note, status: int, seconds: float) -> str:
    return line(
        "request",
        id=note.request_id,
        method=method_of(scope),
        route=route_of(scope),
        principal=note.principal,
        organization=note.organization,
        status=status,
        outcome=note.outcome or ("ok" if status else "broken"),
        milliseconds=round(seconds * 1000, 3),
    )


def _given(scope: Scope) -> bytes:
    given: bytes = next((value for name, value in scope["headers"] if name == _HEADER), b"")
    return given
