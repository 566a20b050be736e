"""Voorkeuren, tijden, aanbod and bewijzen: when, which offers, and the proof of every change."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Form, Path, Query, Request
from starlette.responses import Response

from api.own_forms import OURS
from api.portal import notices, places
from api.portal.frame import Room
from api.portal.leafing import Leafing
from api.portal.pages import wish_hours, wish_offers, wish_receipts
from api.portal.visit import Opened, Visit, Visiting
from api.routes import me_preferences
from cdp.contact import preferences, wishes
from cdp.own import receipts
from consent import wish_form
from consent.errors import BadHours, Invalid

router = APIRouter(include_in_schema=False)

LINES: Final = 50
_KINDS: Final = {"welkom": "welcome", "stil": "quiet"}
Field = Annotated[str, Form(max_length=64)]
Days = Annotated[list[Field], Form(max_length=7)]
WishId = Annotated[UUID, Path()]
After = Annotated[str, Query(max_length=512)]


@router.get(places.WISH_HOURS)
def show_hours(visit: Visiting) -> Response:
    """Show when somebody may be disturbed."""
    with visit.opened(Room.PREFERENCES) as opened:
        page = _hours_page(opened)
    return visit.show(page)


@router.post(places.WISH_HOURS, dependencies=OURS)
def add_hours(
    visit: Visiting,
    soort: Field,
    van: Field = "",
    tot: Field = "",
    dag: Days = [],  # noqa: B006 -- the framework copies it
) -> Response:
    """Add a window of hours."""
    window = {"days": [int(each) for each in dag if each.isdecimal()], "from": van, "until": tot}
    try:
        _change_hours(visit, soort, add=window)
    except BadHours:
        with visit.opened(Room.PREFERENCES) as opened:
            fault = opened.speech.say("Kies minstens 1 dag, en 2 tijden die niet gelijk zijn.")
            page = _hours_page(opened, fault)
        return visit.show(page, status=422)
    return visit.lead(places.WISH_HOURS, notices.SAVED)


@router.post(places.WISH_HOURS + "/vast", dependencies=OURS)
def add_usual_hours(visit: Visiting, tijd: Annotated[str, Form(max_length=100)]) -> Response:
    """Add hours that many people choose."""
    kind, _, value = tijd.partition("|")
    _change_hours(visit, kind, add=_window(value))
    return visit.lead(places.WISH_HOURS, notices.SAVED)


@router.post(places.WISH_HOURS + "/weg", dependencies=OURS)
def remove_hours(visit: Visiting, soort: Field, tijd: Annotated[str, Form(max_length=100)]) -> Response:
    """Take a window of hours away."""
    _change_hours(visit, soort, remove=_window(tijd))
    return visit.lead(places.WISH_HOURS, notices.SAVED)


@router.post(places.WISH_HOURS + "/klok", dependencies=OURS)
def set_clock(visit: Visiting, klok: Field) -> Response:
    """Keep by the clock of which place the hours are."""
    return _changed(visit, {"hours": {"zone": klok}}, places.WISH_HOURS)


@router.get(places.WISH_OFFERS)
def show_offers(visit: Visiting) -> Response:
    """Show what somebody wants to be offered."""
    with visit.opened(Room.PREFERENCES) as opened:
        chosen = wish_form.read(wishes.own(opened.session)).offers
        page = wish_offers.offers(opened.speech, opened.frame, opened.catalog, chosen)
    return visit.show(page)


@router.post(places.WISH_OFFERS, dependencies=OURS)
async def choose_offers(visit: Visiting, request: Request) -> Response:
    """Keep what somebody wants to be offered, and what never."""
    form = await request.form(max_files=0, max_fields=100)
    chosen = [(kind, value) for kind, value in form.items() if value]
    if not {value for _, value in chosen} <= {"wanted", "unwanted"}:
        raise preferences.UnknownChoice(field="/offers")
    offers = {each: sorted(kind for kind, value in chosen if value == each) or None for each in ("wanted", "unwanted")}
    return _changed(visit, {"offers": offers}, places.WISH_OFFERS)


@router.post(places.WISH_OFFERS + "/passend", dependencies=OURS)
def choose_personal(visit: Visiting, personal: Field) -> Response:
    """Keep whether offers may fit somebody."""
    return _changed(visit, {"offers": {"personal": personal}}, places.WISH_OFFERS)


@router.get(places.WISH_RECEIPTS)
def show_receipts(visit: Visiting, na: After = "") -> Response:
    """Show every change and its proof, a page at a time."""
    leaf = Leafing.of(visit, "wishes", lines=LINES)
    place = leaf.place(na)
    with visit.opened(Room.PREFERENCES) as opened:
        found = preferences.changes(opened.session, after=place, until=visit.at, limit=leaf.enough)
        shown, onward = leaf.cut(found, lambda each: each.place)
        page = wish_receipts.receipts(opened.speech, opened.frame, opened.catalog, shown, onward=onward)
    return visit.show(page)


@router.get(places.WISH_RECEIPTS + "/{wish_id}")
def keep_receipt(visit: Visiting, wish_id: WishId) -> Response:
    """Return the proof of one change as a file."""
    with visit.platform.database.scoped(visit.person.scope) as session:
        receipt = receipts.wish(session, wish_id)
    return visit.lead(places.WISH_RECEIPTS) if receipt is None else me_preferences.answer(receipt, "tlog-proof")


def _hours_page(opened: Opened, fault: str | None = None) -> wish_hours.HoursPage:
    chosen = wish_form.read(wishes.own(opened.session)).hours
    return wish_hours.hours(opened.speech, opened.frame, chosen, fault=fault)


def _changed(visit: Visit, patch: dict[str, Any], place: str) -> Response:
    with visit.platform.database.scoped(visit.person.scope) as session:
        preferences.change(visit.platform, session, patch, at=visit.at)
    return visit.lead(place, notices.SAVED)


def _change_hours(
    visit: Visit, kind: str, *, add: dict[str, Any] | None = None, remove: dict[str, Any] | None = None
) -> None:
    """Add a window to one of the two lists, or take one away."""
    if kind not in _KINDS:
        raise Invalid("hours are welcome or quiet")
    name = _KINDS[kind]
    with visit.platform.database.scoped(visit.person.scope) as session:
        stands = list(wishes.own(session).get("hours", {}).get(name, []))
        kept = [each for each in stands if remove is None or _same(each) != _same(remove)]
        new = [*kept, add] if add is not None and _same(add) not in map(_same, kept) else kept
        preferences.change(visit.platform, session, {"hours": {name: new or None}}, at=visit.at)


def _same(window: dict[str, Any]) -> tuple[tuple[int, ...], str, str]:
    """Return what tells two windows apart, however they are written."""
    days = tuple(sorted(window.get("days", range(1, 8))))
    return days, window["from"], "00:00" if window["until"] == "24:00" else window["until"]


def _window(value: str) -> dict[str, Any]:
    days, _, times = value.partition("|")
    start, _, end = times.partition("|")
    return {"days": [int(each) for each in days.split(",") if each.isdecimal()], "from": start, "until": end}
