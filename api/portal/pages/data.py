"""Gegevens: everything that is held, kind by kind; a kind of which nobody holds anything is shown as empty."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final
from urllib.parse import urlencode
from uuid import UUID

from api.portal import places
from api.portal.frame import Frame, Page
from api.portal.pages import things
from api.portal.pages.log import Choice, Option
from api.portal.pages.things import Held, Thing
from cdp.own.holdings import Interaction, Record
from consent.types import UNMAPPED

SHOWN: Final = 6
"""How many lines of a kind stand on the first page."""
LOOKED_AT: Final = 24
"""Of how many things they are made: several that say the same are one line."""
_GLANCED: Final = 3
_SHORT: Final = 8
"""How many lines stay open on a page of their own accord."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of data, with some of what is held of it."""

    anchor: str
    name: str
    explanation: str
    count: str
    glance: str
    is_open: bool
    things: tuple[Thing, ...]
    more: str
    more_label: str
    is_special: bool


@dataclass(frozen=True, slots=True)
class Dossier:
    """What the page is made from: how much there is of each kind, and some of it."""

    held: Held
    counts: Mapping[str, tuple[int, int]]
    things: Mapping[str, Sequence[Record | Interaction]]
    sources: tuple[UUID, ...]
    source: str
    open_demands: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DataPage(Page):
    """The first page of the data."""

    template: ClassVar[str] = "data.html"

    lead: str
    filters: tuple[Choice, ...]
    is_narrowed: bool
    kinds: tuple[Kind, ...]
    waiting: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KindPage(Page):
    """All of one kind, a page at a time."""

    template: ClassVar[str] = "data_kind.html"

    explanation: str
    count: str
    things: tuple[Thing, ...]
    back: str
    first: str | None
    next: str | None


def data(dossier: Dossier, frame: Frame) -> DataPage:
    """Return the first page: every kind, the empty ones too."""
    held = dossier.held
    say, keys = held.speech.say, [*held.catalog.categories]
    known = [key for key in keys if key != UNMAPPED or UNMAPPED in dossier.counts]
    lines = {key: things.lines(held, dossier.things.get(key, ())) for key in known}
    is_short = bool(dossier.source) or sum(len(each) for each in lines.values()) <= _SHORT
    return DataPage(
        frame=frame,
        title=say("Wat staat er over u?"),
        lead=_lead(dossier),
        filters=_filters(dossier),
        is_narrowed=bool(dossier.source),
        kinds=tuple(_kind(dossier, key, lines[key], is_open=is_short) for key in known),
        waiting=_waiting(dossier),
    )


@dataclass(frozen=True, slots=True)
class Part:
    """A page of one kind: what is on it, how much there is, and where the next one begins."""

    category: str
    found: Sequence[Record | Interaction]
    counted: tuple[int, int]
    source: str
    is_first: bool
    after: str | None


def kind(held: Held, frame: Frame, part: Part) -> KindPage:
    """Return the page with all of one kind."""
    known = held.catalog.categories[part.category]
    return KindPage(
        frame=frame,
        title=held.speech.name(known.name),
        explanation=held.speech.name(known.explanation),
        count=_count(held, part.counted),
        things=things.lines(held, part.found),
        back=href(source=part.source),
        first=None if part.is_first else href(category=part.category, source=part.source),
        next=None if part.after is None else href(category=part.category, source=part.source, after=part.after),
    )


def href(*, category: str = "", source: str = "", after: str = "") -> str:
    """Return where a part of the data is."""
    said = {"soort": category, "organisatie": source, "na": after}
    query = urlencode({name: value for name, value in said.items() if value})
    return f"{places.DATA}?{query}" if query else places.DATA


def corrected(type_: str) -> str:
    """Return where the line is of what was put right just now."""
    return f"{places.DATA}?{urlencode({'verbeterd': type_})}#verbeterd"


def _kind(dossier: Dossier, category: str, lines: Sequence[Thing], *, is_open: bool) -> Kind:
    held, counted = dossier.held, dossier.counts.get(category, (0, 0))
    known = held.catalog.categories[category]
    lines = sorted(lines, key=lambda each: not each.is_corrected)
    total, shown = sum(counted), tuple(lines[:SHOWN])
    return Kind(
        anchor=f"soort-{category}",
        name=held.speech.name(known.name),
        explanation=held.speech.name(known.explanation),
        count=_count(held, counted),
        glance=_glance(shown),
        is_open=is_open or any(each.is_corrected for each in shown),
        things=shown,
        more=href(category=category, source=dossier.source) if total > sum(len(each.said) for each in shown) else "",
        more_label=held.speech.say("Bekijk alle %(number)s", number=total),
        is_special=known.is_special,
    )


def _glance(shown: Sequence[Thing]) -> str:
    labels = list(dict.fromkeys(each.label for each in shown))
    return ", ".join(labels[:_GLANCED]) + ("…" if len(labels) > _GLANCED else "")


def _count(held: Held, counted: tuple[int, int]) -> str:
    total = sum(counted)
    return held.speech.count("%(number)s gegeven", "%(number)s gegevens", total) if total else ""


def _lead(dossier: Dossier) -> str:
    total = sum(sum(each) for each in dossier.counts.values())
    speech = dossier.held.speech
    if not total:
        return speech.say("Er staat nog niets over u.")
    known = speech.count("%(number)s gegeven", "%(number)s gegevens", total)
    from_whom = speech.count("%(number)s organisatie", "%(number)s organisaties", len(dossier.sources))
    return speech.say(
        "Hier staan %(known)s, van %(sources)s. Klopt er iets niet? Zeg het.", known=known, sources=from_whom
    )


def _waiting(dossier: Dossier) -> str:
    speech, number = dossier.held.speech, dossier.open_demands
    if not number:
        return ""
    return speech.count(
        "%(number)s verzoek van u wacht op antwoord.", "%(number)s verzoeken van u wachten op antwoord.", number
    )


def _filters(dossier: Dossier) -> tuple[Choice, ...]:
    held = dossier.held
    say, names = held.speech.say, held.names
    sources = sorted(
        ((names.slug(each), held.source(each)) for each in dossier.sources), key=lambda each: each[1].lower()
    )
    kinds = [
        (key, held.speech.name(each.name))
        for key, each in held.catalog.categories.items()
        if key != UNMAPPED or UNMAPPED in dossier.counts
    ]
    return (
        _choice("organisatie", say("Organisatie"), dossier.source, say("Alle organisaties"), sources),
        _choice("soort", say("Soort gegevens"), "", say("Alle soorten"), kinds),
    )


def _choice(name: str, label: str, chosen: str, everything: str, options: Sequence[tuple[str, str]]) -> Choice:
    every = [("", everything), *options]
    return Choice(name, label, tuple(Option(value, said, value == chosen) for value, said in every))
