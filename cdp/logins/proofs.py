"""Codes for who is logged in: to prove anew who they are, and to prove that a further address or number is theirs.

Rules: (1) a code is typed in the session that asked for it; (2) it is used once, lives as long as a link and bears
five tries; (3) sending is limited per customer, and to a new address over everybody who asks, so that nobody is
pestered and nobody kept out; (4) to prove themselves anew a customer chooses among what they proved before.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Row, text
from sqlmodel import Session

from cdp import ids
from cdp.database import sql
from cdp.keys import blind
from cdp.keys.blind import IdentifierType
from cdp.logins import claiming, sessions
from cdp.logins.claiming import Proven
from cdp.logins.login import CodeWrong, TooManyRequests
from cdp.logins.passkeys import Holder
from cdp.mailroom import codes
from cdp.own.unsealing import OwnKeys
from cdp.platform import Platform
from cdp.scope import DOORMAN
from consent.errors import Invalid, NotFound

PER_TARGET: Final = 3
PER_CUSTOMER: Final = 10
_LOCK: Final = text(sql("lock_proof"))
_SEND: Final = text(sql("send_proof_code"))
_TRY: Final = text(sql("try_proof_code"))
_USED: Final = text("update proof_code set used_at = :at where customer_id = :customer and code_id = :code")


class Kind(StrEnum):
    """What a code proves; one for something else is worth nothing."""

    STEP_UP = "step-up"
    ADDRESS = "address"


class NotForEverybody(Invalid):
    """Many people share this address or number, so it proves nobody."""

    code = "shared-identifier"


@dataclass(frozen=True, slots=True)
class Sent:
    """A code to be sent, and never shown to who asked."""

    type: IdentifierType
    value: str = field(repr=False)
    code: str = field(repr=False)


def ask_to_prove(platform: Platform, holder: Holder, value: str, *, at: datetime) -> Sent:
    """Return a code for one of the addresses or numbers that the customer proved; raises NotFound, TooManyRequests."""
    with platform.database.scoped(holder.scope) as session:
        chosen = [each for each in claiming.proven(session, platform) if each.value == value]
    if not chosen:
        raise NotFound
    return _ask(platform, holder, Kind.STEP_UP, chosen[0].type, value, at=at)


def ask_for_address(platform: Platform, holder: Holder, kind: IdentifierType, value: str, *, at: datetime) -> Sent:
    """Return a code for a further address or number; raises Invalid, NotForEverybody or TooManyRequests.

    Says nothing about whether it is known here.
    """
    normalised = blind.normalise(kind, value)
    if blind.is_shared_or_fake(kind, normalised):
        raise NotForEverybody(field=f"/{kind}")
    return _ask(platform, holder, Kind.ADDRESS, kind, normalised, at=at)


def prove(platform: Platform, holder: Holder, unverified_code: str, *, at: datetime) -> str:
    """Note that the customer proved who they are, and return the session's new token; raises CodeWrong."""
    with platform.database.scoped(DOORMAN) as session:
        found = _right(session, platform, holder, Kind.STEP_UP, unverified_code, at=at)
        token = None if found is None else sessions.prove(session, platform, holder.customer, holder.session_id, at=at)
    if token is None:
        raise CodeWrong
    return token


def prove_address(platform: Platform, holder: Holder, unverified_code: str, *, at: datetime) -> tuple[Proven, int]:
    """Keep the address or number of the right code as the customer's own.

    Returns it with how many dossiers joined theirs; raises CodeWrong, or ProvenByAnother.
    """
    with platform.database.scoped(holder.scope) as session:
        keys = OwnKeys(session, platform.ring)
    with platform.database.scoped(DOORMAN) as session:
        row = _right(session, platform, holder, Kind.ADDRESS, unverified_code, at=at)
    if row is None:
        raise CodeWrong
    opened = keys.open(row.subject_id, row.sealed, table="reference", row=row.subject_id)
    if opened is None:
        raise NotFound
    proven = Proven(IdentifierType(row.type), opened.decode(), at)
    with platform.database.scoped(DOORMAN) as session:
        return proven, claiming.prove(session, platform, holder.customer, proven, bytes(row.sealed))


def _ask(platform: Platform, holder: Holder, kind: Kind, type_: IdentifierType, value: str, *, at: datetime) -> Sent:
    code, row = codes.new(), ids.row()
    with platform.database.scoped(holder.scope) as session:
        subject, sealed = claiming.seal(session, platform, value)
    words = {
        "customer": holder.customer,
        "code": row,
        "kind": kind.value,
        "session": holder.session_id,
        "type": type_.value,
        "blind": platform.blind.of(type_, value),
        "sealed": sealed,
        "subject": subject,
        "code_hash": codes.hashed(platform, code, of=row.bytes),
        "at": at,
        "expires_at": at + timedelta(seconds=platform.settings.link_seconds),
        "most_target": PER_TARGET,
        "most_customer": PER_CUSTOMER,
    }
    with platform.database.scoped(DOORMAN) as session:
        session.execute(_LOCK, words)
        if session.execute(_SEND, words).first() is None:
            raise TooManyRequests
    return Sent(type_, value, code)


def _right(
    session: Session, platform: Platform, holder: Holder, kind: Kind, unverified_code: str, *, at: datetime
) -> Row[Any] | None:
    """Return the row of the code that was typed, used up; None for a wrong one, which counts."""
    words = {
        "customer": holder.customer,
        "session": holder.session_id,
        "kind": kind.value,
        "most_tries": codes.MOST_TRIES,
        "at": at,
    }
    for row in session.execute(_TRY, words).all():
        if codes.is_same(bytes(row.code_hash), codes.hashed(platform, unverified_code, of=row.code_id.bytes)):
            session.execute(_USED, {"customer": holder.customer, "code": row.code_id, "at": at})
            return row
    return None
