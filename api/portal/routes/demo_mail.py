"""The demo's letters and text messages, shown to this machine only; outside the demo there is nothing here."""

import re
from email.message import EmailMessage
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse, Response

from api.portal import demonstration, error_pages
from api.portal.pages import demo_mail as pages
from api.portal.pages.demo_mail import Caught
from api.portal.visit import portal_of
from api.principals import PlatformDep
from cdp.mailroom.mail import CHANNEL, Maildir, Outbox
from consent.errors import NotFound

router = APIRouter(include_in_schema=False)

MOST: Final = 50
_LINK: Final = re.compile(r"https?://\S+")
_CODE: Final = re.compile(r"\b\d{4} \d{4}\b")


def _maildir(request: Request, platform: PlatformDep) -> Maildir:
    """Return where the letters lie; raises NotFound for everybody but the demo's own machine."""
    demonstration.only_here(request, platform)
    outbox: Outbox = request.app.state.outbox
    if not isinstance(outbox.carrier, Maildir):
        raise NotFound
    outbox.settle()
    return outbox.carrier


@router.get("/demo/mail")
def show(request: Request, maildir: Annotated[Maildir, Depends(_maildir)]) -> Response:
    """Show the newest letters, as a page or, when asked, as JSON."""
    caught = [_caught(each) for each in maildir.letters()[:MOST]]
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse({"letters": [_document(each) for each in caught]})
    speech = error_pages.speech_of(request)
    frame = error_pages.frame_of(portal_of(request), request, speech)
    return portal_of(request).answer(request, pages.demo_mail(speech, frame, caught))


def _caught(message: EmailMessage) -> Caught:
    text = message.get_content()
    link = _LINK.search(text)
    return Caught(
        to=str(message["To"]),
        at=message["Date"].datetime,
        subject=str(message["Subject"] or ""),
        text=text,
        link=link[0] if link else None,
        is_sms=message[CHANNEL] == "sms",
        language=str(message["Content-Language"] or "nl"),
    )


def _document(each: Caught) -> dict[str, str | None]:
    code = _CODE.search(each.text)
    return {
        "to": each.to,
        "at": each.at.isoformat(),
        "subject": each.subject,
        "text": each.text,
        "link": each.link,
        "code": code[0] if code else None,
        "channel": "sms" if each.is_sms else "e-mail",
    }
