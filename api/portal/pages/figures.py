"""Cijfers and gegevenskwaliteit: how customers found the service, drawn and in words, and how right the data are."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Final

from babel.dates import format_date

from api.portal import places
from api.portal.frame import Frame, Page, Tab
from api.portal.pages import values
from api.portal.speech import Speech, later
from cdp.catalog.files import Catalog
from cdp.listening.figures import ALL, BY, UNKNOWN, Group
from cdp.listening.metrics import Figures
from cdp.listening.statistics import Score, Share
from cdp.quality.counting import Said
from cdp.quality.report import Report
from consent.fold import RecordKind

WIDTH: Final = 100
_HALF: Final = 100
_TITLES: Final = {
    ALL: later("Alle gesprekken samen"),
    "month": later("Per maand"),
    "channel": later("Per kanaal"),
    "speaker": later("Mens of computer"),
}
_ASKED: Final = (
    later("Vraag opgelost"),
    later("Ging soepel"),
    later("Luisterde goed"),
    later("Score voor aanraden"),
)
_COUNTED: Final = (
    later("Bekend"),
    later("Ontbreekt"),
    later("Gecontroleerd"),
    later("Verouderd"),
    later("Betwist"),
    later("Door de klant verbeterd"),
    later("Vergeleken"),
    later("In strijd met anderen"),
)
_SPEAKERS: Final = {"human": later("Mens"), "computer": later("Computer"), UNKNOWN: later("Niet gemeld")}


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: in words, with its bounds, and where both stand in a drawing of 100 wide."""

    text: str
    bounds: str
    part: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Row:
    """One group: what it is called, how many answers, and its four figures; None where it is not shown."""

    name: str
    answers: str
    figures: tuple[Figure | None, ...]
    is_hidden: bool
    """Whether nothing of it is shown."""


@dataclass(frozen=True, slots=True)
class Table:
    """The groups of one division."""

    anchor: str
    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FiguresPage(Page):
    """How customers found the service of one year."""

    template: ClassVar[str] = "figures.html"

    tabs: tuple[Tab, ...]
    lead: str
    years: tuple[Tab, ...]
    asked: tuple[str, ...]
    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """One attribute: its name, and what is told of it in words; a dash where it is not shown."""

    name: str
    category: str
    counts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityPage(Page):
    """How right the organization's own data are."""

    template: ClassVar[str] = "quality.html"

    tabs: tuple[Tab, ...]
    lead: str
    verified: Figure | None
    counted: tuple[str, ...]
    kept: tuple[Kept, ...]


def figures(speech: Speech, frame: Frame, catalog: Catalog, found: Figures) -> FiguresPage:
    """Return the page with the figures of a year."""
    tables = tuple(
        Table(
            f"cijfers-{by}",
            speech.say(_TITLES[by]),
            _rows(speech, catalog, (each for each in found.groups if each.by == by)),
        )
        for by in BY
        if any(each.by == by for each in found.groups)
    )
    years = tuple(
        Tab(f"{places.OFFICE_FIGURES}?jaar={year}", str(year), is_here=year == found.year)
        for year in (found.at.year, found.at.year - 1)
    )
    return FiguresPage(
        frame=frame,
        title=speech.say("Wat klanten vinden"),
        tabs=_tabs(speech, places.OFFICE_FIGURES),
        lead=speech.say("Alleen van klanten die dit nu toestaan, en vanaf %(floor)s mensen samen.", floor=found.floor),
        years=years,
        asked=tuple(speech.say(each) for each in _ASKED),
        tables=tables,
    )


def quality(speech: Speech, frame: Frame, catalog: Catalog, found: Report) -> QualityPage:
    """Return the page with the report of an organization's own data."""
    return QualityPage(
        frame=frame,
        title=speech.say("Hoe goed de gegevens zijn"),
        tabs=_tabs(speech, places.OFFICE_QUALITY),
        lead=speech.count(
            "Deze organisatie meldde iets over %(number)s mens.",
            "Deze organisatie meldde iets over %(number)s mensen.",
            found.subjects,
        ),
        verified=_share(speech, found.verified),
        counted=tuple(speech.say(each) for each in _COUNTED),
        kept=tuple(_kept(speech, catalog, each) for each in found.attributes),
    )


