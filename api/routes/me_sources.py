"""Who knows the customer, by what, and why each was linked."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from api.principals import Customer, PlatformDep
from cdp import clock, directory
from cdp.own import accesses, dossier
from cdp.own.holdings import Source
from cdp.own.unsealing import OwnKeys
from consent.types import Instant

router = APIRouter(prefix="/v1/me/sources", tags=["customer"])


class NameView(BaseModel):
    """What a source calls the customer: its own number for them, or a device."""

    type: str
    value: str | None


class KnownByView(BaseModel):
    """An identifier that the source knows the customer by."""

    type: str
    value: str | None
    is_verified: bool
    since: Instant


class SourceView(BaseModel):
    """The customer as one source knows them; without a reason it was here from the first day."""

    subject_id: UUID
    source: str
    source_name: str
    is_own: bool
    since: Instant
    reason: str | None
    linked_at: Instant | None
    names: list[NameView]
    identifiers: list[KnownByView]
    records: int
    interactions: int


class Sources(BaseModel):
    """Everybody who knows the customer, longest first; the customer's own statements are one of them."""

    sources: list[SourceView]


def _view(each: Source, names: directory.Names) -> SourceView:
    return SourceView(
        subject_id=each.subject_id,
        source=names.slug(each.source),
        source_name=names.name(each.source),
        is_own=each.is_own,
        since=each.since,
        reason=each.reason,
        linked_at=each.linked_at,
        names=[NameView(type=name.type, value=name.value) for name in each.names],
        identifiers=[
            KnownByView(type=known.type, value=known.value, is_verified=known.is_verified, since=known.since)
            for known in each.identifiers
        ],
        records=each.records,
        interactions=each.interactions,
    )


@router.get("", summary="List who knows me", operation_id="list_my_sources")
def list_my_sources(person: Customer, platform: PlatformDep) -> Sources:
    """Return every source that knows the customer, by which names and identifiers, and why it was linked.

    Why in full, and the way to part from one: `GET /v1/me/identity`.
    """
    with platform.database.scoped(person.scope) as session:
        names = directory.names(session)
        found = dossier.sources(session, OwnKeys(session, platform.ring))
        accesses.note_own_read(session, person.scope, path="sources", categories=[], records=len(found), at=clock.now())
    return Sources(sources=[_view(each, names) for each in found])
