"""Logging in through another service (OpenID Connect Core 1.0, authorization code with PKCE), and linking one.

Rules: (1) the answer belongs to the browser that was sent away, once and soon: its state is a challenge, and nonce
and code verifier follow from the browser's secret, so that nothing secret is stored or travels with the state; (2)
the token comes straight from the issuer in the settings and is believed by its signature, issuer, audience, times and
nonce (§3.1.3.7); (3) who comes for the first time needs an address that the issuer says it verified, and that nobody
logs in with yet: a dossier in use is linked from within, by who is logged in; after that the issuer's own name for them
is enough; (4) the issuer is asked like everything outside: bounded, by TLS, at no private
address.
"""

import base64
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit
from uuid import UUID

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy import text
from sqlmodel import Session

from cdp import ceremonies, claiming, clock, ids, outside, sessions
from cdp.askers import Asker
from cdp.ceremonies import ChallengeEnded, Kind
from cdp.cursors import BadCursor
from cdp.keys import blind, tokens
from cdp.keys.blind import IdentifierType
from cdp.keys.mac import Mac
from cdp.keys.ring import Single
from cdp.keys.tokens import Prefix
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.sessions import Entry, NewSession
from cdp.settings import OidcSettings
from consent.errors import Conflict, NotFound, Problem, Refused, Unauthenticated

PATH: Final = "/inloggen/extern/terug"
"""Where the other service sends the browser back to."""
_LARGEST: Final = 256 * 1024
_LEEWAY: Final = 60
_KEEP_SECONDS: Final = 3600
_ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA")
_DOORMAN: Final = Scope(Principal.DOORMAN)
_FIND: Final = text("select customer_id from external_login where subject_hash = :subject")
_USED: Final = text("update external_login set used_at = :at where subject_hash = :subject")
_ADD: Final = text(
    "insert into external_login (subject_hash, customer_id, external_id, made_at, used_at)"
    " values (:subject, :customer, :external, :at, :at) on conflict (subject_hash) do nothing"
)
_KNOWN: Final = text("select external_id, made_at, used_at from external_login order by made_at")


class NoProvider(NotFound):
    """No other service logs anybody in here."""

    code = "no-provider"


class ExternalFailed(Unauthenticated):
    """Logging in with the other service did not work; try again, or use a link by e-mail."""

    code = "external-failed"


class AddressNotVerified(Refused):
    """The other service does not say that it verified an e-mail address; log in with a link by e-mail."""

    code = "address-not-verified"


class LinkFirst(Refused):
    """This address is in use here; log in with it, and link the other service from there."""

    code = "link-first"