def _tabs(speech: Speech, here: str) -> tuple[Tab, ...]:
    entries = (
        (places.OFFICE, speech.say("Beheer")),
        (places.OFFICE_FIGURES, speech.say("Wat klanten vinden")),
        (places.OFFICE_QUALITY, speech.say("Hoe goed de gegevens zijn")),
    )
    return tuple(Tab(href, label, is_here=href == here) for href, label in entries)


def _rows(speech: Speech, catalog: Catalog, found: Iterable[Group]) -> tuple[Row, ...]:
    return tuple(
        Row(
            name=_name(speech, catalog, each),
            answers=speech.say("Te weinig") if each.answers is None else str(each.answers),
            figures=(
                _share(speech, each.solved),
                _share(speech, each.smooth),
                _share(speech, each.heard),
                _score(speech, each.recommend),
            ),
            is_hidden=not any((each.answers, each.solved, each.smooth, each.heard, each.recommend)),
        )
        for each in found
    )


def _name(speech: Speech, catalog: Catalog, group: Group) -> str:
    if group.by == "month":
        year, month = group.key.split("-")
        first = speech.at.replace(year=int(year), month=int(month), day=1)
        return str(format_date(first, "MMMM yyyy", locale=speech.cldr))
    if group.by == "speaker":
        return speech.say(_SPEAKERS[group.key])
    if group.key == UNKNOWN:
        return speech.say("Niet gemeld")
    if group.by == ALL:
        return speech.say("Samen")
    return _channel(speech, catalog, group.key)


def _channel(speech: Speech, catalog: Catalog, key: str) -> str:
    """Return what a channel is called; one by which nobody is approached, as the talk that goes over it."""
    known = catalog.channels.get(key)
    if known is not None:
        return speech.name(known.name)
    kind = RecordKind.INTERACTION
    types = (type for (of, type), each in catalog.record_types.items() if of is kind and each.channel == key)
    return values.label(speech, catalog, kind.value, next(types, key))


def _share(speech: Speech, share: Share | None) -> Figure | None:
    if share is None:
        return None
    low, high = f"{share.low:.0%}", f"{share.high:.0%}"
    return Figure(
        text=f"{share.value:.0%}",
        bounds=speech.say("tussen %(low)s en %(high)s", low=low, high=high),
        part=round(WIDTH * share.value, 1),
        low=round(WIDTH * share.low, 1),
        high=round(WIDTH * share.high, 1),
    )


def _score(speech: Speech, score: Score | None) -> Figure | None:
    if score is None:
        return None
    low, high = f"{score.low:+.0f}", f"{score.high:+.0f}"
    return Figure(
        text=f"{score.value:+.0f}",
        bounds=speech.say("tussen %(low)s en %(high)s", low=low, high=high),
        part=round((score.value + _HALF) / 2, 1),
        low=round((score.low + _HALF) / 2, 1),
        high=round((score.high + _HALF) / 2, 1),
    )


def _kept(speech: Speech, catalog: Catalog, said: Said) -> Kept:
    category = catalog.categories.get(said.category)
    counts = (
        said.known, said.missing, said.verified, said.stale, said.disputed, said.corrected, said.compared,
        said.conflicting,
    )  # fmt: skip
    return Kept(
        name=values.label(speech, catalog, RecordKind.ATTRIBUTES.value, said.attribute),
        category=said.category if category is None else speech.name(category.name),
        counts=tuple(_people(speech, each) for each in counts),
    )


def _people(speech: Speech, count: int | None) -> str:
    if count is None:
        return speech.say("Te weinig")
    return speech.count("%(number)s mens", "%(number)s mensen", count)
