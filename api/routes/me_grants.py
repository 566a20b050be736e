"""The customer's grants: give, narrow, extend, take back, refuse, object, and what happened to each."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from api.preferences import Proven
from api.principals import Customer, PlatformDep
from cdp import clock, directory
from cdp.database import Session
from cdp.permissions import grants
from cdp.tables import Act, Permission
from consent import acts as law
from consent import answers
from consent.types import Categories, Instant, PurposeKey, Slug

router = APIRouter(prefix="/v1/me", tags=["customer"], route_class=Proven)

GrantId = Annotated[UUID, Path(description="The grant, as listed.")]
Days = Annotated[int, Field(ge=1, le=366, description="How long, in days from now; at most what the purpose allows.")]
SourceSlugs = Annotated[frozenset[Slug], Field(min_length=1, max_length=256, description="Only these suppliers.")]


class Wanted(BaseModel):
    """One permission: one organization, one purpose, each category by name; never a bundle."""

    model_config = ConfigDict(extra="forbid")

    organization: Slug
    purpose: PurposeKey
    categories: Categories
    sources: SourceSlugs | None = None
    days: Days | None = Field(default=None, description="Left out: as long as is usual for the purpose.")


class Changed(BaseModel):
    """What should hold from now on; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    categories: Categories | None = None
    sources: SourceSlugs | None = None
    expires_at: Instant | None = None


class Stopped(BaseModel):
    """One organization and one purpose that the customer wants nothing to do with."""

    model_config = ConfigDict(extra="forbid")

    organization: Slug
    purpose: PurposeKey


class ActView(BaseModel):
    """One act."""

    act_id: UUID
    kind: str
    at: datetime
    by: str
    categories: list[str]
    sources: list[str] | None
    expires_at: datetime | None


class GrantView(BaseModel):
    """Where the customer stands with one organization for one purpose."""

    grant_id: UUID
    organization: str
    organization_name: str
    purpose: str
    state: answers.State
    stopped: str | None
    categories: list[str]
    sources: list[str] | None
    expires_at: datetime | None
    attested_categories: list[str]
    attested_expires_at: datetime | None
    since: datetime
    changed_at: datetime


class GrantHistory(GrantView):
    """The same, with every act that led there."""

    acts: list[ActView]


class Grants(BaseModel):
    """All permissions of the customer."""

    grants: list[GrantView]


def _view(permission: Permission, names: directory.Names, *, at: datetime) -> GrantView:
    return GrantView(
        grant_id=grants.grant_id(permission.customer_id, permission.recipient_id, permission.purpose),
        organization=names.slug(permission.recipient_id),
        organization_name=names.name(permission.recipient_id),
        purpose=permission.purpose,
        state=answers.state(grants.lawful(permission), at=at),
        stopped=permission.stopped,
        categories=permission.categories,
        sources=None if permission.sources is None else [names.slug(source) for source in permission.sources],
        expires_at=permission.expires_at,
        attested_categories=permission.attested_categories,
        attested_expires_at=permission.attested_expires_at,
        since=permission.since,
        changed_at=permission.changed_at,
    )


def _act_view(act: Act, names: directory.Names) -> ActView:
    return ActView(
        act_id=act.act_id,
        kind=act.kind,
        at=act.at,
        by=act.by,
        categories=act.categories,
        sources=None if act.sources is None else [names.slug(source) for source in act.sources],
        expires_at=act.expires_at,
    )


def _found(session: Session, grant_id: UUID, *, at: datetime) -> GrantView:
    return _view(grants.find(session, grant_id), directory.names(session), at=at)


@router.get("/grants", summary="List who may see what", operation_id="list_grants")
def list_grants(person: Customer, platform: PlatformDep) -> Grants:
    """Return every permission, live or ended, the latest change first."""
    at = clock.now()
    with platform.database.scoped(person.scope) as session:
        names = directory.names(session)
        return Grants(grants=[_view(each, names, at=at) for each in grants.standing(session)])


