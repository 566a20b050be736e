"""What a credential stands for at this moment: asked of the database at every request, never remembered.

The three questions are SQL functions that the login role may call outside every scope; they see fingerprints only.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cdp.keys.tokens import Prefix
from cdp.platform import Platform
from consent.errors import Unauthenticated


@dataclass(frozen=True, slots=True)
class TokenHolder:
    """The client behind an access token; without an organization it is the platform's own auditor."""

    client_id: str
    organization: UUID | None
    slug: str | None
    scopes: frozenset[str]
    key_hash: bytes | None = None
    """The thumbprint of the key that the token is bound to: whoever shows it proves to hold that key."""
    customer: UUID | None = None
    """The one customer that it is good for, when an app was given it with them."""
    purpose: str | None = None
    """The one purpose that it reads for, when it lives on a permission; only `cdp.logins.token_checks` asks."""


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """The organization behind a write key, and the largest batch it may send."""

    organization: UUID
    slug: str
    batch_bytes: int


@dataclass(frozen=True, slots=True)
class SessionHolder:
    """The customer behind a session, when they last proved who they are, and when it ends: idle, and at the latest."""

    customer_id: UUID
    session_id: UUID
    proven_at: datetime
    expires_at: datetime
    ends_at: datetime


class CredentialEnded(Unauthenticated):
    """This credential is unknown, or it has expired or been revoked."""

    code = "credential-ended"


def fingerprint(platform: Platform, unverified_token: str) -> bytes:
    """Return by what this access token is found; raises Unauthenticated for what cannot be one of ours."""
    return platform.fingerprints.fingerprint(unverified_token, Prefix.ACCESS_TOKEN)


async def of_token(platform: Platform, unverified_token: str) -> TokenHolder:
    """Return who holds this access token; raises Unauthenticated."""
    row = await platform.database.check("select * from check_token(%s)", fingerprint(platform, unverified_token))
    if row is None:
        raise CredentialEnded
    client_id, organization, slug, scopes, key_hash, customer = row
    return TokenHolder(client_id, organization, slug, frozenset(scopes), key_hash, customer)


async def of_write_key(platform: Platform, unverified_key: str) -> KeyHolder:
    """Return who holds this write key; raises Unauthenticated."""
    fingerprint = platform.fingerprints.fingerprint(unverified_key, Prefix.WRITE_KEY)
    row = await platform.database.check("select * from check_write_key(%s)", fingerprint)
    if row is None:
        raise CredentialEnded
    return KeyHolder(*row)


async def of_session(platform: Platform, unverified_token: str) -> SessionHolder:
    """Return whose session this is; raises Unauthenticated."""
    fingerprint = platform.fingerprints.fingerprint(unverified_token, Prefix.SESSION)
    row = await platform.database.check("select * from check_session(%s)", fingerprint)
    if row is None:
        raise CredentialEnded
    return SessionHolder(*row)
