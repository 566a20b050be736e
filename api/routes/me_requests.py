"""The access requests that wait for the customer, and the answers: all, part, or no."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict

from api.preferences import Proven
from api.principals import Customer, PlatformDep
from cdp import clock, directory
from cdp.permissions import access_requests
from cdp.tables import AccessRequest
from consent.types import Categories, Instant

router = APIRouter(prefix="/v1/me/access-requests", tags=["customer"], route_class=Proven)

RequestId = Annotated[UUID, Path(description="The request, as listed.")]


class Answer(BaseModel):
    """The part that the customer chose; left out means all that was asked."""

    model_config = ConfigDict(extra="forbid")

    categories: Categories | None = None
    expires_at: Instant | None = None


class Answered(BaseModel):
    """The act that the answer became."""

    request_id: UUID
    act_id: UUID


class RequestView(BaseModel):
    """What one organization asks."""

    request_id: UUID
    organization: str
    organization_name: str
    is_verified: bool
    purpose: str
    categories: list[str]
    days: int
    notice: dict[str, Any]
    consequences: dict[str, Any]
    by: str | None
    state: str
    asked_at: datetime
    due_at: datetime
    answered_at: datetime | None


class Requests(BaseModel):
    """All requests, those that wait longest first."""

    requests: list[RequestView]


def _view(request: AccessRequest, names: directory.Names, *, at: datetime) -> RequestView:
    return RequestView(
        request_id=request.request_id,
        organization=names.slug(request.organization_id),
        organization_name=names.name(request.organization_id),
        is_verified=names.is_verified(request.organization_id),
        purpose=request.purpose,
        categories=request.categories,
        days=request.days,
        notice=request.notice,
        consequences=request.consequences,
        by=request.used_by,
        state=access_requests.state(request, at=at),
        asked_at=request.asked_at,
        due_at=request.due_at,
        answered_at=request.answered_at,
    )


@router.get("", summary="List what organizations ask", operation_id="list_access_requests")
def list_access_requests(person: Customer, platform: PlatformDep) -> Requests:
    """Return every request to this customer, answered or not."""
    at = clock.now()
    with platform.database.scoped(person.scope) as session:
        names = directory.names(session)
        return Requests(requests=[_view(each, names, at=at) for each in access_requests.of_customer(session)])


@router.post("/{request_id}/approve", summary="Allow what is asked, or part of it", operation_id="approve_request")
def approve_request(
    request_id: RequestId, person: Customer, platform: PlatformDep, answer: Answer | None = None
) -> Answered:
    """Grant what was asked or the chosen part of it; never more. Without a body it is all that was asked."""
    chosen = answer or Answer()
    with platform.database.scoped(person.scope) as session:
        act_id = access_requests.approve(
            session,
            person.scope,
            request_id,
            categories=chosen.categories,
            expires_at=chosen.expires_at,
            at=clock.now(),
        )
    return Answered(request_id=request_id, act_id=act_id)


@router.post("/{request_id}/refuse", summary="Say no", operation_id="refuse_request")
def refuse_request(request_id: RequestId, person: Customer, platform: PlatformDep) -> Answered:
    """Refuse; no reason is asked, and what stood before stays."""
    with platform.database.scoped(person.scope) as session:
        act_id = access_requests.refuse(session, person.scope, request_id, at=clock.now())
    return Answered(request_id=request_id, act_id=act_id)
