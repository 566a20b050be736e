"""The other side of a demand: what an organization is asked, and its answer.

Rules: (1) an organization sees what was asked of itself, with its own names for the customer and its own words, and
nothing of anybody else; reading a right value writes a line of the customer's log; (2) a refusal names its reason, and
one by law also until when; (3) more time is taken once, before the day is over (GDPR art. 12(3)).
"""

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import msgspec
from pydantic import JsonValue
from sqlalchemy import Row, text
from sqlmodel import Session

from cdp import due_dates
from cdp.cursors import OLDEST_FIRST, InTime
from cdp.demands import LONGEST_NOTE, Kind, NoteTooLong, State, Words
from cdp.keys.ring import KeyProvider
from cdp.keys.sealing import DataKey
from cdp.platform import Platform
from consent.errors import Conflict, Invalid, NotFound

_TO: Final = text("select * from demands_to(:only, :only_open, :after_at, :after_id, :limit, :with_words)")
_ANSWER: Final = text("select answer_demand(:demand, :answer, :reason, :until, :words, :later, :at)")


class Answer(StrEnum):
    """What an organization can answer."""

    DONE = "done"
    REFUSED = "refused"
    EXTENDED = "extended"


REASONS: Final[Mapping[Answer, frozenset[str]]] = {
    Answer.DONE: frozenset({"corrected", "erased", "explained", "look-was-wrong"}),
    Answer.REFUSED: frozenset({"is-right", "kept-by-law", "still-needed", "unknown-person"}),
    Answer.EXTENDED: frozenset({"complex", "many-requests"}),
}


class UnfitReason(Invalid):
    """This reason does not go with this answer; one that rests on a law names a date."""

    code = "unfit-reason"


