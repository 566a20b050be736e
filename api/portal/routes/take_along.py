"""Meenemen: everything, or what one organization says, as a file."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response, StreamingResponse

from api.portal import places, readable
from api.portal.frame import Room
from api.portal.pages import take_along as pages
from api.portal.pages.take_along import Paper
from api.portal.pages.things import Held
from api.portal.routes.data import held
from api.portal.speech import Speech
from api.portal.visit import FreshVisiting, Visit, Visiting, locale_of
from cdp import directory
from cdp.copies import portability
from cdp.copies.portability import Taking
from cdp.own import addressing, dossier
from cdp.own.unsealing import OwnKeys
from consent.errors import NotFound
from consent.types import CUSTOMER_SOURCE

router = APIRouter(include_in_schema=False)

TYPES: Final = {
    "json": "application/json",
    "csv": "application/zip",
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
}
_ENDINGS: Final = {"csv": "zip"}
Slug = str


@router.get(places.TAKE_ALONG)
def offer(visit: Visiting) -> Response:
    """Offer everything as files."""
    with visit.opened(Room.DATA) as opened:
        found = dict.fromkeys(each.source for each in dossier.sources(opened.session, opened.keys))
        page = pages.take_along(held(opened), opened.frame, [each for each in found if each != CUSTOMER_SOURCE])
    return visit.show(page)


@router.get(places.TAKE_ALONG + "/{form}")
def whole(visit: FreshVisiting, form: str) -> Response:
    """Return everything as one file."""
    return _file(visit, form, None)


@router.get(places.TAKE_ALONG + "/{form}/{slug}")
def part(visit: FreshVisiting, form: str, slug: Slug) -> Response:
    """Return what concerns one organization as one file."""
    return _file(visit, form, slug)


def _file(visit: Visit, form: str, only: str | None) -> Response:
    if form not in TYPES:
        raise NotFound
    taking = portability.take(visit.platform, visit.person.scope, only=only, at=visit.at)
    made: Mapping[str, Callable[[], Iterator[bytes] | list[bytes]]] = {
        "json": taking.json,
        "csv": taking.csv,
        "html": lambda: readable.page(_paper(visit, taking)[1]),
        "pdf": lambda: _pdf(visit, taking),
    }
    name = f"{only or 'gegevens'}-{visit.at:%Y-%m-%d}.{_ENDINGS.get(form, form)}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    if form == "html":
        headers["Content-Security-Policy"] = readable.STYLE.policy
    return StreamingResponse(made[form](), media_type=TYPES[form], headers=headers)


def _pdf(visit: Visit, taking: Taking) -> list[bytes]:
    speech, paper = _paper(visit, taking)
    more = speech.say("Er is meer. Dat staat in het bestand voor computers.")
    return [readable.pdf(paper, more=more, at=visit.at)]


def _paper(visit: Visit, taking: Taking) -> tuple[Speech, Paper]:
    with visit.platform.database.scoped(visit.person.scope) as session:
        known = addressing.read(session, OwnKeys(session, visit.platform.ring))
        names, catalog = directory.names(session), visit.platform.catalogs.of(session, None)
    speech = Speech(locale_of(known), visit.at)
    return speech, pages.paper(Held(speech, catalog, names, ()), taking, visit.platform.settings.portal_name)
