"""A relying party of an OpenID provider: where the browser is sent, and what came back (OpenID Connect Core 1.0 §3.1).

Rules: (1) authorization code with PKCE; nonce and code verifier follow from the browser's secret and the state, so that
nothing secret is stored or travels with the state; (2) the token comes straight from the registered issuer, and
is believed by its signature, issuer, audience, times and nonce (§3.1.3.7); (3) the issuer is asked like everything
outside: bounded, by TLS, at no private address; (4) one that is slow, on purpose too, keeps few of us waiting, and
all of them together no more than leaves threads for everybody else.
"""

import base64
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from cdp import clock, outside
from consent.errors import Problem, Unauthenticated

_LARGEST: Final = 256 * 1024
_LEEWAY: Final = 60
_KEEP_SECONDS: Final = 3600
_REST_SECONDS: Final = 10
"""For how long an issuer that did not describe itself is not asked again: everybody may begin a login."""
_PATIENCE_SECONDS: Final = 5
_MOST_WAITING: Final = 4
"""How many wait for what an issuer that is not known yet says of itself, while one asks it."""
_MOST_ANSWERS: Final = 12
"""How many answers of one issuer are looked at beside each other; each may take long."""
_TOGETHER: Final = threading.BoundedSemaphore(24)
"""How many of this process wait for issuers, all of these together: it has forty threads, and the others serve."""
_SECONDS: Final = 10
_ENDPOINTS: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA")


class ExternalFailed(Unauthenticated):
    """Logging in with the other service did not work; try again, or use a link by e-mail."""

    code = "external-failed"


@dataclass(frozen=True, slots=True)
class Registration:
    """What the provider knows us by."""

    issuer: str
    client_id: str
    client_secret: str | None = field(repr=False)
    scope: str


