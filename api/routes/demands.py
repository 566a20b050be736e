"""What customers ask of an organization under the law, and its answers: due in a month."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from api import demand_mail, paging
from api.paging import After
from api.principals import DemandAnswerer, PlatformDep
from cdp import clock, demand_answers, demands
from cdp.cursors import OLDEST_FIRST
from cdp.demand_answers import Answer, Asked, Reply
from cdp.mailroom import demand_letters
from cdp.platform import Platform
from cdp.scope import Principal

router = APIRouter(prefix="/v1/demands", tags=["source"])

Limit = Annotated[int, Query(ge=1, le=200, description="How many at most.")]
WithAnswered = Annotated[bool, Query(description="Whether those that are answered or taken back are listed, too.")]
DemandId = Annotated[UUID, Path(description="The demand, as listed.")]


class AskedView(BaseModel):
    """What a customer asks: of whom in the organization's own words, about what, and by when to answer.

    `wanted` and `note` are empty once it was taken back, and in what comes back after an answer.
    """

    demand_id: UUID
    profile_id: str
    references: list[str]
    kind: str
    state: str
    category: str | None
    type: str | None
    said: JsonValue
    wanted: JsonValue
    note: str
    looked_at: datetime | None
    asked_at: datetime
    due_at: datetime
    extended_at: datetime | None
    answered_at: datetime | None
    reason: str | None


class AskedPage(BaseModel):
    """A page of demands, oldest first."""

    demands: list[AskedView]
    next: str | None


class ReplyBody(BaseModel):
    """The answer. A refusal by law names until when it is kept; `extended` takes two months more, once."""

    model_config = ConfigDict(extra="forbid")

    answer: Answer
    reason: Annotated[str, Field(max_length=40, description="One of the reasons that go with the answer.")]
    kept_until: date | None = None
    note: Annotated[str, Field(max_length=demands.LONGEST_NOTE, description="What the customer should know.")] = ""


def _view(platform: Platform, organization: UUID, each: Asked) -> AskedView:
    return AskedView(
        demand_id=each.demand_id,
        profile_id=platform.profile_ids.profile_id(each.customer_id, organization),
        references=each.references,
        kind=each.kind,
        state=each.state,
        category=each.category,
        type=each.type,
        said=each.said,
        wanted=each.wanted,
        note=each.note,
        looked_at=each.looked_at,
        asked_at=each.asked_at,
        due_at=each.due_at,
        extended_at=each.extended_at,
        answered_at=each.answered_at,
        reason=each.reason,
    )


@router.get("", summary="List what customers ask", operation_id="list_demands")
def list_demands(
    asking: DemandAnswerer,
    platform: PlatformDep,
    after: After = None,
    limit: Limit = 50,
    *,
    answered: WithAnswered = False,
) -> AskedPage:
    """Return what customers ask of this organization: put right, disputed, to erase, or a look to explain.

    Whose right values are in the answer finds a line in the log for it, at each call.
    """
    at, caller = clock.now(), f"demands {asking.organization}"
    place = paging.begin(platform, after, OLDEST_FIRST, caller=caller)
    with platform.database.scoped(asking.scope(Principal.SOURCE)) as session:
        found = demand_answers.to_organization(
            session, platform.ring, only_open=not answered, after=place, limit=limit, at=at
        )
    last = paging.next_after(platform, found, limit, caller=caller)
    return AskedPage(demands=[_view(platform, asking.organization, each) for each in found], next=last)


@router.post("/{demand_id}/answer", summary="Answer a customer", operation_id="answer_demand")
def answer_demand(
    demand_id: DemandId, body: ReplyBody, asking: DemandAnswerer, platform: PlatformDep, request: Request
) -> AskedView:
    """Answer: a dispute ends with it, what is erased goes here too, and the customer hears of it by a letter."""
    at, reply = clock.now(), Reply(body.answer, body.reason, body.kept_until, body.note)
    with platform.database.scoped(asking.scope(Principal.SOURCE)) as session:
        demand_answers.answer(platform, session, demand_id, reply, at=at)
        answered = demand_answers.find(session, platform.ring, demand_id, at=at)
    demand_mail.send(request, demand_letters.answered(platform, answered.customer_id, demand_id))
    return _view(platform, asking.organization, answered)
