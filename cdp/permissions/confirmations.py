"""Confirmations: a code that an organization gives to a person whom it knows, for its own records and nothing else.

The person types it where they are asked whether those records are theirs. Rules: (1) an organization confirms subjects
of its own; (2) it does not learn whether the person is here, was asked, or typed the code: every answer is the same;
(3) only a keyed hash is kept; a code is good for one use and seven days.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from cdp.keys import blind
from cdp.keys.blind import IdentifierType
from cdp.keys.mac import Mac
from cdp.keys.ring import Single
from cdp.platform import Platform
from cdp.reads import presentations
from cdp.scope import Scope
from consent.errors import Invalid

LETTERS: Final = 10
KEPT: Final = timedelta(days=7)
_KEEP: Final = text("select keep_confirmation(:hash, :user, :ends_at, :at)")


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A code to hand to the person, and until when it is good."""

    code: str = field(repr=False)
    expires_at: datetime


def make(session: Session, platform: Platform, scope: Scope, user_id: str, *, at: datetime) -> Confirmation:
    """Return a code for whom the source in scope knows as `user_id`; for nobody it is one that opens nothing.

    Raises Invalid for what is no user id.
    """
    try:
        named = blind.normalise(IdentifierType.USER_ID, user_id)
    except Invalid as error:
        raise Invalid(error.message, field="/user_id") from None
    made = Confirmation("".join(secrets.choice(presentations.ALPHABET) for _ in range(LETTERS)), at + KEPT)
    words = {
        "hash": hashed(platform, made.code),
        "user": platform.blind.of(IdentifierType.USER_ID, named, source=scope.organization),
        "ends_at": made.expires_at,
        "at": at,
    }
    session.execute(_KEEP, words)
    return made


def hashed(platform: Platform, unverified_code: str) -> bytes:
    """Return what is kept of a code."""
    code = presentations.typed(unverified_code)
    return Mac(platform.ring.single(Single.SYSTEM)).digest(b"confirmation\0" + code.encode())
