"""Who looked: every read of the customer's data, and every refusal."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from api import paging
from api.paging import After
from api.principals import Customer, PlatformDep
from cdp import clock, directory
from cdp.cursors import NEWEST_FIRST
from cdp.own import accesses
from consent.types import Instant

router = APIRouter(prefix="/v1/me/accesses", tags=["customer"])

Limit = Annotated[int, Query(ge=1, le=500, description="How many at most.")]
WithOwn = Annotated[bool, Query(description="Whether the customer's own reads are listed, too.")]


class AccessView(BaseModel):
    """One read or refusal: who, by which path, for what, what was asked and what was released."""

    access_id: UUID
    at: Instant
    organization: str | None
    organization_name: str | None
    client_id: str | None
    principal: str
    path: str
    purpose: str | None
    asked: list[str]
    released: list[str]
    records: int
    outcome: str
    reason: str
    grant_id: UUID | None


class Accesses(BaseModel):
    """A page of accesses, newest first."""

    accesses: list[AccessView]
    next: str | None


def _view(each: accesses.Access, names: directory.Names) -> AccessView:
    return AccessView(
        access_id=each.access_id,
        at=each.at,
        organization=names.slug(each.organization) if each.organization else None,
        organization_name=names.name(each.organization) if each.organization else None,
        client_id=each.client_id,
        principal=each.principal,
        path=each.path,
        purpose=each.purpose,
        asked=each.asked,
        released=each.released,
        records=each.records,
        outcome=each.outcome,
        reason=each.reason,
        grant_id=each.grant_id,
    )


@router.get("", summary="List who looked", operation_id="list_my_accesses")
def list_my_accesses(
    person: Customer, platform: PlatformDep, after: After = None, limit: Limit = 100, *, own: WithOwn = False
) -> Accesses:
    """Return every read of the customer's data and every refusal, newest first."""
    at, caller = clock.now(), f"accesses {person.customer_id}"
    place = paging.begin(platform, after, NEWEST_FIRST, caller=caller)
    with platform.database.scoped(person.scope) as session:
        names = directory.names(session)
        found = accesses.of_customer(session, after=place, until=at, limit=limit, with_own=own)
        accesses.note_own_read(session, person.scope, path="accesses", categories=[], records=len(found), at=at)
    last = paging.next_after(platform, found, limit, caller=caller)
    return Accesses(accesses=[_view(each, names) for each in found], next=last)
