"""The log as its owner reads it: searched, narrowed, a page at a time, and in numbers by week.

Every read and every refusal is one line. What customers read of their own is a line, too; it is left out unless asked
for, but for what they took along, and then the pages of one kind on one day stand together.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row, text
from sqlmodel import Session

from cdp.cursors import NEWEST_FIRST, InTime
from cdp.database import sql
from cdp.permissions import grants
from consent.errors import NotFound

ZONE: Final = ZoneInfo("Europe/Amsterdam")
BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)
LAST: Final = datetime(9999, 1, 1, tzinfo=UTC)
TOLD_PATHS: Final = ("export", "log-export")
_LOG: Final = text(sql("own_log"))
_VISITS: Final = text(sql("own_visits"))
_WEEKS: Final = text(sql("own_weeks"))
_PROGRAMS: Final = text(
    "select client_id, organization_id, name, is_human from client where organization_id is not null"
)

Who = Literal["human", "computer", "self", "anybody"]
Outcome = Literal["seen", "stopped"]


@dataclass(frozen=True, slots=True)
class Search:
    """What a word that was searched for can mean."""

    organizations: list[UUID] = field(default_factory=list)
    clients: list[str] = field(default_factory=list)
    purposes: list[str] = field(default_factory=list)
    categories: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines; whatever is None does not narrow."""

    who: Who | None = None
    organization: UUID | None = None
    category: str | None = None
    outcome: Outcome | None = None
    since: datetime = BEGINNING
    search: Search | None = None


EVERYTHING: Final = Wanted()


@dataclass(frozen=True, slots=True)
class Line:
    """One read or refusal; without an organization it is the customer or the platform itself.

    Of own pages that stand together `at` is the last of `times` looks, and `first_at` the first.
    """

    access_id: UUID
    at: datetime
    organization: UUID | None
    program: str | None
    is_human: bool
    is_own: bool
    path: str
    purpose: str | None
    asked: list[str]
    released: list[str]
    records: int
    outcome: str
    reason: str
    grant_id: UUID | None
    first_at: datetime | None = None
    times: int = 1
    stopped_by: str | None = None

    @property
    def place(self) -> InTime:
        """Where a page that ends here ended."""
        return InTime(self.at, self.access_id)

    @property
    def is_seen(self) -> bool:
        """Tell whether anything was shown."""
        return self.outcome == "released"


@dataclass(frozen=True, slots=True)
class Week:
    """How often something was seen in one week, by whom, and how often somebody was stopped."""

    begins: datetime
    human: int = 0
    computer: int = 0
    stopped: int = 0


@dataclass(frozen=True, slots=True)
class Program:
    """A program of an organization, and whether people look through it."""

    client_id: str
    organization: UUID
    name: str
    is_human: bool


def lines(
    session: Session, wanted: Wanted = EVERYTHING, *, after: InTime = NEWEST_FIRST, until: datetime, limit: int
) -> list[Line]:
    """Return the lines of the log of the customer in scope that fit, newest first, from the one behind `after`."""
    return [_line(row) for row in session.execute(_LOG, _facts(wanted, after) | {"until": until, "limit": limit})]


def visits(
    session: Session, since: datetime, *, after: InTime = NEWEST_FIRST, until: datetime, limit: int
) -> list[Line]:
    """Return what the customer in scope looked at after `since`, a line for each day and kind of page, newest first."""
    at, access = after
    facts = {"since": since, "until": until, "limit": limit, "zone": ZONE.key, "after_at": at, "after_access": access}
    return [_line(row) for row in session.execute(_VISITS, facts)]


def one(session: Session, access: UUID) -> Line:
    """Return one line of the log of the customer in scope, whoever looked; raises NotFound."""
    whole = {"only": access, "who": "anybody", "until": LAST, "limit": 1}
    for row in session.execute(_LOG, _facts(EVERYTHING, NEWEST_FIRST) | whole):
        return _line(row)
    raise NotFound("there is no such line in the log")


def _facts(wanted: Wanted, after: InTime) -> dict[str, Any]:
    at, access = after
    search = wanted.search or Search()
    return {
        "since": wanted.since,
        "after_at": at,
        "after_access": access,
        "only": None,
        "who": wanted.who,
        "told_paths": list(TOLD_PATHS),
        "organization": wanted.organization,
        "category": wanted.category,
        "outcome": wanted.outcome,
        "searched": wanted.search is not None,
        "organizations": search.organizations,
        "clients": search.clients,
        "purposes": search.purposes,
        "categories": search.categories,
    }


def weeks(session: Session, begins: Sequence[datetime], *, until: datetime) -> list[Week]:
    """Return the weeks that began at these moments, the oldest first."""
    rows = session.execute(_WEEKS, {"begins": list(begins), "since": begins[0], "until": until})
    found: Mapping[int, Any] = {row.week: row for row in rows}
    return [_week(begun, found.get(number)) for number, begun in enumerate(begins, start=1)]


def mondays(at: datetime, number: int) -> list[datetime]:
    """Return when the last `number` weeks began in the Netherlands, the oldest first; summer time or not."""
    today = at.astimezone(ZONE).date()
    this = today - timedelta(days=today.weekday())
    return [datetime.combine(this - timedelta(weeks=ago), time(), tzinfo=ZONE) for ago in reversed(range(number))]


def programs(session: Session) -> list[Program]:
    """Return the programs of all organizations."""
    return [Program(*row) for row in session.execute(_PROGRAMS)]


def matching(word: str, called: Iterable[tuple[str, str]]) -> list[str]:
    """Return the keys of those whose name has `word` in it, however it is written."""
    wanted = word.casefold()
    return [key for key, name in called if wanted in name.casefold()]


def _week(begins: datetime, row: Any | None) -> Week:  # noqa: ANN401  # a row of a statement
    return Week(begins) if row is None else Week(begins, row.human, row.computer, row.stopped)


def _line(row: Row[Any]) -> Line:
    is_grant = row.organization_id is not None and row.purpose is not None
    return Line(
        access_id=row.access_id,
        at=row.at,
        organization=row.organization_id,
        program=row.program,
        is_human=row.is_human,
        is_own=row.principal == "customer",
        path=row.path,
        purpose=row.purpose,
        asked=row.asked,
        released=row.released,
        records=row.records,
        outcome=row.outcome,
        reason=row.reason,
        grant_id=grants.grant_id(row.customer_id, row.organization_id, row.purpose) if is_grant else None,
        first_at=row.first_at,
        times=row.times,
        stopped_by=row.stopped_by,
    )
