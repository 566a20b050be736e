"""The authorization server: client credentials (RFC 6749 §4.4), revocation (RFC 7009) and introspection (RFC 7662).

The form is awaited first, then Authlib's synchronous core runs in a thread, in one transaction of the doorman. Rules:
(1) an unknown client and a wrong proof are answered alike, after the same work; (2) no answer and no log repeats what
was sent; (3) a parameter given twice is refused (RFC 6749 §3.2); (4) a token is given for what the client has and asked
for, never more; (5) of a token of another organization nothing is told and nothing is changed.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from authlib.oauth2.rfc6749 import AuthorizationServer, OAuth2Error
from authlib.oauth2.rfc6749.errors import InvalidGrantError, InvalidRequestError, InvalidScopeError
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant
from authlib.oauth2.rfc6749.util import scope_to_list
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7662 import IntrospectionEndpoint
from joserfc.util import urlsafe_b64encode
from starlette.datastructures import FormData
from starlette.responses import Response

from api.oauth import app_tokens, authorization, forms
from api.oauth.authorization import Refusal
from api.oauth.code_grants import CodeGrant, OnlyHashed, RefreshGrant
from api.oauth.forms import OAuthForm
from cdp import clock
from cdp.client_scopes import LOGIN_SCOPE
from cdp.database import Session
from cdp.oauth import access_tokens, applicants, client_keys, families, id_tokens, proofs_of_possession, requests
from cdp.oauth.access_tokens import LONGEST_SECONDS, Known
from cdp.oauth.applicants import Applicant
from cdp.oauth.families import Shown
from cdp.oauth.proofs_of_possession import Asked, Proof, ProofFailed
from cdp.platform import Platform
from cdp.scope import Principal, Scope

logging.getLogger("authlib").setLevel(logging.WARNING)  # its details repeat the client id as it was sent
WITH_SECRET: Final = ("client_secret_basic", "client_secret_post")
WITH_KEY: Final = "private_key_jwt"
METHODS: Final = (*WITH_SECRET, WITH_KEY)
GRANT_TYPES: Final = ("client_credentials", "authorization_code", "refresh_token")
TOKEN_PATHS: Final = ("/oauth/token", "/token")
"""Where tokens are given; the second is where the libraries of Segment look."""
_MOST_SCOPES: Final = 20
_Headers = list[tuple[str, str]]


def unreadable() -> Response:
    """Answer a request that is not a form."""
    status, body, _ = InvalidRequestError("send application/x-www-form-urlencoded")()
    return forms.answer(status, body)


def token_response(platform: Platform, path: str, form: FormData, headers: Mapping[str, str]) -> Response:
    """Answer a token request; one with a proof of possession gets a token that is bound to its key (RFC 9449 §5)."""
    return _answer(platform, path, form, headers, lambda server, request: server.create_token_response(request))


def revocation_response(platform: Platform, path: str, form: FormData, headers: Mapping[str, str]) -> Response:
    """Answer a revocation request."""
    return _endpoint(platform, path, form, headers, RevocationEndpoint.ENDPOINT_NAME)


def introspection_response(platform: Platform, path: str, form: FormData, headers: Mapping[str, str]) -> Response:
    """Answer an introspection request."""
    return _endpoint(platform, path, form, headers, IntrospectionEndpoint.ENDPOINT_NAME)


def pushed_response(platform: Platform, path: str, form: FormData, headers: Mapping[str, str]) -> Response:
    """Answer a pushed authorization request."""
    return _answer(platform, path, form, headers, lambda server, request: server.pushed(request))


def _endpoint(platform: Platform, path: str, form: FormData, headers: Mapping[str, str], name: str) -> Response:
    return _answer(
        platform, path, form, headers, lambda server, request: server.create_endpoint_response(name, request)
    )


def _answer(
    platform: Platform,
    path: str,
    form: FormData,
    headers: Mapping[str, str],
    ask: Callable[["_Server", OAuthForm], Response],
) -> Response:
    try:
        request = OAuthForm(path, form, headers)
    except InvalidRequestError as error:
        status, body, _ = error()
        return forms.answer(status, body)
    with platform.database.scoped(Scope(Principal.DOORMAN)) as session:
        return ask(_Server(platform, session), request)


class _Client:
    """An applicant as Authlib asks about clients."""

    def __init__(self, applicant: Applicant, platform: Platform) -> None:
        self.applicant = applicant
        self._platform = platform

    def check_client_secret(self, unverified_secret: str) -> bool:
        return self.applicant.proves(self._platform.fingerprints, unverified_secret)

    def check_endpoint_auth_method(self, method: str, _endpoint: str) -> bool:
        return (method == WITH_KEY) == (self.applicant.keys is not None)

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in self.applicant.grant_types

    def scopes(self, asked: str | None) -> list[str]:
        """Return what the token will hold: all that the client has, or the part that it asked for (§3.3)."""
        mine = self.applicant.scopes - {LOGIN_SCOPE}
        wanted = set(scope_to_list(asked) or mine)
        if not wanted or len(wanted) > _MOST_SCOPES or not wanted <= mine:
            raise InvalidScopeError
        return sorted(wanted)


class _ClientCredentials(ClientCredentialsGrant):  # type: ignore[misc]  # Authlib publishes no types
    TOKEN_ENDPOINT_AUTH_METHODS = METHODS


class _Revocation(RevocationEndpoint):  # type: ignore[misc]  # Authlib publishes no types
    CLIENT_AUTH_METHODS = METHODS

    def check_params(self, request: OAuthForm, _client: _Client) -> None:
        """Ask for the token only: an unknown hint is ignored (RFC 7009 §2.1)."""
        _need_token(request)

    def query_token(self, token_string: str, _token_type_hint: str | None) -> "_GivenToken":
        return _GivenToken(token_string)

    def revoke_token(self, token: "_GivenToken", request: OAuthForm) -> None:
        self.server.revoke(request.client.applicant, token.text)


class _Introspection(IntrospectionEndpoint):  # type: ignore[misc]  # Authlib publishes no types
    CLIENT_AUTH_METHODS = METHODS

    def authenticate_token(self, request: OAuthForm, client: _Client) -> Known | None:
        """Return the token if it is good and of the client's own organization (RFC 7662 §2.2, §4)."""
        _need_token(request)
        found: Known | None = self.server.known(client.applicant, request.form["token"])
        return found

    def create_introspection_payload(self, token: Known | None) -> dict[str, Any]:
        return {"active": False} if token is None else self.server.described(token)


