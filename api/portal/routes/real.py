"""Is dit echt? Open to everybody; opening a link changes nothing, because letters are opened by machines, too."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Request
from starlette.responses import Response

from api.own_forms import OURS
from api.portal import error_pages, notices, places
from api.portal.frame import Frame
from api.portal.pages import real as pages
from api.portal.pages.real import Told
from api.portal.speech import Speech
from api.portal.visit import Visit, Visiting, portal_of, visit
from api.principals import PlatformDep
from api.routes.checks import asks_from
from cdp import clock
from cdp.catalog.files import Catalog
from cdp.database import Session
from cdp.messages import checking, own, senders, texts
from cdp.messages.answers import Answer
from cdp.messages.checking import Asked, NothingAsked, TooManyChecks
from cdp.messages.own import NothingReported
from cdp.messages.senders import Known
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from consent.errors import Unauthenticated

router = APIRouter(include_in_schema=False)

Code = Annotated[str, Path(max_length=100)]
Given = Annotated[str, Form(max_length=texts.LONGEST)]
Sender = Annotated[str, Form(max_length=300)]
Named = Annotated[str, Form(max_length=64)]
Flag = Annotated[str, Form(max_length=5)]


async def perhaps(request: Request) -> Visit | None:
    """Return the visit of who is logged in, None of anybody else."""
    try:
        return await visit(request)
    except Unauthenticated:
        return None


Perhaps = Annotated[Visit | None, Depends(perhaps)]


@router.get(places.REAL)
def ask(request: Request, platform: PlatformDep, visitor: Perhaps) -> Response:
    """Show the question."""
    return _page(request, platform, visitor, Asked())


@router.get(places.REAL + "/{code}")
def open_link(code: Code, request: Request, platform: PlatformDep, visitor: Perhaps) -> Response:
    """Show the question with the code of a link or a picture in it, to be asked by who reads it."""
    return _page(request, platform, visitor, Asked(given=code))


@router.post(places.REAL, dependencies=OURS)
def check(
    request: Request,
    platform: PlatformDep,
    visitor: Perhaps,
    gegeven: Given = "",
    afzender: Sender = "",
    organisatie: Named = "",
    bellen: Flag = "",
) -> Response:
    """Answer, on the page itself: there is nothing to keep."""
    asked = Asked(gegeven, afzender, organisatie or None, is_calling=bool(bellen))
    scope = None if visitor is None else visitor.person.scope
    try:
        answer = checking.check(platform, scope, asks_from(request, platform), asked, at=clock.now())
    except TooManyChecks:
        return _page(request, platform, visitor, asked, fault=pages.TOO_OFTEN)
    except NothingAsked:
        return _page(request, platform, visitor, asked, fault=pages.NOTHING)
    return _page(request, platform, visitor, asked, answer)


@router.post(places.REAL_REPORT, dependencies=OURS)
def report(visit: Visiting, organisatie: Named = "", afzender: Sender = "") -> Response:
    """Tell an organization that somebody poses as it."""
    with visit.platform.database.scoped(visit.person.scope) as session:
        _report(session, organisatie, afzender, visit)
    return visit.lead(places.REAL, notices.FORGERY_REPORTED)


def _report(session: Session, organization: str, sender: str, visit: Visit) -> None:
    try:
        own.report_forgery(
            session, organization=organization, channel=None, unverified_sender=sender or None, at=visit.at
        )
    except NothingReported:
        own.report_forgery(session, organization=organization, channel=None, unverified_sender=None, at=visit.at)


def _page(
    request: Request,
    platform: Platform,
    visitor: Visit | None,
    asked: Asked,
    answer: Answer | None = None,
    *,
    fault: str | None = None,
) -> Response:
    with platform.database.scoped(Scope(Principal.VISITOR)) as session:
        known = senders.published(session)
    status = {pages.TOO_OFTEN: 429, pages.NOTHING: 422}.get(fault or "", 200)
    if visitor is None:
        portal, speech = portal_of(request), error_pages.speech_of(request)
        frame = error_pages.frame_of(portal, request, speech)
        with platform.database.scoped(Scope(Principal.DOORMAN)) as session:
            catalog = platform.catalogs.of(session, None)
        page = _drawn(speech, frame, known, asked, _told(speech, catalog, answer, asked), fault=fault)
        return portal.answer(request, page, status=status)
    with visitor.opened(None) as opened:
        told = _told(opened.speech, opened.catalog, answer, asked)
        page = _drawn(opened.speech, opened.frame, known, asked, told, fault=fault, is_known=True)
    return visitor.show(page, status=status)


def _told(speech: Speech, catalog: Catalog, answer: Answer | None, asked: Asked) -> Told | None:
    return None if answer is None else pages.told(speech, catalog, answer, asked)


def _drawn(
    speech: Speech,
    frame: Frame,
    known: Known,
    asked: Asked,
    told: Told | None,
    *,
    fault: str | None,
    is_known: bool = False,
) -> pages.RealPage:
    owners = sorted(known.owners.values(), key=lambda each: each.name.casefold())
    said = None if fault is None else speech.say(fault)
    return pages.real(speech, frame, owners, asked, told=told, is_known=is_known, fault=said)
