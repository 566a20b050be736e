"""The demo's letters, shown to this machine only; outside the demo there is nothing here."""

import re
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel
from starlette.responses import HTMLResponse, JSONResponse, Response

from api import pages
from api.forwarding import client_of, is_loopback
from api.pages import Page
from api.principals import PlatformDep
from cdp.mail import Maildir, Outbox
from consent.errors import NotFound

router = APIRouter(include_in_schema=False)

MOST: Final = 50
_LINK: Final = re.compile(r"https?://\S+")


class LetterView(BaseModel):
    """One letter as its reader sees it."""

    to: str
    at: str
    subject: str
    text: str
    link: str | None


@dataclass(frozen=True, slots=True)
class Letters(Page):
    """The newest letters."""

    letters: list[LetterView]


def _maildir(request: Request, platform: PlatformDep) -> Maildir:
    """Return where the letters lie; raises NotFound for everybody but the demo's own machine."""
    outbox: Outbox = request.app.state.outbox
    client = client_of(request, platform.settings.trusted_proxies)
    if not (platform.settings.is_demo and is_loopback(client) and isinstance(outbox.carrier, Maildir)):
        raise NotFound
    outbox.settle()
    return outbox.carrier


@router.get("/demo/mail")
def show(request: Request, maildir: Annotated[Maildir, Depends(_maildir)]) -> Response:
    """Show the newest letters, as a page or, when asked, as JSON."""
    letters = [_view(each) for each in maildir.letters()[:MOST]]
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse({"letters": [each.model_dump() for each in letters]})
    page: HTMLResponse = pages.render("demo_mail.html", Letters("en", "Letters of the demo", letters))
    return page


def _view(message: EmailMessage) -> LetterView:
    text = message.get_content()
    link = _LINK.search(text)
    return LetterView(
        to=str(message["To"]),
        at=message["Date"].datetime.isoformat(),
        subject=str(message["Subject"]),
        text=text,
        link=link[0] if link else None,
    )
