"""Beheer: an administrator comes in with the id and secret of a program, sees what is the organization's and leaves."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from api.own_forms import OURS
from api.portal import cookies, error_pages, places
from api.portal.office import OfficeVisiting, frame_of
from api.portal.pages import office as pages
from api.portal.visit import portal_of
from api.principals import PlatformDep
from cdp import clock, office_logins
from cdp.office_logins import NotLetIn

router = APIRouter(include_in_schema=False)

Typed = Annotated[str, Form(max_length=200)]


@router.get(places.OFFICE_LOGIN)
def ask(request: Request, platform: PlatformDep) -> Response:
    """Show where an administrator comes in."""
    return _login(request, is_again=cookies.office_of(request, platform.settings) is not None)


@router.post(places.OFFICE_LOGIN, dependencies=OURS)
def begin(request: Request, platform: PlatformDep, programma: Typed = "", geheim: Typed = "") -> Response:
    """Let an administrator in; a login that there was before ends."""
    at, before = clock.now(), cookies.office_of(request, platform.settings)
    try:
        word = office_logins.begin(platform, programma.strip(), geheim.strip(), at=at)
    except NotLetIn:
        return _login(request, is_again=before is not None, is_wrong=True)
    if before is not None:
        office_logins.end(platform, before, at=at)
    answer = RedirectResponse(places.OFFICE, 303)
    cookies.set_office(answer, platform.settings, word, seconds=office_logins.SECONDS)
    return answer


@router.get(places.OFFICE)
def show(visit: OfficeVisiting) -> Response:
    """Show what the organization keeps."""
    return visit.page()


@router.post(places.OFFICE + "/uitloggen", dependencies=OURS)
def leave(request: Request, platform: PlatformDep) -> Response:
    """End the login."""
    word = cookies.office_of(request, platform.settings)
    if word is not None:
        office_logins.end(platform, word, at=clock.now())
    answer = RedirectResponse(places.OFFICE_LOGIN, 303)
    cookies.clear_office(answer, platform.settings)
    return answer


def _login(request: Request, *, is_again: bool, is_wrong: bool = False) -> Response:
    speech = error_pages.speech_of(request)
    page = pages.login(speech, frame_of(request, speech), is_again=is_again, is_wrong=is_wrong)
    return portal_of(request).answer(request, page, status=401 if is_wrong else 200)
