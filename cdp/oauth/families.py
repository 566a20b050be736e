"""What one yes of a customer to an app leads to: a code, then tokens, which are one family and end together.

Rules: (1) a code and a refresh token are taken once; who shows one again, or somebody who copied it, ends the family;
(2) a family lives on the permission that it was given with: once that is taken back, nothing of it stands, whatever is
granted later; (3) one that began with a proof of possession goes on with the same key.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import text
from sqlmodel import Session

from cdp.keys import tokens
from cdp.keys.tokens import Prefix
from cdp.oauth import sealed_words
from cdp.oauth.wanted import Wanted
from cdp.permissions import grants
from cdp.platform import Platform
from consent.errors import Unauthenticated

CODE: Final = timedelta(seconds=60)
REFRESH: Final = timedelta(days=90)
_TABLE: Final = "token_family"
_PREFIX: Final = {"code": Prefix.CODE, "refresh": Prefix.REFRESH_TOKEN}
_BEGIN: Final = text(
    "insert into token_family (family_id, customer_id, client_id, purpose, grant_id, scopes, key_hash, sealed, since,"
    " expires_at) values (:family, :customer, :client, :purpose, :grant, :scopes, :key_hash, :sealed, :at, :until)"
)
_ADD: Final = text(
    "insert into family_token (token_hash, family_id, customer_id, kind, expires_at)"
    " values (:hash, :family, :customer, :kind, :until)"
)
_FIND: Final = text(
    "select f.family_id, f.client_id, f.purpose, f.grant_id, f.scopes, f.key_hash, f.sealed, t.used_at, t.expires_at"
    " from family_token t join token_family f using (family_id) where t.token_hash = :hash and t.kind = :kind"
    " and f.client_id = :client for update of t"
)
_USE: Final = text("update family_token set used_at = :at where token_hash = :hash")
_END: Final = text("update token_family set revoked_at = :at where family_id = :family and revoked_at is null")
_KEEP: Final = text("update token_family set expires_at = greatest(expires_at, :until) where family_id = :family")
_STANDS: Final = text("select customer_id, categories, sources, expires_at from check_family(:family)")


class Facts(msgspec.Struct, frozen=True):
    """What a code has to be shown with, and what its id token says."""

    redirect_uri: str
    challenge: str
    nonce: str | None
    proven_at: datetime


@dataclass(frozen=True, slots=True)
class Shown:
    """A code or a refresh token that was taken for the first and only time."""

    family_id: UUID
    client_id: str
    customer_id: UUID
    purpose: str | None
    grant_id: UUID | None
    scopes: tuple[str, ...]
    key_hash: bytes | None
    facts: Facts
    granted: dict[str, Any]
    """What the permission opens now: categories, sources and expires_at; empty where there is none."""


def begin(  # who says yes to whom and when, each by name
    session: Session,
    platform: Platform,
    wanted: Wanted,
    *,
    customer: UUID,
    organization: UUID,
    proven_at: datetime,
    at: datetime,
) -> str:
    """Begin a family, in the transaction of the customer's yes, and return its code, once."""
    family, purpose = uuid4(), None if wanted.consent is None else wanted.consent.purpose
    facts = Facts(wanted.redirect_uri, wanted.challenge, wanted.nonce, proven_at)
    words = {
        "family": family,
        "customer": customer,
        "client": wanted.client_id,
        "purpose": purpose,
        "grant": None if purpose is None else grants.grant_id(customer, organization, purpose),
        "scopes": wanted.scopes,
        "key_hash": wanted.key_hash,
        "sealed": sealed_words.seal(platform.ring, facts, table=_TABLE),
        "at": at,
        "until": at + timedelta(hours=1),
    }
    session.execute(_BEGIN, words)
    return _new(session, platform, family, customer, "code", until=at + CODE)


def take(
    session: Session, platform: Platform, client_id: str, kind: str, unverified: str, *, at: datetime
) -> Shown | None:
    """Return what this client's code or refresh token stands for; None for anything else.

    One that was taken before ends its family, with every token that came of it (RFC 6749 §4.1.2, RFC 9700 §4.14.2).
    """
    try:
        hashed = platform.fingerprints.fingerprint(unverified, _PREFIX[kind])
    except Unauthenticated:
        return None
    found = session.execute(_FIND, {"hash": hashed, "kind": kind, "client": client_id}).mappings().one_or_none()
    if found is None:
        return None
    family: UUID = found["family_id"]
    if found["used_at"] is not None:
        end(session, family, at=at)
        return None
    session.execute(_USE, {"hash": hashed, "at": at})
    stands = session.execute(_STANDS, {"family": family}).mappings().one_or_none()
    if stands is None or found["expires_at"] <= at:
        return None
    granted = {name: stands[name] for name in ("categories", "sources", "expires_at")} if found["purpose"] else {}
    return Shown(
        family_id=family,
        client_id=found["client_id"],
        customer_id=stands["customer_id"],
        purpose=found["purpose"],
        grant_id=found["grant_id"],
        scopes=tuple(found["scopes"]),
        key_hash=found["key_hash"],
        facts=sealed_words.unseal(platform.ring, found["sealed"], Facts, table=_TABLE),
        granted=granted,
    )


def customer_of(session: Session, family: UUID) -> UUID | None:
    """Return the customer of a family that stands, as the doorman; None for any other."""
    found = session.execute(_STANDS, {"family": family}).mappings().one_or_none()
    return None if found is None else found["customer_id"]


def refresh_token(session: Session, platform: Platform, shown: Shown, *, at: datetime) -> str:
    """Return the next refresh token of a family, once."""
    session.execute(_KEEP, {"family": shown.family_id, "until": at + REFRESH})
    return _new(session, platform, shown.family_id, shown.customer_id, "refresh", until=at + REFRESH)


def end(session: Session, family: UUID, *, at: datetime) -> None:
    """End a family and everything that came of it, as the doorman."""
    session.execute(_END, {"family": family, "at": at})


def end_of(session: Session, platform: Platform, client_id: str, unverified: str, *, at: datetime) -> None:
    """End the family of this client's refresh token; anything else changes nothing (RFC 7009 §2.1)."""
    try:
        hashed = platform.fingerprints.fingerprint(unverified, Prefix.REFRESH_TOKEN)
    except Unauthenticated:
        return
    words = {"hash": hashed, "kind": "refresh", "client": client_id}
    found = session.execute(_FIND, words).mappings().one_or_none()
    if found is not None:
        end(session, found["family_id"], at=at)


def bind(session: Session, shown: Shown, key_hash: bytes) -> None:
    """Tie a family to the key of its first proof, as the doorman."""
    words = {"family": shown.family_id, "key_hash": key_hash}
    session.execute(text("update token_family set key_hash = :key_hash where family_id = :family"), words)


def _new(session: Session, platform: Platform, family: UUID, customer: UUID, kind: str, *, until: datetime) -> str:
    token = tokens.new(_PREFIX[kind])
    hashed = platform.fingerprints.fingerprint(token, _PREFIX[kind])
    session.execute(_ADD, {"hash": hashed, "family": family, "customer": customer, "kind": kind, "until": until})
    return token
