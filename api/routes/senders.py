"""From where organizations write and call: what is public of it, and what an organization says itself."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.principals import Administrator, PlatformDep, Service
from cdp import clock
from cdp.messages import senders
from cdp.messages.likeness import SenderKind
from cdp.messages.senders import Sender
from cdp.scope import Principal, Scope
from consent.types import Instant, Slug

router = APIRouter(prefix="/v1", tags=["messages"])

Value = Annotated[str, Field(min_length=1, max_length=senders.LONGEST)]
ValueAsked = Annotated[str, Query(min_length=1, max_length=senders.LONGEST, description="The sender, as listed.")]
KindAsked = Annotated[SenderKind, Query(description="What kind of sender it is.")]
OfOne = Annotated[Slug | None, Query(description="Only those of this organization.")]


class SenderView(BaseModel):
    """A sender that was checked."""

    organization: str
    organization_name: str
    kind: SenderKind
    value: str
    is_complete: bool


class SendersView(BaseModel):
    """Every sender that was checked."""

    senders: list[SenderView]


class OwnSenderView(BaseModel):
    """A sender of yours; one that was not checked counts for nothing."""

    kind: SenderKind
    value: str
    is_complete: bool
    is_shared: bool
    said_at: Instant
    checked_at: Instant | None


class OwnSendersView(BaseModel):
    """Every sender that your organization published."""

    senders: list[OwnSenderView]


class NewSender(BaseModel):
    """From where you write or call."""

    model_config = ConfigDict(extra="forbid")

    kind: SenderKind
    value: Value
    is_complete: Annotated[bool, Field(description="You register whatever comes from here.")] = False


@router.get("/senders", summary="List published senders", operation_id="list_senders")
def list_senders(platform: PlatformDep, organization: OfOne = None) -> SendersView:
    """Return from where organizations write and call, as far as it was checked: it is public."""
    with platform.database.scoped(Scope(Principal.VISITOR)) as session:
        known = senders.published(session)
    owners = known.owners
    shown = [
        SenderView(
            organization=owners[each.organization].slug,
            organization_name=owners[each.organization].name,
            kind=each.kind,
            value=each.value,
            is_complete=each in known.complete,
        )
        for each in known.senders
        if organization in {None, owners[each.organization].slug}
    ]
    return SendersView(senders=shown)


@router.get("/organization/senders", summary="List your senders", operation_id="list_own_senders")
def list_own_senders(asking: Administrator, platform: PlatformDep) -> OwnSendersView:
    """Return every sender that your organization published, also what waits to be checked."""
    with platform.database.scoped(_scope(asking)) as session:
        found = senders.listed(session, asking.organization)
    return OwnSendersView(senders=[_view(each) for each in found])


@router.post("/organization/senders", status_code=201, summary="Publish a sender", operation_id="publish_sender")
def publish_sender(wanted: NewSender, asking: Administrator, platform: PlatformDep) -> OwnSenderView:
    """Say from where you write or call. It counts when the operator checked it, or its domain; again changes it."""
    value, at = senders.written(wanted.kind, wanted.value), clock.now()
    with platform.database.scoped(_scope(asking)) as session:
        senders.publish(session, wanted.kind, value, is_complete=wanted.is_complete, at=at)
        found = senders.listed(session, asking.organization)
    return next(_view(each) for each in found if (each.kind, each.value) == (wanted.kind, value))


@router.delete("/organization/senders", status_code=204, summary="Take a sender back", operation_id="withdraw_sender")
def withdraw_sender(kind: KindAsked, value: ValueAsked, asking: Administrator, platform: PlatformDep) -> Response:
    """Take back a sender that you do not use any more; the registered messages from it stay."""
    with platform.database.scoped(_scope(asking)) as session:
        senders.withdraw(session, asking.organization, kind, value)
    return Response(status_code=204)


def _scope(asking: Service) -> Scope:
    return Scope(Principal.ADMINISTRATOR, asking.organization, client=asking.client_id, call=asking.call)


def _view(each: Sender) -> OwnSenderView:
    return OwnSenderView(
        kind=each.kind,
        value=each.value,
        is_complete=each.is_complete,
        is_shared=each.is_shared,
        said_at=each.said_at,
        checked_at=each.checked_at,
    )
