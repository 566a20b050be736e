"""Authorization requests: pushed by an app (RFC 9126), begun by a browser, answered by a customer.

A pushed one is taken once and soon. A begun one belongs to the first customer who opens it. Both are found by keyed
hashes of what nobody can guess, and what they ask is sealed.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, col, select

from cdp import ids
from cdp.keys import tokens
from cdp.keys.tokens import Prefix
from cdp.oauth import sealed_words
from cdp.oauth.wanted import Wanted
from cdp.permissions import access_requests
from cdp.permissions.requesting import AskedAgainTooSoon
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.tables import AccessRequest, Client
from consent.errors import NotFound, Unauthenticated

URN: Final = "urn:ietf:params:oauth:request_uri:"
PUSHED_SECONDS: Final = 90
BEGUN: Final = timedelta(minutes=30)
AFTER_A_NO: Final = timedelta(days=90)
_TABLE: Final = "authorization_request"
_ADD: Final = text(
    "insert into authorization_request (word_hash, client_id, is_begun, sealed, expires_at)"
    " values (:hash, :client, :is_begun, :sealed, :until)"
)
_TAKE: Final = text(
    "update authorization_request set used_at = :at where word_hash = :hash and client_id = :client and not is_begun"
    " and used_at is null and expires_at > :at returning sealed"
)
_OPEN: Final = text(
    "select sealed, customer_id, request_id from authorization_request"
    " where word_hash = :hash and is_begun and used_at is null and expires_at > :at for update"
)
_BIND: Final = text(
    "update authorization_request set customer_id = :customer, request_id = :request where word_hash = :hash"
)
_MINE: Final = text(
    "select sealed from authorization_request"
    " where customer_id = :customer and request_id = :request and is_begun and used_at is null and expires_at > :at"
)
_ANSWER: Final = text(
    "update authorization_request set used_at = :at where customer_id = :customer and request_id = :request"
    " and is_begun and used_at is null and expires_at > :at returning sealed"
)
_REFUSED: Final = text(
    "select exists (select from access_request where organization_id = :organization and purpose = :purpose"
    " and state = 'refused' and answered_at > :since)"
)


class RequestUnknown(NotFound):
    """There is no such question of an app, or it has been answered or has lapsed."""

    code = "app-request-unknown"


@dataclass(frozen=True, slots=True)
class Begun:
    """A question that waits for its customer."""

    wanted: Wanted
    request_id: UUID


@dataclass(frozen=True, slots=True)
class App:
    """Who asks."""

    organization: UUID
    name: str


def push(session: Session, platform: Platform, wanted: Wanted, *, at: datetime) -> str:
    """Keep a request for some seconds and return the `request_uri` by which it is taken, as the doorman."""
    word = _kept(session, platform, wanted, is_begun=False, until=at + timedelta(seconds=PUSHED_SECONDS))
    return URN + word


def take(
    session: Session, platform: Platform, client_id: str, unverified_request_uri: str, *, at: datetime
) -> Wanted | None:
    """Return the request that this client pushed, once; None for any other."""
    hashed = _hashed(platform, unverified_request_uri.removeprefix(URN))
    if hashed is None or not unverified_request_uri.startswith(URN):
        return None
    sealed = session.execute(_TAKE, {"hash": hashed, "client": client_id, "at": at}).scalar_one_or_none()
    return None if sealed is None else _opened(platform, sealed)


def begin(session: Session, platform: Platform, wanted: Wanted, *, at: datetime) -> str:
    """Keep a request until somebody has logged in and answered, and return its name in our addresses."""
    return _kept(session, platform, wanted, is_begun=True, until=at + BEGUN)


def claim(session: Session, platform: Platform, unverified_word: str, customer: UUID, *, at: datetime) -> Begun:
    """Return what was begun, as this customer's from now on, as the doorman; raises RequestUnknown."""
    hashed = _hashed(platform, unverified_word)
    found = None if hashed is None else session.execute(_OPEN, {"hash": hashed, "at": at}).one_or_none()
    if found is None:
        raise RequestUnknown
    sealed, owner, request_id = found
    if owner is None:
        request_id = ids.row()
        session.execute(_BIND, {"customer": customer, "request": request_id, "hash": hashed})
    elif owner != customer:
        raise RequestUnknown
    return Begun(_opened(platform, sealed), request_id)


