"""What was sent to the customer, and what they report: somebody who poses, or a computer that was called human."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api import paging
from api.paging import After
from api.principals import Customer, PlatformDep
from cdp import clock, directory
from cdp.cursors import NEWEST_FIRST
from cdp.messages import kinds, own
from cdp.messages.own import Message
from cdp.own import accesses
from cdp.own.unsealing import OwnKeys
from consent.types import KEY_PATTERN, LONGEST_KEY, Instant, Slug
from consent.wishes import Speaker

router = APIRouter(prefix="/v1/me", tags=["customer"])

MessageId = Annotated[UUID, Path(description="The message, or the conversation, as listed.")]
Limit = Annotated[int, Query(ge=1, le=200, description="How many at most.")]


class MessageView(BaseModel):
    """A message that an organization registered as sent to you."""

    message_id: UUID
    organization: str
    organization_name: str
    channel: str
    sender: str | None
    speaker: Speaker
    topic: str | None
    at: Instant
    until: Instant
    reported_at: Instant | None
    text: str | None


class MessagesView(BaseModel):
    """A page of messages, the newest first."""

    messages: list[MessageView]
    next: str | None


class Forgery(BaseModel):
    """Who is posed as, and how it reached you."""

    model_config = ConfigDict(extra="forbid")

    organization: Slug
    channel: Annotated[str | None, Field(max_length=LONGEST_KEY, pattern=KEY_PATTERN)] = None
    sender: Annotated[str | None, Field(min_length=1, max_length=300)] = None


class Reported(BaseModel):
    """That your report was taken, and reaches the organization."""

    report_id: UUID


@router.get("/messages", summary="See what was sent to you", operation_id="list_my_messages")
def list_my_messages(person: Customer, platform: PlatformDep, after: After = None, limit: Limit = 50) -> MessagesView:
    """Return what organizations registered as sent to you; ask again with `after` = `next`."""
    caller, at = f"messages {person.customer_id}", clock.now()
    place = paging.begin(platform, after, NEWEST_FIRST, caller=caller)
    with platform.database.scoped(person.scope) as session:
        found = own.messages_of(session, OwnKeys(session, platform.ring), after=place, limit=limit)
        names = directory.names(session)
        accesses.note_own_read(session, person.scope, path="messages", categories=["conversations"], records=0, at=at)
    shown = [_view(each, names) for each in found]
    return MessagesView(messages=shown, next=paging.next_after(platform, found, limit, caller=caller))


@router.post(
    "/messages/{message_id}/was-a-computer",
    status_code=201,
    summary="Report that a declared human was a computer",
    operation_id="report_speaker",
)
def report_speaker(message_id: MessageId, person: Customer, platform: PlatformDep) -> Reported:
    """Report it once for each message or conversation: the organization hears of it, and the consent log has it."""
    with platform.database.scoped(person.scope) as session:
        return Reported(report_id=own.report_speaker(session, message_id, at=clock.now()))


@router.post("/messages/{message_id}/stop", status_code=204, summary="Stop this kind", operation_id="stop_message_kind")
def stop_message_kind(message_id: MessageId, person: Customer, platform: PlatformDep) -> Response:
    """Choose no more of this kind from who sent it, and the next contact decision refuses; again changes nothing.

    A conversation is stopped by the id of its interaction. Where no topic is known, its channel is: they never use it.
    """
    with platform.database.scoped(person.scope) as session:
        kinds.stop_like(platform, session, message_id, at=clock.now())
    return Response(status_code=204)


@router.post("/message-reports", status_code=201, summary="Report a false message", operation_id="report_forgery")
def report_forgery(body: Forgery, person: Customer, platform: PlatformDep) -> Reported:
    """Report that somebody poses as an organization: it hears of it, and not from whom."""
    with platform.database.scoped(person.scope) as session:
        made = own.report_forgery(
            session,
            organization=body.organization,
            channel=body.channel,
            unverified_sender=body.sender,
            at=clock.now(),
        )
    return Reported(report_id=made)


def _view(each: Message, names: directory.Names) -> MessageView:
    return MessageView(
        message_id=each.message_id,
        organization=names.slug(each.organization),
        organization_name=names.name(each.organization),
        channel=each.channel,
        sender=each.sender,
        speaker=each.speaker,
        topic=each.topic,
        at=each.at,
        until=each.until,
        reported_at=each.reported_at,
        text=each.text,
    )
