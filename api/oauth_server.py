"""The authorization server: OAuth 2.0 client credentials (RFC 6749 §4.4) and revocation (RFC 7009), on Authlib's core.

Authlib ships no integration for Starlette: this is it. The form is awaited first, then the synchronous core runs in a
thread, in one transaction of the doorman. Rules: (1) an unknown client and a wrong secret are answered alike, after the
same work; (2) no answer and no log repeats what was sent; (3) a parameter given twice is refused (RFC 6749 §3.2); (4) a
token is given for what the client has and asked for, never more.
"""

import binascii
import logging
from base64 import b64decode
from collections.abc import Callable, Mapping
from functools import partial
from http import HTTPStatus
from typing import Any, Final

from authlib.oauth2.rfc6749 import AuthorizationServer, OAuth2Payload, OAuth2Request
from authlib.oauth2.rfc6749.errors import InvalidRequestError, InvalidScopeError
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant
from authlib.oauth2.rfc6749.util import scope_to_list
from authlib.oauth2.rfc7009 import RevocationEndpoint
from starlette.datastructures import FormData
from starlette.responses import JSONResponse, Response

from cdp import access_tokens, clock
from cdp.access_tokens import LONGEST_SECONDS, Applicant
from cdp.platform import Platform
from cdp.scope import Principal, Scope

logging.getLogger("authlib").setLevel(logging.WARNING)  # its details repeat the client id as it was sent
METHODS: Final = ("client_secret_basic", "client_secret_post")
GRANT_TYPE: Final = "client_credentials"
_TOKEN_TYPE: Final = "access_token"  # noqa: S105 -- the name of a type
_NO_STORE: Final = {"Cache-Control": "no-store", "Pragma": "no-cache"}  # RFC 6749 §5.1
_LONGEST: Final = 1_000
_MOST_SCOPES: Final = 20
_Headers = list[tuple[str, str]]


def unreadable() -> Response:
    """Answer a request that is not a form."""
    return _response(*InvalidRequestError("send application/x-www-form-urlencoded")())


def token_response(platform: Platform, form: FormData, headers: Mapping[str, str]) -> Response:
    """Answer a token request."""
    return _answer(platform, form, headers, lambda server, request: server.create_token_response(request))


def revocation_response(platform: Platform, form: FormData, headers: Mapping[str, str]) -> Response:
    """Answer a revocation request."""
    name = RevocationEndpoint.ENDPOINT_NAME
    return _answer(platform, form, headers, lambda server, request: server.create_endpoint_response(name, request))


def _answer(
    platform: Platform,
    form: FormData,
    headers: Mapping[str, str],
    ask: Callable[["_Server", "_Request"], Response],
) -> Response:
    try:
        request = _Request(form, headers)
    except InvalidRequestError as error:
        return _response(*error())
    with platform.database.scoped(Scope(Principal.DOORMAN)) as session:
        server = _Server(
            platform,
            applicant=partial(access_tokens.applicant, session),
            issue=partial(access_tokens.issue, session, platform.fingerprints),
            revoke=partial(access_tokens.revoke, session, platform.fingerprints),
        )
        return ask(server, request)


class _Payload(OAuth2Payload):  # type: ignore[misc]  # Authlib publishes no types
    def __init__(self, words: Mapping[str, str]) -> None:
        self._words = words

    @property
    def data(self) -> Mapping[str, str]:
        return self._words

    @property
    def datalist(self) -> dict[str, list[str]]:
        return {name: [value] for name, value in self._words.items()}


class _Request(OAuth2Request):  # type: ignore[misc]  # Authlib publishes no types
    def __init__(self, form: FormData, headers: Mapping[str, str]) -> None:
        # Where TLS ends is the operator's proxy's affair; the core only wants to see an https address.
        super().__init__("POST", "https://here.invalid/", headers=_readable(headers))
        self._words = _words(form)
        self.payload = _Payload(self._words)

    @property
    def form(self) -> Mapping[str, str]:
        return self._words


class _Client:
    """An applicant as Authlib asks about clients."""

    def __init__(self, applicant: Applicant, platform: Platform) -> None:
        self.applicant = applicant
        self._platform = platform

    def check_client_secret(self, unverified_secret: str) -> bool:
        return self.applicant.proves(self._platform.fingerprints, unverified_secret)

    def check_endpoint_auth_method(self, method: str, _endpoint: str) -> bool:
        return method in METHODS

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == GRANT_TYPE

    def scopes(self, asked: str | None) -> list[str]:
        """Return what the token will hold: all that the client has, or the part that it asked for (§3.3)."""
        wanted = set(scope_to_list(asked) or self.applicant.scopes)
        if len(wanted) > _MOST_SCOPES or not wanted <= self.applicant.scopes:
            raise InvalidScopeError
        return sorted(wanted)


