"""Gegevens: what is held, and putting it right."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Form, Path, Query, Request
from pydantic import JsonValue
from starlette.responses import Response

from api import demand_mail
from api.own_forms import OURS
from api.portal import notices, places
from api.portal.frame import Frame, Page, Room
from api.portal.leafing import Leafing
from api.portal.pages import data, thing
from api.portal.pages.data import Dossier
from api.portal.pages.things import Held
from api.portal.routes.log import Note
from api.portal.visit import Opened, Visit, Visiting
from cdp import demands
from cdp.catalog.files import Catalog, JsonType
from cdp.database import Session
from cdp.demands import State
from cdp.own import corrections, dossier
from cdp.own.holdings import Interaction, InteractionPlace, Record, RecordPlace
from consent.errors import NotFound
from consent.types import CUSTOMER_SOURCE

router = APIRouter(include_in_schema=False)

LINES: Final = 60
_NUMBERS: Final = frozenset({JsonType.INTEGER, JsonType.NUMBER})

Word = Annotated[str, Query(max_length=64)]
After = Annotated[str, Query(max_length=512)]
RecordId = Annotated[UUID, Path()]
Stated = Annotated[str, Form(max_length=8_000)]
Where = Annotated[str, Form(max_length=10)]
Things = list[Record | Interaction]
Place = tuple[str, list[str]]
_TALKS: Final = "interactions"


@router.get(places.DATA)
def show(visit: Visiting, soort: Word = "", organisatie: Word = "", na: After = "", verbeterd: Word = "") -> Response:
    """Show everything, or all of one kind; what was put right just now stands first in its kind."""
    with visit.opened(Room.DATA) as opened:
        source = opened.names.supplier(organisatie or None)
        page: Page
        if soort:
            page = _kind(visit, opened, soort, organisatie, source, after=na)
        else:
            page = data.data(_dossier(visit, opened, organisatie, source, corrected=verbeterd), opened.frame)
    return visit.show(page)


@router.get(places.DATA + "/{record_id}")
def one(visit: Visiting, record_id: RecordId) -> Response:
    """Show one thing in full."""
    with visit.opened(Room.DATA) as opened:
        page = _thing(visit, opened, record_id, opened.frame)
    return visit.show(page)


@router.post(places.DATA + "/{record_id}/verbeteren", dependencies=OURS)
def correct(
    visit: Visiting, request: Request, record_id: RecordId, waarde: Stated = "", toelichting: Note = "", bij: Where = ""
) -> Response:
    """Keep the customer's own value, for its source only when they said so; one that does not fit is told there."""
    what = partial(demands.correct, tell_source=bij == thing.TELL)
    with visit.platform.database.scoped(visit.person.scope) as session:
        place = data.corrected(demands.type_of(session, record_id))  # before: their own word before stands no more then
    try:
        opened = _do(visit, request, what, record_id, toelichting, value=waarde)
    except corrections.UnfitValue:
        return _misfit(visit, record_id, waarde, toelichting)
    return visit.lead(place, notices.CORRECTED if opened is None else notices.PASSED_ON)


@router.post(places.DATA + "/{record_id}/betwisten", dependencies=OURS)
def dispute(visit: Visiting, request: Request, record_id: RecordId, toelichting: Note = "") -> Response:
    """Mark it as disputed for every reader, and ask its source."""
    opened = _do(visit, request, demands.dispute, record_id, toelichting)
    return visit.lead(places.demand(opened), notices.ASKED)


@router.post(places.DATA + "/{record_id}/wissen", dependencies=OURS)
def erase(visit: Visiting, request: Request, record_id: RecordId, toelichting: Note = "") -> Response:
    """Ask its source to erase it; the customer's own words go at once."""
    opened = _do(visit, request, demands.erase, record_id, toelichting)
    return (
        visit.lead(places.DATA, notices.ERASED) if opened is None else visit.lead(places.demand(opened), notices.ASKED)
    )


def held(opened: Opened, corrected: str = "") -> Held:
    """Return what lists and pages of things are made from."""
    session = opened.session
    openings, erasing = dossier.openings(session), demands.erasures_asked(session)
    return Held(opened.speech, opened.catalog, opened.names, openings, erasing, corrected)


def _do(
    visit: Visit,
    request: Request,
    what: Callable[..., UUID | None],
    record: UUID,
    note: str,
    *,
    value: str | None = None,
) -> UUID | None:
    platform, cut = visit.platform, note.strip()[: demands.LONGEST_NOTE]
    with platform.database.scoped(visit.person.scope) as session:
        stated = [] if value is None else [_parsed(visit, session, record, value)]
        opened = what(platform, session, record, *stated, note=cut, at=visit.at)
        letters = demand_mail.about(platform, session, opened)
    demand_mail.send(request, letters)
    return opened


