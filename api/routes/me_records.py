"""What is held about the customer: records and interactions, with their source, and what the customer disputes.

Values of special categories are `withheld` from who proved longer than some minutes ago who they are.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, JsonValue

from api import demand_mail, paging
from api.paging import After
from api.principals import Customer, PlatformDep
from cdp import clock, demands, directory
from cdp.ids import NIL
from cdp.own import accesses, dossier
from cdp.own.holdings import Evidence, Interaction, Opening, Record
from cdp.own.unsealing import OwnKeys
from cdp.reads import known_keys
from consent.types import CategoryKey, Instant, Slug

router = APIRouter(prefix="/v1/me", tags=["customer"])

Limit = Annotated[int, Query(ge=1, le=500, description="How many at most.")]
OnlyCategory = Annotated[CategoryKey | None, Query(description="Only this kind of data.")]
OnlySource = Annotated[Slug | None, Query(description="Only this supplier.")]
RecordId = Annotated[UUID, Path(description="The record or interaction, as listed.")]


class Viewer(BaseModel):
    """An organization that may see it at this moment, and for what."""

    organization: str
    organization_name: str
    purposes: list[str]


class VersionView(BaseModel):
    """What a source said at one time."""

    record_id: UUID
    value: JsonValue
    withheld: bool
    occurred_at: Instant
    received_at: Instant
    superseded_at: Instant | None


class RecordView(BaseModel):
    """One thing that a source said; `versions` counts what it said about the same before."""

    record_id: UUID
    subject_id: UUID
    source: str
    source_name: str
    kind: str
    category: str
    type: str
    value: JsonValue
    withheld: bool
    origin: str
    standing: str
    occurred_at: Instant
    received_at: Instant
    disputed_at: Instant | None
    versions: int
    seen_by: list[Viewer]


class RecordHistory(BaseModel):
    """One record, and what its source said before, newest first."""

    record: RecordView
    history: list[VersionView]


class Records(BaseModel):
    """A page of records, by category."""

    records: list[RecordView]
    next: str | None


class InteractionView(BaseModel):
    """One contact."""

    record_id: UUID
    subject_id: UUID
    source: str
    source_name: str
    category: str
    type: str
    channel: str | None
    speaker: str | None
    direction: str | None
    occurred_at: Instant
    received_at: Instant
    disputed_at: Instant | None
    value: JsonValue
    withheld: bool
    seen_by: list[Viewer]


class Interactions(BaseModel):
    """A page of interactions, newest first."""

    interactions: list[InteractionView]
    next: str | None


class EvidenceView(BaseModel):
    """Consent flags as a source sent them along; they give nobody access."""

    evidence_id: UUID
    source: str
    source_name: str
    received_at: Instant
    value: JsonValue


class EvidencePage(BaseModel):
    """A page of what sources sent along."""

    evidence: list[EvidenceView]
    next: str | None


class Disputed(BaseModel):
    """What the customer says about a record."""

    record_id: UUID
    disputed_at: datetime | None


def _viewers(openings: Sequence[Opening], names: directory.Names, source: UUID, category: str) -> list[Viewer]:
    purposes: dict[UUID, list[str]] = {}
    for each in openings:
        if each.opens(source, category):
            purposes.setdefault(each.recipient, []).append(each.purpose)
    return [
        Viewer(organization=names.slug(recipient), organization_name=names.name(recipient), purposes=found)
        for recipient, found in purposes.items()
    ]


def _record(each: Record, names: directory.Names, openings: Sequence[Opening]) -> RecordView:
    return RecordView(
        record_id=each.record_id,
        subject_id=each.subject_id,
        source=names.slug(each.source),
        source_name=names.name(each.source),
        kind=each.kind,
        category=each.category,
        type=each.type,
        value=each.value,
        withheld=each.is_withheld,
        origin=each.origin,
        standing=each.standing,
        occurred_at=each.occurred_at,
        received_at=each.received_at,
        disputed_at=each.disputed_at,
        versions=each.versions,
        seen_by=[] if each.superseded_at else _viewers(openings, names, each.source, each.category),
    )


def _version(each: Record) -> VersionView:
    return VersionView(
        record_id=each.record_id,
        value=each.value,
        withheld=each.is_withheld,
        occurred_at=each.occurred_at,
        received_at=each.received_at,
        superseded_at=each.superseded_at,
    )


def _interaction(each: Interaction, names: directory.Names, openings: Sequence[Opening]) -> InteractionView:
    return InteractionView(
        record_id=each.record_id,
        subject_id=each.subject_id,
        source=names.slug(each.source),
        source_name=names.name(each.source),
        category=each.category,
        type=each.type,
        channel=each.channel,
        speaker=each.speaker,
        direction=each.direction,
        occurred_at=each.occurred_at,
        received_at=each.received_at,
        disputed_at=each.disputed_at,
        value=each.value,
        withheld=each.is_withheld,
        seen_by=_viewers(openings, names, each.source, each.category),
    )


def _evidence(each: Evidence, names: directory.Names) -> EvidenceView:
    return EvidenceView(
        evidence_id=each.evidence_id,
        source=names.slug(each.source),
        source_name=names.name(each.source),
        received_at=each.received_at,
        value=each.value,
    )


@router.get("/records", summary="List what is held about me", operation_id="list_my_records")
def list_my_records(  # what narrows a list, each by name
    person: Customer,
    platform: PlatformDep,
    category: OnlyCategory = None,
    source: OnlySource = None,
    after: After = None,
    limit: Limit = 100,
) -> Records:
    """Return what stands now, by category, each with its source and with who may see it at this moment."""
    at, caller = clock.now(), f"records {person.customer_id}"
    place = paging.begin(platform, after, dossier.FIRST_RECORD, caller=caller)
    with platform.database.scoped(person.scope) as session:
        known_keys.check_category(session, category)
        names, openings = directory.names(session), dossier.openings(session)
        only = names.supplier(source)
        keys = OwnKeys(session, platform.ring)
        found = dossier.records(session, keys, after=place, category=category, source=only, until=at, limit=limit)
        accesses.note_own_read(session, person.scope, path="records", categories=keys.shown, records=len(found), at=at)
    last = paging.next_after(platform, found, limit, caller=caller)
    return Records(records=[_record(each, names, openings) for each in found], next=last)


@router.get("/records/{record_id}", summary="Show one record with its history", operation_id="read_my_record")
def read_my_record(record_id: RecordId, person: Customer, platform: PlatformDep) -> RecordHistory:
    """Return one record, and what its source said about the same before."""
    at = clock.now()
    with platform.database.scoped(person.scope) as session:
        names, openings = directory.names(session), dossier.openings(session)
        keys = OwnKeys(session, platform.ring)
        found = dossier.versions(session, keys, record_id)
        accesses.note_own_read(session, person.scope, path="records", categories=keys.shown, records=len(found), at=at)
    return RecordHistory(record=_record(found[0], names, openings), history=[_version(each) for each in found[1:]])


@router.get("/interactions", summary="List my contacts", operation_id="list_my_interactions")
def list_my_interactions(  # what narrows a list, each by name
    person: Customer,
    platform: PlatformDep,
    category: OnlyCategory = None,
    source: OnlySource = None,
    after: After = None,
    limit: Limit = 100,
) -> Interactions:
    """Return conversations and other contacts, newest first."""
    at, caller = clock.now(), f"interactions {person.customer_id}"
    place = paging.begin(platform, after, dossier.FIRST_INTERACTION, caller=caller)
    with platform.database.scoped(person.scope) as session:
        known_keys.check_category(session, category)
        names, openings = directory.names(session), dossier.openings(session)
        only = names.supplier(source)
        keys = OwnKeys(session, platform.ring)
        found = dossier.interactions(session, keys, after=place, category=category, source=only, until=at, limit=limit)
        accesses.note_own_read(
            session, person.scope, path="interactions", categories=keys.shown, records=len(found), at=at
        )
    last = paging.next_after(platform, found, limit, caller=caller)
    return Interactions(interactions=[_interaction(each, names, openings) for each in found], next=last)


@router.get("/evidence", summary="List consent flags that sources sent", operation_id="list_my_evidence")
def list_my_evidence(person: Customer, platform: PlatformDep, after: After = None, limit: Limit = 100) -> EvidencePage:
    """Return consent flags as sources sent them along; they give nobody access."""
    at, caller = clock.now(), f"evidence {person.customer_id}"
    (place,) = platform.cursors.open(after, tuple[UUID], caller=caller) if after else (NIL,)
    with platform.database.scoped(person.scope) as session:
        names = directory.names(session)
        found = dossier.evidence(session, OwnKeys(session, platform.ring), after=place, until=at, limit=limit)
        accesses.note_own_read(session, person.scope, path="evidence", categories=[], records=len(found), at=at)
    last = platform.cursors.seal((found[-1].evidence_id,), caller=caller) if len(found) == limit else None
    return EvidencePage(evidence=[_evidence(each, names) for each in found], next=last)


@router.post("/records/{record_id}/dispute", summary="Say that it is not right", operation_id="dispute_record")
def dispute_record(record_id: RecordId, person: Customer, platform: PlatformDep, request: Request) -> Disputed:
    """Mark what a source said as disputed, everywhere it is shown; who may see it hears so, and the source is asked."""
    at = clock.now()
    with platform.database.scoped(person.scope) as session:
        opened = demands.dispute(platform, session, record_id, at=at)
        letters = demand_mail.about(platform, session, opened)
    demand_mail.send(request, letters)
    return Disputed(record_id=record_id, disputed_at=at)


@router.post("/records/{record_id}/withdraw-dispute", summary="Take a dispute back", operation_id="withdraw_dispute")
def withdraw_dispute(record_id: RecordId, person: Customer, platform: PlatformDep) -> Disputed:
    """No longer mark it as disputed; who may see it hears so."""
    with platform.database.scoped(person.scope) as session:
        demands.withdraw_dispute(session, record_id, at=clock.now())
    return Disputed(record_id=record_id, disputed_at=None)
