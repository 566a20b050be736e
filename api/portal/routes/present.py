"""Laat uzelf zien: a code by which the customer shows who they are."""

from fastapi import APIRouter
from starlette.responses import Response

from api.own_forms import OURS
from api.portal import places
from api.portal.pages import present as pages
from api.portal.visit import Visit, Visiting
from cdp.reads import presentations
from cdp.reads.presentations import Presentation, TooManyPresentations

router = APIRouter(include_in_schema=False)


@router.get(places.PRESENT)
def show(visit: Visiting) -> Response:
    """Say what a code is for."""
    return _page(visit, None)


@router.post(places.PRESENT, dependencies=OURS)
def make(visit: Visiting) -> Response:
    """Show a new code in the answer itself, for only its hash is kept; asking again makes another one."""
    try:
        with visit.platform.database.scoped(visit.person.scope) as session:
            made = presentations.make(session, visit.platform)
    except TooManyPresentations:
        return _page(visit, None, is_refused=True, status=429)
    return _page(visit, made)


def _page(visit: Visit, made: Presentation | None, *, is_refused: bool = False, status: int = 200) -> Response:
    with visit.opened(None) as opened:
        fault = opened.speech.say("U maakte veel codes. Probeer het over een uur opnieuw.") if is_refused else None
        page = pages.present(opened.speech, opened.frame, made, fault=fault)
    return visit.show(page, status=status)