def _misfit(visit: Visit, record: UUID, typed: str, note: str) -> Response:
    """Return the page again, with what is wrong and what was typed."""
    with visit.opened(Room.DATA) as opened:
        form = corrections.form_of(opened.catalog, demands.type_of(opened.session, record))
        fault = thing.misfit(opened.speech, form)
        page = _thing(visit, opened, record, opened.frame, thing.Tried(fault, typed, note))
    return visit.show(page, status=422)


def _parsed(visit: Visit, session: Session, record: UUID, typed: str) -> JsonValue:
    """Return what was typed, as the kind of value that the attribute holds."""
    catalog: Catalog = visit.platform.catalogs.of(session, None)
    known = catalog.attributes.get(demands.type_of(session, record))
    text = typed.strip()
    if known is not None and known.type is JsonType.BOOLEAN:
        return text == "true"
    if known is None or known.type not in _NUMBERS:
        return text
    try:
        return int(text) if known.type is JsonType.INTEGER else float(text.replace(",", "."))
    except ValueError:
        raise corrections.UnfitValue(field="/value") from None


def _dossier(visit: Visit, opened: Opened, slug: str, source: UUID | None, *, corrected: str) -> Dossier:
    session, keys, at = opened.session, opened.keys, visit.at
    counts = dossier.counts(session, source=source)
    things: dict[str, Things] = {}
    for category, (records, interactions) in counts.items():
        found: Things = []
        if records:
            found += dossier.records(session, keys, category=category, source=source, until=at, limit=data.LOOKED_AT)
        if interactions and len(found) < data.LOOKED_AT:
            missing = data.LOOKED_AT - len(found)
            found += dossier.interactions(session, keys, category=category, source=source, until=at, limit=missing)
        things[category] = found
    waiting = {State.OPEN, State.LATE}
    asked = [each for each in demands.of_customer(session, keys) if each.state(at=at) in waiting]
    suppliers = tuple(dict.fromkeys(each.source for each in dossier.sources(session, keys)))
    known = tuple(each for each in suppliers if each != CUSTOMER_SOURCE)
    return Dossier(held(opened, corrected), counts, things, known, slug, len(asked))


def _kind(visit: Visit, opened: Opened, category: str, slug: str, source: UUID | None, *, after: str) -> data.KindPage:
    """Return a page of one kind: its records, and behind them its interactions."""
    session, leaf = opened.session, Leafing.of(visit, "kind", category, slug, lines=LINES)
    if category not in opened.catalog.categories:
        raise NotFound
    visit.fresh_for(session, [category])
    found = _found(visit, opened, category, source, leaf.place_as(tuple[str, list[str]], after, ("", [])))
    shown, onward = leaf.cut(found, _place)
    part = data.Part(
        category=category,
        found=shown,
        counted=dossier.counts(session, source=source).get(category, (0, 0)),
        source=slug,
        is_first=not after,
        after=onward,
    )
    return data.kind(held(opened), opened.frame, part)


def _found(visit: Visit, opened: Opened, category: str, source: UUID | None, place: Place) -> Things:
    """Return one more than fits on a page, from `place` on."""
    session, keys, at = opened.session, opened.keys, visit.at
    kind, said = place
    found: Things = []
    if kind != _TALKS:
        begin = RecordPlace(said[0], said[1], said[2], UUID(said[3])) if said else dossier.FIRST_RECORD
        found += dossier.records(
            session, keys, after=begin, category=category, source=source, until=at, limit=LINES + 1
        )
    if len(found) <= LINES:
        start = dossier.FIRST_INTERACTION
        if kind == _TALKS:
            start = InteractionPlace(datetime.fromisoformat(said[0]), UUID(said[1]), UUID(said[2]))
        missing = LINES + 1 - len(found)
        found += dossier.interactions(
            session, keys, after=start, category=category, source=source, until=at, limit=missing
        )
    return found


def _place(each: Record | Interaction) -> Place:
    if isinstance(each, Record):
        return "records", [each.category, each.kind, each.type, str(each.record_id)]
    return _TALKS, [each.occurred_at.isoformat(), str(each.source), str(each.record_id)]


def _thing(
    visit: Visit, opened: Opened, record: UUID, frame: Frame, tried: thing.Tried = thing.UNTRIED
) -> thing.ThingPage:
    session, keys = opened.session, opened.keys
    waiting = {State.OPEN, State.LATE}
    asked = [
        each
        for each in demands.of_customer(session, keys)
        if each.record_id == record and each.state(at=visit.at) in waiting
    ]
    try:
        versions = dossier.versions(session, keys, record)
    except NotFound:
        talk = dossier.interaction(session, keys, record)
        visit.fresh_for(session, [talk.category])
        return thing.thing(held(opened), frame, talk, [], asked, tried)
    visit.fresh_for(session, [versions[0].category])
    if versions[0].superseded_at is not None:
        raise NotFound("there is no such record that stands now")
    return thing.thing(held(opened), frame, versions[0], versions[1:], asked, tried)
