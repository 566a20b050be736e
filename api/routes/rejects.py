"""What a source sent that was not taken: a reason and a place, never a value."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from api.paging import After
from api.principals import AnySource, PlatformDep
from cdp.ingest import rejects
from cdp.ingest.batch import Path
from cdp.ingest.items import Reason

router = APIRouter(prefix="/v1", tags=["source"])


class RejectView(BaseModel):
    """One item that was not taken, or an identifier that an item was taken without.

    `position` is its place in the call, from 0, or the line of a file; `message_id` is told when it is a random one.
    """

    at: datetime
    path: Path
    position: int
    reason: Reason
    field: str | None
    message_id: str | None
    request_id: str


class Rejects(BaseModel):
    """A page of the reject log, the latest first."""

    rejects: list[RejectView]
    next: str | None


@router.get("/rejects", summary="Show what was not taken")
def list_rejects(
    platform: PlatformDep,
    source: AnySource,
    after: After = None,
    limit: Annotated[int, Query(ge=1, le=rejects.MOST, description="How many at most.")] = 100,
) -> Rejects:
    """Return what of the asking source was not taken in the last thirty days; to a write key or an access token."""
    with platform.database.scoped(source) as session:
        found, more = rejects.page(session, source, platform.cursors, after=after, limit=limit)
    return Rejects(rejects=[RejectView(**asdict(each)) for each in found], next=more)
