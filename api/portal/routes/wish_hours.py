"""Voorkeuren, tijden: when somebody may be disturbed, by anybody or by one organization."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Query
from starlette.responses import Response

from api.own_forms import OURS
from api.portal import notices, places
from api.portal.frame import Room
from api.portal.pages import wish_hours as pages
from api.portal.pages.whose import Whose
from api.portal.visit import Visit, Visiting
from cdp import directory
from cdp.contact import preferences, wishes
from cdp.own import corrections
from consent import wish_form
from consent.errors import BadHours, Invalid

router = APIRouter(include_in_schema=False)

_KINDS: Final = {"welkom": "welcome", "stil": "quiet"}
Word = Annotated[str, Query(max_length=64)]
Field = Annotated[str, Form(max_length=64)]
Days = Annotated[list[Field], Form(max_length=7)]
Time = Annotated[str, Form(max_length=100)]


@router.get(places.WISH_HOURS)
def show(visit: Visiting, voor: Word = "") -> Response:
    """Show when somebody may be disturbed."""
    return visit.show(_page(visit, voor))


@router.post(places.WISH_HOURS, dependencies=OURS)
def add(
    visit: Visiting,
    soort: Field,
    van: Field = "",
    tot: Field = "",
    dag: Days = [],  # noqa: B006 -- the framework copies it
    voor: Field = "",
) -> Response:
    """Add a window of hours."""
    window = {"days": [int(each) for each in dag if each.isdecimal()], "from": van, "until": tot}
    try:
        return _change(visit, voor, soort, add=window)
    except BadHours:
        return visit.show(_page(visit, voor, pages.Entered.refused(dag, van, tot)), status=422)


@router.post(places.WISH_HOURS + "/vast", dependencies=OURS)
def add_usual(visit: Visiting, tijd: Time, voor: Field = "") -> Response:
    """Add hours that many people choose."""
    kind, _, value = tijd.partition("|")
    return _change(visit, voor, kind, add=_window(value))


@router.post(places.WISH_HOURS + "/weg", dependencies=OURS)
def remove(visit: Visiting, soort: Field, tijd: Time, voor: Field = "") -> Response:
    """Take a window of hours away."""
    return _change(visit, voor, soort, remove=_window(tijd))


@router.post(places.WISH_HOURS + "/gewoon", dependencies=OURS)
def take_back(visit: Visiting, voor: Field = "") -> Response:
    """Take back every hour that was chosen: for one organization the usual ones hold again."""
    return _keep(visit, voor, None)


@router.post(places.WISH_HOURS + "/klok", dependencies=OURS)
def set_clock(visit: Visiting, klok: Field, voor: Field = "") -> Response:
    """Keep by the clock of which place the hours are."""
    return _keep(visit, voor, {"zone": klok})


def _page(visit: Visit, slug: str, entered: pages.Entered = pages.NOTHING) -> pages.HoursPage:
    with visit.opened(Room.PREFERENCES) as opened:
        chosen, whose = wish_form.read(wishes.own(opened.session)), Whose.named(opened.names, slug)
        return pages.hours(opened.speech, opened.frame, chosen, whose, entered)


def _keep(visit: Visit, slug: str, hours: Mapping[str, Any] | None) -> Response:
    with visit.platform.database.scoped(visit.person.scope) as session:
        whose = Whose.named(directory.names(session), slug)
        preferences.change(visit.platform, session, whose.patch({"hours": hours}), at=visit.at)
    return visit.lead(whose.place(places.WISH_HOURS), notices.SAVED)


def _change(
    visit: Visit, slug: str, kind: str, *, add: dict[str, Any] | None = None, remove: dict[str, Any] | None = None
) -> Response:
    """Add a window to one of the two lists, or take one away."""
    if kind not in _KINDS:
        raise Invalid("hours are welcome or quiet")
    name = _KINDS[kind]
    with visit.platform.database.scoped(visit.person.scope) as session:
        corrections.lock(session)  # what is read next is still so when it is written
        whose = Whose.named(directory.names(session), slug)
        hours = whose.within(wishes.own(session)).get("hours", {})
        kept = [each for each in hours.get(name, []) if remove is None or _same(each) != _same(remove)]
        new = [*kept, add] if add is not None and _same(add) not in map(_same, kept) else kept
        is_none_left = not new and not any(hours.get(each) for each in _KINDS.values() if each != name)
        chosen = None if whose.slug and is_none_left else {name: new or None}  # a clock alone chooses no hours
        preferences.change(visit.platform, session, whose.patch({"hours": chosen}), at=visit.at)
    return visit.lead(whose.place(places.WISH_HOURS), notices.SAVED)


def _same(window: dict[str, Any]) -> tuple[tuple[int, ...], str, str]:
    """Return what tells two windows apart, however they are written."""
    days = tuple(sorted(window.get("days", range(1, 8))))
    return days, window["from"], "00:00" if window["until"] == "24:00" else window["until"]


def _window(value: str) -> dict[str, Any]:
    days, _, times = value.partition("|")
    start, _, end = times.partition("|")
    return {"days": [int(each) for each in days.split(",") if each.isdecimal()], "from": start, "until": end}