class RelyingParty:
    """One registration, with what the provider says of itself; asked again after an hour."""

    def __init__(self, registration: Registration, *, redirect_uri: str, allow_private: bool) -> None:
        """Take the registration; nothing is asked yet."""
        self._registration = registration
        self.redirect_uri = redirect_uri
        self._allow_private = allow_private
        self._lock = threading.Lock()
        self._waiting = threading.BoundedSemaphore(_MOST_WAITING)
        self._answers = threading.BoundedSemaphore(_MOST_ANSWERS)
        self._known: tuple[datetime, dict[str, Any], KeySet] | None = None
        self._failed: datetime | None = None

    @property
    def issuer(self) -> str:
        """Who logs people in."""
        return self._registration.issuer

    @property
    def host(self) -> str:
        """The name of the host that the browser is sent to."""
        return urlsplit(self.issuer).hostname or ""

    def address(self, *, state: str, secret: str) -> str:
        """Return where a browser that keeps `secret` is sent; raises ExternalFailed."""
        metadata, _ = self._described()
        return str(
            prepare_grant_uri(
                metadata["authorization_endpoint"],
                self._registration.client_id,
                "code",
                redirect_uri=self.redirect_uri,
                scope=self._registration.scope,
                state=state,
                nonce=_derived(secret, state, b"nonce"),
                code_challenge=create_s256_code_challenge(_derived(secret, state, b"verifier")),
                code_challenge_method="S256",
            )
        )

    def claims(self, answer: Mapping[str, str], *, secret: str, wanted: str) -> dict[str, Any]:
        """Return the claims of who the browser came back as; raises ExternalFailed.

        Where the token lacks the claim `wanted`, what the provider tells beside it is added.
        """
        code = answer.get("code", "")
        if not code or answer.get("iss", self.issuer) != self.issuer:  # RFC 9207
            raise ExternalFailed
        if not self._answers.acquire(blocking=False):
            raise ExternalFailed
        try:
            return self._believed(code, answer.get("state", ""), secret, wanted)
        finally:
            self._answers.release()

    def _believed(self, code: str, state: str, secret: str, wanted: str) -> dict[str, Any]:
        metadata, keys = self._described()
        with _kept_waiting():
            said = self._exchanged(metadata, code, _derived(secret, state, b"verifier"))
            claims = self._claims(said.get("id_token"), keys, nonce=_derived(secret, state, b"nonce"))
            if wanted not in claims and "userinfo_endpoint" in metadata:
                claims |= self._more(metadata["userinfo_endpoint"], said.get("access_token"), claims["sub"])
        return claims

    def _described(self) -> tuple[dict[str, Any], KeySet]:
        """Return the issuer's metadata (Discovery §4) and keys; while another asks anew, what was known before."""
        known = self._known
        if not self._lock.acquire(blocking=False):
            if known is not None:
                return known[1], known[2]
            self._wait()
        try:
            now = clock.now()
            if self._known is None or (now - self._known[0]).total_seconds() > _KEEP_SECONDS:
                if self._failed is not None and (now - self._failed).total_seconds() < _REST_SECONDS:
                    raise ExternalFailed
                self._known = now, *self._asked_anew()
            return self._known[1], self._known[2]
        finally:
            self._lock.release()

    def _wait(self) -> None:
        """Take the lock, for which few wait and not for long; raises ExternalFailed."""
        if not self._waiting.acquire(blocking=False):
            raise ExternalFailed
        try:
            with _kept_waiting():
                if not self._lock.acquire(timeout=_PATIENCE_SECONDS):
                    raise ExternalFailed
        finally:
            self._waiting.release()

    def _asked_anew(self) -> tuple[dict[str, Any], KeySet]:
        """Ask the issuer; the rest of one that fails begins when it has failed, however long that took."""
        with _kept_waiting():  # where too many wait already, it has not failed
            try:
                found = self._asked()
            except ExternalFailed:
                self._failed = clock.now()
                raise
        self._failed = None
        return found

    def _asked(self) -> tuple[dict[str, Any], KeySet]:
        metadata = self._json("GET", f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
        if metadata.get("issuer") != self.issuer or not all(isinstance(metadata.get(each), str) for each in _ENDPOINTS):
            raise ExternalFailed
        try:
            return metadata, KeySet.import_key_set(self._json("GET", metadata["jwks_uri"]))  # type: ignore[arg-type]  # checked by the import
        except (JoseError, ValueError, TypeError, KeyError, AttributeError):
            raise ExternalFailed from None

    def _exchanged(self, metadata: Mapping[str, Any], code: str, verifier: str) -> dict[str, Any]:
        us = self._registration
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": verifier,
        }
        headers = {}
        if us.client_secret is None:
            form["client_id"] = us.client_id
        else:  # RFC 6749 §2.3.1
            pair = f"{quote(us.client_id, safe='')}:{quote(us.client_secret, safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        return self._json("POST", metadata["token_endpoint"], headers=headers, form=form)

    def _claims(self, id_token: object, keys: KeySet, *, nonce: str) -> dict[str, Any]:
        if not isinstance(id_token, str):
            raise ExternalFailed
        options = {"iss": {"values": [self.issuer]}, "aud": {"values": [self._registration.client_id]}}
        params = {"nonce": nonce, "client_id": self._registration.client_id}
        try:
            token = jwt.decode(id_token, keys, algorithms=_ALGORITHMS)
            claims = CodeIDToken(token.claims, token.header, options, params)
            claims.validate(now=int(clock.now().timestamp()), leeway=_LEEWAY)
        except (JoseError, ValueError, TypeError, KeyError):
            raise ExternalFailed from None
        if not isinstance(claims["sub"], str) or not claims["sub"]:
            raise ExternalFailed
        return dict(claims)

    def _more(self, url: str, access_token: object, subject: str) -> dict[str, Any]:
        """Return what the issuer tells beside the token, of the same person (§5.3.2)."""
        said = self._json("GET", url, headers={"Authorization": f"Bearer {access_token}"})
        if said.get("sub") != subject:
            raise ExternalFailed
        return said

    def _json(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, form: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        wanted = {"Accept": "application/json", **(headers or {})}
        try:
            if method == "GET":
                answer = outside.get(url, wanted, allow_private=self._allow_private, limit=_LARGEST, seconds=_SECONDS)
            else:
                wanted["Content-Type"] = "application/x-www-form-urlencoded"
                body = urlencode(form or {}).encode()
                answer = outside.post(
                    url, wanted, body, allow_private=self._allow_private, limit=_LARGEST, seconds=_SECONDS
                )
            said = json.loads(answer.body)
        except (Problem, ValueError, RecursionError):
            raise ExternalFailed from None
        if answer.status != 200 or not isinstance(said, dict):  # noqa: PLR2004 -- RFC 9110 §15.3.1
            raise ExternalFailed
        return said


@contextmanager
def _kept_waiting() -> Iterator[None]:
    """Be one of the few who wait for an issuer; raises ExternalFailed when there are enough."""
    if not _TOGETHER.acquire(blocking=False):
        raise ExternalFailed
    try:
        yield
    finally:
        _TOGETHER.release()


def _derived(secret: str, state: str, word: bytes) -> str:
    """Return what only the browser that keeps `secret` can bring back (RFC 5869)."""
    made = HKDF(SHA256(), length=32, salt=state.encode(), info=b"cdp external login " + word).derive(secret.encode())
    return base64.urlsafe_b64encode(made).rstrip(b"=").decode()
