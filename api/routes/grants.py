"""An organization's own view of what it may see: its grants, what changed, and grants that it attests itself."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from api import preferences
from api.paging import After
from api.preferences import Proven
from api.principals import GrantRequester, PlatformDep
from cdp import clock
from cdp.keys.blind import IdentifierType, normalise
from cdp.permissions import grants, recipients
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.tables import Permission
from consent import acts as law
from consent.types import Categories, DocumentHash, Instant, PurposeKey, Reference

router = APIRouter(prefix="/v1", tags=["recipient"])
acting = APIRouter(route_class=Proven)
"""What may wait for the log."""

Limit = Annotated[int, Query(ge=1, le=1000, description="How many at most.")]


class Proof(BaseModel):
    """Where the permission comes from."""

    model_config = ConfigDict(extra="forbid")

    method: law.Method
    at: Instant
    document_hash: DocumentHash


class Attested(BaseModel):
    """What a customer allowed the organization to do with the organization's own records, outside the platform."""

    model_config = ConfigDict(extra="forbid")

    user_id: Reference = Field(description="The organization's own reference of the customer.")
    purpose: PurposeKey
    categories: Categories
    expires_at: Instant
    evidence: Proof


class AttestedView(BaseModel):
    """The act that it became."""

    act_id: UUID
    profile_id: str


class RecipientGrant(BaseModel):
    """One permission of this organization."""

    profile_id: str
    purpose: str
    categories: list[str]
    is_restricted_to_sources: bool
    expires_at: datetime | None
    attested_categories: list[str]
    attested_expires_at: datetime | None
    stopped: str | None
    changed_at: datetime


class RecipientGrants(BaseModel):
    """A page of permissions."""

    grants: list[RecipientGrant]
    next: str | None


class ChangeView(BaseModel):
    """What changed for one customer; it carries no value."""

    profile_id: str
    kind: str
    purpose: str | None
    at: datetime


class Changes(BaseModel):
    """A page of changes, oldest first; ask again with `after` = `next`, which stays good when there is nothing new."""

    changes: list[ChangeView]
    next: str | None


@acting.post("/grants/attested", status_code=201, summary="Record a grant given elsewhere", operation_id="attest_grant")
def attest_grant(attested: Attested, asking: GrantRequester, platform: PlatformDep, request: Request) -> AttestedView:
    """State that the customer allowed the use of this organization's own records; they see it and can stop it."""
    scope = asking.scope(Principal.SOURCE)
    blind = platform.blind.of(
        IdentifierType.USER_ID, normalise(IdentifierType.USER_ID, attested.user_id), source=asking.organization
    )
    act = law.Attest(
        recipient=asking.organization,
        by=asking.organization,
        purpose=attested.purpose,
        at=clock.now(),
        categories=attested.categories,
        expires_at=attested.expires_at,
        evidence=law.Evidence(**attested.evidence.model_dump()),
    )
    with platform.database.scoped(scope) as session:
        customer = recipients.customer_of_subject(session, "user_id", blind)
        act_id = grants.record(session, scope, customer, act)
    preferences.about(request, act_id, Scope(Principal.AUDITOR, asking.organization))
    return AttestedView(act_id=act_id, profile_id=platform.profile_ids.profile_id(customer, asking.organization))


@router.get("/grants", summary="List this organization's grants", operation_id="list_recipient_grants")
def list_recipient_grants(
    asking: GrantRequester, platform: PlatformDep, after: After = None, limit: Limit = 100
) -> RecipientGrants:
    """Return a page of what customers let this organization see, ended permissions too."""
    caller = f"grants {asking.organization}"
    place = platform.cursors.open(after, tuple[UUID, str], caller=caller) if after else None
    with platform.database.scoped(asking.scope(Principal.SOURCE)) as session:
        found = recipients.permissions(session, after=place, limit=limit)
        shown = [_grant_view(platform, asking.organization, each) for each in found]
        last = (found[-1].customer_id, found[-1].purpose) if len(found) == limit else None
    return RecipientGrants(grants=shown, next=platform.cursors.seal(last, caller=caller) if last else None)


@router.get("/changes", summary="Hear what changed", operation_id="list_changes")
def list_changes(asking: GrantRequester, platform: PlatformDep, after: After = None, limit: Limit = 100) -> Changes:
    """Return grants that were given, changed or ended, and erasures, in order; a recipient of an erasure erases too."""
    caller = f"changes {asking.organization}"
    place = platform.cursors.open(after, tuple[int, int], caller=caller) if after else (0, 0)
    with platform.database.scoped(asking.scope(Principal.SOURCE)) as session:
        found = recipients.changes(session, after=place, limit=limit)
    shown = [
        ChangeView(
            profile_id=platform.profile_ids.profile_id(each.customer_id, asking.organization),
            kind=each.kind,
            purpose=each.purpose,
            at=each.at,
        )
        for each in found
    ]
    last = platform.cursors.seal((found[-1].transaction, found[-1].change_id), caller=caller) if found else after
    return Changes(changes=shown, next=last)


router.include_router(acting)


def _grant_view(platform: Platform, organization: UUID, permission: Permission) -> RecipientGrant:
    return RecipientGrant(
        profile_id=platform.profile_ids.profile_id(permission.customer_id, organization),
        purpose=permission.purpose,
        categories=permission.categories,
        is_restricted_to_sources=permission.sources is not None,
        expires_at=permission.expires_at,
        attested_categories=permission.attested_categories,
        attested_expires_at=permission.attested_expires_at,
        stopped=permission.stopped,
        changed_at=permission.changed_at,
    )
