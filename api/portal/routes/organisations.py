"""Organisaties: who may see something now, and where access has ended."""

from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Form, Path, Query
from starlette.responses import Response

from api.own_forms import OURS
from api.portal import notices, places
from api.portal.frame import Room
from api.portal.pages import organisation, organisations
from api.portal.pages.facts import Facts
from api.portal.visit import Opened, Visit, Visiting
from cdp import directory
from cdp.own import looks, visits
from cdp.own.holdings import Grant, Request
from cdp.permissions import access_requests, grants, reviews
from cdp.signals import heard
from consent import acts as law
from consent.errors import NotFound
from consent.types import CUSTOMER_SOURCE, PurposeKey

router = APIRouter(include_in_schema=False)

MONTH: Final = timedelta(days=30)
MOST_HISTORY: Final = 50
Slug = Annotated[str, Path(max_length=64)]
Purpose = Annotated[PurposeKey, Form()]
Chosen = Annotated[list[str], Form(max_length=20, default_factory=list)]
Number = Annotated[int, Query(ge=1, le=10_000)]
Days = Annotated[int, Form(ge=1, le=366)]


def facts(visit: Visit, opened: Opened) -> Facts:
    """Return every permission and request of the visitor, and who looked in the last 30 days."""
    session, at = opened.session, visit.at
    return Facts(
        speech=opened.speech,
        catalog=opened.catalog,
        names=opened.names,
        grants=tuple(Grant.of(each, at=at) for each in grants.standing(session)),
        requests=tuple(Request.of(each, at=at) for each in access_requests.of_customer(session)),
        looks=looks.recent(session, since=at - MONTH, until=at),
        reviews=reviews.to_review(session, at=at),
    )


@router.get(places.ORGANISATIONS)
def now(visit: Visiting, pagina: Number = 1) -> Response:
    """Show who may see something now, and who asks."""
    with visit.opened(Room.ORGANISATIONS) as opened:
        page = organisations.now(facts(visit, opened), opened.frame, pagina)
    return visit.show(page)


@router.get(places.ENDED)
def ended(visit: Visiting, pagina: Number = 1) -> Response:
    """Show what is over."""
    with visit.opened(Room.ORGANISATIONS) as opened:
        page = organisations.ended(facts(visit, opened), opened.frame, pagina)
    return visit.show(page)


@router.get("/organisaties/{slug}")
def one(slug: Slug, visit: Visiting) -> Response:
    """Show everything about one organization."""
    return visit.show(_one(visit, slug))


@router.post("/organisaties/{slug}/toestaan", dependencies=OURS)
def give(slug: Slug, visit: Visiting, doel: Purpose, dagen: Days, soort: Chosen) -> Response:
    """Allow something without being asked."""
    if not soort:
        return visit.show(_one(visit, slug, is_faulty=True), status=422)
    with visit.platform.database.scoped(visit.person.scope) as session:
        visit.fresh_for(session, soort)
        recipient = directory.names(session).organization(slug)
        end = grants.period(session, doel).end(visit.at, days=dagen)
        kinds = frozenset(soort)
        act = law.Grant(recipient=recipient, purpose=doel, at=visit.at, categories=kinds, sources=None, expires_at=end)
        grants.record(session, visit.person.scope, visit.person.customer_id, act)
    given = grants.grant_id(visit.person.customer_id, recipient, doel)
    return visit.lead(places.organisation(slug), notices.GIVEN, given)


def _one(visit: Visit, slug: str, *, is_faulty: bool = False) -> organisation.OrganisationPage:
    with visit.opened(Room.ORGANISATIONS) as opened:
        known = opened.names.by_slug.get(slug)
        if known is None or known.organization_id == CUSTOMER_SOURCE:
            raise NotFound("there is no such organization")
        acts = visits.happened(opened.session, limit=MOST_HISTORY, recipient=known.organization_id)
        fault = opened.speech.say("Kies minstens 1 soort gegevens.") if is_faulty else None
        known_facts = replace(facts(visit, opened), heard=heard.of(opened.session, known.organization_id))
        return organisation.organisation(known_facts, opened.frame, known, tuple(acts), fault=fault)
