"""One line of JSON for each request, at its end; no person, no path as it was sent, no query."""

import logging
import re
import secrets
import time
from collections.abc import Callable
from typing import Final

import msgspec
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import caller, paths
from cdp import clock

Measure = Callable[[str, str, int, float], None]

_LOG: Final = logging.getLogger("cdp.requests")
_HEADER: Final = b"x-request-id"
_SAFE: Final = re.compile(rb"[0-9a-f]{16,64}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_REPEATED: Final = re.compile(rb"[A-Za-z0-9._~+/=:@-]{1,128}")
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
NO_ROUTE: Final = "(none)"
_BLANK: Final = vars(logging.LogRecord(_LOG.name, logging.INFO, __file__, 0, "", None, None))
_encode: Final = msgspec.json.Encoder().encode


class RequestsLog:
    """Give every request an id, say it in the answer, and log one line when the answer has left."""

    def __init__(self, app: ASGIApp, *, measure: Measure) -> None:
        self._app = app
        self._measure = measure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        note, began, status = caller.begin(scope, _request_id(scope)), time.perf_counter(), 0
        told = _echo(scope) or note.request_id.encode()

        async def named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (_HEADER, told)]
            await send(message)

        try:
            await self._app(scope, receive, named)
        finally:
            seconds = time.perf_counter() - began
            self._measure(method_of(scope), route_of(scope), status, seconds)
            if _LOG.isEnabledFor(logging.INFO):
                _LOG.handle(_record(_line(scope, note, status, seconds)))


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
    return _encode(
        {
            "event": "request",
            "id": note.request_id,
            "method": method_of(scope),
            "route": route_of(scope),
            "principal": note.principal,
            "organization": note.organization,
            "status": status,
            "outcome": note.outcome or ("ok" if status else "broken"),
            "milliseconds": round(seconds * 1000, 3),
        }
    ).decode()


def _echo(scope: Scope) -> bytes | None:
    """Return the sender's own id where a standard has it repeated; it is told back to them, and never logged."""
    if not paths.is_authzen(scope["path"]):
        return None
    given = next((value for name, value in scope["headers"] if name == _HEADER), b"")
    return given if _REPEATED.fullmatch(given) else None


def _request_id(scope: Scope) -> str:
    """Return the sender's id when it is a UUID or hexadecimal, else a fresh one: a word could name a person."""
    given = next((value for name, value in scope["headers"] if name == _HEADER), b"")
    return given.decode() if _SAFE.fullmatch(given) else secrets.token_hex(12)
