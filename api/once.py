"""Calls that may be made twice: every write of a customer or a service takes an Idempotency-Key.

After draft-ietf-httpapi-idempotency-key-header. Whoever asks is known before a key is looked at; reads by POST are not
kept, so that what was revoked is never answered from here.
"""

import re
from dataclasses import dataclass
from typing import Any, Final

from fastapi import FastAPI, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Send
from starlette.types import Scope as Connection

from api import errors
from cdp.idempotency import LONGEST_KEY, AlreadyDone, Answer, Call
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from consent.errors import Conflict, Invalid

HEADER: Final = "Idempotency-Key"
WRITES: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
PARAMETER: Final[dict[str, Any]] = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "The same key with the same call gives the first answer again, for 24 hours, and does nothing.",
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[\\x21-\\x7e]+$"},
}
ENDS_SESSION: Final = frozenset({("DELETE", "/v1/me"), ("POST", "/v1/logout"), ("POST", "/v1/me/sessions/end-all")})
_KEY: Final = "cdp.once"
_NAME: Final = HEADER.lower().encode()
_GOOD: Final = re.compile(rb"[\x21-\x7e]{1,%d}" % LONGEST_KEY)
_SUCCESS: Final = range(200, 300)


class BadKey(Invalid):
    """An Idempotency-Key is 1 to 200 visible ASCII characters, and stands in a call once."""

    code = "bad-idempotency-key"


class Replayed(Exception):
    """The call was done before; this is what it was answered."""

    def __init__(self, answer: Answer) -> None:
        super().__init__("replayed")
        self.answer = answer


@dataclass(slots=True)
class _Held:
    """The key of a request, and the call once its caller is known."""

    key: str
    call: Call | None = None


def install(app: FastAPI) -> None:
    """Make `app` answer a repeated call as the first."""
    app.add_exception_handler(Replayed, _replayed)
    app.add_exception_handler(AlreadyDone, _already_done)


async def call_of(request: Request, platform: Platform, scope: Scope) -> Call | None:
    """Return the call under its key, or None where it has none; raises Replayed if it was done before."""
    held = request.scope.get(_KEY)
    if not isinstance(held, _Held):
        return None
    about = b"\0".join(
        (request.method.encode(), request.url.path.encode(), request.url.query.encode(), await request.body())
    )
    call = Call(platform, scope, key=held.key, about=about)
    if (answer := await call.earlier()) is not None:
        raise Replayed(answer)
    held.call = call
    return call


async def parting_call_of(request: Request, platform: Platform, unverified_token: str) -> Call | None:
    """Return the call under its key if it ends the session that asks: a repetition finds no session any more.

    The token is part of the key, so that only who holds it is answered; raises Replayed if it was done before.
    """
    held = request.scope.get(_KEY)
    if not isinstance(held, _Held) or (request.method, request.url.path) not in ENDS_SESSION:
        return None
    held.key = f"{unverified_token}\0{held.key}"
    return await call_of(request, platform, Scope(Principal.DOORMAN))


class OnceOnly:
    """Take note of the key, and keep the answer before it leaves."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Connection, receive: Receive, send: Send) -> None:
        """Serve one request."""
        found = [value for name, value in scope.get("headers", ()) if name == _NAME]
        if not found or scope.get("method") not in WRITES:
            await self._app(scope, receive, send)
            return
        if len(found) > 1 or not _GOOD.fullmatch(found[0]):
            await errors.response_of(scope, BadKey(field=f"/{HEADER}"))(scope, receive, send)
            return
        held = scope[_KEY] = _Held(found[0].decode())
        await self._app(scope, receive, _Keeping(held, send))


class _Keeping:
    """Hold an answer back until it is kept; one that tells of a failure gives the claim up."""

    def __init__(self, held: _Held, send: Send) -> None:
        self._held, self._send = held, send
        self._start: Message = {}
        self._body = b""

    async def __call__(self, message: Message) -> None:
        call = self._held.call
        if call is None or not call.is_claimed:
            await self._send(message)
        elif message["type"] == "http.response.start":
            self._start = message
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body"):
                await self._finish(call)

    async def _finish(self, call: Call) -> None:
        status = self._start["status"]
        if status in _SUCCESS:
            await call.keep(Answer(status, self._body))
        else:
            await call.release()
        await self._send(self._start)
        await self._send({"type": "http.response.body", "body": self._body})


async def _replayed(_: Request, error: Exception) -> Response:
    if not isinstance(error, Replayed):
        raise error
    kept = error.answer
    return Response(kept.body, status_code=kept.status, media_type="application/json" if kept.body else None)


async def _already_done(request: Request, error: Exception) -> Response:
    """Answer as the first call did, when that came while this one was under way."""
    held = request.scope.get(_KEY)
    if not isinstance(error, AlreadyDone):
        raise error
    call = held.call if isinstance(held, _Held) else None
    if call is not None:
        call.is_claimed = False
        try:
            if (answer := await call.earlier()) is not None:
                return await _replayed(request, Replayed(answer))
        except Conflict as other:  # still without an answer, or a call with another body
            return errors.response_of(request.scope, other)
    return errors.response_of(request.scope, error)
