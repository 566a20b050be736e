"""What customers ask of organizations under the law: put right, mark as not true, take away, explain a look.

Rules: (1) what the customer says holds at once: their own value wins, a dispute is marked for every reader, and who may
see it hears so in the same transaction; (2) the organization that said it is asked as well, and its answer is due in a
month (`cdp.due_dates`); a right value goes to it only when the customer says so; (3) the words of both sides are sealed
with the key of the customer's own subject; (4) the same thing is asked once at a time.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import msgspec
from pydantic import JsonValue
from sqlalchemy import Row, text
from sqlmodel import Session

from cdp import due_dates, ids
from cdp.database import rows_changed, sql
from cdp.ids import NIL
from cdp.own import corrections, dossier, own_subject
from cdp.own.unsealing import OwnKeys
from cdp.platform import Platform
from consent.errors import Conflict, Invalid, NotFound, Refused
from consent.types import CUSTOMER_SOURCE

MOST: Final = 500
LONGEST_NOTE: Final = 1_000
MOST_REPORTS: Final = 20
"""How many lines of the log one customer can report in a day: each is a letter to an organization or the operator."""
_THING: Final = text(sql("own_thing"))
_ACCESS: Final = text(sql("own_access"))
_OPEN: Final = text(sql("open_demand"))
_DEMANDS: Final = text(sql("own_demands"))
_WITHDRAW: Final = text(
    "update demand set withdrawn_at = :at where demand_id = :demand and answered_at is null and withdrawn_at is null"
)
_WAITING: Final = text(
    "select demand_id, organization_id, kind, asked_at, due_at from demand"
    " where answered_at is null and withdrawn_at is null order by due_at, demand_id limit 1000"
)
_REPORTS: Final = text("select count(*) from demand where kind = 'look' and asked_at > :since")
_ERASURES: Final = text(sql("erasures_asked"))
_ERASE_OWN: Final = text("select erase_own_statement(:record, :at)")


class Kind(StrEnum):
    """What is asked."""

    CORRECT = "correct"
    DISPUTE = "dispute"
    ERASE = "erase"
    LOOK = "look"


class State(StrEnum):
    """Where a demand stands."""

    OPEN = "open"
    LATE = "late"
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class NothingToWithdraw(Conflict):
    """This has been answered or taken back already."""

    code = "nothing-to-withdraw"


class NotCorrectable(Conflict):
    """Only a single fact can be put right; anything else can be disputed."""

    code = "not-correctable"


class NoteTooLong(Invalid):
    """A note is at most a thousand characters."""

    code = "note-too-long"


class TooManyReports(Refused):
    """Twenty lines of the log were reported in a day; the others can be reported tomorrow."""

    code = "too-many-reports"


class Words(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the customer said about it, as it is sealed."""

    value: Any = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Demand:
    """One thing that was asked, and the answer; `told` are the recipients who heard of it."""

    demand_id: UUID
    organization: UUID
    kind: Kind
    record_id: UUID | None
    access_id: UUID | None
    category: str | None
    type: str | None
    told: list[UUID]
    asked_at: datetime
    due_at: datetime
    extended_at: datetime | None
    withdrawn_at: datetime | None
    answered_at: datetime | None
    answer: str | None
    reason: str | None
    kept_until: date | None
    words: Words = field(repr=False)
    answer_note: str = field(repr=False)
    is_withheld: bool = False

    def state(self, *, at: datetime) -> State:
        """Return where it stands at `at`."""
        if self.withdrawn_at is not None:
            return State.WITHDRAWN
        if self.answer is not None:
            return State(self.answer)
        return State.LATE if at >= self.due_at else State.OPEN


@dataclass(frozen=True, slots=True)
class _About:
    organization: UUID
    kind: Kind
    record: UUID | None = None
    access: UUID | None = None
    category: str | None = None
    type: str | None = None
    told: tuple[UUID, ...] = ()


def correct(
    platform: Platform,
    session: Session,
    record: UUID,
    value: JsonValue,
    *,
    tell_source: bool,
    note: str = "",
    at: datetime,
) -> UUID | None:
    """State the customer's own value in place of a fact; with `tell_source` its source gets it, to put it right there.

    Return the demand; None when nobody was asked. Raises NotFound, NotCorrectable and the problems of a value.
    """
    thing = _thing(session, record)
    if thing.kind != "attributes":
        raise NotCorrectable
    corrections.state(platform, session, thing.type, value, category=thing.category, about=record, at=at)
    if not tell_source or thing.source_id == CUSTOMER_SOURCE:
        return None
    told = _told(session, CUSTOMER_SOURCE, thing.category)
    about = _About(thing.source_id, Kind.CORRECT, record, None, thing.category, thing.type, told)
    return _ask(platform, session, about, Words(value, note), at=at)


def dispute(platform: Platform, session: Session, record: UUID, *, note: str = "", at: datetime) -> UUID:
    """Mark what a source said as disputed for every reader until it answers, and return the demand; raises NotFound."""
    thing = _thing(session, record)
    corrections.dispute(session, record, at=at)
    told = _told(session, thing.source_id, thing.category)
    about = _About(thing.source_id, Kind.DISPUTE, record, None, thing.category, thing.type, told)
    return _ask(platform, session, about, Words(None, note), at=at)


def erase(platform: Platform, session: Session, record: UUID, *, note: str = "", at: datetime) -> UUID | None:
    """Ask the source of a record to erase it, and return the demand; the customer's own words go at once: None.

    What the source says is erased goes here too, when it says so. Raises NotFound.
    """
    thing = _thing(session, record)
    if thing.source_id == CUSTOMER_SOURCE:
        session.execute(_ERASE_OWN, {"record": record, "at": at})
        return None
    told = _told(session, thing.source_id, thing.category)
    about = _About(thing.source_id, Kind.ERASE, record, None, thing.category, thing.type, told)
    return _ask(platform, session, about, Words(None, note), at=at)


