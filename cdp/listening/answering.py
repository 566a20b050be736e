"""The customer's side of surveys: what is asked, and what they answer.

Rules: (1) one question is answered at a time, and changed as long as the survey is open; (2) answers are sealed with
the key of the customer's own subject, and from then on the survey hangs on that; (3) what was answered can be taken
away at any time, also after the end: then it is as if they had declined.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session

from cdp.database import rows_changed, sql
from cdp.listening.survey import Answers, Question, UnfitAnswer
from cdp.own import corrections, own_subject
from cdp.own.unsealing import OwnKeys
from cdp.platform import Platform
from consent.errors import Conflict, NotFound

MOST: Final = 200
_SURVEYS: Final = text(sql("own_surveys"))
_KEEP: Final = text(sql("keep_survey_answers"))
_DECLINE: Final = text(
    "update survey set declined_at = :at, answered_at = null, sealed = null"
    " where survey_id = :survey and declined_at is null"
)


class SurveyClosed(Conflict):
    """This is over, or you said that you would rather not answer."""

    code = "survey-closed"


@dataclass(frozen=True, slots=True)
class Survey:
    """One conversation that the customer is asked about, and what they answered."""

    survey_id: UUID
    organization: UUID
    record_id: UUID
    channel: str | None
    speaker: str | None
    occurred_at: datetime
    asked_at: datetime
    closes_at: datetime
    answered_at: datetime | None
    declined_at: datetime | None
    solved: bool | None = field(repr=False)
    smooth: bool | None = field(repr=False)
    heard: bool | None = field(repr=False)
    recommend: int | None = field(repr=False)

    def is_open(self, *, at: datetime) -> bool:
        """Tell whether it can be answered at `at`."""
        return self.declined_at is None and at < self.closes_at

    def of(self, question: Question) -> bool | int | None:
        """Return the answer to one question; None while there is none."""
        found: bool | int | None = getattr(self, question.value)
        return found


def of_customer(session: Session, keys: OwnKeys) -> list[Survey]:
    """Return what the customer in scope was asked, newest first."""
    return [_survey(keys, row) for row in _rows(session, None)]


def find(session: Session, keys: OwnKeys, survey: UUID) -> Survey:
    """Return one survey of the customer in scope; raises NotFound."""
    for row in _rows(session, survey):
        return _survey(keys, row)
    raise NotFound("there is no such survey")


def answer(
    platform: Platform, session: Session, survey: UUID, given: dict[Question, bool | int], *, at: datetime
) -> Survey:
    """Keep answers to some of the questions beside those given before.

    Raises NotFound, SurveyClosed and UnfitAnswer.
    """
    if not given:
        raise UnfitAnswer
    corrections.lock(session)
    keys = OwnKeys(session, platform.ring)
    standing = find(session, keys, survey)
    if not standing.is_open(at=at):
        raise SurveyClosed
    answers = Answers(standing.solved, standing.smooth, standing.heard, standing.recommend)
    for question, said in given.items():
        answers = answers.with_(question, said)
    own = own_subject.of_customer(session, platform.ring)
    sealed = own.key.seal(answers.to_bytes(), table="survey", row=survey, column="sealed")
    session.execute(_KEEP, {"survey": survey, "subject": own.subject_id, "sealed": sealed, "at": at})
    return find(session, keys, survey)


def decline(session: Session, survey: UUID, *, at: datetime) -> None:
    """Rather not answer, or take away what was answered; raises NotFound and SurveyClosed when it was done before."""
    if not _rows(session, survey):
        raise NotFound("there is no such survey")
    if rows_changed(session, _DECLINE, {"survey": survey, "at": at}) == 0:
        raise SurveyClosed


def _rows(session: Session, only: UUID | None) -> list[Row[Any]]:
    return list(session.execute(_SURVEYS, {"only": only, "limit": MOST}))


def _survey(keys: OwnKeys, row: Row[Any]) -> Survey:
    plain = None if row.sealed is None else keys.open(row.subject_id, row.sealed, table="survey", row=row.survey_id)
    said = Answers() if plain is None else Answers.from_bytes(plain)
    return Survey(
        survey_id=row.survey_id,
        organization=row.organization_id,
        record_id=row.record_id,
        channel=row.channel,
        speaker=row.speaker,
        occurred_at=row.occurred_at,
        asked_at=row.asked_at,
        closes_at=row.closes_at,
        answered_at=row.answered_at,
        declined_at=row.declined_at,
        solved=said.solved,
        smooth=said.smooth,
        heard=said.heard,
        recommend=said.recommend,
    )