class LinkedToAnother(Conflict):
    """This login of the other service belongs to another dossier."""

    code = "linked-to-another"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is by the word of the issuer; an address only when it was verified there."""

    subject: str = field(repr=False)
    email: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Linked:
    """A login of the other service, as its owner sees it."""

    external_id: UUID
    made_at: datetime
    used_at: datetime | None


class Provider:
    """The other service, by what it says of itself; asked again after an hour."""

    def __init__(self, settings: OidcSettings, *, base_url: str, allow_private: bool) -> None:
        self.settings = settings
        self.redirect_uri = base_url + PATH
        self._allow_private = allow_private
        self._lock = threading.Lock()
        self._known: tuple[datetime, dict[str, Any], KeySet] | None = None

    def address(self, *, state: str, secret: str) -> str:
        """Return where a browser that keeps `secret` is sent; raises ExternalFailed."""
        metadata, _ = self._described()
        return str(
            prepare_grant_uri(
                metadata["authorization_endpoint"],
                self.settings.client_id,
                "code",
                redirect_uri=self.redirect_uri,
                scope=self.settings.scope,
                state=state,
                nonce=_derived(secret, state, b"nonce"),
                code_challenge=create_s256_code_challenge(_derived(secret, state, b"verifier")),
                code_challenge_method="S256",
            )
        )

    def identity(self, answer: Mapping[str, str], *, secret: str) -> Identity:
        """Return who the browser came back as; raises ExternalFailed."""
        metadata, keys = self._described()
        state, code = answer.get("state", ""), answer.get("code", "")
        if not code or answer.get("iss", self.settings.issuer) != self.settings.issuer:  # RFC 9207
            raise ExternalFailed
        said = self._exchanged(metadata, code, _derived(secret, state, b"verifier"))
        claims = self._claims(said.get("id_token"), keys, nonce=_derived(secret, state, b"nonce"))
        if self.settings.email_claim not in claims and "userinfo_endpoint" in metadata:
            claims |= self._more(metadata["userinfo_endpoint"], said.get("access_token"), claims["sub"])
        return Identity(claims["sub"], self._email(claims))

    def _described(self) -> tuple[dict[str, Any], KeySet]:
        """Return the issuer's metadata (Discovery §4) and keys."""
        with self._lock:
            now = clock.now()
            if self._known is None or (now - self._known[0]).total_seconds() > _KEEP_SECONDS:
                metadata = self._json("GET", f"{self.settings.issuer.rstrip('/')}/.well-known/openid-configuration")
                if metadata.get("issuer") != self.settings.issuer:
                    raise ExternalFailed
                keys = KeySet.import_key_set(self._json("GET", metadata["jwks_uri"]))  # type: ignore[arg-type]  # checked by the import
                self._known = now, metadata, keys
            return self._known[1], self._known[2]

    def _exchanged(self, metadata: Mapping[str, Any], code: str, verifier: str) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": verifier,
        }
        headers = {}
        if self.settings.client_secret is None:
            form["client_id"] = self.settings.client_id
        else:  # RFC 6749 §2.3.1
            pair = f"{quote(self.settings.client_id, safe='')}:{quote(self.settings.client_secret, safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        return self._json("POST", metadata["token_endpoint"], headers=headers, form=form)

    def _claims(self, id_token: object, keys: KeySet, *, nonce: str) -> dict[str, Any]:
        if not isinstance(id_token, str):
            raise ExternalFailed
        options = {"iss": {"values": [self.settings.issuer]}, "aud": {"values": [self.settings.client_id]}}
        params = {"nonce": nonce, "client_id": self.settings.client_id}
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

    def _email(self, claims: Mapping[str, Any]) -> str | None:
        address, is_verified = claims.get(self.settings.email_claim), claims.get(self.settings.verified_claim)
        if is_verified is not True or not isinstance(address, str):
            return None
        try:
            normalised = blind.normalise(IdentifierType.EMAIL, address)
        except Problem:
            return None
        return None if blind.is_shared_or_fake(IdentifierType.EMAIL, normalised) else normalised

    def _json(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, form: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        wanted = {"Accept": "application/json", **(headers or {})}
        try:
            if method == "GET":
                answer = outside.get(url, wanted, allow_private=self._allow_private, limit=_LARGEST)
            else:
                wanted["Content-Type"] = "application/x-www-form-urlencoded"
                body = urlencode(form or {}).encode()
                answer = outside.post(url, wanted, body, allow_private=self._allow_private, limit=_LARGEST)
            said = json.loads(answer.body)
        except (Problem, ValueError, RecursionError):
            raise ExternalFailed from None
        if answer.status != 200 or not isinstance(said, dict):  # noqa: PLR2004 -- RFC 9110 §15.3.1
            raise ExternalFailed
        return said


def provider(platform: Platform) -> Provider | None:
    """Return the other service that the settings name, if any."""
    settings = platform.settings
    if settings.oidc is None:
        return None
    return Provider(settings.oidc, base_url=settings.base_url, allow_private=settings.allow_private_addresses)


def host(provider: Provider) -> str:
    """Return the name of the host that the browser is sent to."""
    return urlsplit(provider.settings.issuer).hostname or ""


def start(platform: Platform, provider: Provider, asker: Asker, *, linking: UUID | None = None, at: datetime) -> str:
    """Return where to send a browser, whose secret `asker` holds, to log in or to be linked in the session `linking`.

    Raises TooManyRequests or ExternalFailed.
    """
    state = tokens.new(Prefix.STATE)
    address = provider.address(state=state, secret=asker.browser or "")
    kind, holder = Kind.EXTERNAL, asker
    if linking is not None:
        kind, holder = Kind.LINK, Asker(asker.address, ceremonies.of_session(linking))
    with platform.database.scoped(_DOORMAN) as session:
        ceremonies.ask(session, platform, kind, state.encode(), holder, at=at)
    return address


def finish(
    platform: Platform,
    provider: Provider,
    answer: Mapping[str, str],
    asker: Asker,
    *,
    within: UUID | None,
    at: datetime,
) -> tuple[Kind, Identity]:
    """Return what the browser was sent away for and who came back; `within` is the session that it has now.

    Raises ChallengeEnded or ExternalFailed.
    """
    state, secret = answer.get("state", "").encode(), asker.browser
    holders = {Kind.EXTERNAL: secret, Kind.LINK: None if within is None else ceremonies.of_session(within)}
    with platform.database.scoped(_DOORMAN) as session:
        good = [
            kind for kind, holder in holders.items() if ceremonies.use(session, platform, kind, state, holder, at=at)
        ]
    if not good or secret is None:
        raise ChallengeEnded
    return good[0], provider.identity(answer, secret=secret)


def log_in(platform: Platform, provider: Provider, identity: Identity, entry: Entry) -> NewSession:
    """Begin a session for the customer behind the identity; a new one by their verified address.

    Raises AddressNotVerified, or LinkFirst when somebody logs in with that address already.
    """
    words = {"subject": _subject(platform, provider, identity), "at": entry.at}
    with platform.database.scoped(_DOORMAN) as session:
        known, is_new = session.execute(_FIND, words).scalar_one_or_none(), False
        session.execute(_USED, words)
        if known is None:
            if identity.email is None:
                raise AddressNotVerified
            known, is_new = claiming.claim(session, platform, identity.email, at=entry.at)
            if not is_new:
                raise LinkFirst
            session.execute(_ADD, words | {"customer": known, "external": ids.row()})
        begun = sessions.begin(session, platform, known, entry, is_new=is_new)
    if identity.email is not None:
        claiming.keep_address(platform, begun.customer_id, identity.email, at=entry.at)
    return begun


def offer(platform: Platform, provider: Provider, identity: Identity, within: UUID, *, at: datetime) -> str:
    """Return the words by which the session `within` can link this identity once its owner has seen whose it is."""
    place = (_subject(platform, provider, identity).hex(), int(at.timestamp()))
    return platform.cursors.seal(place, caller=f"link {within}")


def link(platform: Platform, unverified_offer: str, customer: UUID, within: UUID, *, at: datetime) -> bool:
    """Let the offered identity log the customer in from now on; False when it did already.

    Raises ChallengeEnded for an offer of another session or an old one, and LinkedToAnother.
    """
    try:
        subject, made = platform.cursors.open(unverified_offer, tuple[str, int], caller=f"link {within}")
    except BadCursor:
        raise ChallengeEnded from None
    if at.timestamp() - made > ceremonies.SECONDS:
        raise ChallengeEnded
    words = {"subject": bytes.fromhex(subject), "at": at}
    with platform.database.scoped(_DOORMAN) as session:
        known = session.execute(_FIND, words).scalar_one_or_none()
        if known is None:
            session.execute(_ADD, words | {"customer": customer, "external": ids.row()})
    if known not in {None, customer}:
        raise LinkedToAnother
    return known is None


def known(session: Session) -> list[Linked]:
    """Return the logins of the other service that the customer in scope linked."""
    return [Linked(row.external_id, row.made_at, row.used_at) for row in session.execute(_KNOWN)]


def _subject(platform: Platform, provider: Provider, identity: Identity) -> bytes:
    key = Mac(platform.ring.single(Single.SYSTEM))
    return key.digest(b"external login\0" + provider.settings.issuer.encode() + b"\0" + identity.subject.encode())


def _derived(secret: str, state: str, word: bytes) -> str:
    """Return what only the browser that keeps `secret` can bring back (RFC 5869)."""
    made = HKDF(SHA256(), length=32, salt=state.encode(), info=b"cdp external login " + word).derive(secret.encode())
    return base64.urlsafe_b64encode(made).rstrip(b"=").decode()
