"""Everything about a customer in one file to take along (GDPR art. 15 and 20): JSON, CSV and an explanation.

Rules: (1) the export is in the access log before its first byte leaves; (2) it is read a page at a time, each in a
transaction of its own, so that it costs little memory and a slow client holds no connection; (3) a customer who is
erased on the way, or whose login was ended, gets no more: the file breaks off and does not look complete.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import partial
from importlib.resources import files
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

import msgspec
from pydantic import JsonValue
from sqlmodel import Session

from cdp import demands, directory
from cdp.contact import own as contacts
from cdp.contact import preferences
from cdp.copies import spreadsheet, zip_stream
from cdp.cursors import NEWEST_FIRST, OLDEST_FIRST, InTime
from cdp.ids import NIL
from cdp.listening import answering
from cdp.logins import sessions
from cdp.messages import own, replies
from cdp.offers import showing
from cdp.own import accesses, dossier, holdings
from cdp.own.unsealing import OwnKeys
from cdp.permissions import access_requests, grants
from cdp.platform import Platform
from cdp.rules import explaining
from cdp.scope import Scope

SCHEMA: Final = "cdp-export/1"
"""The version of the JSON document; a reader that knows it can read every export that names it."""

PAGE: Final = 500
"""How many rows are in memory at once."""

_INDENT: Final = b"\n  "


@dataclass(frozen=True, slots=True)
class _Reading:
    """One page's transaction."""

    session: Session
    keys: OwnKeys
    names: directory.Names
    until: datetime


_Row = dict[str, JsonValue]
_Page = tuple[list[_Row], Any]
"""Rows, and the place behind which the next page begins; None when there is none."""


@dataclass(frozen=True, slots=True)
class _Section:
    """One list of the export, and one CSV file."""

    name: str
    columns: tuple[str, ...]
    page: Callable[[_Reading, Any], _Page]


@dataclass(frozen=True, slots=True)
class Taking:
    """What somebody takes along: everything, or what concerns one organization. Its rows are read while it is sent."""

    at: datetime
    only: str | None
    _me: _Row
    _read: Callable[[_Section], Iterator[_Row]]

    def rows(self, name: str) -> Iterator[_Row]:
        """Yield the rows of one list: records, interactions, sources, grants, accesses or another."""
        return self._fitting(next(each for each in _SECTIONS if each.name == name))

    def json(self) -> Iterator[bytes]:
        """Yield one JSON document."""
        return _document(self._me, self._fitting, self.at)

    def csv(self) -> Iterator[bytes]:
        """Yield a zip with one CSV file for each list."""
        return zip_stream.stream(self._tables(), at=self.at)

    def whole(self) -> Iterator[bytes]:
        """Yield a zip of the JSON document, the CSV files and an explanation."""
        return zip_stream.stream(self._members(), at=self.at)

    def _members(self) -> Iterator[zip_stream.Member]:
        yield "README.txt", [(files(__package__) / "portability_readme.txt").read_bytes()]
        yield "dossier.json", self.json()
        yield from self._tables()

    def _tables(self) -> Iterator[zip_stream.Member]:
        for section in _SECTIONS:
            yield f"{section.name}.csv", spreadsheet.lines(section.columns, self._fitting(section))

    def _fitting(self, section: _Section) -> Iterator[_Row]:
        rows = self._read(section)
        if self.only is None:
            return rows
        return (row for row in rows if self.only in (row.get("source"), row.get("organization")))


def take(platform: Platform, scope: Scope, *, only: str | None = None, at: datetime) -> Taking:
    """Return what the customer in scope takes along, of one organization or of all; it is in the log from now on.

    Raises NotFound when they have left, or when there is no such organization.
    """
    with platform.database.scoped(scope) as session:
        directory.names(session).supplier(only)
        summary = dossier.summary(session, OwnKeys(session, platform.ring))
        total = summary.records + summary.interactions + summary.evidence
        accesses.note_own_read(session, scope, path="export", categories=summary.categories, records=total, at=at)
    return Taking(at, only, msgspec.to_builtins(summary), partial(_rows, platform, scope, at))


