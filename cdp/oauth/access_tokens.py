"""Access tokens: given to a client that proved itself, ended by it; stored as fingerprints.

They are JSON Web Tokens (RFC 9068), so that others can check them. Here only what is stored about one counts: whoever
shows a token is known by its fingerprint, and what it says is not even read.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from joserfc.util import urlsafe_b64encode
from sqlmodel import Session, col, select, update

from cdp.keys.tokens import Prefix
from cdp.oauth import families, signing_keys
from cdp.platform import Platform
from cdp.tables import AccessToken, Client
from consent.errors import Unauthenticated

LONGEST_SECONDS: Final = 600
KIND: Final = "at+jwt"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a token that is good at this moment."""

    client_id: str
    scopes: frozenset[str]
    key_hash: bytes | None
    issued_at: datetime
    expires_at: datetime
    customer: UUID | None = None
    organization: UUID | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """The customer that a token is good for, as the organization knows them, and the family that it ends with."""

    name: str
    family_id: UUID


def issue(  # noqa: PLR0913  # what a token says, each by name
    session: Session,
    platform: Platform,
    client_id: str,
    *,
    scopes: Iterable[str],
    at: datetime,
    seconds: int = LONGEST_SECONDS,
    key_hash: bytes | None = None,
    subject: Subject | None = None,
) -> str:
    """Give the client a token that holds `scopes` for `seconds`, at most ten minutes, and return it, once.

    With `key_hash` it is good only for whoever proves to hold that key (RFC 9449 §6), with `subject` for one customer.
    """
    held, expires_at = sorted(scopes), at + timedelta(seconds=min(seconds, LONGEST_SECONDS))
    claims: dict[str, Any] = {
        "iss": platform.settings.base_url,
        "sub": client_id if subject is None else subject.name,
        "aud": platform.settings.base_url,
        "client_id": client_id,
        "iat": int(at.timestamp()),
        "exp": int(expires_at.timestamp()),
        "jti": str(uuid4()),
        "scope": " ".join(held),
    }
    if key_hash is not None:
        claims["cnf"] = {"jkt": urlsafe_b64encode(key_hash).decode()}
    token = signing_keys.newest(session, platform.ring, at=at).sign(claims, kind=KIND)
    session.add(
        AccessToken(
            token_hash=platform.fingerprints.fingerprint(token, Prefix.ACCESS_TOKEN),
            client_id=client_id,
            scopes=held,
            key_hash=key_hash,
            family_id=None if subject is None else subject.family_id,
            issued_at=at,
            expires_at=expires_at,
        )
    )
    return token


def known(
    session: Session, platform: Platform, organization: UUID | None, unverified_token: str, *, at: datetime
) -> Known | None:
    """Return a token that is good now and was given to a client of this organization; None for any other."""
    hashed = _hashed(platform, unverified_token)
    if hashed is None:
        return None
    found = session.exec(
        select(AccessToken, Client)
        .join(Client, col(Client.client_id) == AccessToken.client_id)
        .where(col(AccessToken.token_hash) == hashed, col(Client.organization_id).is_not_distinct_from(organization))
        .where(
            col(AccessToken.revoked_at).is_(None), col(AccessToken.expires_at) > at, col(Client.revoked_at).is_(None)
        )
    ).one_or_none()
    if found is None:
        return None
    token, client = found
    customer = None if token.family_id is None else families.customer_of(session, token.family_id)
    if token.family_id is not None and customer is None:
        return None
    return Known(
        client_id=token.client_id,
        scopes=frozenset(token.scopes),
        key_hash=token.key_hash,
        issued_at=token.issued_at,
        expires_at=token.expires_at,
        customer=customer,
        organization=client.organization_id,
    )


def revoke(session: Session, platform: Platform, client_id: str, unverified_token: str, *, at: datetime) -> None:
    """End the token if it is this client's; anything else changes nothing and tells nothing (RFC 7009 §2.2)."""
    session.execute(
        update(AccessToken)
        .where(col(AccessToken.token_hash) == _hashed(platform, unverified_token))
        .where(col(AccessToken.client_id) == client_id, col(AccessToken.revoked_at).is_(None))
        .values(revoked_at=at)
    )


def _hashed(platform: Platform, unverified_token: str) -> bytes | None:
    try:
        return platform.fingerprints.fingerprint(unverified_token, Prefix.ACCESS_TOKEN)
    except Unauthenticated:
        return None
