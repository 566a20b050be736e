"""How an organization may approach customers, asked beforehand; and what it really said, told afterwards."""

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response, StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from api import believing, caller, contact_views
from api.contact_views import (
    CampaignQuestion,
    Cancelled,
    Cancelling,
    ContactDecision,
    ContactDecisions,
    ContactQuestion,
    ContactsKept,
    ContactsMade,
    PlainQuestion,
)
from api.principals import Contacting, InsufficientScope, NoOrganization, Service
from cdp import clock
from cdp.contact.approaching import Wanted
from cdp.contact.asking import NEEDED, Contacts
from cdp.contact.contacts import Also, ContactBook, Kept
from cdp.credentials import TokenHolder
from cdp.idempotency import AlreadyDone, Answer, Call
from cdp.reads.reading import Asker
from cdp.scope import Held, Principal

router = APIRouter(prefix="/v1", tags=["contact"])


def _contacts_of(request: Request) -> Contacts:
    contacts: Contacts = request.app.state.contacts
    return contacts


def _book_of(request: Request) -> ContactBook:
    book: ContactBook = request.app.state.contact_book
    return book


Decides = Annotated[Contacts, Depends(_contacts_of)]
Books = Annotated[ContactBook, Depends(_book_of)]


def _asker(service: Service, purpose: str) -> Asker:
    return Asker(service.organization, service.client_id, purpose)


@router.post(
    "/contact/decide",
    response_model=ContactDecision | ContactDecisions,
    summary="Ask whether you may approach customers",
    operation_id="decide_contact",
)
async def decide_contact(wanted: ContactQuestion, service: Contacting, contacts: Decides) -> Response:
    """Return whether, how and with which words; the customer sees that you asked. An id of nobody is a no like any."""
    document = await _decided(contacts, _asker(service, wanted.purpose), wanted)
    return Response(document, media_type="application/json")


async def serve_decision(scope: Scope, receive: Receive, send: Send) -> Receive | None:
    """Answer a plain question without the framework, which gets every other one."""
    request = Request(scope, receive)
    body = await request.body()
    asked = contact_views.plain(body) if _is_plain(scope) else None
    if asked is None:
        return _again(body, receive)
    token, how = believing.shown(scope)
    contacts = _contacts_of(request)
    prepare, checked = partial(_prepare, contacts, asked, token), partial(_checked, contacts, asked)
    document = await believing.answered(scope, token, how, prepare=prepare, checked=checked)
    await Response(document, media_type="application/json")(scope, receive, send)
    return None


@router.post(
    "/contact/campaign",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/x-ndjson": {"schema": {"type": "string"}}}}},
    summary="Ask whom of all you may approach",
    operation_id="decide_campaign",
)
async def decide_campaign(wanted: CampaignQuestion, service: Contacting, contacts: Decides) -> StreamingResponse:
    """Return a decision on each line, for everybody who granted it; what is revoked meanwhile does not come."""
    asker = _asker(service, wanted.purpose)
    await contacts.check(asker, wanted.wanted)
    return StreamingResponse(_campaign(contacts, asker, wanted, service.held), media_type="application/x-ndjson")


async def _campaign(contacts: Contacts, asker: Asker, wanted: CampaignQuestion, held: Held) -> AsyncIterator[bytes]:
    async with aclosing(contacts.campaign(asker, wanted.wanted, held)) as slices:
        async for decided in slices:
            if chunk := contact_views.lines(decided, with_refused=wanted.with_refused):
                yield chunk


@router.post("/contact/reservations/{contact_id}/cancel", summary="Give up a reservation")
async def cancel_reservation(contact_id: UUID, given: Cancelling, service: Contacting, contacts: Decides) -> Cancelled:
    """Let what was kept free count for nothing; what was made stays."""
    asker = Asker(service.organization, service.client_id, "")
    return Cancelled(cancelled=await contacts.cancel(asker, given.profile_id, contact_id))


@router.post("/contacts", summary="Record what you said", operation_id="record_contacts")
async def record_contacts(told: ContactsMade, service: Contacting, book: Books, request: Request) -> ContactsKept:
    """Keep each contact in the dossier of its customer, and count it; said without being allowed, it stands so."""
    now = clock.now()
    kept = await book.record(
        service.scope(Principal.SOURCE),
        [each.said(now) for each in told.contacts],
        request_id=caller.note_of(request.scope).request_id,
        at=now,
        also=_keep(service.call) if service.call else None,
    )
    return ContactsKept.of(kept)


def _keep(call: Call) -> Also:
    async def keep(connection: Any, kept: Sequence[Kept]) -> None:  # noqa: ANN401  # a psycopg connection, which the door does not know
        if not await call.keep_in(connection, Answer(200, ContactsKept.of(kept).model_dump_json().encode())):
            raise AlreadyDone

    return keep


def _is_plain(scope: Scope) -> bool:
    """Tell whether nothing but the body says what is wanted."""
    kinds = [value for name, value in scope["headers"] if name in {b"content-type", b"idempotency-key"}]
    return kinds == [b"application/json"] and not scope["query_string"]


def _again(body: bytes, receive: Receive) -> Receive:
    """Return what gives a body that was read once more, and then what comes behind it."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def give() -> Message:
        return waiting.pop() if waiting else await receive()

    return give


async def _prepare(
    contacts: Contacts, asked: PlainQuestion, token: bytes, believed: TokenHolder
) -> believing.Ask[bytes] | None:
    """Return what decides with a token that is still to be looked at; what is amiss is told after the check alone.

    Of many it is looked at beforehand: nobody is served by looking at it once more in each of their statements.
    """
    whom = asked.whom
    if not isinstance(whom, str) or believed.organization is None or NEEDED not in believed.scopes:
        return None
    asker, wanted = Asker(believed.organization, believed.client_id, asked.purpose), asked.wanted
    if not contacts.knows(asker, wanted):
        return None
    return partial(_one, contacts, asker, wanted, whom, token)


async def _one(contacts: Contacts, asker: Asker, wanted: Wanted, profile_id: str, unverified_token: bytes) -> bytes:
    told = await contacts.decide_one(asker, wanted, profile_id, unverified_token=unverified_token)
    return contact_views.one(profile_id, told)


async def _checked(contacts: Contacts, asked: PlainQuestion, holder: TokenHolder) -> bytes:
    if holder.customer is not None or NEEDED not in holder.scopes:
        raise InsufficientScope
    if holder.organization is None:
        raise NoOrganization
    asker = Asker(holder.organization, holder.client_id, asked.purpose)
    return await _decided(contacts, asker, asked)


async def _decided(contacts: Contacts, asker: Asker, asked: ContactQuestion | PlainQuestion) -> bytes:
    whom = asked.whom
    ids = [whom] if isinstance(whom, str) else whom
    told = await contacts.decide(asker, asked.wanted, ids)
    return contact_views.one(whom, told[0]) if isinstance(whom, str) else contact_views.many(ids, told)
