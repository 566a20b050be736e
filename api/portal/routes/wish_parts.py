"""Voorkeuren, aanbod and bewijzen: which offers, and the proof of every change."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Form, Path, Query, Request
from starlette.responses import Response

from api.own_forms import OURS
from api.portal import notices, places
from api.portal.frame import Room
from api.portal.leafing import Leafing
from api.portal.pages import wish_offers, wish_receipts
from api.portal.visit import Visit, Visiting
from api.routes import me_preferences
from cdp.contact import preferences, wishes
from cdp.own import receipts
from consent import wish_form

router = APIRouter(include_in_schema=False)

LINES: Final = 50
Field = Annotated[str, Form(max_length=64)]
WishId = Annotated[UUID, Path()]
After = Annotated[str, Query(max_length=512)]


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
        page = wish_receipts.receipts(opened.speech, opened.frame, opened.catalog, opened.names, shown, onward=onward)
    return visit.show(page)


@router.get(places.WISH_RECEIPTS + "/{wish_id}")
def keep_receipt(visit: Visiting, wish_id: WishId) -> Response:
    """Return the proof of one change as a file."""
    with visit.platform.database.scoped(visit.person.scope) as session:
        receipt = receipts.wish(session, wish_id)
    return visit.lead(places.WISH_RECEIPTS) if receipt is None else me_preferences.answer(receipt, "tlog-proof")


def _changed(visit: Visit, patch: dict[str, Any], place: str) -> Response:
    with visit.platform.database.scoped(visit.person.scope) as session:
        preferences.change(visit.platform, session, patch, at=visit.at)
    return visit.lead(place, notices.SAVED)