def export(platform: Platform, scope: Scope, *, at: datetime) -> Iterator[bytes]:
    """Return a zip of everything that is held about the customer in scope at `at`, to be sent while it is made.

    Raises NotFound when they have left; later than that, what fails breaks the file off.
    """
    return take(platform, scope, at=at).whole()


def _document(me: _Row, rows: Callable[[_Section], Iterator[_Row]], at: datetime) -> Iterator[bytes]:
    """Yield one JSON document: its schema, when it was made, who it is about, and every list."""
    head = {"schema": SCHEMA, "exported_at": at, "customer": me}
    yield msgspec.json.encode(head)[:-1]
    for section in _SECTIONS:
        yield b",\n" + msgspec.json.encode(section.name) + b": ["
        for number, row in enumerate(rows(section)):
            yield (b"," if number else b"") + _INDENT + msgspec.json.encode(row)
        yield b"\n]"
    yield b"}\n"


def _rows(platform: Platform, scope: Scope, at: datetime, section: _Section) -> Iterator[_Row]:
    """Yield the rows of a section; each page is read in a transaction that has ended before its first row leaves."""
    place = None
    while True:
        with platform.database.scoped(scope) as session:
            keys = OwnKeys(session, platform.ring)
            dossier.summary(session, keys)  # raises NotFound once the customer is erased
            sessions.hold(session, scope)
            rows, place = section.page(_Reading(session, keys, directory.names(session), at), place)
        yield from rows
        if place is None:
            return


def _plain(reading: _Reading, found: Any) -> _Row:  # noqa: ANN401  # one of the frozen facts of cdp.own.holdings
    """Return facts as JSON, with the organizations in them by their names."""
    row: _Row = msgspec.to_builtins(found)
    row.pop("is_withheld", None)  # whoever takes it along has a fresh proof
    for role in ("source", "organization"):
        if role in row:
            organization: UUID | None = getattr(found, role)
            row[role] = None if organization is None else reading.names.slug(organization)
            row[f"{role}_name"] = None if organization is None else reading.names.name(organization)
    sources: Sequence[UUID] | None = getattr(found, "sources", None)
    if sources is not None:
        row["sources"] = [reading.names.slug(source) for source in sources]
    return row


def _page(reading: _Reading, found: Sequence[Any], place: Callable[[Any], Any]) -> _Page:
    return [_plain(reading, each) for each in found], place(found[-1]) if len(found) == PAGE else None


def _records(reading: _Reading, after: holdings.RecordPlace | None) -> _Page:
    found = dossier.records(
        reading.session, reading.keys, after=after or dossier.FIRST_RECORD, until=reading.until, limit=PAGE
    )
    return _page(reading, found, attrgetter("place"))


def _older(reading: _Reading, after: UUID | None) -> _Page:
    found = dossier.older(reading.session, reading.keys, after=after or NIL, until=reading.until, limit=PAGE)
    return _page(reading, found, attrgetter("record_id"))


def _interactions(reading: _Reading, after: holdings.InteractionPlace | None) -> _Page:
    found = dossier.interactions(
        reading.session, reading.keys, after=after or dossier.FIRST_INTERACTION, until=reading.until, limit=PAGE
    )
    return _page(reading, found, attrgetter("place"))


def _evidence(reading: _Reading, after: UUID | None) -> _Page:
    found = dossier.evidence(reading.session, reading.keys, after=after or NIL, until=reading.until, limit=PAGE)
    return _page(reading, found, attrgetter("evidence_id"))


def _sources(reading: _Reading, _: None) -> _Page:
    return [_plain(reading, each) for each in dossier.sources(reading.session, reading.keys)], None


def _grants(reading: _Reading, _: None) -> _Page:
    found = grants.standing(reading.session)
    return [_plain(reading, holdings.Grant.of(each, at=reading.until)) for each in found], None


