"""Voorkeuren: how somebody wants to be spoken to."""

from collections.abc import Mapping
from typing import Annotated, Final

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import Response

from api.own_forms import OURS
from api.portal import cookies, notices, places
from api.portal.frame import Room
from api.portal.pages import preferences as pages
from api.portal.visit import Opened, Visit, Visiting
from cdp import clock
from cdp.contact import preferences, wishes
from cdp.contact.wishes import UnfitName
from cdp.mailroom import receipt_letters
from cdp.own import objections
from consent import wish_form
from consent.errors import Invalid

router = APIRouter(include_in_schema=False)

_THEMES: Final[Mapping[str, cookies.Theme]] = {"light": "light", "dark": "dark"}

Name = Annotated[str, Form(max_length=1_000)]
Part = Annotated[str, Query(max_length=20)]


@router.get(places.PREFERENCES)
def show(visit: Visiting, deel: Part = "") -> Response:
    """Show what is chosen, and what it sounds like; `deel` is the part that is unfolded."""
    with visit.opened(Room.PREFERENCES) as opened:
        page = _page(opened, deel)
    return visit.show(page)


@router.post(places.PREFERENCES, dependencies=OURS)
async def choose(visit: Visiting, request: Request) -> Response:
    """Keep one choice."""
    form = await request.form(max_files=0, max_fields=2)
    chosen = [(name, value) for name, value in form.items() if isinstance(value, str)]
    if len(chosen) != 1:
        raise Invalid("choose one thing at a time")
    what, choice = chosen[0]
    with visit.platform.database.scoped(visit.person.scope) as session:
        preferences.change(visit.platform, session, {what: choice or None}, at=visit.at)
    answer = visit.lead(_place(what), notices.SAVED)
    if what == "theme":
        cookies.set_theme(answer, visit.platform.settings, _THEMES.get(choice, "auto"))
    return answer


@router.post(places.PREFERENCES + "/naam", dependencies=OURS)
def call_me(visit: Visiting, naam: Name = "") -> Response:
    """Keep the name that somebody wants to be called by."""
    return _named(visit, {"greeting": "other", "name": naam})


@router.post(places.PREFERENCES + "/uitspraak", dependencies=OURS)
def say_me(visit: Visiting, uitspraak: Name = "") -> Response:
    """Keep how somebody's name is said; nothing takes it back."""
    return _named(visit, {"pronunciation": uitspraak or None})


def _named(visit: Visit, patch: dict[str, str | None]) -> Response:
    try:
        with visit.platform.database.scoped(visit.person.scope) as session:
            preferences.change(visit.platform, session, patch, at=visit.at)
    except UnfitName:
        with visit.opened(Room.PREFERENCES) as opened:
            fault = opened.speech.say("Vul een naam in van hoogstens 60 tekens.")
            page = _page(opened, pages.NAME, fault)
        return visit.show(page, status=422)
    return visit.lead(_place("name"), notices.SAVED)


@router.post(places.PREFERENCES + "/reclame", dependencies=OURS)
def object_everywhere(visit: Visiting) -> Response:
    """Object to advertising and to personal offers, with everybody to whom they are open."""
    with visit.platform.database.scoped(visit.person.scope) as session:
        objections.object_everywhere(session, visit.person.scope, visit.person.customer_id, at=visit.at)
    return visit.lead(places.PREFERENCES, notices.SAVED)


def _place(chosen: str) -> str:
    """Return where somebody goes on after a choice: the same part of the page, unfolded."""
    part = pages.part(chosen)
    return f"{places.PREFERENCES}?deel={part}#{part}" if part else places.PREFERENCES


def _page(opened: Opened, unfolded: str, fault: str | None = None) -> pages.PreferencesPage:
    session, known = opened.session, opened.addressing
    still = sorted({opened.names.name(each.recipient_id) for each in objections.still_open(session, at=clock.now())})
    standing = pages.Standing(
        catalog=opened.catalog,
        wishes=wish_form.read(wishes.own(session)),
        has_receipts=receipt_letters.is_wanted(session),
        objection=pages.objecting(opened.speech, known, still),
    )
    return pages.preferences(opened.speech, opened.frame, known, standing, opened=unfolded, fault=fault)
