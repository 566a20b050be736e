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
from cdp import clock
from cdp.client_scopes import SCOPES
from cdp.oauth import client_keys, proofs_of_possession, signing_keys
from cdp.platform import Platform
from cdp.scope import Principal, Scope

router = APIRouter(tags=["oauth"])

_FORM: Final = "application/x-www-form-urlencoded"
_MOST_FIELDS: Final = 20
_Answer = Callable[[Platform, str, FormData, Mapping[str, str]], Response]


class Token(BaseModel):
    """An access token (RFC 6749 §5.1)."""

    access_token: str
    token_type: str
    expires_in: int
    scope: str


class OAuthError(BaseModel):
    """What is wrong (RFC 6749 §5.2)."""

    error: str
    error_description: str


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


class Metadata(BaseModel):
    """What this authorization server does (RFC 8414)."""

    issuer: str
    token_endpoint: str
    token_endpoint_auth_methods_supported: list[str]
    token_endpoint_auth_signing_alg_values_supported: list[str]
    grant_types_supported: list[str]
    response_types_supported: list[str]
    revocation_endpoint: str
    revocation_endpoint_auth_methods_supported: list[str]
    revocation_endpoint_auth_signing_alg_values_supported: list[str]
    introspection_endpoint: str
    introspection_endpoint_auth_methods_supported: list[str]
    introspection_endpoint_auth_signing_alg_values_supported: list[str]
    jwks_uri: str
    dpop_signing_alg_values_supported: list[str]
    scopes_supported: list[str]


class KeySet(BaseModel):
    """Public keys (RFC 7517 §5)."""

    keys: list[dict[str, str]]


def _form(*required: str, **fields: str) -> dict[str, Any]:
    """Return how a form is described in the OpenAPI document."""
    texts = {name: {"type": "string", "description": about, "maxLength": 1000} for name, about in fields.items()}
    schema = {"type": "object", "properties": texts, "required": list(required)}
    return {"requestBody": {"required": True, "content": {_FORM: {"schema": schema}}}, "security": [{"client": []}, {}]}


_CLIENT: Final = {
    "client_id": "The client, when it does not use HTTP Basic.",
    "client_secret": "Its secret, when it does not use HTTP Basic.",
    "client_assertion_type": client_keys.ASSERTION_TYPE,
    "client_assertion": "What it signed with its own key (RFC 7523), when it has no secret.",
}
_TOKEN_FORM: Final = _form(
    "grant_type", grant_type="client_credentials", scope="Which scopes, separated by spaces; all without.", **_CLIENT
)
_REVOKE_FORM: Final = _form("token", token="The token.", token_type_hint="access_token", **_CLIENT)  # noqa: S106 -- the description of a field
_INTROSPECT_FORM: Final = _form("token", token="The token.", token_type_hint="access_token", **_CLIENT)  # noqa: S106 -- the description of a field
_WRONG: Final[dict[int | str, dict[str, Any]]] = {
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
    responses=_WRONG,
)
async def token(request: Request, platform: PlatformDep) -> Response:
    """Give a client a token for some minutes."""
    return await _answer(request, platform, server.token_response)


@router.post(
    "/oauth/revoke",
    summary="Give an access token back",
    operation_id="revoke_token",
    openapi_extra=_REVOKE_FORM,
    response_model=dict[str, str],
    responses=_WRONG,
)
async def revoke(request: Request, platform: PlatformDep) -> Response:
    """End a token at once; a token that is not this client's is left as it is, without a word."""
    return await _answer(request, platform, server.revocation_response)


@router.post(
    "/oauth/introspect",
    summary="Ask what a token is good for",
    operation_id="introspect_token",
    openapi_extra=_INTROSPECT_FORM,
    response_model=Introspection,
    response_model_exclude_none=True,
    responses=_WRONG,
)
async def introspect(request: Request, platform: PlatformDep) -> Response:
    """Tell of a token of your own organization's clients; of any other no more than that it is not active."""
    return await _answer(request, platform, server.introspection_response)


@router.get(
    "/.well-known/oauth-authorization-server",
    summary="Say what this authorization server does",
    operation_id="oauth_metadata",
)
async def metadata(platform: PlatformDep) -> Metadata:
    """Describe the endpoints."""
    issuer, methods, algorithms = platform.settings.base_url, list(server.METHODS), list(client_keys.ALL_ALGORITHMS)
    return Metadata(
        issuer=issuer,
        token_endpoint=f"{issuer}/oauth/token",
        token_endpoint_auth_methods_supported=methods,
        token_endpoint_auth_signing_alg_values_supported=algorithms,
        grant_types_supported=list(server.GRANT_TYPES),
        response_types_supported=[],
        revocation_endpoint=f"{issuer}/oauth/revoke",
        revocation_endpoint_auth_methods_supported=methods,
        revocation_endpoint_auth_signing_alg_values_supported=algorithms,
        introspection_endpoint=f"{issuer}/oauth/introspect",
        introspection_endpoint_auth_methods_supported=methods,
        introspection_endpoint_auth_signing_alg_values_supported=algorithms,
        jwks_uri=f"{issuer}/oauth/jwks",
        dpop_signing_alg_values_supported=list(proofs_of_possession.ALGORITHMS),
        scopes_supported=sorted(SCOPES),
    )


@router.get("/oauth/jwks", summary="Get the keys that sign tokens", operation_id="oauth_keys")
def keys(platform: PlatformDep, response: Response) -> KeySet:
    """Return the public keys, newest first; each stays for a day after another took its place."""
    response.headers["Cache-Control"] = "public, max-age=300"
    with platform.database.scoped(Scope(Principal.DOORMAN)) as session:
        return KeySet(keys=[each.public for each in signing_keys.published(session, at=clock.now())])


async def _answer(request: Request, platform: Platform, answer: _Answer) -> Response:
    """Await the form, then let the synchronous core answer in a thread."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        return server.unreadable()
    async with request.form(max_files=0, max_fields=_MOST_FIELDS) as form:
        return await run_in_threadpool(answer, platform, request.url.path, form, request.headers)
