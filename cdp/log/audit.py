"""What an auditor sees of the logs: acts and accesses in the order in which they were logged, customers as pseudonyms.

Row security says which: an organization's own auditor sees that organization, the platform's auditor all. That somebody
looked is written down like every other access.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from cdp.database import sql
from cdp.log import store
from cdp.scope import Scope
from consent import event_bodies
from consent.acts import Kind
from consent.commitments import Kind as LeafKind
from consent.commitments import Opening
from consent.errors import NotFound
from consent.events import AccessEvent, ActEvent, Event

SCANNED: Final = 20_000
"""How many positions one page looks at; a page of something rare may be short and still have a next one."""

_ACCESS: Final = "access"
_Wanted = tuple[str, LeafKind, tuple[str, ...]]
"""Of which log, the kind of leaf, and what it tells of: a log holds more than what is listed."""
_ENTRIES: Final = text(sql("audit_entries"))
_NOTE: Final = text(sql("note_audit"))


class Place(NamedTuple):
    """Where a page ended: in which log, and the position that is next."""

    log_id: int
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What is asked for; None asks for everything."""

    organization: UUID | None = None
    purpose: str | None = None
    outcome: str | None = None
    act: Kind | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Logged:
    """An event, and where it stands."""

    log: str
    index: int
    leaf_hash: bytes
    event: Event


@dataclass(frozen=True, slots=True)
class Page:
    """What was found, and where the next page begins; None at the end of what is signed."""

    logged: list[Logged]
    next: Place | None


def acts(session: Session, filters: Filters, *, after: Place | None, limit: int) -> Page:
    """Return the acts behind `after`, in the order of the consent log."""
    listed = tuple(Kind) if filters.act is None else (filters.act,)
    return _page(session, (store.CONSENT, LeafKind.CONSENT, listed), filters, after=after, limit=limit)


def accesses(session: Session, filters: Filters, *, after: Place | None, limit: int) -> Page:
    """Return the reads and refusals behind `after`, in the order of the access log."""
    return _page(session, (store.ACCESS, LeafKind.ACCESS, (_ACCESS,)), filters, after=after, limit=limit)


def note(session: Session, scope: Scope, *, path: str, at: datetime) -> None:
    """Write down that this auditor looked; part of the transaction that reads."""
    session.execute(_NOTE, {"client": scope.client, "at": at, "path": path})


def _page(session: Session, wanted: _Wanted, filters: Filters, *, after: Place | None, limit: int) -> Page:
    log_kind, kind, events = wanted
    logs = [each for each in store.logs(session) if each.kind == log_kind]
    log = next((each for each in logs if after is None or each.log_id == after.log_id), None)
    if log is None:
        if after is None:
            return Page([], None)  # nothing was ever logged
        raise NotFound("there is no such log")
    newest = store.newest(session, log)
    size, first = newest.size if newest else 0, after.position if after else 0
    end = min(size, first + SCANNED)
    facts = _facts(filters) | {"log": log.log_id, "kind": int(kind), "events": [str(each) for each in events]}
    rows = session.execute(_ENTRIES, facts | {"first": first, "end": end, "limit": limit})
    found = [_logged(log.name, *row) for row in rows]
    following = found[-1].index + 1 if len(found) == limit else end
    later = next((each for each in logs if each.log_id > log.log_id), None)
    if following < size:
        return Page(found, Place(log.log_id, following))
    return Page(found, None if later is None else Place(later.log_id, 0))


def _facts(filters: Filters) -> dict[str, Any]:
    return {
        "organization": filters.organization,
        "purpose": filters.purpose,
        "outcome": filters.outcome,
        "since": filters.since,
        "until": filters.until,
    }


def _logged(log: str, position: int, kind: int, _fact: UUID, _seq: int, salt: bytes, body: bytes) -> Logged:
    opening = Opening(bytes(salt), bytes(body))
    return Logged(log, position, opening.leaf_hash(LeafKind(kind)), event_bodies.from_body(opening.body))


def act_of(logged: Logged) -> ActEvent:
    """Return the act that was logged here."""
    if not isinstance(logged.event, ActEvent):
        raise TypeError("only acts are listed as acts")
    return logged.event


def access_of(logged: Logged) -> AccessEvent:
    """Return the access that was logged here."""
    if not isinstance(logged.event, AccessEvent):
        raise TypeError("only accesses are listed as accesses")
    return logged.event
