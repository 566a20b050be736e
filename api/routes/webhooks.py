"""Webhooks of an organization, signed as Standard Webhooks says. A secret is shown once."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from api.principals import PlatformDep, SignalManager
from cdp import clock
from cdp.database import Session
from cdp.platform import Platform
from cdp.scope import Principal
from cdp.signals import events, streams
from cdp.signals.streams import Kind, Status, Stream, StreamUnknown, Wanted

router = APIRouter(prefix="/v1", tags=["signals"])
Event = Annotated[str, Field(max_length=64)]


class WebhookWanted(BaseModel):
    """A webhook that is asked for; without events, all of them."""

    model_config = ConfigDict(extra="forbid")

    url: Annotated[str, Field(min_length=1, max_length=2_000)]
    events: Annotated[list[Event], Field(min_length=1, max_length=50)] | None = None
    description: Annotated[str, Field(max_length=300)] = ""


class WebhookChange(BaseModel):
    """What shall change of a webhook; what is left out stays. A paused one keeps what it would tell."""

    model_config = ConfigDict(extra="forbid")

    url: Annotated[str | None, Field(min_length=1, max_length=2_000)] = None
    events: Annotated[list[Event], Field(min_length=1, max_length=50)] | None = None
    description: Annotated[str | None, Field(max_length=300)] = None
    status: Status | None = None


class WebhookView(BaseModel):
    """A webhook and how it stands; `failure` is the code of what went wrong last."""

    webhook_id: UUID
    url: str
    events: list[str]
    description: str
    status: Status
    failures: int
    failure: str | None
    verified_at: datetime | None
    created_at: datetime


class NewWebhook(WebhookView):
    """The same, with the secret that signs, once."""

    secret: str


class SecretView(BaseModel):
    """A new secret, once; the one before signs beside it for a day."""

    secret: str


class Webhooks(BaseModel):
    """The webhooks of an organization."""

    webhooks: list[WebhookView]


@router.post("/webhooks", status_code=201, summary="Make a webhook", operation_id="create_webhook")
def create_webhook(wanted: WebhookWanted, asking: SignalManager, platform: PlatformDep) -> NewWebhook:
    """Make a webhook that is told of everything from now on, and return its secret."""
    kinds = list(events.NAMES) if wanted.events is None else events.kinds_named(wanted.events)
    asked, at = Wanted(Kind.WEBHOOK, kinds, wanted.url, wanted.description), clock.now()
    with platform.database.scoped(asking.scope(Principal.SOURCE)) as session:
        made = streams.create(platform, session, asking.organization, asked, at=at)
    secret = streams.kept(platform, made).signing(at=at)[0]
    return NewWebhook(**_view(made).model_dump(), secret=secret)


@router.get("/webhooks", summary="See the webhooks", operation_id="list_webhooks")
def list_webhooks(asking: SignalManager, platform: PlatformDep) -> Webhooks:
    """Return every webhook of this organization."""
    with platform.database.scoped(asking.scope(Principal.SOURCE)) as session:
        known = streams.listed(session)
    return Webhooks(webhooks=[_view(each) for each in known if each.kind is Kind.WEBHOOK])


@router.patch("/webhooks/{webhook_id}", summary="Change a webhook", operation_id="change_webhook")
def change_webhook(
    webhook_id: UUID, wanted: WebhookChange, asking: SignalManager, platform: PlatformDep
) -> WebhookView:
    """Change where a webhook is told, of what, or whether; its secret and how far it has told stay."""
    with platform.database.scoped(asking.scope(Principal.SOURCE)) as session:
        changed = _changed(platform, session, _webhook(streams.read(session, webhook_id)), wanted)
    return _view(changed)


@router.post("/webhooks/{webhook_id}/secret", summary="Renew a secret", operation_id="renew_webhook_secret")
def renew_secret(webhook_id: UUID, asking: SignalManager, platform: PlatformDep) -> SecretView:
    """Sign with a new secret from now on; the one before signs beside it for a day."""
    with platform.database.scoped(asking.scope(Principal.SOURCE)) as session:
        return SecretView(secret=streams.renew_secret(platform, session, webhook_id, at=clock.now()))


@router.post("/webhooks/{webhook_id}/test", status_code=202, summary="Try a webhook", operation_id="test_webhook")
def try_webhook(webhook_id: UUID, asking: SignalManager, platform: PlatformDep) -> Response:
    """Have the webhook told a `webhook-test`, once a minute at most."""
    with platform.database.scoped(asking.scope(Principal.SOURCE)) as session:
        streams.verify(session, _webhook(streams.read(session, webhook_id)).stream_id, None, at=clock.now())
    return Response(status_code=HTTPStatus.ACCEPTED)


@router.delete("/webhooks/{webhook_id}", status_code=204, summary="Remove a webhook", operation_id="delete_webhook")
def delete_webhook(webhook_id: UUID, asking: SignalManager, platform: PlatformDep) -> Response:
    """Remove a webhook with everything that waits for it."""
    with platform.database.scoped(asking.scope(Principal.SOURCE)) as session:
        streams.remove(session, _webhook(streams.read(session, webhook_id)).stream_id)
    return Response(status_code=HTTPStatus.NO_CONTENT)


def _changed(platform: Platform, session: Session, known: Stream, wanted: WebhookChange) -> Stream:
    at, changed = clock.now(), known
    if {"url", "events", "description"} & wanted.model_fields_set:
        kinds = list(known.wanted) if wanted.events is None else events.kinds_named(wanted.events)
        url = known.url if wanted.url is None else wanted.url
        description = known.description if wanted.description is None else wanted.description
        asked = Wanted(Kind.WEBHOOK, kinds, url, description)
        changed = streams.change(platform, session, known.stream_id, asked, at=at)
    if wanted.status is not None:
        changed = streams.set_status(session, known.stream_id, wanted.status, "", at=at)
    return changed


def _webhook(stream: Stream) -> Stream:
    if stream.kind is not Kind.WEBHOOK:
        raise StreamUnknown
    return stream


def _view(stream: Stream) -> WebhookView:
    return WebhookView(
        webhook_id=stream.stream_id,
        url=stream.url or "",
        events=[events.NAMES[each] for each in stream.wanted],
        description=stream.description,
        status=stream.status,
        failures=stream.failures,
        failure=stream.failure,
        verified_at=stream.verified_at,
        created_at=stream.created_at,
    )
