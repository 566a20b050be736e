"""Veilig inloggen: every way in and every session, to see, add, rename, remove and stop. A letter tells each change."""

from collections.abc import Callable
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Form
from starlette.responses import Response

from api.own_forms import OURS
from api.portal import notices, places
from api.portal.frame import Room
from api.portal.pages import sign_in as pages
from api.portal.routes.passkeys import holder, tell
from api.portal.speech import later
from api.portal.visit import Visit, Visiting
from cdp.database import Session
from cdp.keys.blind import IdentifierType
from cdp.logins import claiming, passkeys, proofs, questions, sessions, ways_in
from cdp.logins.claiming import LastWayIn, ProvenByAnother
from cdp.logins.login import CodeWrong
from cdp.logins.proofs import NotForEverybody, Sent
from cdp.mailroom.letters import Change, Letters
from cdp.mailroom.mail import AddressUnreachable, Outbox
from consent.errors import Invalid, NotFound

router = APIRouter(include_in_schema=False)

_CODE: Final = places.SIGN_IN + "/adressen/code"
LAST_WAY_IN: Final = later("Dit is uw laatste manier om in te loggen. Voeg eerst een andere toe.")
PROVEN_BY_ANOTHER: Final = later("Dit hoort al bij een ander overzicht. Log daar in en haal het daar weg.")
ADDRESS_UNFIT: Final = later("Dit adres of nummer kan niet. Kijk of het klopt, en of het van u alleen is.")
ADDRESS_UNREACHABLE: Final = later("Naar dit adres kunnen wij geen mail sturen. Kies een ander adres.")
Word = Annotated[str, Form(max_length=254)]
_ADDED: Final = {IdentifierType.EMAIL: Change.EMAIL_ADDED, IdentifierType.PHONE: Change.PHONE_ADDED}
_REMOVED: Final = {IdentifierType.EMAIL: Change.EMAIL_REMOVED, IdentifierType.PHONE: Change.PHONE_REMOVED}


@router.get(places.SIGN_IN)
def show(visit: Visiting) -> Response:
    """Show every way in and who is in."""
    return _page(visit)


@router.post(places.SIGN_IN + "/passkeys/{passkey_id}/naam", dependencies=OURS)
def rename(passkey_id: UUID, visit: Visiting, naam: Word = "") -> Response:
    """Give a passkey another name."""
    visit.fresh()
    with visit.platform.database.scoped(visit.person.scope) as session:
        passkeys.rename(session, visit.platform, passkey_id, naam)
    tell(visit, Change.PASSKEY_RENAMED)
    return visit.lead(places.SIGN_IN, notices.SAVED)


@router.post(places.SIGN_IN + "/passkeys/{passkey_id}/weg", dependencies=OURS)
def remove_passkey(passkey_id: UUID, visit: Visiting) -> Response:
    """Remove a passkey, never the last way in."""
    return _removed(visit, ways_in.remove_passkey, passkey_id, Change.PASSKEY_REMOVED)


@router.post(places.SIGN_IN + "/extern/{external_id}/weg", dependencies=OURS)
def remove_external(external_id: UUID, visit: Visiting) -> Response:
    """Let the other service log the customer in no more."""
    return _removed(visit, ways_in.remove_external, external_id, Change.EXTERNAL_REMOVED)


@router.post(places.SIGN_IN + "/sessies/stop-andere", dependencies=OURS)
def stop_others(visit: Visiting) -> Response:
    """End every session but this one."""
    with visit.platform.database.scoped(visit.person.scope) as session:
        sessions.end_all(session, at=visit.at, but=visit.person.session_id)
    return visit.lead(places.SIGN_IN, notices.SESSIONS_STOPPED)


@router.post(places.SIGN_IN + "/sessies/{session_id}/stop", dependencies=OURS)
def stop_one(session_id: UUID, visit: Visiting) -> Response:
    """End one session."""
    with visit.platform.database.scoped(visit.person.scope) as session:
        sessions.end(session, session_id, at=visit.at)
    return visit.lead(places.SIGN_IN, notices.SESSIONS_STOPPED)


