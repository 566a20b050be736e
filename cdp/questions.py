"""Is this you? Dossiers that may be the customer's as well, and what the customer says about them.

Nothing of the other person is shown: only by which of the customer's own addresses or numbers the record was found, and
who holds it, unless that alone would tell something that nobody may know. For now a candidate is what exact evidence
gives (the SQL function `candidates`); what matching by other evidence finds is to come out of the same function.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from cdp.keys.blind import IdentifierType
from cdp.platform import Platform
from cdp.unsealing import OwnKeys

_CANDIDATES: Final = text("select subject_id, source_id, is_special, type, own_subject, sealed from candidates(:at)")
_NOTE: Final = text("select note_questions(:subjects, :at)")
_ANSWER: Final = text("select answer_question(:subject, :said, :at)")
_RECONSIDER: Final = text("select reconsider_answer(:subject)")
_DENIED: Final = text("select subject_id, answered_at from question where answer = 'no' order by answered_at desc")


class Answer(StrEnum):
    """What a customer says about a record that may be theirs."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Question:
    """A record that may be the customer's: found by `matched`, an address or number that they proved.

    `source` is None where the name of who holds it would tell something about the person.
    """

    subject_id: UUID
    source: UUID | None
    type: IdentifierType
    matched: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Denied:
    """A record of which the customer said that it is not theirs; they may think again."""

    subject_id: UUID
    at: datetime


def ask(session: Session, platform: Platform, *, at: datetime) -> list[Question]:
    """Return the records to ask the customer in scope about, and write down that they were asked."""
    keys = OwnKeys(session, platform.ring)
    rows = session.execute(_CANDIDATES, {"at": at}).all()
    opened = [(row, keys.open(row.own_subject, row.sealed, table="reference", row=row.own_subject)) for row in rows]
    asked = [
        Question(
            subject_id=row.subject_id,
            source=None if row.is_special else row.source_id,
            type=IdentifierType(row.type),
            matched=plain.decode(),
        )
        for row, plain in opened
        if plain is not None
    ]
    _note(session, (each.subject_id for each in asked), at=at)
    return asked


def answer(session: Session, subject: UUID, said: Answer, *, at: datetime) -> None:
    """Keep what the customer in scope says about a record: yes makes it theirs, no keeps it away, unknown asks later.

    Raises NotFound for what they were not asked about. A yes needs a fresh proof, which the caller checks.
    """
    session.execute(_ANSWER, {"subject": subject, "said": said.value, "at": at})


def reconsider(session: Session, subject: UUID) -> None:
    """Take a no back, so that the question is asked again; raises NotFound."""
    session.execute(_RECONSIDER, {"subject": subject})


def denied(session: Session) -> list[Denied]:
    """Return the records of which the customer in scope said no, newest first."""
    return [Denied(row.subject_id, row.answered_at) for row in session.execute(_DENIED)]


def _note(session: Session, subjects: Iterable[UUID], *, at: datetime) -> None:
    asked = list(subjects)
    if asked:
        session.execute(_NOTE, {"subjects": asked, "at": at})
