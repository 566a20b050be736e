"""Is this you? Records that may be the customer's as well, what they say about them, and the proof behind a yes.

Rules: (1) before a proof nothing of the record is shown but how an address or number in it ends, and who holds it
where that tells nothing; (2) a yes is proven by a code to the address or number in the record, or by one that the
organization gave to the person whom it knows; (3) three wrong codes of a customer in thirty days end their asking, and
what strangers type keeps nobody from a record with an address that they proved; (4) what a source could have written to
a record later proves nothing (`proving_identifiers`), nor does a mailbox that a housemate reads as well
(`cdp.identity.vetoes`); (5) each question, code and answer stands in the log of the customer and of whoever the record
is of; an organization learns nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import Row, text
from sqlmodel import Session

from cdp import ids
from cdp.identity import vetoes
from cdp.keys import blind
from cdp.keys.blind import IdentifierType, Line
from cdp.keys.sealing import DataKey
from cdp.logins.login import CodeWrong
from cdp.logins.passkeys import Holder
from cdp.mailroom import codes
from cdp.own.unsealing import OwnKeys
from cdp.permissions.confirmations import hashed as confirmed
from cdp.platform import Platform
from cdp.scope import DOORMAN, Scope
from consent.errors import Invalid, NotFound, Refused

ENDING: Final = {IdentifierType.EMAIL: 5, IdentifierType.PHONE: 2}
"""How much of an address or number is shown."""
_TYPES: Final = {
    "email": IdentifierType.EMAIL,
    "phone": IdentifierType.PHONE,
    "mobile_phone": IdentifierType.PHONE,
}
_CANDIDATES: Final = text("select subject_id, source_id, is_special, type, own_subject, sealed from candidates(:at)")
_OWN: Final = text("select subject_id from subject")
_TARGETS: Final = text("select * from proof_targets(:customer, :subject, :at)")
_KEEP: Final = text("select keep_question_code(:customer, :subject, :id, :hash, :ends_at, :at)")
_PROVE: Final = text("select prove_question(:subject, :hash, :confirmed, :at)")
_NOTE: Final = text("select note_questions(:subjects, :at)")
_ANSWER: Final = text("select answer_question(:subject, :said, :at)")
_RECONSIDER: Final = text("select reconsider_answer(:subject)")
_DENIED: Final = text("select subject_id, answered_at from question where answer = 'no' order by answered_at desc")


class TooManyProofs(Refused):
    """This was tried too often; it can be tried again in thirty days."""

    code = "too-many-proofs"


class Answer(StrEnum):
    """What a customer says about a record that may be theirs."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Target:
    """An address or number in a record, which the platform opens only to send a code there."""

    type: IdentifierType
    value: str = field(repr=False)

    @property
    def ending(self) -> str:
        """All that is shown of it."""
        return self.value[-ENDING[self.type] :]


@dataclass(frozen=True, slots=True)
class Question:
    """A record that may be the customer's, with how an address or number in it ends.

    `source` is None where the name of who holds it would tell something about the person.
    """

    subject_id: UUID
    source: UUID | None
    type: IdentifierType
    ending: str


@dataclass(frozen=True, slots=True)
class Denied:
    """A record of which the customer said that it is not theirs; they may think again."""

    subject_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class Sent:
    """A code to be sent to where a record says, and never shown to who asked."""

    target: Target
    code: str = field(repr=False)


def ask(platform: Platform, scope: Scope, *, at: datetime) -> list[Question]:
    """Return the records to ask a customer about, and write down that they were asked."""
    asked = [question for question, _ in _found(platform, scope, at=at)]
    if asked:
        with platform.database.scoped(scope) as session:
            session.execute(_NOTE, {"subjects": [each.subject_id for each in asked], "at": at})
    return asked


def find(platform: Platform, scope: Scope, subject: UUID, *, at: datetime) -> tuple[Question, Target]:
    """Return one question with where its proof goes; raises NotFound for what the customer is not asked about."""
    for question, target in _found(platform, scope, at=at, only=subject):
        return question, target
    raise NotFound


def send(platform: Platform, holder: Holder, subject: UUID, *, at: datetime, ends_at: datetime) -> Sent:
    """Return a code to be sent to the address or number in the record; raises NotFound, or TooManyProofs."""
    _, target = find(platform, holder.scope, subject, at=at)
    code = codes.new()
    words = {
        "customer": holder.customer,
        "subject": subject,
        "id": ids.row(),
        "hash": _hashed(platform, holder.customer, subject, code),
        "ends_at": ends_at,
        "at": at,
    }
    with platform.database.scoped(DOORMAN) as session:
        is_kept = session.execute(_KEEP, words).scalar_one()
    if not is_kept:
        raise TooManyProofs
    return Sent(target, code)


