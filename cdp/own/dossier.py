"""Everything that is held about the customer in scope, in the clear for them alone.

The customer's own role sees every row of the own dossier and no other; nothing here names a customer. Lists are read a
page at a time; `until` leaves out what came in after the first page, so that a long read comes to an end.
"""

from base64 import b64decode
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from pydantic import JsonValue
from sqlalchemy import Row, text
from sqlmodel import Session

from cdp.cursors import OLDEST_FIRST, InTime
from cdp.database import sql
from cdp.ids import NIL
from cdp.own.holdings import (
    Act,
    Evidence,
    Interaction,
    InteractionPlace,
    KnownBy,
    Name,
    Opening,
    Record,
    RecordPlace,
    Source,
    Summary,
)
from cdp.own.unsealing import OwnKeys
from consent.errors import NotFound
from consent.types import CUSTOMER_SOURCE

FIRST_RECORD: Final = RecordPlace("", "", "", NIL)
FIRST_INTERACTION: Final = InteractionPlace(datetime(9999, 1, 1, tzinfo=UTC), NIL, NIL)
MOST_VERSIONS: Final = 200

_SUMMARY: Final = text(sql("own_summary"))
_RECORDS: Final = text(sql("own_records"))
_VERSIONS: Final = text(sql("own_versions"))
_COUNTS: Final = text(sql("own_counts"))
_INTERACTION: Final = text(sql("own_interaction"))
_OLDER: Final = text(sql("own_older"))
_INTERACTIONS: Final = text(sql("own_interactions"))
_EVIDENCE: Final = text(sql("own_evidence"))
_SOURCES: Final = text(sql("own_sources"))
_SUPPLIERS: Final = text(sql("own_suppliers"))
_ACTS: Final = text(sql("own_acts"))
_OPENINGS: Final = text(sql("own_openings"))
_ADAPT: Final = text("update customer set details = (details - cast(:without as text[])) || cast(:details as jsonb)")


def summary(session: Session, keys: OwnKeys) -> Summary:
    """Return who the customer in scope is to us; raises NotFound when they have left."""
    row = session.execute(_SUMMARY, {"source": CUSTOMER_SOURCE}).first()
    if row is None:
        raise NotFound
    names = [_text(keys, subject, sealed) for subject, sealed in zip(row.subjects, row.sealed, strict=True)]
    return Summary(
        emails=[each for each in names if each is not None],
        since=row.claimed_at,
        language=row.details.get("language", "nl"),
        address=row.details.get("address", "u"),
        categories=row.categories,
        records=row.records,
        interactions=row.interactions,
        evidence=row.evidence,
        sources=row.sources,
    )


def adapt(session: Session, details: dict[str, str], *, without: Sequence[str] = ()) -> None:
    """Keep what stands beside the customer in scope, such as `language` and `address`, and forget what is `without`."""
    session.execute(_ADAPT, {"details": msgspec.json.encode(details).decode(), "without": list(without)})


def openings(session: Session) -> list[Opening]:
    """Return what every live permission opens at this moment."""
    return [Opening(row.recipient_id, row.purpose, frozenset(row.words)) for row in session.execute(_OPENINGS)]


def records(
    session: Session,
    keys: OwnKeys,
    *,
    after: RecordPlace = FIRST_RECORD,
    category: str | None = None,
    source: UUID | None = None,
    until: datetime,
    limit: int,
) -> list[Record]:
    """Return what stands, by category, kind and type, from the one behind `after`."""
    place = dict(zip(("after_category", "after_kind", "after_type", "after_record"), after, strict=True))
    rows = session.execute(_RECORDS, place | {"category": category, "source": source, "until": until, "limit": limit})
    return [_record(keys, row) for row in rows]


def counts(session: Session, *, source: UUID | None = None) -> dict[str, tuple[int, int]]:
    """Return how many records and how many interactions stand in each category that holds any."""
    rows = session.execute(_COUNTS, {"source": source})
    return {row.category: (row.records, row.interactions) for row in rows}


def interaction(session: Session, keys: OwnKeys, record: UUID) -> Interaction:
    """Return one interaction; raises NotFound."""
    for row in session.execute(_INTERACTION, {"record": record}):
        return _interaction(keys, row)
    raise NotFound("there is no such interaction")


def versions(session: Session, keys: OwnKeys, record: UUID) -> list[Record]:
    """Return a record and what its source said before, the one that stands first; raises NotFound."""
    rows = session.execute(_VERSIONS, {"record": record, "limit": MOST_VERSIONS}).all()
    if not rows:
        raise NotFound("there is no such record")
    return [_record(keys, row) for row in rows]


def older(session: Session, keys: OwnKeys, *, after: UUID = NIL, until: datetime, limit: int) -> list[Record]:
    """Return what sources said before and do not say any more, from the one behind `after`."""
    return [_record(keys, row) for row in session.execute(_OLDER, {"after": after, "until": until, "limit": limit})]


