"""Customers who come from an app: where they are asked, and how they are led back with their answer."""

from datetime import datetime
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.portal import error_pages, places
from api.portal.rendering import POLICY
from api.portal.visit import Visit, portal_of
from cdp.database import Session
from cdp.logins.sessions import living
from cdp.oauth import families, redirects, requests
from cdp.oauth.requests import App
from cdp.oauth.wanted import Wanted

NOT_KEPT: Final = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


def place(word: str) -> str:
    """Return where a customer meets the question of an app."""
    return f"{places.APPS}/{word}"


def refused(request: Request) -> Response:
    """Return the page for a link that leads nowhere: nobody is led to an address that we do not know."""
    speech, portal = error_pages.speech_of(request), portal_of(request)
    page = error_pages.of_app(speech, error_pages.frame_of(portal, request, speech))
    return portal.answer(request, page, status=400)


def opening(answer: Response, wanted: Wanted | None) -> Response:
    """Let the form on this page lead to the app as well; a browser follows a form nowhere else."""
    return leading(answer, None if wanted is None else wanted.redirect_uri)


def leading(answer: Response, address: str | None) -> Response:
    """Do the same for any address that was checked."""
    if address is not None:
        leads = f"form-action 'self' {redirects.origin(address)}"
        answer.headers["Content-Security-Policy"] = POLICY.replace("form-action 'self'", leads)
    return answer


def back(visit: Visit, session: Session, asking: App, wanted: Wanted) -> Response:
    """Lead back to the app with a code, which is made in the transaction of the yes."""
    code = families.begin(
        session,
        visit.platform,
        wanted,
        customer=visit.person.customer_id,
        organization=asking.organization,
        proven_at=proven_at(visit, session),
        at=visit.at,
    )
    return _led(visit, wanted, {"code": code})


def denied(visit: Visit, wanted: Wanted, error: str = "access_denied") -> Response:
    """Lead back to the app with a no."""
    return _led(visit, wanted, {"error": error})


def asking(session: Session, wanted: Wanted) -> App:
    """Return the app that asks; raises RequestUnknown for one that has ended meanwhile."""
    return requests.app(session, wanted)


def proven_at(visit: Visit, session: Session) -> datetime:
    """Return when the customer last proved who they are, or came in with another service's word."""
    mine = [each for each in living(session, at=visit.at) if each.session_id == visit.person.session_id]
    return max([visit.person.proven_at, *(each.started_at for each in mine)])


def _led(visit: Visit, wanted: Wanted, words: dict[str, str]) -> Response:
    told = {**words, "state": wanted.state, "iss": visit.platform.settings.base_url}
    return RedirectResponse(redirects.led(wanted.redirect_uri, told), 303, NOT_KEPT)
