"""An app asks to log its customer out here, too (OpenID Connect RP-Initiated Logout): asked first, always."""

from collections.abc import Mapping
from dataclasses import dataclass

from authlib.oauth2.rfc6749.errors import InvalidRequestError
from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from starlette.responses import Response

from api.oauth import forms
from api.own_forms import OURS
from api.portal import apps, error_pages, places
from api.portal.pages import app as pages
from api.portal.routes import staying
from api.portal.visit import portal_of
from api.principals import PlatformDep
from cdp import clock
from cdp.oauth import applicants, id_tokens, redirects
from cdp.platform import Platform
from cdp.scope import Principal, Scope

router = APIRouter(include_in_schema=False)

PATH = "/oauth/logout"
_MOST_FIELDS = 20
_BACK = "post_logout_redirect_uri"


@dataclass(frozen=True, slots=True)
class _Asked:
    """Where a yes leads: an address of the app's own, or our login."""

    words: Mapping[str, str]

    @property
    def onward(self) -> str:
        if _BACK not in self.words:
            return places.LOGIN
        return redirects.led(self.words[_BACK], {"state": self.words.get("state")})


@router.get(PATH)
@router.post(PATH)
async def ask(request: Request, platform: PlatformDep) -> Response:
    """Show the page that asks."""
    asked = await _asked(request, platform)
    if asked is None:
        return apps.refused(request)
    speech, portal = error_pages.speech_of(request), portal_of(request)
    page = pages.logout(speech, error_pages.frame_of(portal, request, speech), back=asked.words)
    return apps.leading(portal.answer(request, page), asked.words.get(_BACK))


@router.post(PATH + "/ja", dependencies=OURS)
async def leave(request: Request, platform: PlatformDep) -> Response:
    """Log out and lead back."""
    asked = await _asked(request, platform)
    if asked is None:
        return apps.refused(request)
    return await staying.left(request, platform, asked.onward)


async def _asked(request: Request, platform: Platform) -> _Asked | None:
    try:
        if request.method == "GET":
            words = forms.words_of(request.query_params)
        else:
            async with request.form(max_files=0, max_fields=_MOST_FIELDS) as form:
                words = forms.words_of(form)
    except InvalidRequestError:
        return None
    return await run_in_threadpool(_checked, platform, words)


def _checked(platform: Platform, words: Mapping[str, str]) -> _Asked | None:
    """Return what is asked if it is one client's, and leads to an address of that client; None for anything else."""
    with platform.database.scoped(Scope(Principal.DOORMAN)) as session:
        shown = words.get("id_token_hint")
        hint = None if shown is None else id_tokens.hint(session, platform, shown, at=clock.now())
        client_id = words.get("client_id") or (hint.client_id if hint else "")
        if (shown is not None and hint is None) or (hint is not None and hint.client_id != client_id):
            return None
        applicant = applicants.applicant(session, client_id)
    if _BACK in words and words[_BACK] not in applicant.logout_uris:
        return None
    kept = {name: words[name] for name in (_BACK, "state") if name in words}
    return _Asked({"client_id": client_id, **kept} if kept else {})
