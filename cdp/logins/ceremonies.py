"""Challenges: what we ask of a passkey or of another login service, answered once, soon, by who asked.

Rules: (1) of a challenge only the fingerprint is stored; (2) it is used up in the moment it is shown, whatever the
answer is worth; (3) it belongs to the browser or the session that asked for it; (4) asking is limited per network.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from cdp.database import sql
from cdp.keys.mac import Mac
from cdp.keys.ring import Single
from cdp.logins import askers
from cdp.logins.askers import Asker
from cdp.logins.login import TooManyRequests
from cdp.platform import Platform
from consent.errors import Unauthenticated

SECONDS: Final = 300
PER_ASKER: Final = 120
"""How many challenges one network may ask for while one lives; many people can share one."""
_LOCK: Final = text(sql("lock_ceremony"))
_ASK: Final = text(sql("ask_ceremony"))
_USE: Final = text(sql("use_ceremony"))


class Kind(StrEnum):
    """What a challenge is for; one for something else is worth nothing."""

    REGISTER = "register"
    LOGIN = "login"
    STEP_UP = "step-up"
    EXTERNAL = "external"
    LINK = "link"
    EMPLOYEE = "employee"


class ChallengeEnded(Unauthenticated):
    """This took too long, or it was done already; begin again."""

    code = "challenge-ended"


def ask(session: Session, platform: Platform, kind: Kind, challenge: bytes, asker: Asker, *, at: datetime) -> None:
    """Keep a challenge for the browser of `asker`; doorman only. Raises TooManyRequests."""
    words = {
        "challenge_hash": _hashed(platform, challenge),
        "kind": kind.value,
        "holder": _holder(platform, asker.browser),
        "asker_blind": askers.network_blind(platform, asker.address),
        "at": at,
        "expires_at": at + timedelta(seconds=SECONDS),
        "most": PER_ASKER,
    }
    session.execute(_LOCK, words)
    if session.execute(_ASK, words).first() is None:
        raise TooManyRequests


def use(
    session: Session, platform: Platform, kind: Kind, challenge: bytes, browser: str | None, *, at: datetime
) -> bool:
    """Use a challenge up and tell whether it was good for this browser; doorman only, commit whatever comes next."""
    words = {"challenge_hash": _hashed(platform, challenge), "kind": kind.value, "at": at}
    holder = session.execute(_USE, words).scalar_one_or_none()
    return holder is not None and browser is not None and bytes(holder) == _holder(platform, browser)


def of_session(session_id: UUID) -> str:
    """Return what stands in for the secret of a browser that is logged in."""
    return f"session {session_id}"


def _hashed(platform: Platform, challenge: bytes) -> bytes:
    return Mac(platform.ring.single(Single.SYSTEM)).digest(b"challenge\0" + challenge)


def _holder(platform: Platform, browser: str | None) -> bytes:
    return Mac(platform.ring.single(Single.SYSTEM)).digest(b"holder of a challenge\0" + (browser or "").encode())
