"""Verzoeken: what the customer asked under the law, and the answers."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from starlette.responses import Response

from api.own_forms import OURS
from api.portal import notices, places
from api.portal.frame import Room
from api.portal.pages import demands as pages
from api.portal.routes.data import held
from api.portal.visit import Visiting
from cdp import demands

router = APIRouter(include_in_schema=False)

DemandId = Annotated[UUID, Path()]


@router.get(places.DEMANDS)
def show(visit: Visiting) -> Response:
    """Show every request."""
    with visit.opened(Room.DATA) as opened:
        page = pages.demands(held(opened), opened.frame, demands.of_customer(opened.session, opened.keys))
    return visit.show(page)


@router.get(places.DEMANDS + "/{demand_id}")
def one(visit: Visiting, demand_id: DemandId) -> Response:
    """Show one request with its answer."""
    with visit.opened(Room.DATA) as opened:
        found = demands.find(opened.session, opened.keys, demand_id)
        visit.fresh_for(opened.session, [found.category or ""])
        page = pages.demand(held(opened), opened.frame, found)
    return visit.show(page)


@router.post(places.DEMANDS + "/{demand_id}/intrekken", dependencies=OURS)
def withdraw(visit: Visiting, demand_id: DemandId) -> Response:
    """Take a request back."""
    with visit.platform.database.scoped(visit.person.scope) as session:
        demands.withdraw(session, demand_id, at=visit.at)
    return visit.lead(places.demand(demand_id), notices.WITHDRAWN)
