"""Bevestigen: the one step-up of the portal, by a passkey (see passkeys) or by a code, and back to where one was."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form
from starlette.responses import Response

from api.own_forms import OURS
from api.portal import places
from api.portal.pages import confirm as pages
from api.portal.pages.login import Trouble
from api.portal.routes.passkeys import holder, renew
from api.portal.visit import Visit, Visiting
from cdp.keys.blind import IdentifierType
from cdp.logins import claiming, passkeys, proofs
from cdp.logins.login import CodeWrong, TooManyRequests
from cdp.mailroom.letters import Letters
from cdp.mailroom.mail import Outbox

router = APIRouter(include_in_schema=False)

Word = Annotated[str, Form(max_length=500)]


@router.get(places.CONFIRM)
def show(visit: Visiting, verder: str = "", verstuurd: str = "") -> Response:
    """Show the ways to prove it."""
    return _page(visit, verder, is_sent=bool(verstuurd))


@router.post(places.CONFIRM + "/code", dependencies=OURS)
def send(visit: Visiting, waarde: Word = "", verder: Word = "") -> Response:
    """Send a code to one of the customer's own addresses or numbers."""
    try:
        sent = proofs.ask_to_prove(visit.platform, holder(visit), waarde, at=visit.at)
    except TooManyRequests:
        return _page(visit, verder, is_sent=True, trouble=Trouble.TOO_OFTEN, status=429)
    with visit.opened(None) as opened:
        voice = opened.speech.locale
    words, seconds = Letters(visit.platform.settings.portal_name), visit.platform.settings.link_seconds
    outbox: Outbox = visit.request.app.state.outbox
    if sent.type is IdentifierType.PHONE:
        outbox.send(words.sms(to=sent.value, voice=voice, code=sent.code))
    else:
        outbox.send(words.code(to=sent.value, voice=voice, code=sent.code, seconds=seconds))
    query = {places.ONWARD: places.onward(verder), "verstuurd": "1"}
    return visit.lead(f"{places.CONFIRM}?{urlencode(query)}")


@router.post(places.CONFIRM, dependencies=OURS)
def prove(visit: Visiting, code: Word = "", verder: Word = "") -> Response:
    """Note the fresh proof, give the session a new token, and lead back to where one was."""
    try:
        token = proofs.prove(visit.platform, holder(visit), code, at=visit.at)
    except CodeWrong:
        return _page(visit, verder, is_sent=True, trouble=Trouble.CODE, status=401)
    answer = visit.lead(places.onward(verder))
    renew(answer, visit, token)
    return answer


def _page(visit: Visit, onward: str, *, is_sent: bool, trouble: Trouble = Trouble.NONE, status: int = 200) -> Response:
    with visit.opened(None) as opened:
        choice = pages.Choice(
            has_passkey=bool(passkeys.known(opened.session, opened.keys)),
            proven=tuple(claiming.proven(opened.session, visit.platform)),
        )
        page = pages.confirm(
            opened.speech, opened.frame, choice, onward=places.onward(onward), is_sent=is_sent, trouble=trouble
        )
    return visit.show(page, status=status)
