"""Bewijzen: the receipts of what the customer chose, to read and to keep."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from api.portal import places
from api.portal.frame import Room
from api.portal.leafing import Leafing
from api.portal.pages import receipts as pages
from api.portal.pages.receipts import Part
from api.portal.routes.data import held
from api.portal.visit import Opened, Visit, Visiting
from api.receipts import sheet
from api.receipts.sheet import Sheet
from api.routes import me_receipts
from cdp.own import receipts
from cdp.permissions import grants, notices
from consent.errors import NotFound
from consent.receipts import Receipt, Surroundings

router = APIRouter(include_in_schema=False)

LINES: Final = 50
_MOST: Final = 500
ActId = Annotated[UUID, Path()]
Word = Annotated[str, Query(max_length=64)]
After = Annotated[str, Query(max_length=512)]


@router.get(places.RECEIPTS)
def show(visit: Visiting, organisatie: Word = "", na: After = "") -> Response:
    """Show every receipt, or those about one organization."""
    with visit.opened(Room.LOG) as opened:
        page = pages.receipts(held(opened), opened.frame, _part(visit, opened, organisatie, after=na))
    return visit.show(page)


@router.get(places.RECEIPTS + "/{act_id}")
def one(visit: Visiting, act_id: ActId) -> Response:
    """Show one receipt."""
    with visit.opened(Room.LOG) as opened:
        receipt = receipts.find(opened.session, act_id)
        told = None if receipt is None else _sheet(visit, opened, receipt, notices.kept(opened.session, act_id))
        page = pages.receipt(held(opened), opened.frame, act_id, told)
    return visit.show(page)


@router.get(places.RECEIPTS + "/{act_id}/{form}")
def keep(visit: Visiting, act_id: ActId, form: str) -> Response:
    """Return a receipt as a file."""
    if form not in me_receipts.FORMS:
        raise NotFound
    with visit.opened(Room.LOG) as opened:
        receipt, notice = receipts.find(opened.session, act_id), notices.kept(opened.session, act_id)
    if receipt is None:
        return visit.lead(places.receipt(act_id))
    around = _around(visit, opened, receipt, notice)
    return me_receipts.answer(form, receipt, around, opened.speech.locale, visit.platform)


def _part(visit: Visit, opened: Opened, slug: str, *, after: str) -> Part:
    """Return a page of receipts; those of one organization are looked for among the customer's own."""
    session, leaf = opened.session, Leafing.of(visit, "slips", slug, lines=LINES)
    wanted = opened.names.supplier(slug or None)
    place = leaf.place(after)
    found: list[receipts.Listed] = []
    while len(found) < leaf.enough:
        read = receipts.of_customer(session, after=place, until=visit.at, limit=_MOST)
        found += [each for each in read if wanted in (None, each.recipient)]
        if len(read) < _MOST:
            break
        place = read[-1].place
    known = dict.fromkeys(each.recipient_id for each in grants.standing(session))
    shown, onward = leaf.cut(found, lambda each: each.place)
    return Part(shown, list(known), slug, not after, onward)


def _sheet(visit: Visit, opened: Opened, receipt: Receipt, notice: str | None) -> Sheet:
    house = me_receipts.house_of(visit.platform)
    around = _around(visit, opened, receipt, notice)
    return sheet.of(receipt, around, language=opened.speech.locale, house=house.name, site=house.url)


def _around(visit: Visit, opened: Opened, receipt: Receipt, notice: str | None) -> Surroundings:
    house = me_receipts.house_of(visit.platform)
    return receipts.around(receipt, opened.names, opened.catalog, opened.speech.locale, house, notice=notice)