def prove(platform: Platform, holder: Holder, subject: UUID, unverified_code: str, *, at: datetime) -> None:
    """Make the record of the right code the customer's; raises CodeWrong, which counts, TooManyProofs or NotFound."""
    words = {
        "subject": subject,
        "hash": _hashed(platform, holder.customer, subject, unverified_code),
        "confirmed": confirmed(platform, unverified_code),
        "at": at,
    }
    with platform.database.scoped(holder.scope) as session:
        outcome = session.execute(_PROVE, words).scalar_one()
    if outcome == "spent":
        raise TooManyProofs
    if outcome != "joined":
        raise CodeWrong


def answer(session: Session, subject: UUID, said: Answer, *, at: datetime) -> None:
    """Keep a no, which keeps the record away for good, or that the customer does not know, which asks later.

    Raises NotFound for what they were not asked about, and for a yes: that takes a proof.
    """
    session.execute(_ANSWER, {"subject": subject, "said": said.value, "at": at})


def reconsider(session: Session, subject: UUID) -> None:
    """Take a no back, so that the question is asked again; raises NotFound."""
    session.execute(_RECONSIDER, {"subject": subject})


def denied(session: Session) -> list[Denied]:
    """Return the records of which the customer in scope said no, newest first."""
    return [Denied(row.subject_id, row.answered_at) for row in session.execute(_DENIED)]


def _found(
    platform: Platform, scope: Scope, *, at: datetime, only: UUID | None = None
) -> list[tuple[Question, Target]]:
    with platform.database.scoped(scope) as session:
        rows = [row for row in session.execute(_CANDIDATES, {"at": at}) if only is None or row.subject_id == only]
        keys = OwnKeys(session, platform.ring) if rows else None
        own = [row.subject_id for row in session.execute(_OWN)] if rows else []
    found, vetoed = [], vetoes.others(platform, own, [row.subject_id for row in rows])
    for row in rows:
        if row.subject_id in vetoed:
            continue
        target = _own(keys, row) if row.sealed is not None else _in_record(platform, scope, row.subject_id, at=at)
        if target is not None and _is_personal(target):
            is_told = row.sealed is not None and not row.is_special
            source = row.source_id if is_told else None
            found.append((Question(row.subject_id, source, target.type, target.ending), target))
    return found


def _own(keys: OwnKeys | None, row: Row[Any]) -> Target | None:
    plain = keys.open(row.own_subject, row.sealed, table="reference", row=row.own_subject) if keys else None
    return None if plain is None else Target(IdentifierType(row.type), plain.decode())


def _in_record(platform: Platform, scope: Scope, subject: UUID, *, at: datetime) -> Target | None:
    """Return the address, or else the number, that its source wrote into a record and that proves whose it is."""
    words = {"customer": scope.customer, "subject": subject, "at": at}
    with platform.database.scoped(DOORMAN) as session:
        rows = session.execute(_TARGETS, words).all()
    opened = [target for row in rows if (target := _opened(platform, row, subject)) is not None]
    return min(opened, key=lambda each: each.type is not IdentifierType.EMAIL, default=None)


def _opened(platform: Platform, row: Row[Any], subject: UUID) -> Target | None:
    key = platform.ring.unwrap_many([(bytes(row.wrapped), subject)])[0]
    if key is None:
        return None
    plain = DataKey(key).unseal(bytes(row.sealed), table="record", row=row.record_id, column="sealed")
    kind, said = _TYPES[row.type], msgspec.json.decode(plain)
    try:
        value = blind.normalise(kind, said if isinstance(said, str) else "")
    except Invalid:
        return None
    counts: Sequence[tuple[str, bytes]] = [
        (each, bytes(hashed)) for each, hashed in zip(row.types or [], row.blinds or [], strict=True)
    ]
    return Target(kind, value) if (kind.value, platform.blind.of(kind, value)) in counts else None


def _is_personal(target: Target) -> bool:
    """Tell whether a household shares this by its nature, as it does its landline."""
    return target.type is IdentifierType.EMAIL or blind.line(target.value) is Line.MOBILE


def _hashed(platform: Platform, customer: UUID, subject: UUID, unverified_code: str) -> bytes:
    return codes.hashed(platform, unverified_code, of=customer.bytes + subject.bytes)
