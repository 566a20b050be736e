"""What the customer asks of organizations under the law, and the answers."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from api import demand_mail
from api.principals import Customer, PlatformDep
from cdp import clock, demands, directory
from cdp.demands import Demand
from cdp.own.unsealing import OwnKeys

router = APIRouter(prefix="/v1/me", tags=["customer"])

RecordId = Annotated[UUID, Path(description="The record or interaction, as listed.")]
AccessId = Annotated[UUID, Path(description="The line of the log, as listed.")]
DemandId = Annotated[UUID, Path(description="The demand, as listed.")]
Note = Annotated[str, Field(max_length=demands.LONGEST_NOTE, description="What the organization should know.")]


class Told(BaseModel):
    """A note to the organization that is asked."""

    model_config = ConfigDict(extra="forbid")

    note: Note = ""


class Correction(BaseModel):
    """What it should be, whether its source gets that, too, and a note to the source."""

    model_config = ConfigDict(extra="forbid")

    value: JsonValue
    tell_source: Annotated[bool, Field(description="Whether the source gets the value and is asked to put it right.")]
    note: Note = ""


class DemandView(BaseModel):
    """One thing that was asked; `told` are those who could see it and heard that it changed."""

    demand_id: UUID
    organization: str
    organization_name: str
    kind: str
    state: str
    record_id: UUID | None
    access_id: UUID | None
    category: str | None
    type: str | None
    value: JsonValue
    note: str
    told: list[str]
    asked_at: datetime
    due_at: datetime
    extended_at: datetime | None
    answered_at: datetime | None
    reason: str | None
    kept_until: date | None
    answer_note: str
    withheld: bool


class Demands(BaseModel):
    """Everything that was asked: what is open first, then the newest."""

    demands: list[DemandView]


class Opened(BaseModel):
    """What was asked; without an id nobody has to answer."""

    demand_id: UUID | None


def _view(each: Demand, names: directory.Names, at: datetime) -> DemandView:
    return DemandView(
        demand_id=each.demand_id,
        organization=names.slug(each.organization),
        organization_name=names.name(each.organization),
        kind=each.kind,
        state=each.state(at=at),
        record_id=each.record_id,
        access_id=each.access_id,
        category=each.category,
        type=each.type,
        value=each.words.value,
        note=each.words.note,
        told=[names.slug(recipient) for recipient in each.told],
        asked_at=each.asked_at,
        due_at=each.due_at,
        extended_at=each.extended_at,
        answered_at=each.answered_at,
        reason=each.reason,
        kept_until=each.kept_until,
        answer_note=each.answer_note,
        withheld=each.is_withheld,
    )


@router.get("/demands", summary="List what I asked of organizations", operation_id="list_my_demands")
def list_my_demands(person: Customer, platform: PlatformDep) -> Demands:
    """Return what the customer asked, each with its due date, its answer and who was told."""
    at = clock.now()
    with platform.database.scoped(person.scope) as session:
        names = directory.names(session)
        found = demands.of_customer(session, OwnKeys(session, platform.ring))
    return Demands(demands=[_view(each, names, at) for each in found])


@router.post("/records/{record_id}/correct", summary="Say what it should be", operation_id="correct_record")
def correct_record(
    record_id: RecordId, stated: Correction, person: Customer, platform: PlatformDep, request: Request
) -> Opened:
    """State the customer's own value, which wins at once; with `tell_source` its source gets it, to put it right."""
    at, tell = clock.now(), stated.tell_source
    with platform.database.scoped(person.scope) as session:
        opened = demands.correct(platform, session, record_id, stated.value, tell_source=tell, note=stated.note, at=at)
        letters = demand_mail.about(platform, session, opened)
    demand_mail.send(request, letters)
    return Opened(demand_id=opened)


@router.post("/records/{record_id}/erase", summary="Ask to erase it", operation_id="erase_record")
def erase_record(record_id: RecordId, told: Told, person: Customer, platform: PlatformDep, request: Request) -> Opened:
    """Ask the source to erase it; what it says is erased goes here too. The customer's own words go at once."""
    at = clock.now()
    with platform.database.scoped(person.scope) as session:
        opened = demands.erase(platform, session, record_id, note=told.note, at=at)
        letters = demand_mail.about(platform, session, opened)
    demand_mail.send(request, letters)
    return Opened(demand_id=opened)


@router.post("/accesses/{access_id}/report", summary="Ask why somebody looked", operation_id="report_access")
def report_access(access_id: AccessId, told: Told, person: Customer, platform: PlatformDep, request: Request) -> Opened:
    """Ask whoever looked to explain it; the operator hears of it, too."""
    at = clock.now()
    with platform.database.scoped(person.scope) as session:
        opened = demands.report(platform, session, access_id, note=told.note, at=at)
        letters = demand_mail.about(platform, session, opened)
    demand_mail.send(request, letters)
    return Opened(demand_id=opened)


@router.post("/demands/{demand_id}/withdraw", status_code=204, summary="Take it back", operation_id="withdraw_demand")
def withdraw_demand(demand_id: DemandId, person: Customer, platform: PlatformDep) -> None:
    """Take back what was asked and not answered, with the mark of a dispute."""
    with platform.database.scoped(person.scope) as session:
        demands.withdraw(session, demand_id, at=clock.now())
