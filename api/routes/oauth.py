"""OAuth 2.0 for programs of organizations: get a token, give it back, and where to do so."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel
from starlette.datastructures import FormData
from starlette.responses import Response

from api.oauth import server
from api.principals import PlatformDep
from api.problems import OAuthError
from cdp import clock
from cdp.oauth import client_keys, signing_keys
from cdp.platform import Platform
from cdp.scope import Principal, Scope

router = APIRouter(tags=["oauth"])

_FORM: Final = "application/x-www-form-urlencoded"
MOST_FIELDS: Final = 20
_Answer = Callable[[Platform, str, FormData, Mapping[str, str]], Response]


class Token(BaseModel):
    """An access token (RFC 6749 §5.1)."""

    access_token: str
    token_type: str
    expires_in: int
    scope: str


class Introspection(BaseModel):
    """What a token is good for, if it is good (RFC 7662 §2.2)."""

    active: bool
    iss: str | None = None
    aud: str | None = None
    sub: str | None = None
    client_id: str | None = None
    scope: str | None = None
    token_type: str | None = None
    iat: int | None = None
    exp: int | None = None
    cnf: dict[str, str] | None = None


class KeySet(BaseModel):
    """Public keys (RFC 7517 §5)."""

    keys: list[dict[str, str]]


def form(*required: str, **fields: str) -> dict[str, Any]:
    """Return how a form is described in the OpenAPI document."""
    texts = {name: {"type": "string", "description": about, "maxLength": 1000} for name, about in fields.items()}
    schema = {"type": "object", "properties": texts, "required": list(required)}
    return {"requestBody": {"required": True, "content": {_FORM: {"schema": schema}}}, "security": [{"client": []}, {}]}


CLIENT: Final = {
    "client_id": "The client, when it does not use HTTP Basic.",
    "client_secret": "Its secret, when it does not use HTTP Basic.",
    "client_assertion_type": client_keys.ASSERTION_TYPE,
    "client_assertion": "What it signed with its own key (RFC 7523), when it has no secret.",
}
_TOKEN_FORM: Final = form(
    "grant_type", grant_type="client_credentials", scope="Which scopes, separated by spaces; all without.", **CLIENT
)
_REVOKE_FORM: Final = form("token", token="The token.", token_type_hint="access_token", **CLIENT)  # noqa: S106 -- the description of a field
_INTROSPECT_FORM: Final = form("token", token="The token.", token_type_hint="access_token", **CLIENT)  # noqa: S106 -- the description of a field
WRONG: Final[dict[int | str, dict[str, Any]]] = {
    400: {"model": OAuthError, "description": "The request is not one that this server answers."},
    401: {"model": OAuthError, "description": "The client did not prove who it is."},
}


@router.post("/token", include_in_schema=False)
@router.post(
    "/oauth/token",
    summary="Get an access token with client credentials",
    operation_id="token",
    openapi_extra=_TOKEN_FORM,
    response_model=Token,
    responses=WRONG,
)
async def token(request: Request, platform: PlatformDep) -> Response:
    """Give a client a token for some minutes."""
    return await answer(request, platform, server.token_response)


@router.post(
    "/oauth/revoke",
    summary="Give an access token back",
    operation_id="revoke_token",
    openapi_extra=_REVOKE_FORM,
    response_model=dict[str, str],
    responses=WRONG,
)
async def revoke(request: Request, platform: PlatformDep) -> Response:
    """End a token at once; a token that is not this client's is left as it is, without a word."""
    return await answer(request, platform, server.revocation_response)


@router.post(
    "/oauth/introspect",
    summary="Ask what a token is good for",
    operation_id="introspect_token",
    openapi_extra=_INTROSPECT_FORM,
    response_model=Introspection,
    response_model_exclude_none=True,
    responses=WRONG,
)
async def introspect(request: Request, platform: PlatformDep) -> Response:
    """Tell of a token of your own organization's clients; of any other no more than that it is not active."""
    return await answer(request, platform, server.introspection_response)


@router.get("/oauth/jwks", summary="Get the keys that sign tokens", operation_id="oauth_keys")
def keys(platform: PlatformDep, response: Response) -> KeySet:
    """Return the public keys, newest first; each stays for a day after another took its place."""
    response.headers["Cache-Control"] = "public, max-age=300"
    with platform.database.scoped(Scope(Principal.DOORMAN)) as session:
        return KeySet(keys=[each.public for each in signing_keys.published(session, at=clock.now())])


async def answer(request: Request, platform: Platform, reply: _Answer) -> Response:
    """Await the form, then let the synchronous core answer in a thread."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        return server.unreadable()
    async with request.form(max_files=0, max_fields=MOST_FIELDS) as sent:
        return await run_in_threadpool(reply, platform, request.url.path, sent, request.headers)
