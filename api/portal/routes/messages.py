"""Berichten: the list, one message, and stopping its kind with the way back."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Form, Query
from starlette.responses import Response

from api.own_forms import OURS
from api.portal import notices, places
from api.portal.frame import Room
from api.portal.leafing import Leafing
from api.portal.pages import messages as pages
from api.portal.pages.message_words import Mail
from api.portal.pages.messages import MessagePage, Waiting
from api.portal.visit import Opened, Visit, Visiting
from cdp.contact import wishes
from cdp.cursors import LONGEST
from cdp.listening import answering
from cdp.messages import earlier, inbox, kinds, manners, own, replies
from cdp.messages.inbox import Entry
from cdp.messages.own import ReportedBefore
from cdp.messages.replies import NothingSaid, TooManyReplies
from cdp.offers import showing
from cdp.own.unsealing import OwnKeys
from consent import wish_form

router = APIRouter(include_in_schema=False)

LINES: Final = 10
Flag = Annotated[str, Form(max_length=5)]
_READS: Final = frozenset({"conversations"})


@router.get(places.MESSAGES)
def show_all(visit: Visiting, na: Annotated[str, Query(max_length=LONGEST)] = "") -> Response:
    """Show what was said, some at a time."""
    leaf = Leafing.of(visit, "inbox", lines=LINES)
    place = leaf.place(na)
    with visit.opened(Room.MESSAGES, reads=_READS) as opened:
        found = inbox.entries(opened.session, opened.keys, after=place, limit=leaf.enough)
        shown, after = leaf.cut(found, lambda each: each.place)
        waiting = [] if na else _waiting(visit, opened)
        page = pages.listed(_mail(visit, opened, shown), opened.frame, shown, waiting, is_first=not na, after=after)
    return visit.show(page)


@router.get(places.MESSAGES + "/{entry_id}")
def show(entry_id: UUID, visit: Visiting) -> Response:
    """Show one message or conversation."""
    with visit.opened(Room.MESSAGES, reads=_READS) as opened:
        page = _one(visit, opened, entry_id)
    return visit.show(page)


@router.post(places.MESSAGES + "/{entry_id}/antwoord", dependencies=OURS)
def reply(
    entry_id: UUID, visit: Visiting, tekst: Annotated[str, Form(max_length=4_000)] = "", mens: Flag = ""
) -> Response:
    """Say something back, or ask for a human."""
    with visit.platform.database.scoped(visit.person.scope) as session:
        keys = OwnKeys(session, visit.platform.ring)
        try:
            replies.send(visit.platform, session, keys, entry_id, tekst, wants_human=bool(mens), at=visit.at)
        except (NothingSaid, TooManyReplies) as problem:
            return _at_fault(visit, entry_id, problem, typed=tekst)
    return visit.lead(places.message(entry_id), notices.REPLIED)


@router.post(places.MESSAGES + "/{entry_id}/stop", dependencies=OURS)
def stop(entry_id: UUID, visit: Visiting) -> Response:
    """Stop this kind from this organization, or where no kind is known, this channel."""
    with visit.opened(Room.MESSAGES) as opened:
        channel = kinds.stop_like(visit.platform, opened.session, entry_id, at=visit.at)
    return visit.lead(places.MESSAGES, notices.CHANNEL_STOPPED if channel else notices.KIND_STOPPED, entry_id)


@router.post(places.MESSAGES + "/{entry_id}/terug", dependencies=OURS)
def take_back(entry_id: UUID, visit: Visiting) -> Response:
    """Let hold again what was chosen before this kind, or this channel, was stopped."""
    with visit.opened(Room.MESSAGES) as opened:
        each = inbox.find(opened.session, opened.keys, entry_id)
        channel = kinds.instead(opened.catalog, each)
        if channel:
            kinds.allow_channel(visit.platform, opened.session, each.organization, channel, at=visit.at)
        kinds.take_back(visit.platform, opened.session, each.organization, each.topic, at=visit.at)
    return visit.lead(places.message(entry_id), notices.SAVED)


@router.post(places.MESSAGES + "/{entry_id}/was-een-computer", dependencies=OURS)
def unmask(entry_id: UUID, visit: Visiting) -> Response:
    """Tell the organization that a computer spoke where it declared a human."""
    with suppress(ReportedBefore), visit.platform.database.scoped(visit.person.scope) as session:
        own.report_speaker(session, entry_id, at=visit.at)
    return visit.lead(places.message(entry_id), notices.COMPUTER_REPORTED)


def _one(visit: Visit, opened: Opened, entry: UUID, *, fault: str | None = None, typed: str = "") -> MessagePage:
    each = inbox.find(opened.session, opened.keys, entry)
    said = replies.own(opened.session, opened.keys, entry=entry)
    is_open = earlier.are_open(opened.session, each.organization)
    mail = _mail(visit, opened, [each])
    return pages.one(mail, opened.frame, each, said, are_words_open=is_open, fault=fault, typed=typed)


def _at_fault(visit: Visit, entry: UUID, problem: NothingSaid | TooManyReplies, *, typed: str) -> Response:
    """Return the page again, with what was typed."""
    is_often = isinstance(problem, TooManyReplies)
    with visit.opened(Room.MESSAGES, reads=_READS) as opened:
        say = opened.speech.say
        if is_often:
            fault = say("U stuurde veel vandaag. Morgen kan het weer.")
        elif typed.strip():
            fault = say("Dit kunnen wij zo niet versturen. Maak het korter, in gewone letters.")
        else:
            fault = say("Typ eerst wat u wilt zeggen. Of vraag om een mens.")
        return visit.show(_one(visit, opened, entry, fault=fault, typed=typed), status=429 if is_often else 422)


def _mail(visit: Visit, opened: Opened, said: Sequence[Entry]) -> Mail:
    chosen = wish_form.read(wishes.own(opened.session))
    strayed = manners.manners(opened.session, visit.platform.ring, opened.catalog, said, at=visit.at)
    return Mail(opened.speech, opened.catalog, opened.names, chosen, strayed)


def _waiting(visit: Visit, opened: Opened) -> list[Waiting]:
    asked = answering.of_customer(opened.session, opened.keys)
    surveys = sum(each.is_open(at=visit.at) and each.answered_at is None for each in asked)
    return pages.waiting(opened.speech, surveys=surveys, offers=len(showing.own(opened.session)))
