"""Organisaties: who may see something now, and where access has ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final, TypeVar

from api.portal import places
from api.portal.drawing import Rosette, rosette
from api.portal.frame import Frame, Page, Tab
from api.portal.pages.facts import Facts
from api.portal.pages.heard import heard
from api.portal.pages.plates import Plate, end_of, plate
from cdp.own.holdings import Grant, Request
from cdp.own.waiting import SOON

PENDING: Final = "pending"
PER_PAGE: Final = 20
_ENDINGS: Final = {"revoked": "revoke", "objected": "object"}

Each = TypeVar("Each")


@dataclass(frozen=True, slots=True)
class Asking:
    """An organization that waits for an answer."""

    anchor: str
    name: str
    is_verified: bool
    rosette: Rosette
    what: tuple[str, ...]
    why: str
    period: str
    due: str
    href: str
    refuse: str


@dataclass(frozen=True, slots=True)
class Ended:
    """A permission that is over, or a request that came to nothing."""

    name: str
    href: str
    rosette: Rosette
    how: str
    when: str
    why: str
    undo: str | None
    heard: str = ""


@dataclass(frozen=True, slots=True)
class Leaf:
    """Which page of a long list this is, and where the ones beside it are; empty at an end."""

    says: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationsPage(Page):
    """Everybody who may see something, and everybody who waits for an answer."""

    template: ClassVar[str] = "organisations.html"

    lead: str
    asking: tuple[Asking, ...]
    plates: tuple[Plate, ...]
    tabs: tuple[Tab, ...]
    leaf: Leaf | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedPage(Page):
    """Everything that is over."""

    template: ClassVar[str] = "organisations_ended.html"

    lead: str
    tabs: tuple[Tab, ...]
    ended: tuple[Ended, ...]
    leaf: Leaf | None


def now(facts: Facts, frame: Frame, number: int = 1) -> OrganisationsPage:
    """Return a page of who may see something now; what is asked about and what ends soon stands first."""
    live, leaf = _leafed(
        facts, sorted(live_grants(facts), key=lambda each: _rank(facts, each)), number, places.ORGANISATIONS
    )
    return OrganisationsPage(
        frame=frame,
        title=facts.speech.say("Wie mag iets van u zien?"),
        lead=_lead(facts),
        asking=tuple(asking(facts, each) for each in waiting(facts)),
        plates=tuple(plate(facts, each) for each in live),
        tabs=_tabs(facts, is_now=True),
        leaf=leaf,
    )


def ended(facts: Facts, frame: Frame, number: int = 1) -> EndedPage:
    """Return a page of what is over, the latest first."""
    over, leaf = _leafed(facts, _ended(facts), number, places.ENDED)
    return EndedPage(
        frame=frame,
        title=facts.speech.say("Wie mag niets meer zien?"),
        lead=facts.speech.say("Deze toegang is gestopt, afgelopen of geweigerd. Wat gebeurd is, blijft hier staan."),
        tabs=_tabs(facts, is_now=False),
        ended=over,
        leaf=leaf,
    )


def _leafed(facts: Facts, found: Sequence[Each], number: int, place: str) -> tuple[tuple[Each, ...], Leaf | None]:
    """Return what is on one page of a list, and the way to the others; a number beyond an end is that end."""
    pages = max(-(-len(found) // PER_PAGE), 1)
    here = min(max(number, 1), pages)
    shown = tuple(found[(here - 1) * PER_PAGE : here * PER_PAGE])
    if pages == 1:
        return shown, None
    says = facts.speech.say("Pagina %(number)s van %(pages)s", number=here, pages=pages)
    before, after = (f"{place}?pagina={each}" if 1 <= each <= pages else "" for each in (here - 1, here + 1))
    return shown, Leaf(says, before, after)


def _rank(facts: Facts, grant: Grant) -> tuple[bool, bool, str]:
    is_asked = (grant.organization, grant.purpose) in facts.reviews
    return not is_asked, end_of(grant) - facts.speech.at > SOON, _name(facts, grant)


def live_grants(facts: Facts) -> list[Grant]:
    """Return the permissions under which somebody may see something now."""
    return [each for each in facts.grants if each.is_live]


def waiting(facts: Facts) -> list[Request]:
    """Return the requests that wait for an answer, the one that lapses first at the top."""
    return sorted((each for each in facts.requests if each.state == PENDING), key=lambda each: each.due_at)


def asking(facts: Facts, request: Request) -> Asking:
    """Return a request as it is announced: who, which data, how long, and by when."""
    speech = facts.speech
    return Asking(
        anchor=f"v{request.request_id.hex[:12]}",
        name=facts.names.name(request.organization),
        is_verified=facts.names.is_verified(request.organization),
        rosette=rosette(request.organization),
        what=tuple(facts.category(each) for each in facts.in_order(frozenset(request.categories))),
        why=facts.why(request.organization, request.purpose),
        period=speech.say("%(period)s lang", period=speech.period(request.days)),
        due=speech.say(
            "U hoeft niet te antwoorden. Dan zien ze niets. De vraag vervalt op %(date)s.",
            date=speech.date(request.due_at),
        ),
        href=places.request(request.request_id),
        refuse=f"{places.request(request.request_id)}/weigeren",
    )


def ended_grant(facts: Facts, grant: Grant) -> Ended:
    """Return a permission that is over as its owner sees it."""
    speech, end = facts.speech, end_of(grant)
    how = {
        "revoked": speech.say("Gestopt"),
        "refused": speech.say("Geweigerd door u"),
        "objected": speech.say("U maakte bezwaar"),
    }.get(grant.stopped or "", speech.say("Afgelopen"))
    return Ended(
        name=facts.names.name(grant.organization),
        href=places.organisation(facts.names.slug(grant.organization)),
        rosette=rosette(grant.organization),
        how=how,
        when=speech.date(grant.changed_at if grant.stopped else end),
        why=facts.why(grant.organization, grant.purpose),
        undo=places.access(grant.grant_id, "terug") if grant.stopped == "revoked" else None,
        heard=heard(
            facts, (grant.organization, _ENDINGS.get(grant.stopped or "", ""), grant.purpose, grant.changed_at)
        ),
    )


def _lead(facts: Facts) -> str:
    speech, seeing = facts.speech, len({each.organization for each in live_grants(facts)})
    first = speech.count(
        "%(number)s organisatie mag iets van u zien.", "%(number)s organisaties mogen iets van u zien.", seeing
    )
    asked = len(waiting(facts))
    second = speech.count(
        "%(number)s organisatie wacht op uw antwoord.", "%(number)s organisaties wachten op uw antwoord.", asked
    )
    third = speech.say("U kunt toegang altijd aanpassen of stoppen.")
    opening = first if seeing else speech.say("Niemand mag nu iets van u zien.")
    return " ".join([opening, *([second] if asked else []), *([third] if seeing else [])])


def _ended(facts: Facts) -> list[Ended]:
    over = [(_over_at(each), ended_grant(facts, each)) for each in facts.grants if not each.is_live]
    lapsed = [(each.due_at, _lapsed(facts, each)) for each in facts.requests if each.state == "expired"]
    return [each for _, each in sorted(over + lapsed, key=lambda pair: pair[0], reverse=True)]


def _tabs(facts: Facts, *, is_now: bool) -> tuple[Tab, ...]:
    live, over = len(live_grants(facts)), len(_ended(facts))
    return (
        Tab(places.ORGANISATIONS, facts.speech.say("Nu (%(number)s)", number=live), is_now),
        Tab(places.ENDED, facts.speech.say("Gestopt (%(number)s)", number=over), not is_now),
    )


def _over_at(grant: Grant) -> datetime:
    return grant.changed_at if grant.stopped else end_of(grant)


def _lapsed(facts: Facts, request: Request) -> Ended:
    return Ended(
        name=facts.names.name(request.organization),
        href=places.organisation(facts.names.slug(request.organization)),
        rosette=rosette(request.organization),
        how=facts.speech.say("Vraag vervallen"),
        when=facts.speech.date(request.due_at),
        why=facts.why(request.organization, request.purpose),
        undo=None,
    )


def _name(facts: Facts, grant: Grant) -> str:
    return facts.names.name(grant.organization).lower()
