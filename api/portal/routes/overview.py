"""Overzicht: the first page."""

from datetime import timedelta
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from api.portal import places
from api.portal.frame import Room
from api.portal.pages import overview, questions
from api.portal.routes.organisations import facts
from api.portal.routes.questions import asked
from api.portal.visit import Opened, Visit, Visiting
from cdp.messages import replies
from cdp.own import looks, visits

router = APIRouter(include_in_schema=False)

WEEK: Final = timedelta(days=7)


@router.get(places.OVERVIEW)
def show(visit: Visiting) -> Response:
    """Show what waits, what changed and who looked."""
    waiting = asked(visit)
    with visit.opened(Room.OVERVIEW) as opened:
        cards = questions.cards(opened.speech, opened.names, waiting)
        page = overview.overview(facts(visit, opened), opened.frame, _back(visit, opened, cards))
    return visit.show(page)


def _back(visit: Visit, opened: Opened, cards: tuple[questions.Card, ...]) -> overview.Back:
    session, at = opened.session, visit.at
    return overview.Back(
        addressing=opened.addressing,
        week=looks.recent(session, since=at - WEEK, until=at),
        acts=tuple(visits.happened(session, limit=overview.MOST_CHANGES)),
        last_visit=visits.last(session, before=opened.began_at),
        cards=cards,
        replies=tuple(replies.own(session, opened.keys)),
    )
