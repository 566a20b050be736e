"""Bent u dit? The open questions, their three answers, and thinking again."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Form
from starlette.responses import Response

from api import own_forms
from api.portal import notices, places
from api.portal.pages import questions as pages
from api.portal.visit import Opened, Visit, Visiting
from cdp import questions
from cdp.questions import Answer
from consent.errors import Invalid

router = APIRouter(include_in_schema=False)

_OURS: Final = [Depends(own_forms.only)]
_ANSWERS: Final = {"ja": Answer.YES, "nee": Answer.NO, "weet-niet": Answer.UNKNOWN}
_NOTICES: Final = {
    Answer.YES: notices.JOINED,
    Answer.NO: notices.NOT_ME,
    Answer.UNKNOWN: notices.ASKED_LATER,
}


def open_questions(visit: Visit, opened: Opened) -> tuple[pages.Card, ...]:
    """Return the cards for the customer of this visit; Overzicht places them."""
    asked = questions.ask(opened.session, visit.platform, at=visit.at)
    return pages.cards(opened.speech, opened.names, asked)


@router.get(places.QUESTIONS)
def show(visit: Visiting) -> Response:
    """Show every question that is open."""
    with visit.opened(None) as opened:
        page = pages.page(opened.speech, opened.frame, open_questions(visit, opened))
    return visit.show(page)


@router.post(places.QUESTIONS + "/{subject_id}", dependencies=_OURS)
def answer(subject_id: UUID, visit: Visiting, antwoord: Annotated[str, Form(max_length=20)] = "") -> Response:
    """Keep an answer; a yes needs a fresh proof, for behind it lie somebody's data."""
    said = _ANSWERS.get(antwoord)
    if said is None:
        raise Invalid(field="/antwoord")
    if said is Answer.YES:
        visit.fresh()
    with visit.platform.database.scoped(visit.person.scope) as session:
        questions.answer(session, subject_id, said, at=visit.at)
    return visit.lead(places.OVERVIEW, _NOTICES[said])


@router.post(places.QUESTIONS + "/{subject_id}/toch", dependencies=_OURS)
def reconsider(subject_id: UUID, visit: Visiting) -> Response:
    """Ask again what was denied before."""
    with visit.platform.database.scoped(visit.person.scope) as session:
        questions.reconsider(session, subject_id)
    return visit.lead(places.QUESTIONS)
