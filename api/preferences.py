"""`Prefer: wait` (RFC 7240 §4.3): how long an asker wants to wait for an act to be under a signed checkpoint.

While one waits, no database connection and no thread is held: one task of the process looks at the size of the newest
checkpoint now and then, and wakes everybody who waits; only then does each look after its own act.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final
from uuid import UUID

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import APIRoute

from cdp import refusals
from cdp.log import store
from cdp.own import receipts
from cdp.platform import Platform
from cdp.scope import VISITOR, Scope
from consent.errors import NotFound

LONGEST: Final = 10
"""Seconds that an asker may wait at most; more counts as so many."""
LOOK: Final = 0.1
AGAIN: Final = "1"
_WAIT: Final = re.compile(r"\s*wait\s*=\s*\"?([0-9]{1,6})\"?\s*", re.IGNORECASE)
_ACCEPTED: Final = 202
_REDIRECT: Final = 300
ID: Final = "receipt_id"
"""What a path calls the act whose receipt is asked for."""
_WRITES: Final = frozenset({"POST", "PATCH"})
PARAMETER: Final[dict[str, Any]] = {
    "in": "header",
    "name": "Prefer",
    "required": False,
    "schema": {"type": "string", "maxLength": 200},
    "description": "`wait=2` waits up to two seconds, at most ten, until a signed checkpoint covers it (RFC 7240).",
}
LATER: Final = (
    "It holds already, but no signed checkpoint covers it yet: ask for its receipt after the seconds in Retry-After."
)


def seconds(request: Request) -> int:
    """Return how long the asker wants to wait; 0 when nothing is said or it cannot be read."""
    for each in ",".join(request.headers.getlist("prefer")).split(",")[:16]:
        if found := _WAIT.fullmatch(each.partition(";")[0]):
            return min(int(found[1]), LONGEST)
    return 0


class Signed:
    """Wakes who waits when a checkpoint is signed; one for a process and its loop."""

    def __init__(self, platform: Platform) -> None:
        """Look at `platform`, only while somebody waits."""
        self._platform = platform
        self._changed = asyncio.Condition()
        self._size = -1
        self._waiting = 0
        self._looking: asyncio.Task[None] | None = None

    async def until(self, is_done: Callable[[], Awaitable[bool]], *, seconds: float) -> bool:
        """Return True as soon as a checkpoint makes `is_done` true; False when so many seconds are over."""
        self._waiting += 1
        try:
            async with asyncio.timeout(seconds):
                seen = self._size
                while not await is_done():
                    if self._looking is None or self._looking.done():
                        self._looking = asyncio.create_task(self._look())
                    seen = await self._other_than(seen)
        except TimeoutError:
            return False
        finally:
            self._waiting -= 1
        return True

    async def _other_than(self, seen: int) -> int:
        async with self._changed:
            await self._changed.wait_for(lambda: self._size != seen)
            return self._size

    async def _look(self) -> None:
        while self._waiting:
            size = await run_in_threadpool(_signed_size, self._platform, self._size)
            if size != self._size:
                async with self._changed:
                    self._size = size
                    self._changed.notify_all()
            await asyncio.sleep(LOOK)


def _signed_size(platform: Platform, known: int) -> int:
    """Return the size of the newest checkpoint; what is known while there is no log yet, or no database to ask."""
    try:
        with platform.database.scoped(VISITOR) as session:
            newest = store.newest(session, store.current(session, store.CONSENT))
    except Exception as error:
        if isinstance(error, NotFound) or refusals.is_unavailable(error):
            return known
        raise
    return 0 if newest is None else newest.size


class Proven(APIRoute):
    """A call whose answer may wait for the log: an act for its checkpoint, a receipt until it can be had."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **rest: Any) -> None:  # noqa: ANN401 -- what the framework's route takes
        """Describe the header, and the answer that comes before the checkpoint."""
        extra = rest.get("openapi_extra") or {}
        rest["openapi_extra"] = {**extra, "parameters": [*extra.get("parameters", ()), PARAMETER]}
        super().__init__(path, endpoint, **rest)
        if _is_act(self):
            self.responses = {**self.responses, _ACCEPTED: {"description": LATER}}

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler, with the waiting around it."""
        handle, is_act = super().get_route_handler(), _is_act(self)

        async def waiting(request: Request) -> Response:
            response = await handle(request)
            wait = seconds(request)
            if not wait or response.status_code >= _REDIRECT:
                return response
            if is_act:
                if not await _is_proven(request, None, wait):
                    response.status_code, response.headers["Retry-After"] = _ACCEPTED, AGAIN
            elif response.status_code == _ACCEPTED and await _is_proven(request, request.path_params[ID], wait):
                response = await handle(request)
            response.headers["Preference-Applied"] = f"wait={wait}"
            return response

        return waiting


def _is_act(route: APIRoute) -> bool:
    return not _WRITES.isdisjoint(route.methods or ())


def about(request: Request, act_id: UUID, scope: Scope) -> None:
    """Say which act an answer tells of, and who may see its place in the log, where that is not who asks."""
    request.state.told = (act_id, scope)


async def _is_proven(request: Request, unverified_act_id: str | None, wait: int) -> bool:
    """Wait until a signed checkpoint covers the act, or the newest act of who asks."""
    platform: Platform = request.app.state.platform
    signed: Signed = request.app.state.signed
    told: tuple[UUID, Scope] | None = getattr(request.state, "told", None)
    act_id: UUID | None
    if told is not None:
        act_id, scope = told
    else:
        scope = request.state.scope
        act_id = await run_in_threadpool(_act_id, platform, scope, unverified_act_id)

    async def is_done() -> bool:
        return act_id is None or await run_in_threadpool(_is_signed, platform, scope, act_id)

    return await signed.until(is_done, seconds=wait)


def _act_id(platform: Platform, scope: Scope, unverified_act_id: str | None) -> UUID | None:
    if unverified_act_id is not None:
        return UUID(unverified_act_id)
    with platform.database.scoped(scope) as session:
        return receipts.latest(session)


def _is_signed(platform: Platform, scope: Scope, act_id: UUID) -> bool:
    with platform.database.scoped(scope) as session:
        return store.is_signed(session, act_id)
