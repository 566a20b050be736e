"""Codes and refresh tokens at the token endpoint (RFC 6749, RFC 7636, RFC 9700), as Authlib asks for them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from authlib.oauth2.rfc6749.errors import InvalidGrantError, InvalidRequestError
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant, RefreshTokenGrant
from authlib.oauth2.rfc7636 import CodeChallenge

from cdp.oauth.families import Shown

METHODS: Final = ("client_secret_basic", "client_secret_post", "private_key_jwt")


@dataclass(frozen=True, slots=True)
class Code:
    """A code or a refresh token that was taken, as Authlib asks about it."""

    shown: Shown

    @property
    def code_challenge(self) -> str:
        """What the app's verifier must hash to."""
        return self.shown.facts.challenge

    @property
    def code_challenge_method(self) -> str:
        """The only method."""
        return "S256"

    def check_client(self, client: Any) -> bool:  # noqa: ANN401 -- Authlib publishes no types
        """Tell whether it was given to this client."""
        return bool(client.applicant.client_id == self.shown.client_id)

    def get_redirect_uri(self) -> str:
        """Return where the customer was led back to."""
        return self.shown.facts.redirect_uri

    def get_scope(self) -> str:
        """Return what the customer said yes to."""
        return " ".join(self.shown.scopes)


class OnlyHashed(CodeChallenge):  # type: ignore[misc]  # Authlib publishes no types
    """PKCE without the method `plain`."""

    SUPPORTED_CODE_CHALLENGE_METHOD: ClassVar = ["S256"]


class CodeGrant(AuthorizationCodeGrant):  # type: ignore[misc]  # Authlib publishes no types
    """A code for tokens; whoever shows it a second time ends what it gave."""

    TOKEN_ENDPOINT_AUTH_METHODS = METHODS

    def query_authorization_code(self, code: str, client: Any) -> Code | None:  # noqa: ANN401 -- Authlib publishes no types
        """Take the code."""
        return _taken(self.server.take, client, "code", code)

    def validate_token_request(self) -> None:
        """Ask for both: a verifier and the address, whatever the client is."""
        if not self.request.form.get("code_verifier"):
            raise InvalidRequestError("the parameter code_verifier is missing")
        super().validate_token_request()

    def authenticate_user(self, authorization_code: Code) -> Shown:
        """Return whom it is about."""
        return authorization_code.shown

    def delete_authorization_code(self, authorization_code: Code) -> None:
        """Keep it: it was marked, so that its second coming is seen."""


class RefreshGrant(RefreshTokenGrant):  # type: ignore[misc]  # Authlib publishes no types
    """A refresh token for the next one; whoever shows one a second time ends the family."""

    TOKEN_ENDPOINT_AUTH_METHODS = METHODS
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token: str) -> Code:
        """Take the refresh token; raises InvalidGrantError."""
        found = _taken(self.server.take, self.request.client, "refresh", refresh_token)
        if found is None:
            raise InvalidGrantError
        return found

    def authenticate_user(self, refresh_token: Code) -> Shown:
        """Return whom it is about."""
        return refresh_token.shown

    def revoke_old_credential(self, refresh_token: Code) -> None:
        """Keep it: it was marked, so that its second coming is seen."""


def _taken(take: Callable[[str, str, str], Shown | None], client: Any, kind: str, word: str) -> Code | None:  # noqa: ANN401 -- Authlib publishes no types
    found = take(client.applicant.client_id, kind, word)
    return None if found is None else Code(found)
