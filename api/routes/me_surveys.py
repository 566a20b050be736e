"""What organizations ask the customer after a conversation, and the answers."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt

from api.principals import Customer, PlatformDep
from cdp import clock, directory
from cdp.database import Session
from cdp.listening import answering
from cdp.listening.answering import Survey
from cdp.listening.asking import CATEGORY
from cdp.listening.survey import Question
from cdp.own import accesses
from cdp.own.unsealing import OwnKeys

router = APIRouter(prefix="/v1/me/surveys", tags=["customer"])

SurveyId = Annotated[UUID, Path(description="The survey, as listed.")]


class SurveyAnswers(BaseModel):
    """Answers to one or more of the questions; the others stay as they are."""

    model_config = ConfigDict(extra="forbid")

    solved: StrictBool | None = None
    smooth: StrictBool | None = None
    heard: StrictBool | None = None
    recommend: Annotated[StrictInt, Field(ge=0, le=10)] | None = None

    @property
    def given(self) -> dict[Question, bool | int]:
        """What is answered, by its question."""
        return {Question(name): said for name, said in self.model_dump(exclude_none=True).items()}


class SurveyView(BaseModel):
    """One conversation that the customer is asked about, and what they answered so far."""

    survey_id: UUID
    organization: str
    organization_name: str
    record_id: UUID
    channel: str | None
    speaker: str | None
    occurred_at: datetime
    asked_at: datetime
    closes_at: datetime
    open: bool
    answered_at: datetime | None
    declined_at: datetime | None
    solved: bool | None
    smooth: bool | None
    heard: bool | None
    recommend: int | None


class Surveys(BaseModel):
    """Every survey, newest first."""

    surveys: list[SurveyView]


def _view(each: Survey, names: directory.Names, at: datetime) -> SurveyView:
    return SurveyView(
        survey_id=each.survey_id,
        organization=names.slug(each.organization),
        organization_name=names.name(each.organization),
        record_id=each.record_id,
        channel=each.channel,
        speaker=each.speaker,
        occurred_at=each.occurred_at,
        asked_at=each.asked_at,
        closes_at=each.closes_at,
        open=each.is_open(at=at),
        answered_at=each.answered_at,
        declined_at=each.declined_at,
        solved=each.solved,
        smooth=each.smooth,
        heard=each.heard,
        recommend=each.recommend,
    )


def _note(session: Session, person: Customer, at: datetime) -> None:
    """Write down that the customer read what they answered."""
    accesses.note_own_read(session, person.scope, path="surveys", categories=[CATEGORY], records=0, at=at)


@router.get("", summary="List what I am asked", operation_id="list_my_surveys")
def list_my_surveys(person: Customer, platform: PlatformDep) -> Surveys:
    """Return what organizations asked after conversations, with the answers that were given."""
    at = clock.now()
    with platform.database.scoped(person.scope) as session:
        names, found = directory.names(session), answering.of_customer(session, OwnKeys(session, platform.ring))
        _note(session, person, at)
    return Surveys(surveys=[_view(each, names, at) for each in found])


@router.get("/{survey_id}", summary="Read what I am asked", operation_id="read_my_survey")
def read_my_survey(survey_id: SurveyId, person: Customer, platform: PlatformDep) -> SurveyView:
    """Return one survey, as the link in a letter names it."""
    with platform.database.scoped(person.scope) as session:
        found, at = answering.find(session, OwnKeys(session, platform.ring), survey_id), clock.now()
        _note(session, person, at)
        return _view(found, directory.names(session), at)


@router.patch("/{survey_id}", summary="Answer", operation_id="answer_survey")
def answer_survey(survey_id: SurveyId, body: SurveyAnswers, person: Customer, platform: PlatformDep) -> SurveyView:
    """Answer one or more of the questions; an answer can be changed while the survey is open."""
    at = clock.now()
    with platform.database.scoped(person.scope) as session:
        found = answering.answer(platform, session, survey_id, body.given, at=at)
        return _view(found, directory.names(session), at)


@router.post("/{survey_id}/decline", status_code=204, summary="Rather not answer", operation_id="decline_survey")
def decline_survey(survey_id: SurveyId, person: Customer, platform: PlatformDep) -> None:
    """Rather not answer, or take away what was answered, also after the end: it counts nowhere any more."""
    with platform.database.scoped(person.scope) as session:
        answering.decline(session, survey_id, at=clock.now())
