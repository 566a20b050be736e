"""Where apps send a customer: a request, pushed or in the address, is read once and becomes a page of ours."""

from collections.abc import Mapping
from typing import Any, Final

from authlib.oauth2.rfc6749.errors import InvalidRequestError
from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel
from starlette.datastructures import FormData, QueryParams
from starlette.responses import RedirectResponse, Response

from api.oauth import authorization, forms, server
from api.oauth.authorization import Refusal
from api.portal import apps, cookies
from api.principals import PlatformDep
from api.routes import oauth
from cdp import clock
from cdp.database import Session
from cdp.oauth import applicants, requests
from cdp.oauth.wanted import Wanted
from cdp.platform import Platform
from cdp.scope import Principal, Scope

router = APIRouter(tags=["oauth"])

AUTHORIZE: Final = "/oauth/authorize"
_ASKED: Final = {
    "response_type": "code",
    "redirect_uri": "One of the client's own addresses, to the letter.",
    "scope": "openid, when the app wants to know who it is.",
    "state": "Comes back as it was.",
    "nonce": "Stands in the id token.",
    "code_challenge": "BASE64URL(SHA256(code_verifier)).",
    "code_challenge_method": "S256",
    "authorization_details": "A JSON list of one consent_grant: purpose, categories, notice, sources, days.",
    "prompt": "none, login or consent.",
    "max_age": "How many seconds ago the customer may have proved who they are.",
    "dpop_jkt": "The thumbprint of the key that the code is bound to.",
}
_PUSH_FORM: Final = oauth.form("response_type", "redirect_uri", "code_challenge", **_ASKED, **oauth.CLIENT)
_PARAMETERS: Final[dict[str, Any]] = {
    "parameters": [
        {
            "name": name,
            "in": "query",
            "required": name == "client_id",
            "schema": {"type": "string"},
            "description": about,
        }
        for name, about in {
            "client_id": "The app.",
            "request_uri": "What was pushed; alone with client_id.",
            **_ASKED,
        }.items()
    ],
    "security": [{}],
}
_ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    303: {"description": "To the page that asks the customer, or back to the app with `error`."},
    400: {
        "description": "A page for who came: the app or its address is not known, or the request cannot be used.",
        "content": {"text/html": {"schema": {"type": "string"}}},
    },
}


class Pushed(BaseModel):
    """The name of a request that was pushed (RFC 9126 §2.2)."""

    request_uri: str
    expires_in: int


@router.post(
    "/oauth/par",
    summary="Push an authorization request",
    operation_id="push_authorization_request",
    status_code=201,
    openapi_extra=_PUSH_FORM,
    response_model=Pushed,
    responses=oauth.WRONG,
)
async def push(request: Request, platform: PlatformDep) -> Response:
    """Keep a request for 90 seconds; the customer's browser comes with its name alone."""
    return await oauth.answer(request, platform, server.pushed_response)


@router.get(
    AUTHORIZE,
    summary="Send a customer here",
    operation_id="authorize",
    status_code=303,
    openapi_extra=_PARAMETERS,
    response_class=RedirectResponse,
    responses=_ANSWERS,
)
async def authorize(request: Request, platform: PlatformDep) -> Response:
    """Lead the browser to a page on which its customer says yes or no, and from there back to the app."""
    return await run_in_threadpool(_answer, request, platform, request.query_params)


@router.post(AUTHORIZE, include_in_schema=False)
async def authorize_by_form(request: Request, platform: PlatformDep) -> Response:
    """Do the same for a form."""
    async with request.form(max_files=0, max_fields=oauth.MOST_FIELDS) as form:
        return await run_in_threadpool(_answer, request, platform, form)


def _answer(request: Request, platform: Platform, sent: FormData | QueryParams) -> Response:
    is_in = cookies.session_of(request, platform.settings) is not None
    try:
        words = forms.words_of(sent)
        with platform.database.scoped(Scope(Principal.DOORMAN)) as session:
            wanted = _wanted(session, platform, words)
            _speak(wanted, is_in=is_in)
            word = requests.begin(session, platform, wanted, at=clock.now())
    except InvalidRequestError:
        return apps.refused(request)
    except Refusal as refusal:
        address = refusal.address(platform.settings.base_url)
        return apps.refused(request) if address is None else RedirectResponse(address, 303, apps.NOT_KEPT)
    return RedirectResponse(apps.place(word), 303, apps.NOT_KEPT)


def _speak(wanted: Wanted, *, is_in: bool) -> None:
    """Raise Refusal where no page may be shown: customers are always asked."""
    if wanted.is_silent:
        error = "interaction_required" if is_in else "login_required"
        raise Refusal(error, "no page may be shown", wanted.redirect_uri, wanted.state)


def _wanted(session: Session, platform: Platform, words: Mapping[str, str]) -> Wanted:
    client_id, at = words.get("client_id", ""), clock.now()
    applicant = applicants.applicant(session, client_id)
    if "request_uri" not in words:
        return authorization.read(session, platform, applicant, words, at=at)
    taken = requests.take(session, platform, client_id, words["request_uri"], at=at)
    if taken is None or not applicant.is_living or taken.redirect_uri not in applicant.redirect_uris:
        raise Refusal("invalid_request_uri", "this request_uri is not known")
    return taken
