"""Regels: which rule of which organization said yes to what of the customer."""

from typing import Annotated, Final

from fastapi import APIRouter, Query
from starlette.responses import Response

from api.portal import places
from api.portal.frame import Room
from api.portal.leafing import Leafing
from api.portal.pages import firings
from api.portal.visit import Visiting
from cdp.cursors import LONGEST
from cdp.rules import explaining

router = APIRouter(include_in_schema=False)

LINES: Final = 25


@router.get(places.LOG_RULES)
def show(visit: Visiting, na: Annotated[str, Query(max_length=LONGEST)] = "") -> Response:
    """Show which rules fired, some at a time."""
    leaf = Leafing.of(visit, "firings", lines=LINES)
    place = leaf.place(na)
    with visit.opened(Room.LOG) as opened:
        found = explaining.own(opened.session, after=place, limit=leaf.enough)
        shown, after = leaf.cut(found, lambda each: each.place)
        said = (opened.speech, opened.frame, opened.names, opened.catalog)
        page = firings.firings(*said, shown, is_first=not na, after=after)
    return visit.show(page)
