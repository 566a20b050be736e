"""Verzoek: one request, and the answer to it: all, part or no."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Path
from starlette.responses import Response

from api.own_forms import OURS
from api.portal import apps, notices, places
from api.portal.frame import Room
from api.portal.pages import requests
from api.portal.pages.requests import Preview
from api.portal.pages.things import Held
from api.portal.routes.organisations import facts
from api.portal.visit import Opened, Visit, Visiting
from cdp.oauth import requests as waiting
from cdp.oauth.wanted import Wanted
from cdp.own import dossier
from cdp.own.holdings import Request
from cdp.permissions import access_requests, grants
from consent.errors import NotFound

router = APIRouter(include_in_schema=False)

RequestId = Annotated[UUID, Path()]
Answer = Annotated[str, Form(max_length=10)]
Chosen = Annotated[list[str], Form(max_length=20, default_factory=list)]
Days = Annotated[int, Form(ge=1, le=366)]
_MOST_LOOKED_AT = 60
"""Many sources say the same of somebody, and the newest is shown first: more is looked at than is shown."""

_MOST_OF_SOME = 500
"""Where only some sources are asked for, what they have is found among as much."""


@router.get("/verzoeken/{request_id}")
def show(request_id: RequestId, visit: Visiting) -> Response:
    """Show who asks for what, with what there is of it."""
    page, wanted = _page(visit, request_id)
    return apps.opening(visit.show(page), wanted)


@router.post("/verzoeken/{request_id}", dependencies=OURS)
def answer(request_id: RequestId, visit: Visiting, antwoord: Answer, soort: Chosen, dagen: Days = 366) -> Response:
    """Allow all or part, or say no; a part of nothing is asked again."""
    if antwoord == requests.NO:
        return refuse(request_id, visit)
    if antwoord == requests.PART and not soort:
        page, wanted = _page(visit, request_id, is_faulty=True)
        return apps.opening(visit.show(page, status=422), wanted)
    return _allow(visit, request_id, frozenset(soort) if antwoord == requests.PART else None, days=dagen)


@router.post("/verzoeken/{request_id}/weigeren", dependencies=OURS)
def refuse(request_id: RequestId, visit: Visiting) -> Response:
    """Say no."""
    with visit.platform.database.scoped(visit.person.scope) as session:
        access_requests.refuse(session, visit.person.scope, request_id, at=visit.at)
        wanted = waiting.answer(session, visit.platform, visit.person.customer_id, request_id, at=visit.at)
    if wanted is not None:
        return apps.denied(visit, wanted)
    return visit.lead(places.ORGANISATIONS, notices.REFUSED, request_id)


def _allow(visit: Visit, request_id: UUID, chosen: frozenset[str] | None, *, days: int) -> Response:
    scope, at = visit.person.scope, visit.at
    with visit.platform.database.scoped(scope) as session:
        asked = _found([Request.of(each, at=at) for each in access_requests.of_customer(session)], request_id)
        visit.fresh_for(session, chosen or asked.categories)
        shorter = at + timedelta(days=days) if days < asked.days else None
        access_requests.approve(session, scope, request_id, categories=chosen, expires_at=shorter, at=at)
        given = grants.grant_id(visit.person.customer_id, asked.organization, asked.purpose)
        wanted = waiting.answer(session, visit.platform, visit.person.customer_id, request_id, at=at)
        if wanted is not None:
            return apps.back(visit, session, apps.asking(session, wanted), wanted)
    return visit.lead(places.ORGANISATIONS, notices.GIVEN, given)


def _page(visit: Visit, request_id: UUID, *, is_faulty: bool = False) -> tuple[requests.RequestPage, Wanted | None]:
    with visit.opened(Room.ORGANISATIONS) as opened:
        known = facts(visit, opened)
        asked = _found(known.requests, request_id)
        counts = dossier.counts(opened.session)
        previews = {
            each: _preview(visit, opened, each, counts.get(each, (0, 0)), asked.sources) for each in asked.categories
        }
        fault = opened.speech.say("Kies minstens 1 soort gegevens. Of kies Weigeren.") if is_faulty else None
        wanted = waiting.waiting(opened.session, visit.platform, visit.person.customer_id, request_id, at=visit.at)
        app = "" if wanted is None else apps.asking(opened.session, wanted).name
        return requests.request(known, opened.frame, asked, previews, app=app, fault=fault), wanted


def _found(asked: tuple[Request, ...] | list[Request], request_id: UUID) -> Request:
    for each in asked:
        if each.request_id == request_id:
            return each
    raise NotFound("there is no such request")


def _preview(
    visit: Visit, opened: Opened, category: str, counted: tuple[int, int], sources: list[UUID] | None
) -> Preview:
    session, keys, (records, interactions) = opened.session, opened.keys, counted
    kept, talks = [], []
    if records:
        most = _MOST_LOOKED_AT if sources is None else _MOST_OF_SOME
        kept = dossier.records(session, keys, category=category, until=visit.at, limit=most)
    if interactions:
        most = requests.MOST_LINES if sources is None else _MOST_OF_SOME
        talks = dossier.interactions(session, keys, category=category, until=visit.at, limit=most)
    if sources is not None:
        kept, talks = (
            [each for each in kept if each.source in sources],
            [each for each in talks if each.source in sources],
        )
        counted = len(kept), len(talks)
    return Preview.of(Held(opened.speech, opened.catalog, opened.names, ()), counted, kept, talks)
