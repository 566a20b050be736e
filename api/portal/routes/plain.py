"""Everything stopped at once, help, the rest of the menu, and how to be spoken to."""

from typing import Annotated, Final

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from api.own_forms import OURS
from api.portal import cookies, error_pages, notices, places
from api.portal.frame import Room
from api.portal.pages import plain
from api.portal.routes.organisations import facts
from api.portal.visit import Visiting, portal_of, visit
from api.principals import PlatformDep
from cdp.catalog.files import Language
from cdp.contact import preferences
from cdp.permissions import grants
from cdp.settings import Settings
from consent.errors import Invalid, Unauthenticated

router = APIRouter(include_in_schema=False)

Tongue = Annotated[str, Form(max_length=10)]
Onward = Annotated[str, Form(max_length=500)]
_DEMO_HELP: Final = "hulp@mijn-klant.example.org"
_DETAILS: dict[Language, dict[str, str]] = {
    Language.NL: {"language": "nl", "address": "u"},
    Language.NL_JE: {"language": "nl", "address": "je"},
    Language.EN: {"language": "en"},
}


@router.get(places.STOP_ALL)
def ask(visit: Visiting) -> Response:
    """Show what stops, before it does."""
    with visit.opened(Room.ORGANISATIONS) as opened:
        page = plain.stop_all(facts(visit, opened), opened.frame)
    return visit.show(page)


@router.post(places.STOP_ALL, dependencies=OURS)
def stop(visit: Visiting) -> Response:
    """Stop everything, each permission by an act of its own, all or none."""
    with visit.platform.database.scoped(visit.person.scope) as session:
        grants.revoke_all(session, visit.person.scope, visit.person.customer_id, at=visit.at)
    return visit.lead(places.ORGANISATIONS, notices.ALL_STOPPED)


@router.get(places.MORE)
def more(visit: Visiting) -> Response:
    """Show the rest of the menu."""
    with visit.opened(Room.MORE) as opened:
        page = plain.more(opened.speech, opened.frame)
    return visit.show(page)


@router.get(places.HELP)
async def help_(request: Request) -> Response:
    """Show how to get help, to everybody."""
    portal, speech = portal_of(request), error_pages.speech_of(request)
    frame = error_pages.frame_of(portal, request, speech)
    page = plain.help_(speech, frame, email=help_address(portal.settings))
    return portal.answer(request, page)


def help_address(settings: Settings) -> str:
    """Return where a human reads letters, empty without such a place; nobody reads what is sent to the sender."""
    return settings.portal_help or settings.operator_mail or (_DEMO_HELP if settings.is_demo else "")


@router.post(places.SPEECH, dependencies=OURS)
async def speak(request: Request, platform: PlatformDep, taal: Tongue, verder: Onward = places.OVERVIEW) -> Response:
    """Keep how somebody wants to be spoken to: in the dossier when they are logged in, else in the browser."""
    try:
        locale = Language(taal)
    except ValueError:
        raise Invalid("this language is not spoken here") from None
    answer = RedirectResponse(places.onward(verder), 303)
    cookies.set_locale(answer, platform.settings, locale)
    try:
        visitor = await visit(request)
    except Unauthenticated:
        return answer
    with platform.database.scoped(visitor.person.scope) as session:
        preferences.change(platform, session, _DETAILS[locale], at=visitor.at)
    return answer
