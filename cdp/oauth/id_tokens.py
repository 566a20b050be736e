"""Id tokens (OpenID Connect Core §2): who said yes, in the name that the app's organization alone has for them."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from joserfc import jwt
from joserfc.jwk import KeySet
from joserfc.util import urlsafe_b64encode
from sqlmodel import Session

from cdp.oauth import signing_keys
from cdp.oauth.client_keys import UNREADABLE
from cdp.platform import Platform

KIND: Final = "JWT"
_LIFE: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Login:
    """What an id token says: of whom, for which app, when they proved who they are, and beside which access token."""

    subject: str
    client_id: str
    proven_at: datetime
    nonce: str | None
    access_token: str


@dataclass(frozen=True, slots=True)
class Hint:
    """An id token that was ours, whenever it ended: for which app it was made, and of whom."""

    client_id: str
    subject: str


def issue(session: Session, platform: Platform, login: Login, *, at: datetime) -> str:
    """Return an id token, signed."""
    claims: dict[str, Any] = {
        "iss": platform.settings.base_url,
        "sub": login.subject,
        "aud": login.client_id,
        "iat": int(at.timestamp()),
        "exp": int((at + _LIFE).timestamp()),
        "auth_time": int(login.proven_at.timestamp()),
        "at_hash": urlsafe_b64encode(hashlib.sha256(login.access_token.encode()).digest()[:16]).decode(),
    }
    if login.nonce is not None:
        claims["nonce"] = login.nonce
    return signing_keys.newest(session, platform.ring, at=at).sign(claims, kind=KIND)


def hint(session: Session, platform: Platform, unverified_token: str, *, at: datetime) -> Hint | None:
    """Return what an id token of ours says; None for anything else."""
    keys = KeySet.import_key_set({"keys": [each.public for each in signing_keys.published(session, at=at)]})
    try:
        found = jwt.decode(unverified_token, keys, algorithms=[signing_keys.ALGORITHM])
        claims = found.claims
        is_ours = found.header.get("typ") == KIND and claims["iss"] == platform.settings.base_url
        return Hint(str(claims["aud"]), str(claims["sub"])) if is_ours else None
    except UNREADABLE:
        return None


def subject(platform: Platform, customer: UUID, organization: UUID) -> str:
    """Return the name that an organization has for a customer: the id of their profile."""
    return platform.profile_ids.profile_id(customer, organization)
