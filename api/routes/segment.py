"""The Segment-compatible wire: SDKs of Segment and RudderStack work when only their host is changed.

Rules: (1) success is exactly 200, after the commit; (2) one bad event fails neither its neighbours nor the batch: it
goes to the reject log; (3) what anybody with a write key can send verifies nothing and consents to nothing.
"""

import binascii
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api import caller, privacy_control
from api.principals import PlatformDep, Supplier, header_key, supplier_of
from cdp import clock
from cdp.catalog import files
from cdp.ingest import decoding, segment
from cdp.ingest.batch import Batch, Path
from cdp.ingest.items import LARGEST_BATCH_BYTES, Outcome
from cdp.ingest.segment import CALLS, Call
from consent.errors import Unauthenticated

router = APIRouter(prefix="/v1", tags=["segment"])

_LARGE: Final = 192 * 1024
"""From so many bytes on, reading leaves the event loop to others; below, the change of threads costs more."""
_BODY: Final = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {"type": "object", "description": "As the SDKs of Segment and RudderStack send it; gzip is fine."}
        }
    },
}


class Received(BaseModel):
    """That everything is stored, but for what stands in the reject log."""

    success: bool
    received: int
    rejected: int


async def _sender(
    request: Request, platform: PlatformDep, key: Annotated[str | None, Depends(header_key)]
) -> tuple[Supplier, bytes]:
    """Return who sends and the plain body: by Bearer, by Basic, or else by the key in the body itself."""
    packed, encoding = await request.body(), request.headers.get("content-encoding")
    if key is None:
        body = decoding.unpack(packed, encoding=encoding, limit=LARGEST_BATCH_BYTES)
        key = await run_in_threadpool(segment.write_key, body)
        if key is None:
            raise Unauthenticated("this call needs a write key")
    supplier = await supplier_of(request, platform, key)
    return supplier, decoding.unpack(packed, encoding=encoding, limit=supplier.batch_bytes)


Sender = Annotated[tuple[Supplier, bytes], Depends(_sender)]


async def take(call: Call, request: Request, sender: tuple[Supplier, bytes]) -> Received:
    """Store what the SDK sent."""
    supplier, body = sender
    at, name = clock.now(), files.shipped().attribute_name
    parse = partial(segment.parse, received_at=at, attribute_name=name, is_objecting=privacy_control.is_said(request))
    events = await run_in_threadpool(parse, call, body) if len(body) > _LARGE else parse(call, body)
    groups = [event if isinstance(event, list) else [event] for event in events]
    request_id = caller.note_of(request.scope).request_id
    taken = await request.app.state.intake.take(Batch(supplier.scope, groups, Path.SEGMENT, request_id, at))
    groups_of = {flaw.group for flaw in taken.flaws}
    rejected = sum(any(each.outcome is Outcome.REJECTED for each in taken.verdicts[group]) for group in groups_of)
    return Received(success=True, received=len(groups), rejected=rejected)


def lean(call: Call) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    """Return what serves this call without the framework; the endpoint describes it."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        key = _key(request.headers.get("authorization"))
        received = await take(call, request, await _sender(request, request.app.state.platform, key))
        await Response(received.model_dump_json(), media_type="application/json")(scope, receive, send)

    return serve


def _key(authorization: str | None) -> str | None:
    """Return the unverified write key of a Bearer header, or of a Basic one as its user name."""
    scheme, _, said = (authorization or "").partition(" ")
    if scheme.lower() == "bearer":
        return said.strip() or None
    if scheme.lower() != "basic":
        return None
    try:
        return binascii.a2b_base64(said.strip(), strict_mode=True).decode().partition(":")[0]
    except ValueError:
        raise Unauthenticated("this call needs a write key") from None


def _endpoint(call: Call) -> Callable[..., Awaitable[Received]]:
    async def endpoint(request: Request, sender: Sender) -> Received:
        return await take(call, request, sender)

    return endpoint


for _name, _call in CALLS.items():
    router.add_api_route(
        f"/{_name}",
        _endpoint(_call),
        methods=["POST"],
        name=f"segment_{_name}",
        summary=f"Send a batch of calls{'' if len(_name) > 1 else ', the short way'}"
        if _call is Call.BATCH
        else f"Send one {_call.value} call{'' if len(_name) > 1 else ', the short way'}",
        description="Answered after the write is durable. An event that cannot be taken stands in GET /v1/rejects.",
        openapi_extra={"requestBody": _BODY},
    )
