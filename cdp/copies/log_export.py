"""The whole log of a customer as one file, made while it is sent: CSV for people, JSON for programs.

Rules: (1) the export is a line of the log itself before its first byte leaves; (2) it is read a page at a time, each
in a transaction of its own; (3) a customer who is erased on the way, or whose login was ended, gets no more.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

import msgspec
from pydantic import JsonValue

from cdp import cursors, directory
from cdp.copies import spreadsheet
from cdp.logins import sessions
from cdp.own import accesses, dossier, looked
from cdp.own.unsealing import OwnKeys
from cdp.platform import Platform
from cdp.scope import Scope

SCHEMA: Final = "cdp-access-log/1"
PAGE: Final = 1_000
COLUMNS: Final = (
    "access_id",
    "at",
    "organization",
    "organization_name",
    "program",
    "is_human",
    "is_own",
    "path",
    "purpose",
    "asked",
    "released",
    "records",
    "outcome",
    "reason",
    "grant_id",
)
_EVERYBODY: Final = looked.Wanted(who="anybody")

Row = dict[str, JsonValue]


def export(platform: Platform, scope: Scope, *, form: str, at: datetime) -> Iterator[bytes]:
    """Return every line of the log of the customer in scope up to `at`, newest first, as CSV or JSON.

    Raises NotFound when they have left; later than that, what fails breaks the file off.
    """
    with platform.database.scoped(scope) as session:
        dossier.summary(session, OwnKeys(session, platform.ring))
        accesses.note_own_read(session, scope, path="log-export", categories=[], records=0, at=at)
    rows = _rows(platform, scope, at)
    return spreadsheet.lines(COLUMNS, rows) if form == "csv" else _document(rows, at)


def _rows(platform: Platform, scope: Scope, at: datetime) -> Iterator[Row]:
    place = cursors.NEWEST_FIRST
    while True:
        with platform.database.scoped(scope) as session:
            dossier.summary(session, OwnKeys(session, platform.ring))  # raises NotFound once the customer is erased
            sessions.hold(session, scope)
            names = directory.names(session)
            found = looked.lines(session, _EVERYBODY, after=place, until=at, limit=PAGE)
        yield from (_row(each, names) for each in found)
        if len(found) < PAGE:
            return
        place = found[-1].place


def _row(line: looked.Line, names: directory.Names) -> Row:
    row: Row = msgspec.to_builtins(line)
    row["organization"] = names.slug(line.organization) if line.organization else None
    row["organization_name"] = names.name(line.organization) if line.organization else None
    return row


def _document(rows: Iterator[Row], at: datetime) -> Iterator[bytes]:
    yield msgspec.json.encode({"schema": SCHEMA, "exported_at": at})[:-1] + b',"lines":['
    for number, row in enumerate(rows):
        yield (b",\n" if number else b"\n") + msgspec.json.encode(row)
    yield b"\n]}\n"
