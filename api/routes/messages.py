"""Messages that organizations register before they send them, and what customers report of messages."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from api import paging
from api.paging import After
from api.principals import MessageRegistrar, PlatformDep
from api.routes.profiles import IdentifierGiven
from cdp import clock
from cdp.cursors import OLDEST_FIRST
from cdp.messages import codes, registering, reports, texts
from cdp.messages.registering import Registered, Wanted
from cdp.oauth import signing_keys
from cdp.oauth.signing_keys import Use
from cdp.permissions import requesting
from cdp.permissions.requesting import Named
from cdp.platform import Platform
from cdp.reads import presentations
from cdp.reads.lookup import MOST_IDENTIFIERS, Identifier
from cdp.scope import Principal, Scope
from consent.types import HASH_PATTERN, KEY_PATTERN, LONGEST_KEY, Instant, Reference
from consent.wishes import Speaker

router = APIRouter(prefix="/v1", tags=["messages"])

Key = Annotated[str, Field(max_length=LONGEST_KEY, pattern=KEY_PATTERN)]
Hash = Annotated[str, Field(pattern=HASH_PATTERN, description="SHA-256 of the normal form of the text.")]
Limit = Annotated[int, Query(ge=1, le=200, description="How many at most.")]


class NewMessage(BaseModel):
    """What you are about to send; name one person, or nobody when the same goes to many."""

    model_config = ConfigDict(extra="forbid")

    profile_id: Annotated[str | None, Field(max_length=64)] = None
    user_id: Reference | None = None
    identifiers: Annotated[list[IdentifierGiven] | None, Field(min_length=1, max_length=MOST_IDENTIFIERS)] = None
    channel: Key
    sender: Annotated[str | None, Field(min_length=1, max_length=254)] = None
    speaker: Annotated[Speaker, Field(description="Who wrote it or will speak.")]
    at: Annotated[Instant | None, Field(description="When it goes out; now when left out.")] = None
    until: Annotated[Instant | None, Field(description="Of a call: the end of the window in which you call.")] = None
    text_hash: Hash | None = None
    text: Annotated[str | None, Field(min_length=1, max_length=texts.LONGEST)] = None
    topic: Key | None = None


class RegisteredView(BaseModel):
    """What to put into the message, and the statement that is yours to keep."""

    message_id: UUID
    code: str
    link: str
    svg: str
    signed: str
    expires_at: Instant


class ReportView(BaseModel):
    """What a customer reported; a report that somebody poses as you has no name in it."""

    report_id: UUID
    kind: str
    message_id: UUID | None
    channel: str | None
    sender_kind: str | None
    sender: str | None
    at: Instant


class ReportsView(BaseModel):
    """A page of reports, oldest first."""

    reports: list[ReportView]
    next: str | None


class KeysView(BaseModel):
    """The public keys by which a signed statement is checked (RFC 7517)."""

    keys: list[dict[str, Any]]


@router.post("/messages", status_code=201, summary="Register a message", operation_id="register_message")
def register_message(body: NewMessage, asking: MessageRegistrar, platform: PlatformDep) -> RegisteredView:
    """Register what you are about to send. Whether the person is here, nobody is told: every answer is the same."""
    at = clock.now()
    whom, scope = _whom(platform, asking.organization, body), asking.scope(Principal.SOURCE)
    return _view(registering.register(platform, scope, asking.slug, whom, _wanted(body, at), at=at))


@router.get("/messages/keys", summary="Get the keys that sign statements", operation_id="message_keys")
def message_keys(platform: PlatformDep) -> KeysView:
    """Return the keys by which anybody checks a statement, offline too; one that was replaced stays for 400 days."""
    with platform.database.scoped(Scope(Principal.DOORMAN)) as session:
        found = signing_keys.published(session, at=clock.now(), use=Use.MESSAGES)
    return KeysView(keys=[each.public for each in found])


@router.get("/message-reports", summary="List what customers report", operation_id="list_message_reports")
def list_message_reports(
    asking: MessageRegistrar, platform: PlatformDep, after: After = None, limit: Limit = 50
) -> ReportsView:
    """Return who poses as you, and where a declared human was said to be a computer; page on with `next`."""
    caller = f"message reports {asking.organization}"
    place = paging.begin(platform, after, OLDEST_FIRST, caller=caller)
    with platform.database.scoped(asking.scope(Principal.SOURCE)) as session:
        found = reports.listed(session, after=place, limit=limit)
    shown = [ReportView.model_validate(each, from_attributes=True) for each in found]
    return ReportsView(reports=shown, next=paging.next_after(platform, found, limit, caller=caller))


def _whom(platform: Platform, organization: UUID, body: NewMessage) -> Named | None:
    given = None if body.identifiers is None else [Identifier(each.type, each.value) for each in body.identifiers]
    if body.profile_id is None and body.user_id is None and given is None:
        return None
    return requesting.named(platform, organization, profile_id=body.profile_id, user_id=body.user_id, identifiers=given)


def _wanted(body: NewMessage, at: datetime) -> Wanted:
    return Wanted(
        channel=body.channel,
        sender=body.sender,
        speaker=body.speaker,
        at=body.at or at,
        until=body.until,
        text_hash=body.text_hash,
        text=body.text,
        topic=body.topic,
    )


def _view(made: Registered) -> RegisteredView:
    return RegisteredView(
        message_id=made.message_id,
        code=codes.shown(made.code),
        link=made.link,
        svg=presentations.svg(made.link),
        signed=made.signed,
        expires_at=made.expires_at,
    )
