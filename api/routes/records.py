"""Records of an organization's own customers, one outcome for each: attributes, products, interactions and facts."""

from typing import Any, Final

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from api import caller
from api.principals import RecordWriter
from cdp import clock
from cdp.catalog import files
from cdp.idempotency import AlreadyDone, Answer, Call
from cdp.ingest import decoding, records
from cdp.ingest.batch import Also, Batch, Path, Taken, Verdict
from cdp.ingest.items import RECORDS_BYTES, Outcome, Reason
from cdp.scope import Principal

router = APIRouter(prefix="/v1", tags=["source"])

_BODY: Final = {"required": True, "content": {"application/json": {"schema": records.schemas()[0]}}}


class RecordOutcome(BaseModel):
    """What became of one item, in the order of the call; `reason` and `field` only for a rejected one."""

    outcome: Outcome
    reason: Reason | None
    field: str | None


class RecordsTaken(BaseModel):
    """One outcome for each item."""

    results: list[RecordOutcome]


@router.post("/records", summary="Send records", openapi_extra={"requestBody": _BODY})
async def send_records(request: Request, sender: RecordWriter) -> RecordsTaken:
    """Store at most 1,000 items and say what became of each; answered after the write is durable."""
    body = decoding.unpack(await request.body(), encoding=request.headers.get("content-encoding"), limit=RECORDS_BYTES)
    at = clock.now()
    items = await run_in_threadpool(records.parse, body, received_at=at, attribute_name=files.shipped().attribute_name)
    batch = Batch(
        scope=sender.scope(Principal.SOURCE),
        groups=[[item] for item in items],
        path=Path.RECORDS,
        request_id=caller.note_of(request.scope).request_id,
        received_at=at,
        may_verify=True,
        also=_keep(sender.call) if sender.call else None,
    )
    return _answer(await request.app.state.intake.take(batch))


def _keep(call: Call) -> Also:
    async def keep(connection: Any, taken: Taken) -> None:  # noqa: ANN401  # a psycopg connection, which the door does not know
        if not await call.keep_in(connection, Answer(200, _answer(taken).model_dump_json().encode())):
            raise AlreadyDone

    return keep


def _answer(taken: Taken) -> RecordsTaken:
    return RecordsTaken(results=[_outcome(verdict) for verdict in taken.first()])


def _outcome(verdict: Verdict) -> RecordOutcome:
    rejection = verdict.rejection
    if rejection is None:
        return RecordOutcome(outcome=verdict.outcome, reason=None, field=None)
    return RecordOutcome(outcome=verdict.outcome, reason=rejection.reason, field=rejection.field or None)