@router.post(places.SIGN_IN + "/adressen", dependencies=OURS)
def add_address(visit: Visiting, soort: Word = "", waarde: Word = "") -> Response:
    """Send a code to a further address or number."""
    visit.fresh()
    kind, outbox = _kind(soort), _outbox(visit)
    try:
        if kind is IdentifierType.EMAIL:
            outbox.check(waarde)
        sent = proofs.ask_for_address(visit.platform, holder(visit), kind, waarde, at=visit.at)
    except AddressUnreachable:
        return _page(visit, ADDRESS_UNREACHABLE)
    except (NotForEverybody, Invalid):
        return _page(visit, ADDRESS_UNFIT)
    _send(visit, sent)
    return visit.lead(_CODE)


@router.get(_CODE)
def wait(visit: Visiting) -> Response:
    """Show where the code is typed."""
    return _code_page(visit, wrong=False)


@router.post(_CODE, dependencies=OURS)
def prove_address(visit: Visiting, code: Word = "") -> Response:
    """Keep the address or number of the right code."""
    try:
        proven, _ = proofs.prove_address(visit.platform, holder(visit), code, at=visit.at)
    except CodeWrong:
        return _code_page(visit, wrong=True)
    except ProvenByAnother:
        return _page(visit, PROVEN_BY_ANOTHER)
    tell(visit, _ADDED[proven.type])
    return visit.lead(places.SIGN_IN, notices.ADDRESS_ADDED)


@router.post(places.SIGN_IN + "/adressen/weg", dependencies=OURS)
def remove_address(visit: Visiting, soort: Word = "", waarde: Word = "") -> Response:
    """Give up an address or number, never the last address; the letter goes there, too."""
    visit.fresh()
    kind = _kind(soort)
    try:
        with visit.platform.database.scoped(visit.person.scope) as session:
            claiming.remove(session, visit.platform, kind, waarde)
    except LastWayIn:
        return _page(visit, LAST_WAY_IN)
    tell(visit, _REMOVED[kind], also=(waarde,) if kind is IdentifierType.EMAIL else ())
    return visit.lead(places.SIGN_IN, notices.REMOVED)


def is_fresh(visit: Visit) -> bool:
    """Tell whether the visitor proved a few minutes ago who they are."""
    return visit.person.is_fresh


def _removed(visit: Visit, remove: Callable[[Session, UUID], None], way: UUID, change: Change) -> Response:
    visit.fresh()
    try:
        with visit.platform.database.scoped(visit.person.scope) as session:
            remove(session, way)
    except LastWayIn:
        return _page(visit, LAST_WAY_IN)
    tell(visit, change)
    return visit.lead(places.SIGN_IN, notices.REMOVED)


def _page(visit: Visit, fault: str | None = None) -> Response:
    outbox, oidc = _outbox(visit), visit.platform.settings.oidc
    with visit.opened(Room.SIGN_IN) as opened:
        known = pages.Known(
            ways=ways_in.read(opened.session, visit.platform, at=visit.at),
            denied=tuple(questions.denied(opened.session)),
            this=visit.person.session_id,
            is_fresh=is_fresh(visit),
            has_texts=outbox.has_texts,
            external=oidc.name if oidc else "",
        )
        page = pages.sign_in(opened.speech, known, opened.frame, fault=fault)
    return visit.show(page, status=200 if fault is None else 409)


def _kind(unverified: str) -> IdentifierType:
    for each in claiming.KINDS:
        if each.value == unverified:
            return each
    raise NotFound


def _send(visit: Visit, sent: Sent) -> None:
    outbox = _outbox(visit)
    with visit.opened(None) as opened:
        voice = opened.speech.locale
    words, seconds = Letters(visit.platform.settings.portal_name), visit.platform.settings.link_seconds
    if sent.type is IdentifierType.PHONE:
        outbox.send(words.sms(to=sent.value, voice=voice, code=sent.code))
    else:
        outbox.send(words.address(to=sent.value, voice=voice, code=sent.code, seconds=seconds))


def _outbox(visit: Visit) -> Outbox:
    outbox: Outbox = visit.request.app.state.outbox
    return outbox


def _code_page(visit: Visit, *, wrong: bool) -> Response:
    with visit.opened(Room.SIGN_IN) as opened:
        fault = opened.speech.say("Deze code klopt niet, of hij is te oud.") if wrong else None
        page = pages.address_code(opened.speech, opened.frame, fault=fault)
    return visit.show(page, status=401 if wrong else 200)
