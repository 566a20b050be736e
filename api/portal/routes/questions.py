"""Bent u dit? The open questions, their three answers, the proof behind a yes, and thinking again."""

from datetime import timedelta
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Form
from starlette.responses import Response

from api.own_forms import OURS
from api.portal import notices, places
from api.portal.pages import questions as pages
from api.portal.pages.login import Trouble
from api.portal.routes.passkeys import holder
from api.portal.visit import Visit, Visiting
from cdp.keys.blind import IdentifierType
from cdp.logins import questions
from cdp.logins.login import CodeWrong
from cdp.logins.questions import Answer, Question, Sent, TooManyProofs
from cdp.mailroom.letters import Letters
from cdp.mailroom.mail import Outbox
from cdp.own import addressing
from cdp.own.addressing import voice_of
from cdp.own.unsealing import OwnKeys
from consent.errors import Invalid

router = APIRouter(include_in_schema=False)

_ANSWERS: Final = {"ja": Answer.YES, "nee": Answer.NO, "weet-niet": Answer.UNKNOWN}
_NOTICES: Final = {Answer.NO: notices.NOT_ME, Answer.UNKNOWN: notices.ASKED_LATER}
Word = Annotated[str, Form(max_length=100)]


def asked(visit: Visit) -> list[Question]:
    """Return what the customer of this visit is asked; Overzicht places it."""
    return questions.ask(visit.platform, visit.person.scope, at=visit.at)


@router.get(places.QUESTIONS)
def show(visit: Visiting) -> Response:
    """Show every question that is open."""
    found = asked(visit)
    with visit.opened(None) as opened:
        cards = pages.cards(opened.speech, opened.names, found)
        page = pages.page(opened.speech, opened.frame, cards)
    return visit.show(page)


@router.post(places.QUESTIONS + "/{subject_id}", dependencies=OURS)
def answer(subject_id: UUID, visit: Visiting, antwoord: Annotated[str, Form(max_length=20)] = "") -> Response:
    """Keep an answer; a yes sends a code to the address or number in the record, and is none until it is typed."""
    said = _ANSWERS.get(antwoord)
    if said is None:
        raise Invalid(field="/antwoord")
    if said is Answer.YES:
        return _ask_for_proof(visit, subject_id)
    with visit.platform.database.scoped(visit.person.scope) as session:
        questions.answer(session, subject_id, said, at=visit.at)
    return visit.lead(places.OVERVIEW, _NOTICES[said])


@router.get(places.QUESTIONS + "/{subject_id}/code")
def show_proof(subject_id: UUID, visit: Visiting) -> Response:
    """Show the field for the code."""
    return _proof(visit, subject_id, Trouble.NONE)


@router.post(places.QUESTIONS + "/{subject_id}/code", dependencies=OURS)
def prove(subject_id: UUID, visit: Visiting, code: Word = "") -> Response:
    """Make the record of the right code the customer's."""
    visit.fresh()
    try:
        questions.prove(visit.platform, holder(visit), subject_id, code, at=visit.at)
    except CodeWrong:
        return _proof(visit, subject_id, Trouble.CODE, status=401)
    except TooManyProofs:
        return _proof(visit, subject_id, Trouble.TOO_OFTEN, status=429)
    return visit.lead(places.OVERVIEW, notices.JOINED)


@router.post(places.QUESTIONS + "/{subject_id}/toch", dependencies=OURS)
def reconsider(subject_id: UUID, visit: Visiting) -> Response:
    """Ask again what was denied before."""
    with visit.platform.database.scoped(visit.person.scope) as session:
        questions.reconsider(session, subject_id)
    return visit.lead(places.QUESTIONS)


def _ask_for_proof(visit: Visit, subject: UUID) -> Response:
    visit.fresh()
    ends_at = visit.at + timedelta(seconds=visit.platform.settings.link_seconds)
    try:
        sent = questions.send(visit.platform, holder(visit), subject, at=visit.at, ends_at=ends_at)
    except TooManyProofs:
        return _proof(visit, subject, Trouble.TOO_OFTEN, status=429)
    _carry(visit, sent)
    return visit.lead(places.question_code(subject))


def _carry(visit: Visit, sent: Sent) -> None:
    with visit.platform.database.scoped(visit.person.scope) as session:
        known = addressing.read(session, OwnKeys(session, visit.platform.ring))
    settings, voice = visit.platform.settings, voice_of(known.language, known.address)
    words, to, outbox = Letters(settings.portal_name), sent.target.value, _outbox(visit)
    if sent.target.type is IdentifierType.PHONE:
        outbox.send(words.question_sms(to=to, voice=voice, code=sent.code))
    else:
        outbox.send(words.question(to=to, voice=voice, code=sent.code, seconds=settings.link_seconds))


def _outbox(visit: Visit) -> Outbox:
    outbox: Outbox = visit.request.app.state.outbox
    return outbox


def _proof(visit: Visit, subject: UUID, trouble: Trouble, *, status: int = 200) -> Response:
    question, _ = questions.find(visit.platform, visit.person.scope, subject, at=visit.at)
    with visit.opened(None) as opened:
        page = pages.proof(opened.speech, opened.frame, opened.names, question, trouble=trouble)
    return visit.show(page, status=status)
