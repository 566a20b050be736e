"""Sessions of customers: rows that begin with a proof of who it is, move on while they are used, and can be ended.

Rules: (1) every login gets a token of its own, and so does every later proof: one that was known before is worth
nothing; another service's word lets somebody in and is no fresh proof; (2) a session
ends when it is not used for a while, and at the latest some hours after it began; (3) of the
device two words are kept, and no network address.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, col, select, update

from cdp import ids
from cdp.credentials import CredentialEnded
from cdp.database import rows_changed
from cdp.keys import tokens
from cdp.keys.tokens import Prefix
from cdp.platform import Platform
from cdp.scope import Scope
from cdp.tables import CustomerSession
from consent.errors import NotFound, Unauthenticated

_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
_PROVE: Final = text(
    "update session set proven_at = :at, session_hash = :fresh"
    " where session_id = :session and customer_id = :customer and ended_at is null and expires_at > :at"
)
_END_KNOWN: Final = text("update session set ended_at = :at where session_hash = :hash and ended_at is null")

_WAS_ENDED: Final = text(
    "select exists (select from session where session_id::text = :client and ended_at is not null)"
)


class Way(StrEnum):
    """How somebody came in."""

    EMAIL = "e-mail"
    PASSKEY = "passkey"
    EXTERNAL = "external"


class SessionUnknown(NotFound):
    """There is no such open session of yours."""

    code = "session-unknown"


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session that has just begun; the token is said once."""

    customer_id: UUID
    session_id: UUID
    token: str = field(repr=False)
    expires_at: datetime
    is_new: bool


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """What a customer sees of a session: how it began, in which kind of browser, and when it was used, at least."""

    session_id: UUID
    way: Way
    device: str
    started_at: datetime
    used_at: datetime
    expires_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """By which way, in which kind of browser and when somebody comes in; `former` is the token that browser had."""

    way: Way
    at: datetime
    device: str = ""
    former: str | None = field(default=None, repr=False)


def begin(session: Session, platform: Platform, customer: UUID, entry: Entry, *, is_new: bool = False) -> NewSession:
    """Open a session for a customer who has just come in, end the browser's former one; doorman only."""
    at, idle = entry.at, timedelta(seconds=platform.settings.idle_seconds)
    ends_at = at + timedelta(seconds=platform.settings.session_seconds)
    begun = NewSession(customer, ids.row(), tokens.new(Prefix.SESSION), min(at + idle, ends_at), is_new)
    if entry.former is not None and tokens.is_well_formed(entry.former, Prefix.SESSION):
        former = platform.fingerprints.fingerprint(entry.former, Prefix.SESSION)
        session.execute(_END_KNOWN, {"hash": former, "at": at})
    session.add(
        CustomerSession(
            session_hash=platform.fingerprints.fingerprint(begun.token, Prefix.SESSION),
            customer_id=customer,
            session_id=begun.session_id,
            way=entry.way,
            device=entry.device,
            started_at=at,
            idle=idle,
            expires_at=begun.expires_at,
            ends_at=ends_at,
            proven_at=_NEVER if entry.way is Way.EXTERNAL else at,
        )
    )
    return begun


def prove(session: Session, platform: Platform, customer: UUID, session_id: UUID, *, at: datetime) -> str:
    """Note that the customer has just proved who they are again, and return the session's new token; doorman only.

    The former token is worth nothing from then on. Raises Unauthenticated when the session has ended.
    """
    token = tokens.new(Prefix.SESSION)
    fresh = platform.fingerprints.fingerprint(token, Prefix.SESSION)
    words = {"at": at, "fresh": fresh, "session": session_id, "customer": customer}
    if rows_changed(session, _PROVE, words) != 1:
        raise Unauthenticated("this session has ended")
    return token


def living(session: Session, *, at: datetime) -> list[SessionFacts]:
    """Return the open sessions of the customer in scope, newest first."""
    open_ones = select(CustomerSession).where(
        col(CustomerSession.ended_at).is_(None), col(CustomerSession.expires_at) > at
    )
    found = session.exec(open_ones.order_by(col(CustomerSession.started_at).desc(), col(CustomerSession.session_id)))
    return [_facts(each) for each in found]


def hold(session: Session, scope: Scope) -> None:
    """Raise CredentialEnded when the login in scope was ended; one that only expired ends nothing that began in time.

    A long answer asks this before each part, in the transaction that reads it.
    """
    ended = session.execute(_WAS_ENDED, {"client": scope.client or ""}).scalar_one()
    if ended:
        raise CredentialEnded


def end(session: Session, session_id: UUID, *, at: datetime) -> None:
    """End one session of the customer in scope; raises NotFound when it is not open."""
    if session_id not in {each.session_id for each in living(session, at=at)}:
        raise SessionUnknown
    one = update(CustomerSession).where(col(CustomerSession.session_id) == session_id)
    session.execute(one.values(ended_at=at))


def end_all(session: Session, *, at: datetime, but: UUID | None = None) -> int:
    """End every session of the customer in scope, this one too unless it is `but`, and return how many."""
    still_open = [each.session_id for each in living(session, at=at) if each.session_id != but]
    those = update(CustomerSession).where(col(CustomerSession.session_id).in_(still_open))
    session.execute(those.values(ended_at=at))
    return len(still_open)


def _facts(row: CustomerSession) -> SessionFacts:
    return SessionFacts(
        session_id=row.session_id,
        way=Way(row.way),
        device=row.device,
        started_at=row.started_at,
        used_at=max(row.started_at, row.expires_at - row.idle),
        expires_at=row.expires_at,
        ends_at=row.ends_at,
    )
