"""Who knows the customer, why each was linked, and the way to say "this is not me"."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import BaseModel

from api.principals import Customer, LoggedIn, PlatformDep
from cdp import accesses, clock, directory, dossier
from cdp.holdings import Source
from cdp.identity import membership
from cdp.platform import Platform
from cdp.unsealing import OwnKeys
from consent.types import Instant

router = APIRouter(prefix="/v1/me/sources", tags=["customer"])

SubjectId = Annotated[UUID, Path(description="The subject, as listed.")]


class NameView(BaseModel):
    """What a source calls the customer: its own number for them, or a device."""

    type: str
    value: str | None


class KnownByView(BaseModel):
    """A kind of identifier that the source knows the customer by."""

    type: str
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
            KnownByView(type=known.type, is_verified=known.is_verified, since=known.since) for known in each.identifiers
        ],
        records=each.records,
        interactions=each.interactions,
    )


def _read(platform: Platform, person: LoggedIn, *, without: UUID | None = None) -> Sources:
    at = clock.now()
    with platform.database.scoped(person.scope) as session:
        if without is not None:
            membership.part(session, person.customer_id, without, at=at)
        names = directory.names(session)
        found = dossier.sources(session, OwnKeys(session, platform.ring))
        accesses.note_own_read(session, person.scope, path="sources", categories=[], records=len(found), at=at)
    return Sources(sources=[_view(each, names) for each in found])


@router.get("", summary="List who knows me", operation_id="list_my_sources")
def list_my_sources(person: Customer, platform: PlatformDep) -> Sources:
    """Return every source that knows the customer, by which names and kinds of identifier, and why it was linked."""
    return _read(platform, person)


@router.post("/{subject_id}/unlink", summary="Say that this is not me", operation_id="unlink_source")
def unlink_source(subject_id: SubjectId, person: Customer, platform: PlatformDep) -> Sources:
    """Send a subject away for good, with what hangs on it alone, and return who is left."""
    return _read(platform, person, without=subject_id)
