"""A customer's login: ask for a link, use it, and end sessions."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.principals import Customer, PlatformDep
from cdp import clock
from cdp.logins import askers, login, sessions
from cdp.logins.askers import Asker
from cdp.logins.login import Shown
from cdp.mailroom.letters import Letters
from cdp.mailroom.mail import Outbox
from cdp.own.addressing import Language
from cdp.platform import Platform
from cdp.settings import Settings
from consent.types import Instant

router = APIRouter(prefix="/v1", tags=["customer"])

Email = Annotated[str, Field(min_length=3, max_length=254, description="The customer's e-mail address.")]
Link = Annotated[str, Field(min_length=1, max_length=100, description="The last part of the link.")]


class Asked(BaseModel):
    """Where the link goes, and in which language the letter is."""

    model_config = ConfigDict(extra="forbid")

    email: Email
    language: Language = "nl"


class Accepted(BaseModel):
    """That the question was taken; it says nothing about the address. `request` is for who uses the link here."""

    status: str
    request: str


class Used(BaseModel):
    """The link that came by e-mail, with the `request` that it was asked by, or else with the code of the letter."""

    model_config = ConfigDict(extra="forbid")

    token: Link
    request: Annotated[str | None, Field(max_length=100, description="What the question was answered with.")] = None
    code: Annotated[str | None, Field(max_length=20, description="The code that stands in the letter.")] = None


class SessionStart(BaseModel):
    """A session; its token is said once. `is_new` when this was the customer's first login."""

    access_token: str
    token_type: str
    expires_at: Instant
    is_new: bool


class SessionView(BaseModel):
    """An open session: how it began, in what kind of browser, when it ends unless used, and when at the latest."""

    session_id: UUID
    way: str
    device: str
    started_at: Instant
    used_at: Instant
    expires_at: Instant
    ends_at: Instant
    is_this: bool


class SessionsView(BaseModel):
    """The open sessions, newest first."""

    sessions: list[SessionView]


class Ended(BaseModel):
    """How many sessions ended."""

    ended: int


def send_link(request: Request, platform: Platform, *, email: str, voice: str, browser: str) -> None:
    """Send a login link if this mailbox was not sent enough of them; raises Invalid or TooManyRequests."""
    outbox: Outbox = request.app.state.outbox
    outbox.check(email)
    asker = Asker(request.client.host if request.client else "", browser)
    link = login.ask(platform, email=email, asker=asker, at=clock.now())
    if link is not None:
        address = f"{platform.settings.base_url}/inloggen/{link.token}"
        letter = letters_of(platform.settings).login(
            to=link.email, voice=voice, link=address, code=link.code, seconds=platform.settings.link_seconds
        )
        outbox.send(letter)


def letters_of(settings: Settings) -> Letters:
    """Return the words of this portal."""
    return Letters(settings.portal_name)


@router.post("/login", status_code=202, summary="Send a login link by e-mail", operation_id="ask_login")
def ask(asked: Asked, request: Request, platform: PlatformDep) -> Accepted:
    """Send a link if this mailbox was not sent enough of them; the answer is always the same."""
    browser = askers.new_browser()
    send_link(request, platform, email=asked.email, voice=asked.language, browser=browser)
    return Accepted(status="accepted", request=browser)


@router.post("/login/consume", summary="Use a login link and begin a session", operation_id="consume_login")
def consume(used: Used, platform: PlatformDep) -> SessionStart:
    """Begin a session; the first login makes the dossiers that know this address as verified the customer's own."""
    begun = login.consume(platform, used.token, at=clock.now(), shown=Shown(used.request, used.code))
    return SessionStart(
        access_token=begun.token,
        token_type="Bearer",  # noqa: S106 -- RFC 6750's word, no secret
        expires_at=begun.expires_at,
        is_new=begun.is_new,
    )


@router.post("/logout", status_code=204, summary="End this session", operation_id="logout")
def logout(customer: Customer, platform: PlatformDep) -> Response:
    """End the session that asks."""
    with platform.database.scoped(customer.scope) as session:
        sessions.end(session, customer.session_id, at=clock.now())
    return Response(status_code=204)


@router.get("/me/sessions", summary="List the open sessions", operation_id="list_sessions")
def list_sessions(customer: Customer, platform: PlatformDep) -> SessionsView:
    """Return every open session of the customer."""
    with platform.database.scoped(customer.scope) as session:
        found = sessions.living(session, at=clock.now())
    return SessionsView(
        sessions=[
            SessionView(
                session_id=each.session_id,
                way=each.way,
                device=each.device,
                started_at=each.started_at,
                used_at=each.used_at,
                expires_at=each.expires_at,
                ends_at=each.ends_at,
                is_this=each.session_id == customer.session_id,
            )
            for each in found
        ]
    )


@router.post("/me/sessions/end-all", summary="End every session", operation_id="end_all_sessions")
def end_all(customer: Customer, platform: PlatformDep) -> Ended:
    """End every session of the customer, this one too."""
    with platform.database.scoped(customer.scope) as session:
        return Ended(ended=sessions.end_all(session, at=clock.now()))


@router.post("/me/sessions/{session_id}/end", status_code=204, summary="End one session", operation_id="end_session")
def end_one(
    session_id: Annotated[UUID, Path(description="The session, as listed.")], customer: Customer, platform: PlatformDep
) -> Response:
    """End one session of the customer."""
    with platform.database.scoped(customer.scope) as session:
        sessions.end(session, session_id, at=clock.now())
    return Response(status_code=204)