def interactions(
    session: Session,
    keys: OwnKeys,
    *,
    after: InteractionPlace = FIRST_INTERACTION,
    category: str | None = None,
    source: UUID | None = None,
    until: datetime,
    limit: int,
) -> list[Interaction]:
    """Return the interactions, newest first, from the one behind `after`."""
    place = dict(zip(("after_at", "after_source", "after_record"), after, strict=True))
    rows = session.execute(
        _INTERACTIONS, place | {"category": category, "source": source, "until": until, "limit": limit}
    )
    return [_interaction(keys, row) for row in rows]


def evidence(session: Session, keys: OwnKeys, *, after: UUID = NIL, until: datetime, limit: int) -> list[Evidence]:
    """Return the consent flags that sources sent, from the one behind `after`."""
    rows = session.execute(_EVIDENCE, {"after": after, "until": until, "limit": limit})
    return [
        Evidence(
            evidence_id=row.evidence_id,
            source=row.source_id,
            received_at=row.received_at,
            value=_json(keys.open(row.subject_id, row.sealed, table="evidence", row=row.evidence_id)),
        )
        for row in rows
    ]


def suppliers(session: Session) -> frozenset[UUID]:
    """Return who said anything of the customer in scope; the customer is one of them."""
    return frozenset(session.execute(_SUPPLIERS).scalars())


def sources(session: Session, keys: OwnKeys) -> list[Source]:
    """Return who knows the customer, longest first; the customer's own statements are one of them."""
    return [
        Source(
            subject_id=row.subject_id,
            source=row.source_id,
            since=row.created_at,
            reason=row.reason,
            linked_at=row.linked_at,
            names=[Name(each["type"], _text(keys, row.subject_id, b64decode(each["sealed"]))) for each in row.names],
            identifiers=[_known_by(keys, row.subject_id, each) for each in row.identifiers],
            records=row.records,
            interactions=row.interactions,
        )
        for row in session.execute(_SOURCES)
    ]


def acts(session: Session, *, after: InTime = OLDEST_FIRST, until: datetime, limit: int) -> list[Act]:
    """Return every act, oldest first, from the one behind `after`; those of before a merge, too."""
    at, act = after
    rows = session.execute(_ACTS, {"after_at": at, "after_act": act, "until": until, "limit": limit})
    return [
        Act(
            act_id=row.act_id,
            kind=row.kind,
            organization=row.recipient_id,
            purpose=row.purpose,
            categories=row.categories,
            sources=row.sources,
            expires_at=row.expires_at,
            at=row.at,
            by=row.by,
            request_id=row.request_id,
            evidence=row.evidence,
        )
        for row in rows
    ]


def _known_by(keys: OwnKeys, subject: UUID, row: dict[str, Any]) -> KnownBy:
    sealed = None if row["sealed"] is None else b64decode(row["sealed"])
    plain = sealed and keys.open(subject, sealed, table="identifier", row=UUID(row["row"]))
    value = plain.decode() if plain else None
    return KnownBy(row["type"], value, row["is_verified"], datetime.fromisoformat(row["since"]))


def _record(keys: OwnKeys, row: Row[Any]) -> Record:
    return Record(
        record_id=row.record_id,
        subject_id=row.subject_id,
        source=row.source_id,
        kind=row.kind,
        category=row.category,
        type=row.type,
        origin=row.origin,
        standing=row.standing,
        occurred_at=row.occurred_at,
        received_at=row.received_at,
        superseded_at=row.superseded_at,
        disputed_at=row.disputed_at,
        value=_value(keys, row, "record"),
        versions=row.versions,
        is_withheld=row.category in keys.withheld,
    )


def _interaction(keys: OwnKeys, row: Row[Any]) -> Interaction:
    return Interaction(
        record_id=row.record_id,
        subject_id=row.subject_id,
        source=row.source_id,
        category=row.category,
        type=row.type,
        channel=row.channel,
        speaker=row.speaker,
        direction=row.direction,
        occurred_at=row.occurred_at,
        received_at=row.received_at,
        disputed_at=row.disputed_at,
        value=_value(keys, row, "interaction"),
        is_withheld=row.category in keys.withheld,
    )


def _value(keys: OwnKeys, row: Row[Any], table: str) -> JsonValue:
    """Return what a record says; None where it is withheld, or erased."""
    if not keys.may_show(row.category):
        return None
    return _json(keys.open(row.subject_id, row.sealed, table=table, row=row.record_id))


def _text(keys: OwnKeys, subject: UUID, sealed: bytes) -> str | None:
    opened = keys.open(subject, sealed, table="reference", row=subject)
    return None if opened is None else opened.decode()


def _json(opened: bytes | None) -> JsonValue:
    return None if opened is None else msgspec.json.decode(opened)
