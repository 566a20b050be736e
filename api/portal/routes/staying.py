"""Staying and leaving: a session moves on with every page, on a button too, and ends on another."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from api.own_forms import OURS
from api.portal import cookies, places
from api.portal.visit import Visiting, visit
from api.principals import PlatformDep
from cdp.logins import sessions
from cdp.platform import Platform
from consent.errors import NotFound, Unauthenticated

router = APIRouter(include_in_schema=False)


@router.post(places.LOGOUT, dependencies=OURS)
async def leave(request: Request, platform: PlatformDep) -> Response:
    """End the session, also one that had ended already, and let the browser forget it."""
    return await left(request, platform, places.LOGIN)


async def left(request: Request, platform: Platform, onward: str) -> Response:
    """End the session that the browser sent, if any, and lead on to an address that was checked."""
    try:
        who = await visit(request)
        with platform.database.scoped(who.person.scope) as session:
            sessions.end(session, who.person.session_id, at=who.at)
    except (Unauthenticated, NotFound):
        pass
    answer = RedirectResponse(onward, 303)
    cookies.clear_session(answer, platform.settings)
    return answer


@router.post(places.EXTEND, dependencies=OURS)
def stay(visit: Visiting, verder: Annotated[str, Form(max_length=500)] = "") -> Response:
    """Lead back to where one was: asking who it is has moved the session on."""
    return visit.lead(places.onward(verder))
