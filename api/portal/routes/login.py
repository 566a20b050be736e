"""Inloggen: by a letter with a link and a code, without any script. Opening a page changes nothing.

Everybody who asks for a letter is answered alike, and what one browser asked for only that browser can use, or whoever
has both the link and the code of one letter.
"""

from contextlib import suppress
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Path, Request
from starlette.responses import RedirectResponse, Response

from api.own_forms import OURS
from api.portal import asking, error_pages, places
from api.portal.frame import Page
from api.portal.pages import login as pages
from api.portal.pages.login import Standing, Trouble
from api.portal.visit import portal_of
from api.principals import PlatformDep
from cdp import clock
from cdp.logins import login
from cdp.logins.login import CodeNeeded, CodeWrong, LinkEnded, Shown, TooManyRequests
from cdp.logins.sessions import NewSession, Way
from cdp.mailroom.letters import Letters
from cdp.mailroom.mail import AddressUnreachable, Outbox
from cdp.platform import Platform
from consent.errors import Invalid

router = APIRouter(include_in_schema=False)

CODE: Final = "/inloggen/code"
UnverifiedToken = Annotated[str, Path(max_length=100)]
Typed = Annotated[str, Form(max_length=100)]


@router.get(places.LOGIN)
def show(request: Request, platform: PlatformDep, verder: str = "", fout: str = "") -> Response:
    """Show the ways in."""
    speech = error_pages.speech_of(request)
    trouble = Trouble(fout) if fout in set(Trouble) else Trouble.NONE
    name = platform.settings.oidc.name if platform.settings.oidc else ""
    frame = error_pages.frame_of(portal_of(request), request, speech)
    return _shown(request, pages.login(speech, frame, onward=places.onward(verder), external=name, trouble=trouble))


@router.post(places.LOGIN, dependencies=OURS)
def ask(request: Request, platform: PlatformDep, email: Typed = "", verder: Typed = "") -> Response:
    """Send a letter where one can be sent; the answer is the same for everybody's address, known or not."""
    asker, outbox = asking.asker_of(request, platform.settings), _outbox(request)
    with suppress(Invalid, TooManyRequests):
        try:
            outbox.check(email)
        except AddressUnreachable:
            return RedirectResponse(f"{places.LOGIN}?{urlencode({'fout': Trouble.UNREACHABLE.value})}", 303)
        link = login.ask(platform, email=email, asker=asker, at=clock.now())
        if link is not None:
            _send(request, platform, link)
    answer = RedirectResponse(CODE, 303)
    asking.keep(answer, platform.settings, asker, onward=verder)
    return answer


@router.get(CODE)
def wait(request: Request) -> Response:
    """Show where the code is typed."""
    return _code_page(request, Trouble.NONE, 200)


@router.post(CODE, dependencies=OURS)
def by_code(request: Request, platform: PlatformDep, code: Typed = "") -> Response:
    """Begin a session by the code, in the browser that asked for it."""
    entry = asking.entry(request, platform.settings, Way.EMAIL)
    try:
        secret = asking.secret_of(request, platform.settings)
        begun = login.enter_by_code(platform, code, entry, browser=secret)
    except CodeWrong:
        return _code_page(request, Trouble.CODE, 401)
    return let_in(request, platform, begun)


@router.get("/login")
@router.get("/login/{token}")
def former(token: str = "") -> Response:
    """Lead on from where the login was before."""
    return RedirectResponse(f"{places.LOGIN}/{token}" if token.isalnum() or "_" in token else places.LOGIN, 303)


@router.get(places.LOGIN + "/{token}")
def show_link(token: UnverifiedToken, request: Request) -> Response:  # noqa: ARG001 -- opening a link must not even look
    """Show the button, whatever the link is worth."""
    return _link_page(request, Standing.UNTRIED, Trouble.NONE, 200)


@router.post("/login/{token}", dependencies=OURS)
@router.post(places.LOGIN + "/{token}", dependencies=OURS)
def by_link(token: UnverifiedToken, request: Request, platform: PlatformDep, code: Typed = "") -> Response:
    """Use the link up and begin a session, in the browser that asked or with the code of the same letter."""
    shown = Shown(asking.secret_of(request, platform.settings), code or None)
    try:
        begun = login.enter(platform, token, asking.entry(request, platform.settings, Way.EMAIL), shown)
    except CodeNeeded:
        return _link_page(request, Standing.NEEDS_CODE, Trouble.NONE, 401)
    except CodeWrong:
        return _link_page(request, Standing.NEEDS_CODE, Trouble.CODE, 401)
    except LinkEnded:
        return _link_page(request, Standing.ENDED, Trouble.NONE, 410)
    return let_in(request, platform, begun)


def let_in(request: Request, platform: Platform, begun: NewSession) -> Response:
    """Lead somebody who just came in to where they wanted to be."""
    answer = RedirectResponse(asking.onward_of(request, platform.settings), 303)
    asking.let_in(answer, platform.settings, begun)
    return answer


def _send(request: Request, platform: Platform, link: login.NewLink) -> None:
    address = f"{platform.settings.base_url}{places.LOGIN}/{link.token}"
    voice, seconds = error_pages.speech_of(request).locale, platform.settings.link_seconds
    words = Letters(platform.settings.portal_name)
    _outbox(request).send(words.login(to=link.email, voice=voice, link=address, code=link.code, seconds=seconds))


def _outbox(request: Request) -> Outbox:
    outbox: Outbox = request.app.state.outbox
    return outbox


def _code_page(request: Request, trouble: Trouble, status: int) -> Response:
    speech = error_pages.speech_of(request)
    frame = error_pages.frame_of(portal_of(request), request, speech)
    return _shown(request, pages.code(speech, frame, trouble=trouble), status)


def _link_page(request: Request, standing: Standing, trouble: Trouble, status: int) -> Response:
    speech = error_pages.speech_of(request)
    frame = error_pages.frame_of(portal_of(request), request, speech)
    return _shown(request, pages.link(speech, frame, standing, trouble=trouble), status)


def _shown(request: Request, page: Page, status: int = 200) -> Response:
    return portal_of(request).answer(request, page, status=status)
