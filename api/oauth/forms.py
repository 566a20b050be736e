"""A form that an OAuth endpoint was sent, as Authlib's core asks for it, and the answers in OAuth's own words."""

import binascii
from base64 import b64decode
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from authlib.oauth2.rfc6749 import OAuth2Payload, OAuth2Request
from authlib.oauth2.rfc6749.errors import InvalidRequestError
from starlette.datastructures import FormData, QueryParams
from starlette.responses import JSONResponse, Response

_NO_STORE: Final = {"Cache-Control": "no-store", "Pragma": "no-cache"}  # RFC 6749 §5.1
_LONGEST: Final = 1_000
_LONGEST_WORD: Final = 8_192
_LONG: Final = frozenset({"client_assertion", "token", "id_token_hint", "authorization_details"})


class OAuthForm(OAuth2Request):  # type: ignore[misc]  # Authlib publishes no types
    """A form that was posted to `path`, each parameter once; raises InvalidRequestError."""

    def __init__(self, path: str, form: FormData, headers: Mapping[str, str]) -> None:
        # Where TLS ends is the operator's proxy's affair; the core only wants to see an https address.
        super().__init__("POST", "https://here.invalid/", headers=_readable(headers))
        self.path = path
        self.proof = headers.get("dpop")
        self._words = words_of(form)
        self.payload = _Payload(self._words)
        ways = ("Authorization" in self.headers, "client_secret" in self._words, "client_assertion" in self._words)
        if sum(ways) > 1:  # RFC 6749 §2.3
            raise InvalidRequestError("a client proves itself in one way")

    @property
    def form(self) -> Mapping[str, str]:
        """The parameters."""
        return self._words


class _Payload(OAuth2Payload):  # type: ignore[misc]  # Authlib publishes no types
    def __init__(self, words: Mapping[str, str]) -> None:
        self._words = words

    @property
    def data(self) -> Mapping[str, str]:
        return self._words

    @property
    def datalist(self) -> dict[str, list[str]]:
        return {name: [value] for name, value in self._words.items()}


def answer(status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    """Return an answer that nobody keeps; who did not prove to be a client is told no more than that."""
    kept = _NO_STORE | dict(headers or {})
    if status == HTTPStatus.UNAUTHORIZED:
        words = {"error": "invalid_client", "error_description": "client authentication failed"}
        return JSONResponse(words, status, headers=kept | {"WWW-Authenticate": 'Basic realm="cdp"'})
    words = dict(body)
    if "error" in words:
        words.setdefault("error_description", words["error"].replace("_", " "))
    return JSONResponse(words, status, headers=kept)


def words_of(form: FormData | QueryParams) -> dict[str, str]:
    """Return the parameters, each once, as RFC 6749 §3.2 wants them; an empty one counts as left out."""
    words: dict[str, str] = {}
    for name, value in form.multi_items():
        if name in words:
            raise InvalidRequestError("a parameter is given twice")
        if not isinstance(value, str) or len(value) > (_LONGEST_WORD if name in _LONG else _LONGEST):
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
