"""Waarom hoort dit bij u? The sources of the dossier, and parting from one in two clicks."""

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from api.own_forms import OURS
from api.portal import notices, places
from api.portal.frame import Room
from api.portal.pages import identity as pages
from api.portal.visit import Visiting
from cdp.identity import membership

router = APIRouter(include_in_schema=False)


@router.get(places.IDENTITY)
def show(visit: Visiting) -> Response:
    """Show which sources are linked, why, and since when."""
    with visit.opened(Room.DATA) as opened:
        found = membership.own(opened.session)
        page = pages.identity(opened.speech, opened.frame, opened.names, found)
    return visit.show(page)


@router.post(places.IDENTITY + "/{subject_id}/los", dependencies=OURS)
def part(subject_id: UUID, visit: Visiting) -> Response:
    """Part from a source that is about somebody else."""
    with visit.platform.database.scoped(visit.person.scope) as session:
        membership.part(session, visit.person.customer_id, subject_id, at=visit.at)
    return visit.lead(places.IDENTITY, notices.PARTED)