def _need_token(request: OAuthForm) -> None:
    if not request.form.get("token"):
        raise InvalidRequestError("the parameter token is missing")


class _GivenToken:
    """A token as it was given, whose owner decides whether anything happens to it."""

    def __init__(self, text: str) -> None:
        self.text = text

    def check_client(self, _client: _Client) -> bool:
        return True


class _Server(AuthorizationServer):  # type: ignore[misc]  # Authlib publishes no types
    """The core for one request, in one transaction."""

    def __init__(self, platform: Platform, session: Session) -> None:
        super().__init__()
        self._platform = platform
        self._session = session
        self._key_hash: bytes | None = None
        self._proof: Proof | None = None
        self._at = clock.now()
        self.register_grant(_ClientCredentials)
        self.register_grant(CodeGrant, [OnlyHashed(required=True)])
        self.register_grant(RefreshGrant)
        self.register_endpoint(_Revocation)
        self.register_endpoint(_Introspection)
        self.register_client_auth_method(WITH_KEY, self._by_key)
        self.register_token_generator("default", self._generate)

    def query_client(self, client_id: str) -> _Client:
        """Return a client for every name: an unknown one can prove nothing."""
        return _Client(applicants.applicant(self._session, client_id), self._platform)

    def _by_key(self, query_client: Callable[[str], _Client], request: OAuthForm) -> _Client | None:
        """Return the client that signed the assertion in the form (RFC 7523 §3); None for anything else."""
        assertion = request.form.get("client_assertion")
        if not assertion or request.form.get("client_assertion_type") != client_keys.ASSERTION_TYPE:
            return None
        name = client_keys.named(assertion)
        if name is None or request.form.get("client_id", name) != name:
            return None
        client, issuer = query_client(name), self._platform.settings.base_url
        audiences = frozenset({issuer, *(issuer + path for path in TOKEN_PATHS), issuer + request.path})
        is_theirs = client.applicant.signed(self._session, self._platform, assertion, audiences=audiences, at=self._at)
        return client if is_theirs else None

    def create_token_response(self, request: OAuthForm) -> Response:
        """Answer a token request; one that names no grant type is incomplete, not unsupported (RFC 6749 §5.2)."""
        if not request.form.get("grant_type"):
            status, body, _ = InvalidRequestError("the parameter grant_type is missing")()
            return forms.answer(status, body)
        try:
            self._take_proof(request)
            response: Response = super().create_token_response(request)
        except ProofFailed as error:
            return forms.answer(400, {"error": error.error, "error_description": error.message}, self._nonce())
        return response

    def _take_proof(self, request: OAuthForm) -> None:
        if request.proof is None:
            return
        asked = Asked("POST", request.path)
        self._proof = proofs_of_possession.check(self._platform, request.proof, asked, at=self._at)
        self._key_hash = self._proof.key_hash

    def authenticate_client(self, request: OAuthForm, methods: Sequence[str], endpoint: str = "token") -> _Client:
        """Return who asks. Only a client's proof is kept as used: what a stranger sends leaves nothing behind."""
        client: _Client = super().authenticate_client(request, methods, endpoint)
        if self._proof is not None:
            self._proof.use(self._session, self._platform, at=self._at)
            self._proof = None
        return client

    def _nonce(self) -> dict[str, str]:
        return {"DPoP-Nonce": proofs_of_possession.nonce(self._platform, at=self._at)}

    def take(self, client_id: str, kind: str, unverified_word: str) -> Shown | None:
        """Take a code or a refresh token of this client, once."""
        return families.take(self._session, self._platform, client_id, kind, unverified_word, at=self._at)

    def _generate(self, *, client: _Client, scope: str | None, user: Shown | None, **_: object) -> dict[str, Any]:
        if client.applicant.is_bound and self._key_hash is None:
            raise InvalidRequestError("this client shows a DPoP proof with each request")
        seconds = min(self._platform.settings.token_seconds, LONGEST_SECONDS)
        if user is not None:
            return self._generate_for(client.applicant, user, scope_to_list(scope) or [], seconds)
        scopes = client.scopes(scope)
        token = access_tokens.issue(
            self._session,
            self._platform,
            client.applicant.client_id,
            scopes=scopes,
            at=self._at,
            seconds=seconds,
            key_hash=self._key_hash,
        )
        kind = "Bearer" if self._key_hash is None else "DPoP"
        return {"access_token": token, "token_type": kind, "expires_in": seconds, "scope": " ".join(scopes)}

    def _generate_for(self, applicant: Applicant, shown: Shown, scopes: list[str], seconds: int) -> dict[str, Any]:
        if applicant.organization is None or shown.key_hash not in (None, self._key_hash):
            raise InvalidGrantError
        return app_tokens.made(
            self._session,
            self._platform,
            app_tokens.Yes(shown, applicant.organization, tuple(scopes), self._key_hash),
            at=self._at,
            seconds=seconds,
        )

    def pushed(self, request: OAuthForm) -> Response:
        """Keep an authorization request of a client that proved itself (RFC 9126 §2)."""
        try:
            self._take_proof(request)
            client = self.authenticate_client(request, METHODS)
            words, key = {**request.form, "client_id": client.applicant.client_id}, self._key_hash
            wanted = authorization.read(
                self._session, self._platform, client.applicant, words, at=self._at, key_hash=key
            )
        except ProofFailed as error:
            return forms.answer(400, {"error": error.error, "error_description": error.message}, self._nonce())
        except Refusal as refusal:
            return forms.answer(400, {"error": refusal.error, "error_description": refusal.description})
        except OAuth2Error as error:
            return self.handle_response(*error())
        uri = requests.push(self._session, self._platform, wanted, at=self._at)
        return self.handle_response(201, {"request_uri": uri, "expires_in": requests.PUSHED_SECONDS}, [])

    def revoke(self, applicant: Applicant, unverified_token: str) -> None:
        """End the token if it is this client's; a refresh token ends with everything that came of the same yes."""
        families.end_of(self._session, self._platform, applicant.client_id, unverified_token, at=self._at)
        access_tokens.revoke(self._session, self._platform, applicant.client_id, unverified_token, at=self._at)

    def known(self, applicant: Applicant, unverified_token: str) -> Known | None:
        """Return a token of the applicant's organization."""
        return access_tokens.known(self._session, self._platform, applicant.organization, unverified_token, at=self._at)

    def described(self, token: Known) -> dict[str, Any]:
        """Return what is told of a token that is good (RFC 7662 §2.2)."""
        facts: dict[str, Any] = {
            "active": True,
            "iss": self._platform.settings.base_url,
            "aud": self._platform.settings.base_url,
            "sub": self._subject(token),
            "client_id": token.client_id,
            "scope": " ".join(sorted(token.scopes)),
            "token_type": "Bearer" if token.key_hash is None else "DPoP",
            "iat": int(token.issued_at.timestamp()),
            "exp": int(token.expires_at.timestamp()),
        }
        if token.key_hash is not None:
            facts["cnf"] = {"jkt": urlsafe_b64encode(token.key_hash).decode()}
        return facts

    def _subject(self, token: Known) -> str:
        if token.customer is None or token.organization is None:
            return token.client_id
        return id_tokens.subject(self._platform, token.customer, token.organization)

    def save_token(self, _token: dict[str, Any], _request: OAuthForm) -> None:
        """Do nothing: the fingerprint was stored when the token was made, in this transaction."""

    def create_oauth2_request(self, request: OAuthForm) -> OAuthForm:
        return request

    def send_signal(self, name: str, *_: object, **__: object) -> None:
        """Tell nobody."""

    def handle_response(self, status: int, body: Mapping[str, Any], _headers: _Headers) -> Response:
        return forms.answer(status, body, {} if self._key_hash is None else self._nonce())
