"""Logging in through another service (OpenID Connect Core 1.0), and linking one.

Rules: (1) the answer belongs to the browser that was sent away, once and soon: its state is a challenge, and what
proves it is the browser's own (`cdp.logins.openid`); (2) who comes for the first time needs an address that the issuer
says it verified, and that nobody logs in with yet: a dossier in use is linked from within, by who is logged in; after
that the issuer's own name for them is enough.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from cdp import ids
from cdp.cursors import BadCursor
from cdp.keys import blind, tokens
from cdp.keys.blind import IdentifierType
from cdp.keys.mac import Mac
from cdp.keys.ring import Single
from cdp.keys.tokens import Prefix
from cdp.logins import ceremonies, claiming, sessions
from cdp.logins.askers import Asker
from cdp.logins.ceremonies import ChallengeEnded, Kind
from cdp.logins.openid import Registration, RelyingParty
from cdp.logins.sessions import Entry, NewSession
from cdp.platform import Platform
from cdp.scope import DOORMAN
from cdp.settings import OidcSettings
from consent.errors import Conflict, NotFound, Problem, Refused

PATH: Final = "/inloggen/extern/terug"
"""Where the other service sends the browser back to."""
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


class Provider(RelyingParty):
    """The other service that may log customers in."""

    def __init__(self, settings: OidcSettings, *, base_url: str, allow_private: bool) -> None:
        """Take what the settings say; nothing is asked yet."""
        registration = Registration(settings.issuer, settings.client_id, settings.client_secret, settings.scope)
        super().__init__(registration, redirect_uri=base_url + PATH, allow_private=allow_private)
        self.settings = settings

    def identity(self, answer: Mapping[str, str], *, secret: str) -> Identity:
        """Return who the browser came back as; raises ExternalFailed."""
        claims = self.claims(answer, secret=secret, wanted=self.settings.email_claim)
        return Identity(claims["sub"], self._email(claims))

    def _email(self, claims: Mapping[str, Any]) -> str | None:
        address, is_verified = claims.get(self.settings.email_claim), claims.get(self.settings.verified_claim)
        if is_verified is not True or not isinstance(address, str):
            return None
        try:
            normalised = blind.normalise(IdentifierType.EMAIL, address)
        except Problem:
            return None
        return None if blind.is_shared_or_fake(IdentifierType.EMAIL, normalised) else normalised


def provider(platform: Platform) -> Provider | None:
    """Return the other service that the settings name, if any."""
    settings = platform.settings
    if settings.oidc is None:
        return None
    return Provider(settings.oidc, base_url=settings.base_url, allow_private=settings.allow_private_addresses)


def start(platform: Platform, provider: Provider, asker: Asker, *, linking: UUID | None = None, at: datetime) -> str:
    """Return where to send a browser, whose secret `asker` holds, to log in or to be linked in the session `linking`.

    Raises TooManyRequests or ExternalFailed.
    """
    state = tokens.new(Prefix.STATE)
    address = provider.address(state=state, secret=asker.browser or "")
    kind, holder = Kind.EXTERNAL, asker
    if linking is not None:
        kind, holder = Kind.LINK, Asker(asker.address, ceremonies.of_session(linking))
    with platform.database.scoped(DOORMAN) as session:
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
    with platform.database.scoped(DOORMAN) as session:
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
    with platform.database.scoped(DOORMAN) as session:
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
    with platform.database.scoped(DOORMAN) as session:
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