class _ClientCredentials(ClientCredentialsGrant):  # type: ignore[misc]  # Authlib publishes no types
    TOKEN_ENDPOINT_AUTH_METHODS = METHODS


class _Revocation(RevocationEndpoint):  # type: ignore[misc]  # Authlib publishes no types
    CLIENT_AUTH_METHODS = METHODS
    SUPPORTED_TOKEN_TYPES = (_TOKEN_TYPE,)

    def check_params(self, request: _Request, _client: _Client) -> None:
        """Ask for the token only: an unknown hint is ignored (RFC 7009 §2.1)."""
        if not request.form.get("token"):
            raise InvalidRequestError("the parameter token is missing")

    def query_token(self, token_string: str, _token_type_hint: str | None) -> "_GivenToken":
        return _GivenToken(token_string)

    def revoke_token(self, token: "_GivenToken", request: _Request) -> None:
        self.server.revoke(request.client.applicant.client_id, token.text, at=clock.now())


class _GivenToken:
    """A token as somebody sent it; whether it is this client's is asked when it is revoked."""

    def __init__(self, unverified_token: str) -> None:
        self.text = unverified_token

    def check_client(self, _client: _Client) -> bool:
        return True


class _Server(AuthorizationServer):  # type: ignore[misc]  # Authlib publishes no types
    """The core for one request."""

    def __init__(
        self,
        platform: Platform,
        *,
        applicant: Callable[[str], Applicant],
        issue: Callable[..., str],
        revoke: Callable[..., None],
    ) -> None:
        super().__init__()
        self._platform = platform
        self._applicant = applicant
        self._issue = issue
        self.revoke = revoke
        self.register_grant(_ClientCredentials)
        self.register_endpoint(_Revocation)
        self.register_token_generator("default", self._generate)

    def query_client(self, client_id: str) -> _Client:
        """Return a client for every name: an unknown one can prove nothing."""
        return _Client(self._applicant(client_id), self._platform)

    def _generate(self, *, client: _Client, scope: str | None, **_: object) -> dict[str, Any]:
        seconds = min(self._platform.settings.token_seconds, LONGEST_SECONDS)
        scopes = client.scopes(scope)
        token = self._issue(client.applicant.client_id, scopes=scopes, at=clock.now(), seconds=seconds)
        return {"access_token": token, "token_type": "Bearer", "expires_in": seconds, "scope": " ".join(scopes)}

    def create_token_response(self, request: _Request) -> Response:
        """Answer a token request; one that names no grant type is incomplete, not unsupported (RFC 6749 §5.2)."""
        if not request.form.get("grant_type"):
            return _response(*InvalidRequestError("the parameter grant_type is missing")())
        response: Response = super().create_token_response(request)
        return response

    def save_token(self, _token: dict[str, Any], _request: _Request) -> None:
        """Do nothing: the fingerprint was stored when the token was made, in this transaction."""

    def create_oauth2_request(self, request: _Request) -> _Request:
        return request

    def send_signal(self, name: str, *_: object, **__: object) -> None:
        """Tell nobody."""

    def handle_response(self, status: int, body: Mapping[str, Any], headers: _Headers) -> Response:
        return _response(status, body, headers)


def _response(status: int, body: Mapping[str, Any], _headers: _Headers) -> Response:
    if status == HTTPStatus.UNAUTHORIZED:
        words = {"error": "invalid_client", "error_description": "client authentication failed"}
        return JSONResponse(words, status, headers=_NO_STORE | {"WWW-Authenticate": 'Basic realm="cdp"'})
    words = dict(body)
    if "error" in words:
        words.setdefault("error_description", words["error"].replace("_", " "))
    return JSONResponse(words, status, headers=_NO_STORE)


def _words(form: FormData) -> dict[str, str]:
    """Return the parameters, each once, as RFC 6749 §3.2 wants them; an empty one counts as left out."""
    words: dict[str, str] = {}
    for name, value in form.multi_items():
        if name in words:
            raise InvalidRequestError("a parameter is given twice")
        if not isinstance(value, str) or len(value) > _LONGEST:
            raise InvalidRequestError("a parameter is too long")
        words[name] = value
    return {name: value for name, value in words.items() if value}


def _readable(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the Authorization header if the core can read it: it stumbles over what is not base64 of UTF-8."""
    given = headers.get("authorization", "")
    scheme, _, credentials = given.partition(" ")
    if scheme.lower() != "basic" or len(given) > _LONGEST:
        return {}
    try:
        b64decode(credentials.encode("ascii"), validate=True).decode()
    except (binascii.Error, UnicodeError):
        return {}
    return {"Authorization": given}
