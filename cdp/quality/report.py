"""The quality report of one source: counts about its own records, and no person.

Rules: (1) an organization learns what it recorded itself to the last one; of what customers and other sources say, only
in people, ten or more; (2) what sources contradict is measured on a sample, of attributes that identify people, and
only of what a grant for customer care lets it see anyway: else its own guesses would tell it what others say;
each of the sample finds a line in the log; (3) no value leaves here.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
from pydantic import JsonValue
from sqlalchemy import Row, text

from cdp.database import sql
from cdp.identity.attributes import IDENTIFYING
from cdp.keys import named
from cdp.keys.errors import Unreadable
from cdp.keys.sealing import NONCE_BYTES, NOT_OPENED, Opener, place
from cdp.listening import hiding, statistics
from cdp.listening.asking import PURPOSE
from cdp.listening.hiding import FLOOR
from cdp.listening.statistics import Share
from cdp.platform import Platform
from cdp.quality import counting
from cdp.quality.counting import Said
from cdp.scope import MATCHER, Principal, Scope
from consent.types import CUSTOMER_SOURCE

STALE_DAYS: Final = 365
"""When nobody confirmed it for so long, it is stale."""
SAMPLE: Final = 1_000
"""Of how many people at most it is compared what several sources say."""
_COUNTS: Final = text("select * from data_quality(:stale_before)")
_PEOPLE: Final = text(sql("quality_people"))
_NOTE: Final = text("select note_quality(:customers)")
_VALUES: Final = text(sql("quality_values"))


@dataclass(frozen=True, slots=True)
class Report:
    """How right the data of one source are at one moment."""

    at: datetime
    subjects: int
    verified: Share | None
    attributes: list[Said]
    stale_days: int = STALE_DAYS
    floor: int = FLOOR


def of_source(platform: Platform, scope: Scope, *, at: datetime, sample: int = SAMPLE) -> Report:
    """Return the report of the organization in `scope`, which is a source."""
    with platform.database.scoped(scope) as session:
        rows = session.execute(_COUNTS, {"stale_before": at - timedelta(days=STALE_DAYS)}).all()
    found = _conflicts(platform, scope, at=at, sample=sample)
    said = [_said(row, found) for row in rows]
    known = sum(each.known for each in said)
    verified = statistics.share(min(known, sum(each.verified for each in said)), known) if known else None
    return Report(at, rows[0].subjects if rows else 0, verified, said)


def _said(row: Row[Any], found: dict[str, tuple[int, int]]) -> Said:
    compared, conflicting = counting.shown(found, row.attribute)
    return Said(
        attribute=row.attribute,
        category=row.category,
        known=row.known,
        missing=row.subjects - row.known,
        verified=row.verified,
        stale=row.stale,
        disputed=hiding.count(row.disputed, among=row.people),
        corrected=hiding.count(row.corrected, among=row.people),
        compared=compared,
        conflicting=conflicting,
    )


def _conflicts(platform: Platform, scope: Scope, *, at: datetime, sample: int) -> dict[str, tuple[int, int]]:
    whose = {"source": scope.organization, "own": CUSTOMER_SOURCE}
    with platform.database.scoped(MATCHER) as session:
        drawn = {"salt": at.date().isoformat(), "limit": sample}
        customers: list[UUID] = list(session.execute(_PEOPLE, whose | drawn).scalars())
    with platform.database.scoped(scope) as session:
        noted: list[UUID] = list(session.execute(_NOTE, {"customers": customers}).scalars())
    with platform.database.scoped(replace(scope, principal=Principal.EXPORTER, purpose=PURPOSE)) as session:
        rows = session.execute(_VALUES, whose | {"customers": noted, "types": sorted(IDENTIFYING)}).all()
    openers = named.openers(platform.ring, {bytes(row.named) for row in rows})
    return counting.conflicts(
        (row.customer_id, row.type, row.is_mine, _value(openers[named.subject(bytes(row.named))], row))
        for row in rows
        if named.subject(bytes(row.named)) in openers
    )


def _value(unseal: Opener, row: Row[Any]) -> JsonValue:
    sealed = bytes(row.sealed)
    try:
        plain = unseal(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place("record", row.record_id, "sealed"))
    except NOT_OPENED:
        raise Unreadable("a sealed value cannot be read") from None
    value: JsonValue = msgspec.json.decode(plain)
    return value
