"""Berichten: the list, one message, and stopping its kind with the way back."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from api import own_forms
from api.portal import notices, places
from api.portal.frame import Room
from api.portal.pages import messages as pages
from api.portal.pages.messages import Mail, Waiting
from api.portal.visit import Opened, Visit, Visiting
from cdp.contact import wishes
from cdp.cursors import LONGEST
from cdp.listening import answering
from cdp.messages import inbox, kinds
from cdp.offers import showing
from consent import wish_form

router = APIRouter(include_in_schema=False)

LINES: Final = 25
_OURS: Final = [Depends(own_forms.only)]
_READS: Final = frozenset({"conversations"})


@router.get(places.MESSAGES)
def show_all(visit: Visiting, na: Annotated[str, Query(max_length=LONGEST)] = "") -> Response:
    """Show what was said, some at a time."""
    caller = f"inbox {visit.person.customer_id}"
    place = visit.platform.cursors.open(na, inbox.Place, caller=caller) if na else inbox.NEWEST
    with visit.opened(Room.MESSAGES, reads=_READS) as opened:
        found = inbox.entries(opened.session, opened.keys, after=place, limit=LINES + 1)
        after = visit.platform.cursors.seal(found[LINES - 1].place, caller=caller) if len(found) > LINES else None
        waiting = [] if na else _waiting(visit, opened)
        page = pages.listed(_mail(opened), opened.frame, found[:LINES], waiting, is_first=not na, after=after)
    return visit.show(page)


@router.get(places.MESSAGES + "/{entry_id}")
def show(entry_id: UUID, visit: Visiting) -> Response:
    """Show one message or conversation."""
    with visit.opened(Room.MESSAGES, reads=_READS) as opened:
        page = pages.one(_mail(opened), opened.frame, inbox.find(opened.session, opened.keys, entry_id))
    return visit.show(page)


@router.post(places.MESSAGES + "/{entry_id}/stop", dependencies=_OURS)
def stop(entry_id: UUID, visit: Visiting) -> Response:
    """Stop this kind from this organization."""
    with visit.opened(Room.MESSAGES) as opened:
        each = inbox.find(opened.session, opened.keys, entry_id)
        kinds.stop(visit.platform, opened.session, each.organization, each.topic, at=visit.at)
    return visit.lead(places.MESSAGES, notices.KIND_STOPPED, entry_id)


@router.post(places.MESSAGES + "/{entry_id}/terug", dependencies=_OURS)
def take_back(entry_id: UUID, visit: Visiting) -> Response:
    """Let hold again what was chosen before this kind was stopped."""
    with visit.opened(Room.MESSAGES) as opened:
        each = inbox.find(opened.session, opened.keys, entry_id)
        kinds.take_back(visit.platform, opened.session, each.organization, each.topic, at=visit.at)
    return visit.lead(places.message(entry_id), notices.SAVED)


def _mail(opened: Opened) -> Mail:
    chosen = wish_form.read(wishes.own(opened.session))
    return Mail(opened.speech, opened.catalog, opened.names, chosen)


def _waiting(visit: Visit, opened: Opened) -> list[Waiting]:
    asked = answering.of_customer(opened.session, opened.keys)
    surveys = sum(each.is_open(at=visit.at) and each.answered_at is None for each in asked)
    return pages.waiting(opened.speech, surveys=surveys, offers=len(showing.own(opened.session)))