@router.get("/grants/{grant_id}", summary="Show one grant with its history", operation_id="read_grant")
def read_grant(grant_id: GrantId, person: Customer, platform: PlatformDep) -> GrantHistory:
    """Return one permission and every act that led to it, oldest first."""
    at = clock.now()
    with platform.database.scoped(person.scope) as session:
        names = directory.names(session)
        permission = grants.find(session, grant_id)
        view = _view(permission, names, at=at)
        acts = [_act_view(act, names) for act in grants.history(session, permission)]
    return GrantHistory(**view.model_dump(), acts=acts)


@router.post("/grants", status_code=201, summary="Let an organization see something", operation_id="give_grant")
def give_grant(wanted: Wanted, person: Customer, platform: PlatformDep) -> GrantView:
    """Grant exactly this, without being asked; it replaces what this organization had for this purpose.

    It ends no later than the purpose allows.
    """
    at = clock.now()
    with platform.database.scoped(person.scope) as session:
        names = directory.names(session)
        recipient = names.organization(wanted.organization)
        act = law.Grant(
            recipient=recipient,
            purpose=wanted.purpose,
            at=at,
            categories=wanted.categories,
            sources=names.organizations(wanted.sources),
            expires_at=grants.period(session, wanted.purpose).end(at, days=wanted.days),
        )
        grants.record(session, person.scope, person.customer_id, act)
        return _found(session, grants.grant_id(person.customer_id, recipient, wanted.purpose), at=at)


@router.patch("/grants/{grant_id}", summary="Narrow or extend a grant", operation_id="change_grant")
def change_grant(grant_id: GrantId, changed: Changed, person: Customer, platform: PlatformDep) -> GrantView:
    """Change categories, sources or end; less is a narrowing, more or longer an extension, both at once is neither."""
    at = clock.now()
    with platform.database.scoped(person.scope) as session:
        sources = directory.names(session).organizations(changed.sources)
        act = grants.change(
            grants.to_change(session, grant_id),
            categories=changed.categories,
            sources=sources,
            expires_at=changed.expires_at,
            at=at,
        )
        grants.record(session, person.scope, person.customer_id, act)
        return _found(session, grant_id, at=at)


@router.post("/grants/{grant_id}/revoke", summary="Take a grant back", operation_id="revoke_grant")
def revoke_grant(grant_id: GrantId, person: Customer, platform: PlatformDep) -> GrantView:
    """Stop it now: no read that starts after this answer returns the data."""
    at = clock.now()
    with platform.database.scoped(person.scope) as session:
        standing = grants.find(session, grant_id)
        act = law.Revoke(recipient=standing.recipient_id, purpose=standing.purpose, at=at)
        grants.record(session, person.scope, person.customer_id, act)
        return _found(session, grant_id, at=at)


@router.post("/grants/revoke-all", summary="Take everything back", operation_id="revoke_all_grants")
def revoke_all_grants(person: Customer, platform: PlatformDep) -> Grants:
    """Stop every live permission at once, each as an act of its own, all or none."""
    at = clock.now()
    with platform.database.scoped(person.scope) as session:
        ids = [
            grants.grant_id(each.customer_id, each.recipient_id, each.purpose)
            for each in grants.revoke_all(session, person.scope, person.customer_id, at=at)
        ]
        return Grants(grants=[_found(session, each, at=at) for each in ids])


@router.post("/objections", status_code=201, summary="Object to a purpose", operation_id="object_to_purpose")
def object_to_purpose(stopped: Stopped, person: Customer, platform: PlatformDep) -> GrantView:
    """Stop one organization for one purpose, whatever its ground (GDPR art. 21)."""
    at = clock.now()
    with platform.database.scoped(person.scope) as session:
        recipient = directory.names(session).organization(stopped.organization)
        act = law.Object(recipient=recipient, purpose=stopped.purpose, at=at)
        grants.record(session, person.scope, person.customer_id, act)
        return _found(session, grants.grant_id(person.customer_id, recipient, stopped.purpose), at=at)
