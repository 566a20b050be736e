"""Logboek: who looked, and asking why."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Path, Query, Request
from starlette.responses import Response

from api import demand_mail
from api.own_forms import OURS
from api.portal import notices, places
from api.portal.frame import Room
from api.portal.leafing import Leafing
from api.portal.pages import log, log_more, log_words
from api.portal.pages.log import Asked, Looks
from api.portal.visit import Opened, Visit, Visiting
from cdp import demands, directory
from cdp.log import completeness
from cdp.mailroom import alerts
from cdp.own import dossier, looked, looks
from cdp.own.looked import Search, Wanted
from consent.errors import Invalid, NotFound

router = APIRouter(include_in_schema=False)

LINES: Final = 50
WEEKS: Final = 12
_WHO: Final = frozenset({"human", "computer", "self"})
_OUTCOMES: Final = frozenset({"seen", "stopped"})

Word = Annotated[str, Query(max_length=60)]
AccessId = Annotated[UUID, Path()]
Note = Annotated[str, Form(max_length=4_000)]


def asked(
    wie: Word = "",
    organisatie: Word = "",
    soort: Word = "",
    uitkomst: Word = "",
    dagen: Word = "",
    zoek: Word = "",
) -> Asked:
    """Return what the filters of the page say; a choice that does not exist is none."""
    return Asked(
        who=wie if wie in _WHO else "",
        organization=organisatie,
        category=soort,
        outcome=uitkomst if uitkomst in _OUTCOMES else "",
        days=dagen if dagen in {str(each) for each in log.PERIODS} else "",
        word=zoek.strip(),
    )


Filters = Annotated[Asked, Depends(asked)]
After = Annotated[str, Query(max_length=512)]


@router.get(places.LOG)
def show(visit: Visiting, filters: Filters, na: After = "") -> Response:
    """Show who looked."""
    with visit.opened(Room.LOG) as opened:
        page = log.log(_looks(visit, opened, filters, after=na), opened.frame)
    return visit.show(page)


@router.get("/logboek/regel/{access_id}")
def doubt(visit: Visiting, access_id: AccessId) -> Response:
    """Show one look, and ask what is wrong with it."""
    with visit.opened(Room.LOG) as opened:
        page = log_more.report(_one(opened, access_id), opened.frame)
    return visit.show(page)


@router.post("/logboek/regel/{access_id}", dependencies=OURS)
def report(visit: Visiting, request: Request, access_id: AccessId, toelichting: Note = "") -> Response:
    """Ask whoever looked to explain it."""
    platform, note = visit.platform, toelichting.strip()[: demands.LONGEST_NOTE]
    with platform.database.scoped(visit.person.scope) as session:
        asked_now = demands.report(platform, session, access_id, note=note, at=visit.at)
        letters = demand_mail.about(platform, session, asked_now)
    demand_mail.send(request, letters)
    return visit.lead(places.demand(asked_now), notices.ASKED)


@router.get(places.LOG_ALERTS)
def show_alerts(visit: Visiting) -> Response:
    """Show of whose looks a letter comes."""
    with visit.opened(Room.LOG) as opened:
        known, chosen = _known(visit, opened), alerts.chosen(opened.session)
        address = next(iter(dossier.summary(opened.session, opened.keys).emails), "")
        page = log_more.alerts(opened.speech, opened.names, opened.frame, known, chosen, address)
    return visit.show(page)


@router.post(places.LOG_ALERTS, dependencies=OURS)
async def choose_alerts(visit: Visiting, request: Request) -> Response:
    """Keep of whose looks a letter comes."""
    form = await request.form(max_files=0, max_fields=500)
    _keep(visit, {name: value for name, value in form.items() if isinstance(value, str)})
    return visit.lead(places.LOG_ALERTS, notices.SAVED)


def _keep(visit: Visit, chosen: Mapping[str, str]) -> None:
    with visit.platform.database.scoped(visit.person.scope) as session:
        names = directory.names(session)
        for field, rhythm in chosen.items():
            found = names.by_slug.get(field.removeprefix("hoe-"))
            if found is None:
                raise NotFound
            alerts.choose(session, visit.person.customer_id, found.organization_id, rhythm, at=visit.at)


def _looks(visit: Visit, opened: Opened, filters: Asked, *, after: str) -> Looks:
    session, at, leaf = opened.session, visit.at, Leafing.of(visit, "log", lines=LINES)
    place = leaf.place(after)
    asked_for = wanted(opened, filters)
    if asked_for == Wanted(who="self", since=asked_for.since):
        found = looked.visits(session, asked_for.since, after=place, until=at, limit=leaf.enough)
    else:
        found = looked.lines(session, asked_for, after=place, until=at, limit=leaf.enough)
    shown, onward = leaf.cut(found, lambda each: each.place)
    return Looks(
        speech=opened.speech,
        catalog=opened.catalog,
        names=opened.names,
        lines=tuple(shown),
        weeks=tuple(looked.weeks(session, looked.mondays(at, WEEKS), until=at)),
        organizations=_known(visit, opened),
        complete=completeness.of_customer(session),
        asked=filters,
        is_first=not after,
        next=onward,
    )


def _one(opened: Opened, access: UUID) -> Looks:
    """Return the one line; raises NotFound when it is somebody else's."""
    found = looked.one(opened.session, access)
    return Looks(
        speech=opened.speech,
        catalog=opened.catalog,
        names=opened.names,
        lines=(found,),
        weeks=(),
        organizations=(),
        complete=None,
        asked=Asked(),
        is_first=True,
        next=None,
    )


def wanted(opened: Opened, filters: Asked) -> Wanted:
    """Return what the filters mean; an organization or a kind of data that is not there leaves nothing."""
    organization = opened.names.by_slug.get(filters.organization)
    if filters.organization and organization is None:
        raise Invalid("there is no such organization", field="/organisatie")
    facts: dict[str, Any] = {
        "who": filters.who or None,
        "organization": None if organization is None else organization.organization_id,
        "category": filters.category or None,
        "outcome": filters.outcome or None,
        "search": _search(opened, filters.word) if filters.word else None,
    }
    if filters.days:
        facts["since"] = opened.speech.at - timedelta(days=int(filters.days))
    return Wanted(**facts)


def _search(opened: Opened, word: str) -> Search:
    speech, catalog = opened.speech, opened.catalog
    organizations = [(str(key), each.name) for key, each in opened.names.by_id.items()]
    programs = [(each.client_id, each.name) for each in looked.programs(opened.session)]
    purposes = [(key, speech.name(each.name)) for key, each in catalog.purposes.items()]
    kinds = [(key, log_words.category(speech, catalog, key)) for key in catalog.categories]
    return Search(
        organizations=[UUID(each) for each in looked.matching(word, organizations)],
        clients=looked.matching(word, programs),
        purposes=looked.matching(word, purposes),
        categories=looked.matching(word, kinds),
    )


def _known(visit: Visit, opened: Opened) -> tuple[UUID, ...]:
    """Return the organizations that ever looked, or may look."""
    ever = {organization for organization, _ in looks.recent(opened.session, since=visit.at, until=visit.at)}
    return tuple(ever | {each.recipient for each in dossier.openings(opened.session)})
