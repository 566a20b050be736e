"""Logboek: who looked, day by day, with a picture of the weeks, filters, and how complete it is."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import ClassVar, Final
from urllib.parse import urlencode
from uuid import UUID

from api.portal import places
from api.portal.frame import Frame, Page
from api.portal.pages import log_words
from api.portal.pages.weeks import Chart, chart
from api.portal.speech import ZONE, Speech
from cdp.catalog.files import Catalog
from cdp.directory import Names
from cdp.log.completeness import Complete
from cdp.own.looked import Line, Week

PERIODS: Final = (7, 30, 90)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the filters say, as they came and were understood; empty means all."""

    who: str = ""
    organization: str = ""
    category: str = ""
    outcome: str = ""
    days: str = ""
    word: str = ""

    @property
    def is_narrowed(self) -> bool:
        """Tell whether any filter leaves anything out."""
        return bool(self.query())

    def query(self, after: str = "") -> str:
        """Return the filters as the address of a page writes them."""
        said = {
            "wie": self.who,
            "organisatie": self.organization,
            "soort": self.category,
            "uitkomst": self.outcome,
            "dagen": self.days,
            "zoek": self.word,
            "na": after,
        }
        return urlencode({name: value for name, value in said.items() if value})


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a filter."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """One filter."""

    name: str
    label: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class LogLine:
    """One look, as it is read."""

    anchor: str
    clock: str
    iso: str
    kind: str
    who: str
    organization: str
    organization_href: str
    what: str
    data: str
    why: str
    stopped: str
    report: str
    rules: str
    """Where it stands which rule looked, if one did."""


@dataclass(frozen=True, slots=True)
class Day:
    """The looks of one day, the latest first."""

    title: str
    lines: tuple[LogLine, ...]


@dataclass(frozen=True, slots=True)
class Looks:
    """What the page is made from: one page of lines, the weeks, who may be chosen, and how complete it is."""

    speech: Speech
    catalog: Catalog
    names: Names
    lines: tuple[Line, ...]
    weeks: tuple[Week, ...]
    organizations: tuple[UUID, ...]
    complete: Complete | None
    asked: Asked
    is_first: bool
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPage(Page):
    """The log."""

    template: ClassVar[str] = "log.html"

    lead: str
    complete: str
    is_complete: bool
    chart: Chart
    filters: tuple[Choice, ...]
    word: str
    is_narrowed: bool
    days: tuple[Day, ...]
    empty: str
    first: str | None
    next: str | None


def log(looks: Looks, frame: Frame) -> LogPage:
    """Return the page."""
    say = looks.speech.say
    return LogPage(
        frame=frame,
        title=say("Wie heeft gekeken?"),
        lead=say("Elke keer dat iemand naar u keek, staat hier. Ook als wij diegene tegenhielden."),
        complete=_complete(looks.speech, looks.complete),
        is_complete=looks.complete is not None,
        chart=chart(looks.speech, looks.weeks),
        filters=_filters(looks),
        word=looks.asked.word,
        is_narrowed=looks.asked.is_narrowed,
        days=days(looks),
        empty=_empty(looks),
        first=None if looks.is_first else f"{places.LOG}?{looks.asked.query()}#regels",
        next=None if looks.next is None else f"{places.LOG}?{looks.asked.query(looks.next)}#regels",
    )


def days(looks: Looks) -> tuple[Day, ...]:
    """Return the lines by day."""

    def day(line: Line) -> object:
        return line.at.astimezone(ZONE).date()

    return tuple(_day(looks, tuple(found)) for _, found in groupby(looks.lines, key=day))


def line(looks: Looks, each: Line) -> LogLine:
    """Return one line in words."""
    speech, catalog = looks.speech, looks.catalog
    organization = each.organization
    return LogLine(
        anchor=f"r{each.access_id.hex[:12]}",
        clock=speech.clock(each.at),
        iso=each.at.astimezone(ZONE).isoformat(timespec="minutes"),
        kind=log_words.kind(each),
        who=log_words.who(speech, each),
        organization="" if organization is None else looks.names.name(organization),
        organization_href="" if organization is None else places.organisation(looks.names.slug(organization)),
        what=log_words.what(speech, catalog, each),
        data=log_words.data(speech, catalog, each),
        why=log_words.why(speech, catalog, each),
        stopped=log_words.stopped(speech, each),
        report="" if each.is_own else places.log_line(each.access_id),
        rules=places.LOG_RULES if each.path == "rules" else "",
    )


def _day(looks: Looks, lines: tuple[Line, ...]) -> Day:
    return Day(looks.speech.day(lines[0].at), tuple(line(looks, each) for each in lines))


def _complete(speech: Speech, complete: Complete | None) -> str:
    if complete is None:
        return speech.say("Dit logboek is nog niet getekend. Kijk over een minuut nog eens.")
    if complete.until.astimezone(ZONE).date() == speech.at.astimezone(ZONE).date():
        return speech.say("Dit logboek is compleet tot %(clock)s.", clock=speech.clock(complete.until))
    return speech.say(
        "Dit logboek is compleet tot %(date)s om %(clock)s.",
        date=speech.date(complete.until),
        clock=speech.clock(complete.until),
    )


def _empty(looks: Looks) -> str:
    if looks.asked.is_narrowed:
        return looks.speech.say("Niets gevonden. Kies minder filters of een ander woord.")
    return looks.speech.say("Er heeft nog niemand gekeken. Kijkt er iemand? Dan ziet u dat hier meteen.")


def _filters(looks: Looks) -> tuple[Choice, ...]:
    speech, asked = looks.speech, looks.asked
    say = speech.say
    organizations = sorted((looks.names.slug(each), looks.names.name(each)) for each in looks.organizations)
    grantable = [(key, speech.name(each.name)) for key, each in looks.catalog.categories.items() if each.is_grantable]
    who = [("human", say("Een mens")), ("computer", say("Een computer")), ("self", say("Uzelf"))]
    return (
        _choice("wie", say("Wie"), asked.who, say("Iedereen"), who),
        _choice("organisatie", say("Organisatie"), asked.organization, say("Alle organisaties"), organizations),
        _choice("soort", say("Soort gegevens"), asked.category, say("Alle soorten"), grantable),
        _choice(
            "uitkomst",
            say("Wat gebeurde er"),
            asked.outcome,
            say("Alles"),
            [("seen", say("Gezien")), ("stopped", say("Tegengehouden"))],
        ),
        _choice(
            "dagen",
            say("Hoe lang geleden"),
            asked.days,
            say("Altijd"),
            [(str(each), speech.count("%(number)s dag", "%(number)s dagen", each)) for each in PERIODS],
        ),
    )


def _choice(name: str, label: str, chosen: str, everything: str, options: Iterable[tuple[str, str]]) -> Choice:
    every = [("", everything), *options]
    return Choice(name, label, tuple(Option(value, said, value == chosen) for value, said in every))
