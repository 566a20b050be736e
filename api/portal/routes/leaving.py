"""Account verwijderen: see what would go, prove who one is, say yes, and be gone."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import Response

from api.own_forms import OURS
from api.portal import cookies, error_pages, places
from api.portal.frame import Room
from api.portal.pages import leaving as pages
from api.portal.routes.sign_in import is_fresh
from api.portal.visit import Visit, Visiting
from cdp import erasure
from cdp.own import dossier

router = APIRouter(include_in_schema=False)


@router.get(places.LEAVE)
def show(visit: Visiting) -> Response:
    """Show what goes and what stays."""
    return _page(visit, has_forgotten=False)


@router.post(places.LEAVE, dependencies=OURS)
def leave(visit: Visiting, zeker: Annotated[str, Form(max_length=10)] = "") -> Response:
    """Erase the dossier and log out; needs a fresh proof and the tick."""
    visit.fresh()
    if zeker != "ja":
        return _page(visit, has_forgotten=True)
    done = erasure.erase(visit.platform, visit.person.scope, at=visit.at)
    speech = error_pages.speech_of(visit.request)
    frame = replace(error_pages.frame_of(visit.portal, visit.request, speech), ways=(), person=None)
    answer = visit.portal.answer(visit.request, pages.left(speech, frame, number=str(done.erasure_id)))
    cookies.clear_session(answer, visit.platform.settings)
    return answer


def _page(visit: Visit, *, has_forgotten: bool) -> Response:
    with visit.opened(Room.SIGN_IN) as opened:
        held = dossier.summary(opened.session, opened.keys)
        fault = opened.speech.say("Zet eerst het vinkje. Er is niets veranderd.") if has_forgotten else None
        page = pages.leaving(opened.speech, opened.frame, held, is_fresh=is_fresh(visit), fault=fault)
    return visit.show(page, status=422 if has_forgotten else 200)