def app(session: Session, wanted: Wanted) -> App:
    """Return who asks; raises RequestUnknown for an app that has ended or no longer leads back to where it said."""
    mine = select(Client.organization_id, Client.name, Client.redirect_uris)
    living = mine.where(Client.client_id == wanted.client_id, col(Client.revoked_at).is_(None))
    organization, name, redirects = session.exec(living).one_or_none() or (None, "", [])
    if organization is None or wanted.redirect_uri not in redirects:
        raise RequestUnknown
    return App(organization, name)


def put_before(platform: Platform, asking: App, begun: Begun, customer: UUID, *, at: datetime) -> None:
    """Put the permission that is wanted before the customer; raises Invalid or Conflict where it may not be asked.

    Raises AskedAgainTooSoon for ninety days after a no to the same organization for the same purpose.
    """
    wanted = begun.wanted.consent
    if wanted is None:
        return
    _check_no(platform, asking, wanted.purpose, customer, at=at)
    with platform.database.scoped(Scope(Principal.SOURCE, asking.organization)) as session:
        known = select(AccessRequest.request_id).where(AccessRequest.request_id == begun.request_id)
        if session.exec(known).first() is not None:
            return
        access_requests.ask(
            session,
            customer=customer,
            organization=asking.organization,
            purpose=wanted.purpose,
            categories=frozenset(wanted.categories),
            days=wanted.days,
            notice=wanted.notice,
            at=at,
            by_app=access_requests.ByApp(begun.request_id, wanted.sources, at + BEGUN),
        )


def _check_no(platform: Platform, asking: App, purpose: str, customer: UUID, *, at: datetime) -> None:
    """Raise AskedAgainTooSoon for ninety days after the customer's no to this organization for this purpose."""
    facts = {"organization": asking.organization, "purpose": purpose, "since": at - AFTER_A_NO}
    with platform.database.scoped(Scope(Principal.CUSTOMER, customer=customer)) as session:
        if session.execute(_REFUSED, facts).scalar():
            raise AskedAgainTooSoon


def waiting(session: Session, platform: Platform, customer: UUID, request_id: UUID, *, at: datetime) -> Wanted | None:
    """Return the question that this answer would go to, as its customer; None where no app waits."""
    words: dict[str, Any] = {"customer": customer, "request": request_id, "at": at}
    sealed = session.execute(_MINE, words).scalar_one_or_none()
    return None if sealed is None else _opened(platform, sealed)


def answer(session: Session, platform: Platform, customer: UUID, request_id: UUID, *, at: datetime) -> Wanted | None:
    """Return the same, once: whoever comes later finds that nobody waits."""
    words: dict[str, Any] = {"customer": customer, "request": request_id, "at": at}
    sealed = session.execute(_ANSWER, words).scalar_one_or_none()
    return None if sealed is None else _opened(platform, sealed)


def _kept(session: Session, platform: Platform, wanted: Wanted, *, is_begun: bool, until: datetime) -> str:
    word = tokens.new(Prefix.REQUEST)
    facts = {
        "hash": platform.fingerprints.fingerprint(word, Prefix.REQUEST),
        "client": wanted.client_id,
        "is_begun": is_begun,
        "sealed": sealed_words.seal(platform.ring, wanted, table=_TABLE),
        "until": until,
    }
    session.execute(_ADD, facts)
    return word


def _opened(platform: Platform, sealed: bytes) -> Wanted:
    return sealed_words.unseal(platform.ring, sealed, Wanted, table=_TABLE)


def _hashed(platform: Platform, unverified_word: str) -> bytes | None:
    try:
        return platform.fingerprints.fingerprint(unverified_word, Prefix.REQUEST)
    except Unauthenticated:
        return None
