"""What customers say back: an answer, or that they want a human; and what the organization does with it."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api import paging
from api.paging import After
from api.principals import Customer, MessageRegistrar, PlatformDep
from cdp import clock, directory
from cdp.cursors import OLDEST_FIRST
from cdp.messages import handing_over, replies
from cdp.messages.earlier import Turn
from cdp.messages.handing_over import HandedOver, Wanted
from cdp.messages.replies import Reply
from cdp.own import accesses
from cdp.own.unsealing import OwnKeys
from cdp.scope import Principal
from consent.types import Instant

router = APIRouter(prefix="/v1")

ReplyId = Annotated[UUID, Path(description="The reply, as listed.")]
Limit = Annotated[int, Query(ge=1, le=200, description="How many at most.")]


class NewReply(BaseModel):
    """What you say back about a message or a conversation; without a text, that you want a human."""

    model_config = ConfigDict(extra="forbid")

    about: UUID
    text: Annotated[str | None, Field(max_length=replies.LONGEST)] = None
    wants_human: bool = False


class HandoverBody(BaseModel):
    """In which of your conversations a customer asks for a human, and what they said."""

    model_config = ConfigDict(extra="forbid")

    type: str = Field(min_length=1, max_length=200)
    key: str = Field(min_length=1, max_length=500)
    text: Annotated[str | None, Field(max_length=replies.LONGEST)] = None
    due_at: Instant | None = None


class HandoverView(BaseModel):
    """Who waits for a human."""

    reply_id: UUID
    at: Instant
    due_at: Instant


class MyReplyView(BaseModel):
    """What you said back, and by when a human answers."""

    reply_id: UUID
    about: UUID
    organization: str
    by: str
    text: str | None
    wants_human: bool
    at: Instant
    due_at: Instant
    taken_at: Instant | None
    done_at: Instant | None
    is_late: bool


class MyRepliesView(BaseModel):
    """What you said back."""

    replies: list[MyReplyView]


class TurnView(BaseModel):
    """An earlier conversation of yours with this customer."""

    at: Instant
    type: str
    speaker: str | None
    direction: str | None
    subject: str | None
    outcome: str | None
    text: str | None
    details: dict[str, Any] | None


class ReplyView(BaseModel):
    """What a customer said to you; where they want a human, with what was said before."""

    reply_id: UUID
    profile_id: str
    about: UUID
    by: str
    text: str | None
    wants_human: bool
    at: Instant
    due_at: Instant
    taken_at: Instant | None
    is_late: bool
    before: list[TurnView]


class RepliesView(BaseModel):
    """A page of replies, oldest first."""

    replies: list[ReplyView]
    next: str | None


@router.post(
    "/me/replies", status_code=201, tags=["customer"], summary="Answer, or ask for a human", operation_id="reply"
)
def reply(body: NewReply, person: Customer, platform: PlatformDep) -> MyReplyView:
    """Say something back to who sent a message or had a conversation with you.

    An answer alone brings nothing of before. A human gets to see what you said back before, and when your last
    conversations were and about what; the words of these only while customer care may see your conversations.
    """
    at = clock.now()
    with platform.database.scoped(person.scope) as session:
        keys = OwnKeys(session, platform.ring)
        made = replies.send(platform, session, keys, body.about, body.text, wants_human=body.wants_human, at=at)
        return _mine(made, directory.names(session), at)


@router.get("/me/replies", tags=["customer"], summary="See what you said back", operation_id="list_my_replies")
def list_my_replies(person: Customer, platform: PlatformDep) -> MyRepliesView:
    """Return what you said back, the newest first, with what became of it; at most 200."""
    at = clock.now()
    with platform.database.scoped(person.scope) as session:
        found, names = replies.own(session, OwnKeys(session, platform.ring)), directory.names(session)
        facts: dict[str, Any] = {"path": "messages", "categories": ["conversations"], "records": 0}
        accesses.note_own_read(session, person.scope, **facts, at=at)
    return MyRepliesView(replies=[_mine(each, names, at) for each in found])


@router.get("/replies", tags=["service"], summary="List what customers said back", operation_id="list_replies")
def list_replies(
    asking: MessageRegistrar, platform: PlatformDep, after: After = None, limit: Limit = 50
) -> RepliesView:
    """Return what is not done yet, the oldest first; every reading stands in the log of its customer."""
    caller, at = f"replies {asking.organization}", clock.now()
    place = paging.begin(platform, after, OLDEST_FIRST, caller=caller)
    with platform.database.scoped(asking.scope(Principal.SOURCE)) as session:
        found = replies.listed(platform, session, asking.organization, after=place, limit=limit)
    shown = [_view(each.reply, each.profile_id, at) for each in found]
    return RepliesView(replies=shown, next=paging.next_after(platform, found, limit, caller=caller))


@router.post(
    "/handovers",
    status_code=201,
    tags=["service"],
    summary="Hand a customer over to a human",
    operation_id="hand_over",
)
def hand_over(body: HandoverBody, asking: MessageRegistrar, platform: PlatformDep) -> HandoverView:
    """Write down that a customer asked for a human in your conversation; they see it, and by when one answers.

    It stands in your list of replies. Somebody who waits already waits as before.
    """
    wanted = Wanted(body.type, body.key, body.text, body.due_at)
    made = handing_over.hand_over(platform, asking.scope(Principal.SOURCE), wanted, at=clock.now())
    return _handed(made)


@router.post(
    "/replies/{reply_id}/taken",
    status_code=204,
    tags=["service"],
    summary="Say that a human took it up",
    operation_id="take_reply",
)
def take_reply(reply_id: ReplyId, asking: MessageRegistrar, platform: PlatformDep) -> Response:
    """Let the customer see that a human is on it."""
    with platform.database.scoped(asking.scope(Principal.SOURCE)) as session:
        replies.settle(session, reply_id, is_done=False, at=clock.now())
    return Response(status_code=204)


@router.post(
    "/replies/{reply_id}/done",
    status_code=204,
    tags=["service"],
    summary="Say that it was answered",
    operation_id="finish_reply",
)
def finish_reply(reply_id: ReplyId, asking: MessageRegistrar, platform: PlatformDep) -> Response:
    """Let the customer see that it was answered; it leaves your list."""
    with platform.database.scoped(asking.scope(Principal.SOURCE)) as session:
        replies.settle(session, reply_id, is_done=True, at=clock.now())
    return Response(status_code=204)


def _handed(made: HandedOver) -> HandoverView:
    return HandoverView(reply_id=made.reply_id, at=made.at, due_at=made.due_at)


def _mine(each: Reply, names: directory.Names, at: datetime) -> MyReplyView:
    return MyReplyView(
        reply_id=each.reply_id,
        about=each.entry_id,
        organization=names.slug(each.organization),
        by=each.by,
        text=each.text,
        wants_human=each.wants_human,
        at=each.at,
        due_at=each.due_at,
        taken_at=each.taken_at,
        done_at=each.done_at,
        is_late=each.is_late(at=at),
    )


def _view(each: Reply, profile_id: str, at: datetime) -> ReplyView:
    return ReplyView(
        reply_id=each.reply_id,
        profile_id=profile_id,
        about=each.entry_id,
        by=each.by,
        text=each.text,
        wants_human=each.wants_human,
        at=each.at,
        due_at=each.due_at,
        taken_at=each.taken_at,
        is_late=each.is_late(at=at),
        before=[_turn(turn) for turn in each.before],
    )


def _turn(turn: Turn) -> TurnView:
    return TurnView(
        at=turn.at,
        type=turn.type,
        speaker=turn.speaker,
        direction=turn.direction,
        subject=turn.subject,
        outcome=turn.outcome,
        text=turn.text,
        details=turn.details,
    )
