"""Aanbiedingen: what was chosen for the customer and why, with their last word on it."""

from typing import Annotated, Final

from fastapi import APIRouter, Form
from starlette.responses import Response

from api.own_forms import OURS
from api.portal import notices, places
from api.portal.pages import offers as pages
from api.portal.visit import Visiting
from cdp.offers import showing
from cdp.offers.showing import Choice

router = APIRouter(include_in_schema=False)

_AGAIN: Final = "weer"
Word = Annotated[str, Form(max_length=64)]


@router.get(places.OFFERS)
def show(visit: Visiting) -> Response:
    """Show what was chosen, and why."""
    with visit.opened(None) as opened:
        session = opened.session
        shown, wished = showing.own(session), showing.wished(session)
        page = pages.offers(opened.speech, opened.frame, opened.names, opened.catalog, shown, wished)
    return visit.show(page)


@router.post(places.OFFERS + "/soort", dependencies=OURS)
def choose(visit: Visiting, soort: Word, antwoord: Word = "") -> Response:
    """Refuse a kind for ever, or take that back."""
    choice = Choice.NONE if antwoord == _AGAIN else Choice.UNWANTED
    with visit.platform.database.scoped(visit.person.scope) as session:
        showing.choose(visit.platform, session, soort, choice, at=visit.at)
    return visit.lead(places.OFFERS, notices.SAVED)


@router.post(places.OFFERS + "/op-maat", dependencies=OURS)
def personalise(visit: Visiting, antwoord: Word) -> Response:
    """Switch off what is chosen by what is known of somebody, or on again."""
    with visit.platform.database.scoped(visit.person.scope) as session:
        showing.personalise(visit.platform, session, is_on=antwoord == _AGAIN, at=visit.at)
    return visit.lead(places.OFFERS, notices.SAVED)
