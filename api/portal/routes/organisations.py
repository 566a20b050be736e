"""Organisaties: who may see something now, and where access has ended."""

from datetime import timedelta
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from api.portal import places
from api.portal.frame import Room
from api.portal.pages import organisations
from api.portal.pages.facts import Facts
from api.portal.visit import Opened, Visit, Visiting
from cdp import access_requests, grants, looks
from cdp.holdings import Grant, Request

router = APIRouter(include_in_schema=False)

MONTH: Final = timedelta(days=30)


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
    )


@router.get(places.ORGANISATIONS)
def now(visit: Visiting) -> Response:
    """Show who may see something now, and who asks."""
    with visit.opened(Room.ORGANISATIONS) as opened:
        page = organisations.now(facts(visit, opened), opened.frame)
    return visit.show(page)


@router.get(places.ENDED)
def ended(visit: Visiting) -> Response:
    """Show what is over."""
    with visit.opened(Room.ORGANISATIONS) as opened:
        page = organisations.ended(facts(visit, opened), opened.frame)
    return visit.show(page)
