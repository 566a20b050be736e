"""Records of an organization's own customers, one outcome for each: attributes, products, interactions and facts."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Request
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from api import caller
from api.principals import PlatformDep, RecordWriter
from cdp import clock, idempotency
from cdp.catalog import files
from cdp.ingest import decoding, records
from cdp.ingest.batch import Also, Batch, Path, Taken, Verdict
from cdp.ingest.items import RECORDS_BYTES, Outcome, Reason
from cdp.scope import Principal

router = APIRouter(prefix="/v1", tags=["source"])

_BODY: Final = {"required": True, "content": {"application/json": {"schema": records.schemas()[0]}}}
IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=idempotency.LONGEST_KEY,
        pattern=r"^[\x21-\x7e]+$",
        description="The same key with the same body gives the first answer again and stores nothing.",
    ),
]


class RecordOutcome(BaseModel):
    """What became of one item, in the order of the call; `reason` and `field` only for a rejected one."""

    outcome: Outcome
    reason: Reason | None
    field: str | None


class RecordsTaken(BaseModel):
    """One outcome for each item."""

    results: list[RecordOutcome]


@router.post("/records", summary="Send records", openapi_extra={"requestBody": _BODY})
async def send_records(
    request: Request, platform: PlatformDep, sender: RecordWriter, idempotency_key: IdempotencyKey = None
) -> RecordsTaken:
    """Store at most 1,000 items and say what became of each; answered after the write is durable."""
    body = decoding.unpack(await request.body(), encoding=request.headers.get("content-encoding"), limit=RECORDS_BYTES)
    once = idempotency.Once(sender.scope(Principal.SOURCE), idempotency_key, body) if idempotency_key else None
    if once is not None and (answer := await once.answer(platform)) is not None:
        return RecordsTaken.model_validate(answer)
    try:
        return await _take(request, sender, body, once)
    except idempotency.AlreadyDone:
        return RecordsTaken.model_validate(await once.answer(platform) if once else None)


async def _take(request: Request, sender: RecordWriter, body: bytes, once: idempotency.Once | None) -> RecordsTaken:
    at = clock.now()
    items = await run_in_threadpool(records.parse, body, received_at=at, attribute_name=files.shipped().attribute_name)
    batch = Batch(
        scope=sender.scope(Principal.SOURCE),
        groups=[[item] for item in items],
        path=Path.RECORDS,
        request_id=caller.note_of(request.scope).request_id,
        received_at=at,
        may_verify=True,
        also=_keep(once) if once else None,
    )
    return _answer(await request.app.state.intake.take(batch))


def _keep(once: idempotency.Once) -> Also:
    async def keep(connection: Any, taken: Taken) -> None:  # noqa: ANN401  # a psycopg connection, which the door does not know
        await once.keep(connection, _answer(taken).model_dump(mode="json"))

    return keep


def _answer(taken: Taken) -> RecordsTaken:
    return RecordsTaken(results=[_outcome(verdict) for verdict in taken.first()])


def _outcome(verdict: Verdict) -> RecordOutcome:
    rejection = verdict.rejection
    if rejection is None:
        return RecordOutcome(outcome=verdict.outcome, reason=None, field=None)
    return RecordOutcome(outcome=verdict.outcome, reason=rejection.reason, field=rejection.field or None)