class TooLateToExtend(Conflict):
    """More time can be taken once, and only before the day is over."""

    code = "too-late-to-extend"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a customer asks of this organization; `references` are its own names for them."""

    demand_id: UUID
    customer_id: UUID
    kind: Kind
    category: str | None
    type: str | None
    looked_at: datetime | None
    asked_at: datetime
    due_at: datetime
    extended_at: datetime | None
    answered_at: datetime | None
    state: State
    reason: str | None
    references: list[str] = field(repr=False)
    said: JsonValue = field(repr=False)
    wanted: JsonValue = field(repr=False)
    note: str = field(repr=False)

    @property
    def place(self) -> InTime:
        """Where a page that ends here ended."""
        return InTime(self.asked_at, self.demand_id)


@dataclass(frozen=True, slots=True)
class Reply:
    """What the organization says."""

    answer: Answer
    reason: str
    kept_until: date | None = None
    note: str = field(default="", repr=False)


def to_organization(
    session: Session, ring: KeyProvider, *, only_open: bool, after: InTime = OLDEST_FIRST, limit: int, at: datetime
) -> list[Asked]:
    """Return what is asked of the organization in scope, oldest first, from the one behind `after`."""
    rows = _rows(session, None, only_open=only_open, after=after, limit=limit, with_words=True)
    return [_asked(ring, row, at=at) for row in rows]


def find(session: Session, ring: KeyProvider, demand: UUID, *, at: datetime) -> Asked:
    """Return one thing that is asked of the organization in scope, without what the customer said; raises NotFound."""
    return _asked(ring, _one(session, demand), at=at)


def answer(platform: Platform, session: Session, demand: UUID, reply: Reply, *, at: datetime) -> None:
    """Keep the answer of the organization in scope, sealed for the customer; it holds when the transaction commits.

    Raises NotFound, AlreadyAnswered, TooLateToExtend, UnfitReason and NoteTooLong.
    """
    _check(reply)
    row = _one(session, demand)
    key = _key(platform.ring, row.demand["subject_id"], row.own_wrapped)
    note = reply.note.encode()
    facts = {
        "demand": demand,
        "answer": reply.answer.value,
        "reason": reply.reason,
        "until": reply.kept_until,
        "words": None if key is None else key.seal(note, table="demand", row=demand, column="answer_words"),
        "later": due_dates.extended(datetime.fromisoformat(row.demand["asked_at"])),
        "at": at,
    }
    session.execute(_ANSWER, facts)


def _check(reply: Reply) -> None:
    if len(reply.note) > LONGEST_NOTE:
        raise NoteTooLong(field="/note")
    if reply.reason not in REASONS[reply.answer]:
        raise UnfitReason(field="/reason")
    if (reply.reason == "kept-by-law") != (reply.kept_until is not None):
        raise UnfitReason(field="/kept_until")


def _one(session: Session, demand: UUID) -> Row[Any]:
    for row in _rows(session, demand, only_open=False, after=OLDEST_FIRST, limit=1, with_words=False):
        return row
    raise NotFound("there is no such demand")


def _rows(
    session: Session, only: UUID | None, *, only_open: bool, after: InTime, limit: int, with_words: bool
) -> list[Row[Any]]:
    which = {"only": only, "only_open": only_open, "with_words": with_words}
    return list(session.execute(_TO, which | {"after_at": after.at, "after_id": after.row, "limit": limit}))


def _asked(ring: KeyProvider, row: Row[Any], *, at: datetime) -> Asked:
    demand: Mapping[str, Any] = row.demand
    words = _words(ring, row)
    due = datetime.fromisoformat(demand["due_at"])
    return Asked(
        demand_id=UUID(demand["demand_id"]),
        customer_id=UUID(demand["customer_id"]),
        kind=Kind(demand["kind"]),
        category=demand["category"],
        type=demand["type"],
        looked_at=row.looked_at,
        asked_at=datetime.fromisoformat(demand["asked_at"]),
        due_at=due,
        extended_at=_moment(demand["extended_at"]),
        answered_at=_moment(demand["answered_at"]),
        state=_state(demand, due, at=at),
        reason=demand["reason"],
        references=[name for name in (_name(ring, each) for each in row.names or ()) if name is not None],
        said=_said(ring, row),
        wanted=words.value,
        note=words.note,
    )


def _state(demand: Mapping[str, Any], due: datetime, *, at: datetime) -> State:
    if demand["withdrawn_at"] is not None:
        return State.WITHDRAWN
    if demand["answer"] is not None:
        return State(demand["answer"])
    return State.LATE if at >= due else State.OPEN


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _words(ring: KeyProvider, row: Row[Any]) -> Words:
    key = _key(ring, row.demand["subject_id"], row.own_wrapped)
    sealed = row.demand.get("words")
    if key is None or sealed is None:
        return Words()
    plain = key.unseal(_bytes(sealed), table="demand", row=UUID(row.demand["demand_id"]), column="words")
    return msgspec.json.decode(plain, type=Words)


def _said(ring: KeyProvider, row: Row[Any]) -> JsonValue:
    """Return what this organization said itself, while it stands here."""
    if row.held is None:
        return None
    key = _key(ring, row.source_subject, row.source_wrapped)
    table = "interaction" if row.is_interaction else "record"
    record = UUID(row.demand["record_id"])
    found: JsonValue = (
        None
        if key is None
        else msgspec.json.decode(key.unseal(bytes(row.held), table=table, row=record, column="sealed"))
    )
    return found


def _name(ring: KeyProvider, name: Mapping[str, str]) -> str | None:
    subject = UUID(name["subject"])
    key = _key(ring, subject, b64decode(name["wrapped"]))
    sealed = b64decode(name["sealed"])
    return None if key is None else key.unseal(sealed, table="reference", row=subject, column="sealed").decode()


def _key(ring: KeyProvider, subject: UUID | str, wrapped: bytes | None) -> DataKey | None:
    """Return a subject's key; None once it was destroyed."""
    if wrapped is None:
        return None
    (key,) = ring.unwrap_many([(bytes(wrapped), UUID(str(subject)))])
    return None if key is None else DataKey(key)


def _bytes(text: str) -> bytes:
    """Return a bytea as PostgreSQL writes it into JSON."""
    return bytes.fromhex(text.removeprefix("\\x"))
