"""Who the customer is to whom: which sources are linked, why, since when, and the way to part from one."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from api.principals import Customer, LoggedIn, PlatformDep
from cdp import clock, directory
from cdp.identity import membership
from cdp.identity.membership import Member, Reason, Why
from cdp.own import accesses
from cdp.platform import Platform
from consent.types import Instant

router = APIRouter(prefix="/v1/me/identity", tags=["customer"])

SubjectId = Annotated[UUID, Path(description="The subject, as listed.")]


class ReasonView(BaseModel):
    """Why a source's person is the customer, in a fixed word and in words to read."""

    why: Why
    words: dict[str, str] = Field(description="The reason in Dutch (`nl`) and English (`en`).")
    together_with: str = Field(description="The source of the other side of the bond.")
    since: Instant
    agreeing: list[str] = Field(description="The names of the fields that were alike, where likeness is the reason.")


class MemberView(BaseModel):
    """The customer as one source knows them; the dossier began with what was never linked."""

    subject_id: UUID
    source: str
    source_name: str
    is_own: bool
    since: Instant
    linked_at: Instant | None
    reasons: list[ReasonView]


class Identity(BaseModel):
    """Everything that the dossier is made of, longest known first."""

    sources: list[MemberView]


def _reason_view(each: Reason, names: directory.Names) -> ReasonView:
    return ReasonView(
        why=each.why,
        words=membership.WORDS[each.why],
        together_with=names.slug(each.other_source),
        since=each.since,
        agreeing=each.agreeing,
    )


def _view(each: Member, names: directory.Names) -> MemberView:
    return MemberView(
        subject_id=each.subject_id,
        source=names.slug(each.source),
        source_name=names.name(each.source),
        is_own=each.is_own,
        since=each.since,
        linked_at=each.linked_at,
        reasons=[_reason_view(reason, names) for reason in each.reasons],
    )


def _read(platform: Platform, person: LoggedIn, *, without: UUID | None = None) -> Identity:
    at = clock.now()
    with platform.database.scoped(person.scope) as session:
        if without is not None:
            membership.part(session, person.customer_id, without, at=at)
        names, found = directory.names(session), membership.own(session)
        accesses.note_own_read(session, person.scope, path="sources", categories=[], records=len(found), at=at)
    return Identity(sources=[_view(each, names) for each in found])


@router.get("", summary="List who I am to whom", operation_id="read_my_identity")
def read_my_identity(person: Customer, platform: PlatformDep) -> Identity:
    """Return every source that the dossier is made of, why each is linked, and since when."""
    return _read(platform, person)


@router.post("/{subject_id}/unlink", summary="Part from a source", operation_id="part_from_source")
def part_from_source(subject_id: SubjectId, person: Customer, platform: PlatformDep) -> Identity:
    """Say that what a source knows is about somebody else: it leaves for good. Returns who is left."""
    return _read(platform, person, without=subject_id)
