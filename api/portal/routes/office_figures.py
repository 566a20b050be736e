"""Beheer: what customers find of the service, and how right the organization's own data are."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from api.portal import error_pages, places
from api.portal.office import OfficeVisiting, frame_of
from api.portal.pages import figures as pages
from api.portal.visit import portal_of
from cdp.listening import metrics
from cdp.quality import report

router = APIRouter(include_in_schema=False)

Year = Annotated[int | None, Query(ge=metrics.EARLIEST, le=metrics.LATEST)]


@router.get(places.OFFICE_FIGURES)
def show_figures(visit: OfficeVisiting, jaar: Year = None) -> Response:
    """Show the figures of a year."""
    year = visit.at.year if jaar is None else jaar
    found = metrics.service(visit.platform, visit.office.organization, visit.office.client_id, year, at=visit.at)
    with visit.platform.database.scoped(visit.scope) as session:
        catalog = visit.platform.catalogs.of(session, visit.office.organization)
    speech = error_pages.speech_of(visit.request)
    page = pages.figures(speech, frame_of(visit.request, speech), catalog, found)
    return portal_of(visit.request).answer(visit.request, page)


@router.get(places.OFFICE_QUALITY)
def show_quality(visit: OfficeVisiting) -> Response:
    """Show how right the organization's own data are."""
    found = report.of_source(visit.platform, visit.scope, at=visit.at)
    with visit.platform.database.scoped(visit.scope) as session:
        catalog = visit.platform.catalogs.of(session, visit.office.organization)
    speech = error_pages.speech_of(visit.request)
    page = pages.quality(speech, frame_of(visit.request, speech), catalog, found)
    return portal_of(visit.request).answer(visit.request, page)
