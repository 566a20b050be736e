"""What an app gets for a customer's yes: an access token bound to them, an id token, and the next refresh token."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from cdp.client_scopes import LOGIN_SCOPE
from cdp.database import Session
from cdp.oauth import access_tokens, families, id_tokens, wanted
from cdp.oauth.access_tokens import Subject
from cdp.oauth.families import Shown
from cdp.oauth.id_tokens import Login
from cdp.platform import Platform


@dataclass(frozen=True, slots=True)
class Yes:
    """What was taken, of which organization the app is, which scopes it wants of it, and the key it proved to hold."""

    shown: Shown
    organization: UUID
    scopes: tuple[str, ...]
    key_hash: bytes | None


def made(session: Session, platform: Platform, yes: Yes, *, at: datetime, seconds: int) -> dict[str, Any]:
    """Return the answer of the token endpoint."""
    shown = yes.shown
    name = id_tokens.subject(platform, shown.customer_id, yes.organization)
    if shown.key_hash is None and yes.key_hash is not None:
        families.bind(session, shown, yes.key_hash)
    token = access_tokens.issue(
        session,
        platform,
        shown.client_id,
        scopes=yes.scopes,
        at=at,
        seconds=seconds,
        key_hash=yes.key_hash,
        subject=Subject(name, shown.family_id),
    )
    told: dict[str, Any] = {
        "access_token": token,
        "token_type": "Bearer" if yes.key_hash is None else "DPoP",
        "expires_in": seconds,
        "scope": " ".join(sorted(yes.scopes)),
    }
    if LOGIN_SCOPE in yes.scopes:
        login = Login(name, shown.client_id, shown.facts.proven_at, shown.facts.nonce, token)
        told["id_token"] = id_tokens.issue(session, platform, login, at=at)
    if shown.grant_id is not None:
        told["refresh_token"] = families.refresh_token(session, platform, shown, at=at)
        told["grant_id"] = str(shown.grant_id)
        told["authorization_details"] = wanted.described(session, _granted(shown))
    return told


def _granted(shown: Shown) -> dict[str, Any]:
    return {
        "purpose": shown.purpose,
        "categories": sorted(shown.granted["categories"]),
        "sources": shown.granted["sources"],
        "expires_at": shown.granted["expires_at"].isoformat(),
        "grant_id": str(shown.grant_id),
    }
