"""Voorkeuren, contact: about what, in which way and how often, for everybody or for one organization."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from fastapi.concurrency import run_in_threadpool
from starlette.responses import Response

from api.own_forms import OURS
from api.portal import notices, places
from api.portal.frame import Room
from api.portal.pages import wishes as pages
from api.portal.pages.whose import Whose
from api.portal.pages.wishes import Choosing
from api.portal.visit import Opened, Visit, Visiting
from cdp import directory
from cdp.contact import preferences, wishes
from cdp.own import corrections, dossier
from cdp.permissions import access_requests, grants
from consent import wish_form
from consent.errors import Invalid
from consent.types import CUSTOMER_SOURCE

router = APIRouter(include_in_schema=False)

Word = Annotated[str, Query(max_length=64)]
Field = Annotated[str, Form(max_length=64)]
_SAVE: Final = "bewaar"
_NONE: Final = "niets"
_BACK: Final = "terug"
_CAP: Final = re.compile(r"([0-9]{1,9})/([0-9]{1,9})")


@router.get(places.WISHES)
def show(visit: Visiting, voor: Word = "", onderwerp: Word = "") -> Response:
    """Show every topic, and what holds for it."""
    with visit.opened(Room.PREFERENCES) as opened:
        page = pages.wishes(opened.speech, opened.frame, _choosing(opened, voor), opened=onderwerp)
    return visit.show(page)


@router.post(places.WISHES, dependencies=OURS)
async def choose(visit: Visiting, request: Request) -> Response:
    """Keep what was chosen about one topic; none is a choice like any other."""
    form = await request.form(max_files=0, max_fields=64)
    fields = {name: value for name, value in form.items() if isinstance(value, str)}
    return await run_in_threadpool(_choose, visit, fields)


def _choose(visit: Visit, fields: Mapping[str, str]) -> Response:
    topic, slug = fields.get("onderwerp", ""), fields.get("voor", "")
    with visit.opened(Room.PREFERENCES) as opened:
        choosing = _choosing(opened, slug)
        if topic not in choosing.catalog.topics:
            raise preferences.UnknownChoice(field="/onderwerp")
        ways = _ordered(choosing, topic, {each: fields.get(each, "") for each in choosing.catalog.channels})
        never = pages.closed(choosing.chosen, choosing.whose)
        if fields.get("doen") == _SAVE and never.issuperset(ways):
            fault = opened.speech.say("Kies minstens 1 manier. Of kies ‘Niets hierover’.")
            page = pages.wishes(opened.speech, opened.frame, choosing, opened=topic, fault=fault)
            return visit.show(page, status=422)
        patch = _about(topic, fields.get("doen", ""), ways, fields.get("vaak", ""))
        preferences.change(visit.platform, opened.session, choosing.whose.patch(patch), at=visit.at)
    return visit.lead(_place(choosing.whose, topic), notices.SAVED)


@router.post(places.WISHES + "/stil", dependencies=OURS)
def be_silent(visit: Visiting, stil: Field, voor: Field = "") -> Response:
    """Keep whether there may be any contact that the law does not demand."""
    return _changed(visit, voor, {"contact": "none" if stil == "ja" else None}, "")


@router.post(places.WISHES + "/spreker", dependencies=OURS)
def speak_to(visit: Visiting, spreker: Field = "", voor: Field = "") -> Response:
    """Keep whom they would rather speak to."""
    return _changed(visit, voor, {"first": spreker or None}, "spreker")


@router.post(places.WISHES + "/nooit", dependencies=OURS)
def never(visit: Visiting, manier: Field, voor: Field = "") -> Response:
    """Keep that a channel is never used, by anybody or by one organization, or that it may be again."""
    with visit.platform.database.scoped(visit.person.scope) as session:
        corrections.lock(session)  # what is read next is still so when it is written
        chosen, whose = wish_form.read(wishes.own(session)), Whose.named(directory.names(session), voor)
        stands = chosen.avoided if whose.organization is None else chosen.barred(whose.organization)
        patch = whose.patch({"never": sorted(stands ^ {manier}) or None})
        preferences.change(visit.platform, session, patch, at=visit.at)
    return visit.lead(f"{_place(whose)}#nooit", notices.SAVED)


def _changed(visit: Visit, slug: str, patch: dict[str, Any], part: str) -> Response:
    """Keep a change for everybody or for one organization, and go on at the part of the page where it was made."""
    with visit.platform.database.scoped(visit.person.scope) as session:
        whose = Whose.named(directory.names(session), slug)
        preferences.change(visit.platform, session, whose.patch(patch), at=visit.at)
    return visit.lead(_place(whose) + (f"#{part}" if part else ""), notices.SAVED)


def _choosing(opened: Opened, slug: str) -> Choosing:
    chosen = wish_form.read(wishes.own(opened.session))
    known = _known(opened, [*chosen.exceptions])
    return Choosing(catalog=opened.catalog, chosen=chosen, whose=Whose.named(opened.names, slug), known=known)


def _known(opened: Opened, excepted: Sequence[UUID]) -> Mapping[UUID, Whose]:
    """Return the organizations that the customer has to do with: who has or may see something, or is excepted."""
    session, names = opened.session, opened.names
    suppliers = [each.source for each in dossier.sources(session, opened.keys)]
    readers = [each.recipient_id for each in grants.standing(session)]
    asking = [each.organization_id for each in access_requests.of_customer(session)]
    return {
        each: Whose.of(names, each)
        for each in dict.fromkeys([*readers, *asking, *suppliers, *excepted])
        if each in names.by_id and each != CUSTOMER_SOURCE and names.by_id[each].closed_at is None
    }


def _ordered(choosing: Choosing, key: str, said: Mapping[str, str]) -> list[str]:
    """Return the channels that may be used: the best, then in the order that held, then as the catalog has it.

    What is never used cannot be chosen here, and stays as it was chosen before.
    """
    chosen, whose, topic = choosing.chosen, choosing.whose, choosing.catalog.topics[key]
    before = chosen.channels(whose.organization or UUID(int=0), key, topic.under or "") or ()
    never = pages.closed(chosen, whose)
    order = [*pages.standing(chosen, whose, key, topic), *before, *said]
    wanted = [each for each, value in said.items() if value in (pages.MAY, pages.BEST) and each not in never]
    wanted += [each for each in before if each in never]
    return sorted(wanted, key=lambda each: (said.get(each) != pages.BEST, order.index(each)))


def _about(topic: str, what: str, ways: Sequence[str], often: str) -> dict[str, Any]:
    if what == _NONE:
        return {"channels": {topic: []}}
    if what == _BACK:
        return {"channels": {topic: None}, "caps": {topic: None}}
    if what != _SAVE:
        raise Invalid("there is nothing like this to do")
    cap = _CAP.fullmatch(often)
    if often and cap is None:
        raise Invalid("there is no such cap")
    return {
        "channels": {topic: list(ways)},
        "caps": {topic: None if cap is None else {"most": int(cap[1]), "days": int(cap[2])}},
    }


def _place(whose: Whose, topic: str = "") -> str:
    """Return where the page is, with this topic open."""
    return whose.place(places.WISHES, onderwerp=topic) + (f"#{topic}" if topic else "")
