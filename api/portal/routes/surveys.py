"""Hoe was het contact? The list, one survey, an answer with one tap, and the way out."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Form
from starlette.responses import Response

from api.own_forms import OURS
from api.portal import notices, places
from api.portal.pages import surveys as pages
from api.portal.visit import Visiting
from cdp.listening import answering
from cdp.listening.asking import CATEGORY
from cdp.listening.survey import Question
from consent.errors import Invalid

router = APIRouter(include_in_schema=False)

_READS: Final = frozenset({CATEGORY})
_WORDS: Final = {pages.YES: True, pages.NO: False}
Word = Annotated[str, Form(max_length=10)]


@router.get(places.SURVEYS)
def show_all(visit: Visiting) -> Response:
    """Show everything that was asked."""
    with visit.opened(None, reads=_READS) as opened:
        found = answering.of_customer(opened.session, opened.keys)
        page = pages.listed(opened.speech, opened.frame, opened.names, found, visit.at)
    return visit.show(page)


@router.get(places.SURVEYS + "/{survey_id}")
def show(survey_id: UUID, visit: Visiting) -> Response:
    """Show one survey, as the link in a letter leads to."""
    with visit.opened(None, reads=_READS) as opened:
        found = answering.find(opened.session, opened.keys, survey_id)
        page = pages.one(opened.speech, opened.frame, opened.names, found, visit.at)
    return visit.show(page)


@router.post(places.SURVEYS + "/{survey_id}", dependencies=OURS)
def answer(
    survey_id: UUID, visit: Visiting, opgelost: Word = "", soepel: Word = "", gehoord: Word = "", aanraden: Word = ""
) -> Response:
    """Keep what one button says, and lead back to the other questions."""
    given = _given(opgelost, soepel, gehoord, aanraden)
    with visit.platform.database.scoped(visit.person.scope) as session:
        answering.answer(visit.platform, session, survey_id, given, at=visit.at)
    return visit.lead(places.survey(survey_id), notices.ANSWERED)


@router.post(places.SURVEYS + "/{survey_id}/niet", dependencies=OURS)
def decline(survey_id: UUID, visit: Visiting) -> Response:
    """Rather not answer, or take away what was answered."""
    with visit.platform.database.scoped(visit.person.scope) as session:
        answering.decline(session, survey_id, at=visit.at)
    return visit.lead(places.survey(survey_id), notices.NOT_ANSWERED)


def _given(*said: str) -> dict[Question, bool | int]:
    given: dict[Question, bool | int] = {}
    for question, word in zip(pages.FIELDS, said, strict=True):
        if word and question is not Question.RECOMMEND and word in _WORDS:
            given[question] = _WORDS[word]
        elif word.isascii() and word.isdecimal() and question is Question.RECOMMEND:
            given[question] = int(word)
        elif word:
            raise Invalid(field=f"/{pages.FIELDS[question]}")
    return given
