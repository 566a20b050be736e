"""Meenemen: all data or those of one organization, as a file to read or to use elsewhere."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Final
from uuid import UUID

from api.portal import places
from api.portal.frame import Frame, Page
from api.portal.pages import demands, things, values
from api.portal.pages.things import Held
from api.portal.speech import Speech, later
from cdp.copies.portability import Taking
from cdp.demands import Kind

Row = Mapping[str, Any]
FORMS: Final = ("html", "pdf", "csv", "json")
_LABELS: Final[Mapping[str, str]] = {
    "html": later("Om te lezen (HTML)"),
    "pdf": later("Om af te drukken (PDF)"),
    "csv": later("Spreadsheets (CSV)"),
    "json": later("Voor computers (JSON)"),
}


@dataclass(frozen=True, slots=True)
class File:
    """One file to take along."""

    href: str
    label: str


@dataclass(frozen=True, slots=True)
class Bundle:
    """The files of one organization, or of all."""

    name: str
    files: tuple[File, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeAlongPage(Page):
    """Everything that can be taken along."""

    template: ClassVar[str] = "take_along.html"

    whole: Bundle
    bundles: tuple[Bundle, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing in a readable file: what it is, and what it says."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """One list of a readable file; its items are read while it is made."""

    title: str
    items: Iterator[Item]


@dataclass(frozen=True, slots=True)
class Paper:
    """A readable file, from its first line to its last chapter."""

    language: str
    title: str
    sentence: str
    empty: str
    chapters: tuple[Chapter, ...]


def take_along(held: Held, frame: Frame, sources: Sequence[UUID]) -> TakeAlongPage:
    """Return the page."""
    names = sorted((held.names.name(each), held.names.slug(each)) for each in sources)
    return TakeAlongPage(
        frame=frame,
        title=held.speech.say("Alles meenemen of doorgeven"),
        whole=Bundle(held.speech.say("Alles van iedereen"), _files(held.speech)),
        bundles=tuple(Bundle(name, _files(held.speech, slug)) for name, slug in names),
    )


def paper(held: Held, taking: Taking, brand: str) -> Paper:
    """Return what is taken along as something to read."""
    speech = held.speech
    say = speech.say
    found = (
        (say("Gegevens"), "records", _record),
        (say("Gesprekken en gebruik"), "interactions", _talk),
        (say("Wie mag kijken"), "grants", _grant),
        (say("Uw verzoeken"), "demands", _demand),
        (say("Wie heeft gekeken"), "accesses", _access),
    )
    name = held.names.name(held.names.by_slug[taking.only].organization_id) if taking.only else ""
    title = say("Uw gegevens bij %(name)s", name=name) if name else say("Al uw gegevens")
    return Paper(
        language=speech.tag,
        title=title,
        sentence=say("Gemaakt op %(date)s, door %(brand)s.", date=speech.date(taking.at), brand=brand),
        empty=say("Hier staat niets."),
        chapters=tuple(Chapter(called, _items(held, taking.rows(rows), make)) for called, rows, make in found),
    )


def _items(held: Held, rows: Iterator[Row], make: Callable[[Held, Row], Item]) -> Iterator[Item]:
    return (make(held, row) for row in rows if not _is_own_page(row))


def _files(speech: Speech, slug: str = "") -> tuple[File, ...]:
    tail = f"/{slug}" if slug else ""
    return tuple(File(f"{places.TAKE_ALONG}/{form}{tail}", speech.say(_LABELS[form])) for form in FORMS)


def _is_own_page(row: Row) -> bool:
    return row.get("principal") == "customer"


def _record(held: Held, row: Row) -> Item:
    lines = [*things.told(held, row["kind"], row["type"], row["value"]), _from(held, row)]
    if row["disputed_at"]:
        lines.append(held.speech.say("Door u betwist"))
    return Item(values.label(held.speech, held.catalog, row["kind"], row["type"]), _said(lines))


def _talk(held: Held, row: Row) -> Item:
    return Item(
        values.label(held.speech, held.catalog, "interaction", row["type"]),
        _said([*things.told(held, "interaction", row["type"], row["value"]), _from(held, row)]),
    )


def _grant(held: Held, row: Row) -> Item:
    say, purpose = held.speech.say, held.catalog.purposes.get(row["purpose"])
    opened = dict.fromkeys([*row["categories"], *row["attested_categories"]])
    seen = ", ".join(held.category(each) for each in opened)
    state = say("Mag nu kijken") if row["is_live"] else say("Mag niet meer kijken")
    return Item(
        row["organization_name"], _said([held.speech.name(purpose.name) if purpose else row["purpose"], seen, state])
    )


def _demand(held: Held, row: Row) -> Item:
    asked = demands.asked_for(held, Kind(row["kind"]), row["type"] or "")
    return Item(row["organization_name"], _said([asked, _date(held, row["asked_at"])]))


def _access(held: Held, row: Row) -> Item:
    say = held.speech.say
    seen = ", ".join(held.category(each) for each in row["released"])
    what = f"{say('Zag:')} {seen}" if row["outcome"] == "released" else say("Tegengehouden.")
    if row["path"] == "decision" and row["outcome"] == "released":
        what = say("Hoorde dat er iets van u gezien mag worden.")
    purpose, at = held.catalog.purposes.get(row["purpose"] or ""), _moment(row["at"])
    why = f"{say('Waarvoor:')} {held.speech.name(purpose.name)}" if purpose else ""
    when = f"{held.speech.date(at)}, {held.speech.clock(at)}"
    return Item(row["organization_name"] or say("Beheer van deze site"), _said([when, what, why]))


def _from(held: Held, row: Row) -> str:
    return f"{row['source_name']}, {_date(held, row['occurred_at'])}"


def _date(held: Held, moment: Any) -> str:  # noqa: ANN401  # a moment, or what JSON makes of one
    return held.speech.date(_moment(moment))


def _moment(moment: Any) -> datetime:  # noqa: ANN401  # a moment, or what JSON makes of one
    return moment if isinstance(moment, datetime) else datetime.fromisoformat(str(moment))


def _said(lines: Sequence[str]) -> tuple[str, ...]:
    return tuple(each for each in lines if each)