def _requests(reading: _Reading, _: None) -> _Page:
    found = access_requests.of_customer(reading.session)
    return [_plain(reading, holdings.Request.of(each, at=reading.until)) for each in found], None


def _acts(reading: _Reading, after: InTime | None) -> _Page:
    found = dossier.acts(reading.session, after=after or OLDEST_FIRST, until=reading.until, limit=PAGE)
    return _page(reading, found, attrgetter("place"))


def _accesses(reading: _Reading, after: InTime | None) -> _Page:
    found = accesses.of_customer(
        reading.session, after=after or NEWEST_FIRST, until=reading.until, limit=PAGE, with_own=True
    )
    return _page(reading, found, attrgetter("place"))


def _demands(reading: _Reading, _: None) -> _Page:
    found = demands.of_customer(reading.session, reading.keys)
    told = [[reading.names.slug(each) for each in demand.told] for demand in found]
    return [_plain(reading, each) | {"told": list(to)} for each, to in zip(found, told, strict=True)], None


def _surveys(reading: _Reading, _: None) -> _Page:
    found = answering.of_customer(reading.session, reading.keys)
    return [_plain(reading, each) for each in found], None


def _replies(reading: _Reading, _: None) -> _Page:
    return [_plain(reading, each) for each in replies.own(reading.session, reading.keys)], None


def _offers(reading: _Reading, _: None) -> _Page:
    return [_plain(reading, each) for each in showing.own(reading.session)], None


def _firings(reading: _Reading, after: InTime | None) -> _Page:
    found = explaining.own(reading.session, after=after or NEWEST_FIRST, limit=PAGE)
    return _page(reading, found, attrgetter("place"))


def _contacts(reading: _Reading, after: InTime | None) -> _Page:
    found = contacts.of_customer(reading.session, after=after or NEWEST_FIRST, limit=PAGE)
    return _page(reading, found, attrgetter("place"))


def _messages(reading: _Reading, after: InTime | None) -> _Page:
    found = own.messages_of(reading.session, reading.keys, after=after or NEWEST_FIRST, limit=PAGE, is_whole=True)
    return _page(reading, found, attrgetter("place"))


def _preferences(reading: _Reading, _: None) -> _Page:
    chosen = preferences.read(reading.session, reading.keys)
    return [{"preference": name, "value": value} for name, value in sorted(chosen.items())], None


def _choices(reading: _Reading, after: InTime | None) -> _Page:
    place = after or NEWEST_FIRST
    found = preferences.changes(reading.session, after=place, until=reading.until, limit=PAGE)
    return _page(reading, found, attrgetter("place"))


def _columns(facts: type) -> tuple[str, ...]:
    names = [each.name for each in fields(facts) if each.name != "is_withheld"]
    return (*names, *(f"{role}_name" for role in ("source", "organization") if role in names))


_SECTIONS: Final = (
    _Section("records", _columns(holdings.Record), _records),
    _Section("older_records", _columns(holdings.Record), _older),
    _Section("interactions", _columns(holdings.Interaction), _interactions),
    _Section("evidence", _columns(holdings.Evidence), _evidence),
    _Section("sources", _columns(holdings.Source), _sources),
    _Section("grants", _columns(holdings.Grant), _grants),
    _Section("requests", _columns(holdings.Request), _requests),
    _Section("acts", _columns(holdings.Act), _acts),
    _Section("demands", _columns(demands.Demand), _demands),
    _Section("surveys", _columns(answering.Survey), _surveys),
    _Section("offers", _columns(showing.Shown), _offers),
    _Section("firings", _columns(explaining.Fired), _firings),
    _Section("contacts", _columns(contacts.Contact), _contacts),
    _Section("messages", _columns(own.Message), _messages),
    _Section("replies", _columns(replies.Reply), _replies),
    _Section("preferences", ("preference", "value"), _preferences),
    _Section("preference_changes", _columns(preferences.Changed), _choices),
    _Section("accesses", _columns(accesses.Access), _accesses),
)
