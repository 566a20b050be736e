"""An organization asks a customer how a conversation was."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response, Security
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field

from api.principals import PlatformDep, Service, service
from cdp import clock
from cdp.contact.approaching import MOST_CHANNELS, Wanted
from cdp.contact.asking import Contacts
from cdp.contact.judging import Told
from cdp.listening import asking
from cdp.listening.asking import Asked, Talk
from cdp.platform import Platform
from cdp.reads.reading import Asker
from cdp.scope import Principal
from consent.wishes import Speaker

router = APIRouter(prefix="/v1/surveys", tags=["service"])

SurveyAsker = Annotated[Service, Security(service, scopes=["surveys:ask"])]
Key = Annotated[str, Field(min_length=1, max_length=100)]


class SurveyBody(BaseModel):
    """The interaction that it is about, by the type and the key under which you recorded it; and how you would ask."""

    model_config = ConfigDict(extra="forbid")

    type: str = Field(min_length=1, max_length=200)
    key: str = Field(min_length=1, max_length=500)
    channels: list[Key] = Field(default=["email"], min_length=1, max_length=MOST_CHANNELS)
    sender: Speaker = Speaker.COMPUTER


class SurveyAsked(BaseModel):
    """The survey that stands, and how to bring it; without one nothing was asked, and the reason says why."""

    survey_id: UUID | None
    link: str | None
    asked_at: datetime | None
    closes_at: datetime | None
    reason: str
    channels: list[str]
    must_say: list[str]
    language: str | None
    salutation: str | None
    closing: str | None


@router.post("", summary="Ask how a conversation was", operation_id="ask_survey")
async def ask_survey(
    body: SurveyBody, organization: SurveyAsker, platform: PlatformDep, request: Request, response: Response
) -> SurveyAsked:
    """Ask the customer of an interaction whether it was solved and smooth, whether they were heard and recommend you.

    Only whom the customer and the contact decision (topic `questions`) allow to be asked, once for each interaction;
    201 when a survey was made, 200 when it stood already or nothing was asked. Put the link in your message: it needs
    a login.
    """
    scope, at = organization.scope(Principal.SOURCE), clock.now()
    talk = await run_in_threadpool(asking.whom, platform, scope, body.type, body.key)
    told = await _decide(request, organization, talk, body)
    barrier = None if told.answer.allowed else told.answer.reason.value
    asked = await run_in_threadpool(asking.ask, platform, scope, talk, barrier=barrier, at=at)
    response.status_code = 201 if asked.reason == asking.ASKED else 200
    return _view(platform, asked, told)


async def _decide(request: Request, organization: Service, talk: Talk, body: SurveyBody) -> Told:
    """Return the contact decision about this customer, for questions after a conversation."""
    contacts: Contacts = request.app.state.contacts
    platform: Platform = request.app.state.platform
    asker = Asker(organization.organization, organization.client_id, asking.PURPOSE)
    profile_id = platform.profile_ids.profile_id(talk.customer, organization.organization)
    return (await contacts.decide(asker, Wanted(asking.TOPIC, tuple(body.channels), body.sender), [profile_id]))[0]


def _view(platform: Platform, asked: Asked, told: Told) -> SurveyAsked:
    stands = asked.survey_id is not None
    return SurveyAsked(
        survey_id=asked.survey_id,
        link=f"{platform.settings.base_url}/enquetes/{asked.survey_id}" if stands else None,
        asked_at=asked.asked_at,
        closes_at=asked.closes_at,
        reason=asked.reason,
        channels=list(told.answer.channels) if stands else [],
        must_say=[each.value for each in told.answer.must_say] if stands else [],
        language=told.language if stands else None,
        salutation=told.salutation if stands else None,
        closing=told.closing if stands else None,
    )
