"""Beheer: an administrator comes in with the id and secret of a program, sees what is the organization's and leaves."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from api.own_forms import OURS
from api.portal import cookies, office, places
from api.portal.office import OfficeVisiting
from api.portal.pages import typed
from api.principals import PlatformDep
from cdp import clock
from cdp.office import office_logins
from cdp.office.office_logins import NotLetIn

router = APIRouter(include_in_schema=False)

Typed = Annotated[str, Form(max_length=200)]
Kept = Annotated[str, Form(max_length=typed.LONGEST)]


@router.get(places.OFFICE_LOGIN)
def ask(request: Request, platform: PlatformDep) -> Response:
    """Show where an administrator comes in."""
    return office.login(request, is_again=cookies.office_of(request, platform.settings) is not None)


@router.post(places.OFFICE_LOGIN, dependencies=OURS)
def begin(
    request: Request, platform: PlatformDep, programma: Typed = "", geheim: Typed = "", bewaard: Kept = ""
) -> Response:
    """Let an administrator in; a login that there was before ends, and what was typed stands there again."""
    at, before = clock.now(), cookies.office_of(request, platform.settings)
    try:
        word = office_logins.begin(platform, programma.strip(), geheim.strip(), at=at)
    except NotLetIn:
        is_again = before is not None and office_logins.is_live(platform, before, at=at)
        return office.login(request, is_again=is_again, is_wrong=True, kept=bewaard, status=401)
    if before is not None:
        office_logins.end(platform, before, at=at)
    answer = _inside(request, word, bewaard)
    cookies.set_office(answer, platform.settings, word, seconds=office_logins.KNOWN_SECONDS)
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


def _inside(request: Request, word: str, unverified_kept: str) -> Response:
    """Lead to the page, or show it at once with what was the same one typed before."""
    if unverified_kept:
        visit = office.visit_by(request, word)
        again = typed.of_kept(unverified_kept, visit.office.client_id)
        if again.form:
            return visit.page(typed=again)
    return RedirectResponse(places.OFFICE, 303)