def report(platform: Platform, session: Session, access: UUID, *, note: str = "", at: datetime) -> UUID:
    """Ask whoever looked to explain a line of the log, and return the demand; raises NotFound and TooManyReports.

    What nobody but the customer or the platform itself did is asked of the platform.
    """
    line = session.execute(_ACCESS, {"access": access}).first()
    if line is None:
        raise NotFound("there is no such line in the log")
    corrections.lock(session)
    if session.execute(_REPORTS, {"since": at - timedelta(days=1)}).scalar_one() >= MOST_REPORTS:
        raise TooManyReports
    about = _About(line.organization_id or NIL, Kind.LOOK, access=access)
    return _ask(platform, session, about, Words(None, note), at=at)


def withdraw(session: Session, demand: UUID, *, at: datetime) -> None:
    """Take a demand back, with the mark of a dispute; raises NotFound and NothingToWithdraw."""
    found = _rows(session, demand)
    if not found:
        raise NotFound("there is no such demand")
    if rows_changed(session, _WITHDRAW, {"demand": demand, "at": at}) == 0:
        raise NothingToWithdraw
    if found[0].kind == Kind.DISPUTE and found[0].record_id is not None:
        corrections.withdraw(session, found[0].record_id, at=at)


def withdraw_dispute(session: Session, record: UUID, *, at: datetime) -> None:
    """Take the dispute of a record back, with what was asked about it; raises NotFound for what is not there."""
    corrections.withdraw(session, record, at=at)
    for each in _rows(session, None):
        if each.record_id == record and each.kind == Kind.DISPUTE:
            session.execute(_WITHDRAW, {"demand": each.demand_id, "at": at})


@dataclass(frozen=True, slots=True)
class Waiting:
    """A demand that is open, as the operator sees it: not whose, and not about what."""

    demand_id: UUID
    organization: UUID
    kind: str
    asked_at: datetime
    due_at: datetime


def open_now(session: Session) -> list[Waiting]:
    """Return what is open, the most urgent first. Operator only."""
    return [Waiting(*row) for row in session.execute(_WAITING)]


def type_of(session: Session, record: UUID) -> str:
    """Return the type of what stands under an id of the customer in scope; raises NotFound."""
    found: str = _thing(session, record).type
    return found


def erasures_asked(session: Session) -> frozenset[UUID]:
    """Return what the customer in scope asked to be erased, while no answer has come."""
    return frozenset(session.execute(_ERASURES).scalars())


def of_customer(session: Session, keys: OwnKeys) -> list[Demand]:
    """Return what the customer in scope asked: what is open first, then the newest."""
    return [_demand(keys, row) for row in _rows(session, None)]


def find(session: Session, keys: OwnKeys, demand: UUID) -> Demand:
    """Return one demand of the customer in scope; raises NotFound."""
    for row in _rows(session, demand):
        return _demand(keys, row)
    raise NotFound("there is no such demand")


def _rows(session: Session, only: UUID | None) -> list[Row[Any]]:
    return list(session.execute(_DEMANDS, {"only": only, "limit": MOST}))


def _thing(session: Session, record: UUID) -> Row[Any]:
    found = session.execute(_THING, {"record": record}).first()
    if found is None or not found.stands:
        raise NotFound("there is no such record that stands now")
    return found


def _told(session: Session, source: UUID, category: str) -> tuple[UUID, ...]:
    openings = dossier.openings(session)
    return tuple(dict.fromkeys(each.recipient for each in openings if each.opens(source, category)))


def _ask(platform: Platform, session: Session, about: _About, words: Words, *, at: datetime) -> UUID:
    if len(words.note) > LONGEST_NOTE:
        raise NoteTooLong(field="/note")
    customer = corrections.lock(session)
    own = own_subject.of_customer(session, platform.ring)
    demand = ids.row()
    plain = msgspec.json.encode(words)
    facts = {
        "customer": customer,
        "demand": demand,
        "organization": about.organization,
        "kind": about.kind.value,
        "record": about.record,
        "access": about.access,
        "category": about.category,
        "type": about.type,
        "told": list(about.told),
        "at": at,
        "due": due_dates.due(at),
        "subject": own.subject_id,
        "words": own.key.seal(plain, table="demand", row=demand, column="words"),
    }
    opened: UUID = session.execute(_OPEN, facts).scalar_one()
    return opened


def _demand(keys: OwnKeys, row: Row[Any]) -> Demand:
    is_withheld = row.category in keys.withheld

    def said(column: str) -> bytes | None:
        sealed = None if is_withheld else getattr(row, column)
        found = keys.key(row.subject_id)
        return (
            None
            if sealed is None or found is None
            else found.unseal(bytes(sealed), table="demand", row=row.demand_id, column=column)
        )

    return Demand(
        demand_id=row.demand_id,
        organization=row.organization_id,
        kind=Kind(row.kind),
        record_id=row.record_id,
        access_id=row.access_id,
        category=row.category,
        type=row.type,
        told=row.told,
        asked_at=row.asked_at,
        due_at=row.due_at,
        extended_at=row.extended_at,
        withdrawn_at=row.withdrawn_at,
        answered_at=row.answered_at,
        answer=row.answer,
        reason=row.reason,
        kept_until=row.kept_until,
        words=msgspec.json.decode(said("words") or b"{}", type=Words),
        answer_note=(said("answer_words") or b"").decode(),
        is_withheld=is_withheld,
    )
