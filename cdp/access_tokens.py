"""Access tokens: given to a client that proved itself, ended by it; stored as fingerprints."""

import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, select, update

from cdp.keys import tokens
from cdp.keys.tokens import Fingerprints, Prefix
from cdp.tables import AccessToken, Client
from consent.errors import Unauthenticated

LONGEST_SECONDS: Final = 600
_NOBODY: Final = bytes(32)
_CLIENT_ID: Final = re.compile(r"[\x21-\x7e]{1,100}")


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who says to be a client; made for every name, so that an unknown one looks like a wrong secret."""

    client_id: str
    scopes: frozenset[str]
    secret_hash: bytes = field(repr=False)
    is_living: bool

    def proves(self, fingerprints: Fingerprints, unverified_secret: str) -> bool:
        """Tell whether the secret is this client's, in the same time for every wrong one."""
        try:
            given = fingerprints.fingerprint(unverified_secret, Prefix.CLIENT_SECRET)
        except Unauthenticated:
            given = b""
        return hmac.compare_digest(given, self.secret_hash) and self.is_living


def applicant(session: Session, unverified_client_id: str) -> Applicant:
    """Return the client of this name, or a stranger who can prove nothing."""
    stranger = Applicant(unverified_client_id, frozenset(), _NOBODY, is_living=False)
    if not _CLIENT_ID.fullmatch(unverified_client_id):
        return stranger
    found = session.exec(select(Client).where(Client.client_id == unverified_client_id)).one_or_none()
    if found is None:
        return stranger
    return Applicant(found.client_id, frozenset(found.scopes), found.secret_hash, is_living=found.revoked_at is None)


def issue(
    session: Session, fingerprints: Fingerprints, client_id: str, *, scopes: Sequence[str], at: datetime, seconds: int
) -> str:
    """Give the client a token that holds `scopes` for `seconds`, at most ten minutes, and return it, once."""
    token = tokens.new(Prefix.ACCESS_TOKEN)
    session.add(
        AccessToken(
            token_hash=fingerprints.fingerprint(token, Prefix.ACCESS_TOKEN),
            client_id=client_id,
            scopes=sorted(scopes),
            issued_at=at,
            expires_at=at + timedelta(seconds=min(seconds, LONGEST_SECONDS)),
        )
    )
    return token


def revoke(
    session: Session, fingerprints: Fingerprints, client_id: str, unverified_token: str, *, at: datetime
) -> None:
    """End the token if it is this client's; anything else changes nothing and tells nothing (RFC 7009 §2.2)."""
    try:
        hashed = fingerprints.fingerprint(unverified_token, Prefix.ACCESS_TOKEN)
    except Unauthenticated:
        return
    session.execute(
        update(AccessToken)
        .where(col(AccessToken.token_hash) == hashed, col(AccessToken.client_id) == client_id)
        .where(col(AccessToken.revoked_at).is_(None))
        .values(revoked_at=at)
    )
