"""De klantkaart: an employee comes in through the organization's provider, finds a customer and sees their card."""

from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from api.own_forms import OURS
from api.portal import asking, cookies, error_pages, places
from api.portal.desk import DeskDep, employees_of, frame_of
from api.portal.pages import card_desk as pages
from api.portal.pages.card_desk import Trouble
from api.portal.sought import Sought
from api.portal.visit import portal_of
from api.principals import PlatformDep
from cdp import clock
from cdp.logins.askers import Asker
from cdp.logins.login import TooManyRequests
from cdp.office import employees
from cdp.office.card import NoCard
from cdp.office.employees import NoEmployees, NoRole
from cdp.reads.presentations import TooManyTries
from consent.errors import Invalid, NotFound, Refused, Unauthenticated

router = APIRouter(include_in_schema=False)

Slug = Annotated[str, Path(max_length=100)]
Short = Annotated[str, Query(max_length=200)]


@router.get(places.CARD_LOGIN)
def ask(request: Request, organisatie: Short = "", verder: Short = "") -> Response:
    """Ask an employee whose they are, and lead them to where that organization logs them in."""
    slug, onward = organisatie.strip().lower(), places.onward(verder)
    if not slug:
        return _login(request, onward=onward)
    try:
        host = employees_of(request).host(slug)
    except NoEmployees:
        return _login(request, organization=slug, onward=onward, trouble=Trouble.NO_EMPLOYEES, status=404)
    return _login(request, organization=slug, host=host, onward=onward)


@router.get(places.CARD_LOGIN + "/{slug}/verder")
def start(request: Request, slug: Slug, platform: PlatformDep, verder: Short = "") -> Response:
    """Send the browser of an employee to their organization's provider."""
    asker = asking.asker_of(request, platform.settings)
    try:
        away = employees_of(request).start(slug, asker, at=clock.now())
    except NoEmployees:
        return _login(request, trouble=Trouble.NO_EMPLOYEES, status=404)
    except (Unauthenticated, TooManyRequests):
        return _login(request, organization=slug, trouble=Trouble.FAILED, status=503)
    answer = RedirectResponse(away, 303)
    asking.keep(answer, platform.settings, asker, onward=places.onward(verder))
    return answer


@router.get(employees.PATH + "/{slug}")
def back(request: Request, slug: Slug, platform: PlatformDep) -> Response:
    """Take in an employee who comes back from the provider."""
    asker = Asker("", asking.secret_of(request, platform.settings))
    try:
        word = employees_of(request).finish(slug, dict(request.query_params), asker, at=clock.now())
    except NoRole:
        return _login(request, organization=slug, trouble=Trouble.NO_ROLE, status=403)
    except (NoEmployees, Unauthenticated):
        return _login(request, trouble=Trouble.FAILED, status=401)
    onward = asking.onward_of(request, platform.settings)
    answer = RedirectResponse(onward if onward.startswith(f"{places.CARD}/") else places.CARD, 303)
    cookies.set_desk(answer, platform.settings, word, seconds=employees.SECONDS)
    return answer


@router.get(places.CARD)
def show(desk: DeskDep) -> Response:
    """Show how a customer is found."""
    return desk.page()


@router.post(places.CARD + "/zoeken", dependencies=OURS)
async def find(desk: DeskDep, sought: Annotated[Sought, Form()]) -> Response:
    """Lead to the card of the one customer who is meant; everybody else is the same answer, with what was typed."""
    typed = sought.typed
    try:
        profile_id = await desk.find(sought.code, sought.identifiers, sought.described)
    except TooManyTries:
        trouble = Trouble.TOO_OFTEN
    except Invalid as problem:
        trouble, typed = Trouble.UNFIT, sought.wrong(problem)
    except (NotFound, Refused):
        trouble = Trouble.NOBODY
    else:
        return RedirectResponse(places.card(profile_id), 303)
    return await run_in_threadpool(desk.page, trouble, typed)


@router.get(places.CARD + "/{profile_id}")
async def open_card(desk: DeskDep, profile_id: Annotated[str, Path(max_length=64)]) -> Response:
    """Show one customer, as far as they granted it; also where the organization's own system links to."""
    try:
        return await desk.card(profile_id)
    except NoCard:
        return await run_in_threadpool(desk.page, Trouble.NOBODY)


@router.post(places.CARD + "/uitloggen", dependencies=OURS)
def leave(request: Request, platform: PlatformDep) -> Response:
    """End the login."""
    word = cookies.desk_of(request, platform.settings)
    if word is not None:
        employees_of(request).end(word, at=clock.now())
    answer = RedirectResponse(places.CARD_LOGIN, 303)
    cookies.clear_desk(answer, platform.settings)
    return answer


def _login(  # what the page says, each by name
    request: Request,
    *,
    organization: str = "",
    host: str = "",
    onward: str = places.OVERVIEW,
    trouble: Trouble | None = None,
    status: int = 200,
) -> Response:
    speech = error_pages.speech_of(request)
    frame = frame_of(request, speech)
    page = pages.login(speech, frame, organization=organization, host=host, onward=onward, trouble=trouble)
    return portal_of(request).answer(request, page, status=status)
