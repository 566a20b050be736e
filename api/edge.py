"""The edge: what is done around every request, whoever answers it.

Each duty is a function in a module of its own; here they follow one another in one place, so that a request passes one
callable instead of one for each duty, and every answer takes its headers in one step. Rules: (1) nobody reads a
request before it was counted and found readable; (2) every answer, a refusal of the edge's own too, has our headers
and its line in the log; (3) no error passes.
"""

import time

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import browsers, caller, errors, limits, rates, requests_log


class Edge:
    """Stand before everything that answers."""

    def __init__(self, app: ASGIApp, *, measure: requests_log.Measure) -> None:
        """Tell `measure` of every request: its method, its route, the status and the seconds that it took."""
        self._app = app
        self._measure = measure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        answer = _Answer(scope, send)
        try:
            await self._serve(scope, receive, answer)
        finally:
            seconds = time.perf_counter() - began
            self._measure(requests_log.method_of(scope), requests_log.route_of(scope), answer.status, seconds)
            requests_log.tell(scope, answer.note, answer.status, seconds)

    async def _serve(self, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        try:
            response = browsers.preflight(scope) or _refusal(scope)
            if response is None:
                await self._app(scope, await limits.readable(scope, receive), answer.send)
                return
        except Exception as error:  # noqa: BLE001 -- the request edge: nothing passes it
            response = errors.answer_to(scope, error)
        if answer.status:
            raise errors.AnswerBroken from None
        await response(scope, receive, answer.send)


def _refusal(scope: Scope) -> Response | None:
    rates.count_address(scope)
    return limits.refusal(scope)


class _Answer:
    """Where an answer is sent to, with the headers that every answer has; `status` is 0 until it begins."""

    __slots__ = ("_scope", "_send", "_told", "note", "status")

    def __init__(self, scope: Scope, send: Send) -> None:
        self.note = caller.begin(scope, requests_log.request_id(scope))
        self.status = 0
        self._scope, self._send = scope, send
        self._told = requests_log.header(scope, self.note)  # what the answer calls the request

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [
                *limits.safe(message["headers"]),
                *rates.headers(self.note),
                *browsers.headers(self._scope),
                self._told,
            ]
        await self._send(message)
