"""The demo's front desks, for this machine only: employees come in without the provider that the demo does not have."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from starlette.responses import RedirectResponse, Response

from api.own_forms import OURS
from api.portal import cookies, demonstration, error_pages, places
from api.portal.pages import demo_desks as pages
from api.portal.visit import portal_of
from api.principals import PlatformDep
from cdp import clock
from cdp.demo import front_desks
from cdp.office import employees

router = APIRouter(include_in_schema=False, dependencies=[Depends(demonstration.only_here)])


@router.get(places.DEMO_DESKS)
def show(request: Request, platform: PlatformDep) -> Response:
    """Show the organizations through whose program people look, and of whom they see a card."""
    speech = error_pages.speech_of(request)
    frame = error_pages.frame_of(portal_of(request), request, speech)
    desks = front_desks.listed(platform, at=clock.now())
    return portal_of(request).answer(request, pages.demo_desks(speech, frame, desks))


@router.post(places.DEMO_DESKS + "/{slug}", dependencies=OURS)
def enter(platform: PlatformDep, slug: Annotated[str, Path(max_length=100)]) -> Response:
    """Let an employee in, as their organization's provider would."""
    word = front_desks.enter(platform, slug, at=clock.now())
    answer = RedirectResponse(places.CARD, 303)
    cookies.set_desk(answer, platform.settings, word, seconds=employees.SECONDS)
    return answer
