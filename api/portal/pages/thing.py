"""One thing in full, with what can be done about it: put right, dispute, have erased."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from pydantic import JsonValue

from api.portal import places
from api.portal.frame import Frame, Page
from api.portal.pages import things, values
from api.portal.pages.things import Held, Pair, Tag, Viewer
from api.portal.speech import Speech
from cdp import due_dates
from cdp.catalog import retention
from cdp.catalog.files import JsonType
from cdp.demands import LONGEST_NOTE, Demand
from cdp.own.holdings import Interaction, Record
from consent.types import CUSTOMER_SOURCE

WISHED: Final = "contact_preference"
"""What a source says of it is put right in one place, where the customer chooses it: in their preferences."""
_INPUTS: Final = {
    JsonType.DATE: "date",
    JsonType.INTEGER: "number",
    JsonType.NUMBER: "number",
    JsonType.BOOLEAN: "yes-no",
    JsonType.STRING: "text",
}
TELL: Final = "bron"
HERE: Final = "hier"
_TOLD_BY: Final = {"email": "email", "phone": "tel", "first_name": "given-name", "last_name": "family-name"}


@dataclass(frozen=True, slots=True)
class Input:
    """The field in which the right value is typed."""

    kind: str
    value: str
    autocomplete: str


@dataclass(frozen=True, slots=True)
class Way:
    """One button: what it says, and what it sends along."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Correcting:
    """Klopt niet: what happens, the field, and whether its source is to get the right value as well."""

    action: str
    field: Input
    points: tuple[str, ...]
    ways: tuple[Way, ...]
    has_note: bool


@dataclass(frozen=True, slots=True)
class Deed:
    """Another thing that can be done: what happens, told before the button."""

    action: str
    title: str
    summary: str
    points: tuple[str, ...]
    button: str
    has_note: bool
    is_grave: bool


@dataclass(frozen=True, slots=True)
class Older:
    """What was said before."""

    value: str
    when: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingPage(Page):
    """One thing in full."""

    template: ClassVar[str] = "thing.html"

    category: str
    category_href: str
    value: str
    is_long: bool
    tags: tuple[Tag, ...]
    facts: tuple[Pair, ...]
    viewers: tuple[Viewer, ...]
    pairs: tuple[Pair, ...]
    older: tuple[Older, ...]
    demands: tuple[tuple[str, str], ...]
    wish: str
    """Where it is chosen, if that is elsewhere."""
    correcting: Correcting | None
    note: str
    """What was typed for its source and not sent, beside what did not fit."""
    deeds: tuple[Deed, ...]
    longest: int


@dataclass(frozen=True, slots=True)
class Tried:
    """A correction that did not fit: what is wrong with it, and what was typed."""

    fault: str | None = None
    value: str = ""
    note: str = ""


UNTRIED: Final = Tried()


def thing(
    held: Held,
    frame: Frame,
    each: Record | Interaction,
    older: Sequence[Record],
    asked: Sequence[Demand],
    tried: Tried = UNTRIED,
) -> ThingPage:
    """Return the page about one thing; `asked` are the open demands about it, `tried` is what did not fit."""
    value = things.whole(held, each)
    return ThingPage(
        frame=frame,
        title=values.label(held.speech, held.catalog, things.kind_of(each), each.type),
        fault=tried.fault,
        category=held.category(each.category),
        category_href=f"{places.DATA}?soort={each.category}",
        value=value if isinstance(each, Record) and each.kind == "attributes" else "",
        is_long=len(value) > things.LONG,
        tags=things.tags(held, each),
        facts=_facts(held, each),
        viewers=things.viewers_of(held, each),
        pairs=things.pairs(held, each),
        older=tuple(_older(held, before) for before in older),
        demands=tuple((_asked(held, demand), places.demand(demand.demand_id)) for demand in asked),
        wish=places.PREFERENCES if each.type == WISHED else "",
        correcting=_correcting(held, each, tried.value),
        note=tried.note,
        deeds=_deeds(held, each, asked),
        longest=LONGEST_NOTE,
    )


def _facts(held: Held, each: Record | Interaction) -> tuple[Pair, ...]:
    say = held.speech.say
    found = [
        Pair(say("Van wie"), held.source(each.source)),
        Pair(say("Hoe het kwam"), things.how(held, each)),
        Pair(say("Sinds"), held.speech.date(each.occurred_at)),
        Pair(say("Hoe lang bewaard"), things.kept(held, each)),
    ]
    if isinstance(each, Interaction):
        spoke = {"human": say("Een mens"), "computer": say("Een computer")}.get(each.speaker or "")
        found.extend([Pair(say("Met wie"), spoke)] if spoke else [])
    return tuple(found)


def _older(held: Held, before: Record) -> Older:
    return Older(things.whole(held, before), held.speech.date(before.occurred_at))


def _asked(held: Held, demand: Demand) -> str:
    date = held.speech.date(due_dates.last_moment(demand.due_at))
    return held.speech.say("Uw verzoek loopt. Antwoord komt uiterlijk op %(date)s.", date=date)


def misfit(speech: Speech, form: str | None) -> str:
    """Return what is wrong with what was typed, by the form that it has to have."""
    match form:
        case "email":
            return speech.say("Dit is geen e-mailadres. Typ het zoals naam@voorbeeld.nl.")
        case "phone":
            return speech.say("Dit is geen telefoonnummer. Typ het zoals 06 12345678.")
        case "postcode":
            return speech.say("Dit is geen postcode. Typ die zoals 1234 AB.")
        case "date":
            return speech.say("Dit is geen datum. Typ die zoals 2001-12-31.")
        case "birth_date":
            return speech.say("Dit kan geen geboortedatum zijn. Typ een dag van de laatste 130 jaar, zoals 2001-12-31.")
    return speech.say("Dit past hier niet. Vul het anders in.")


def _correcting(held: Held, each: Record | Interaction, typed: str) -> Correcting | None:
    if not isinstance(each, Record) or each.kind != "attributes" or isinstance(each.value, dict | list):
        return None
    if each.type == WISHED:
        return None
    say, name = held.speech.say, held.source(each.source)
    points, action = [say("Uw versie telt meteen."), *_told(held, each)], f"{places.thing(each.record_id)}/verbeteren"
    if each.source == CUSTOMER_SOURCE:
        only = (Way(HERE, say("Verbeter dit")),)
        return Correcting(action, _input(held, each, typed), tuple(points), only, has_note=False)
    ways = (
        Way(HERE, say("Alleen hier verbeteren")),
        Way(TELL, say("Verbeter en geef het door aan %(name)s", name=name)),
    )
    return Correcting(action, _input(held, each, typed), (*points, *_passed_on(held, each, name)), ways, has_note=True)


def _passed_on(held: Held, each: Record, name: str) -> tuple[str, str]:
    """Return what the source gets when the customer passes it on, and what it hears when they do not."""
    say = held.speech.say
    passed = say("Geeft u het door? %(name)s krijgt uw verbetering, zodat zij die kunnen overnemen.", name=name)
    sees = any(
        opening.recipient == each.source and opening.opens(CUSTOMER_SOURCE, each.category) for opening in held.openings
    )
    if sees:
        return passed, say("Alleen hier? %(name)s heeft toegang, en ziet uw versie dus ook.", name=name)
    return passed, say("Alleen hier? Dan hoort %(name)s hier niets van.", name=name)


def _input(held: Held, each: Record, typed: str) -> Input:
    if typed:
        return Input(
            "text", typed[: things.LONG], _TOLD_BY.get(each.type, "off")
        )  # no other kind shows all that is typed
    known = held.catalog.attributes.get(each.type)
    kind = _INPUTS.get(known.type, "text") if known else _kind_of(each.value)
    value = "" if each.value is None else str(each.value).lower() if kind == "yes-no" else str(each.value)
    return Input(kind, value[: things.LONG], _TOLD_BY.get(each.type, "off"))


def _kind_of(value: JsonValue) -> str:
    if isinstance(value, bool):
        return "yes-no"
    return "number" if isinstance(value, int | float) else "text"


def _told(held: Held, each: Record) -> list[str]:
    """Return who sees the customer's version from now on, and who only sees what the source says."""
    own = {opening.recipient for opening in held.openings if opening.opens(CUSTOMER_SOURCE, each.category)}
    limited = {opening.recipient for opening in held.openings if opening.opens(each.source, each.category)} - own
    points = []
    if own:
        points.append(
            held.speech.count(
                "%(number)s organisatie ziet dan uw versie, en krijgt bericht.",
                "%(number)s organisaties zien dan uw versie, en krijgen bericht.",
                len(own),
            )
        )
    if limited:
        points.append(
            held.speech.count(
                "%(number)s organisatie ziet alleen wat %(name)s zegt, tot %(name)s het verbetert.",
                "%(number)s organisaties zien alleen wat %(name)s zegt, tot %(name)s het verbetert.",
                len(limited),
                name=held.source(each.source),
            )
        )
    return points


def _deeds(held: Held, each: Record | Interaction, asked: Sequence[Demand]) -> tuple[Deed, ...]:
    open_kinds = {demand.kind.value for demand in asked}
    deeds = []
    if each.source != CUSTOMER_SOURCE and "dispute" not in open_kinds:
        deeds.append(_disputing(held, each))
    if "erase" not in open_kinds:
        deeds.append(_erasing(held, each))
    return tuple(deeds)


def _disputing(held: Held, each: Record | Interaction) -> Deed:
    say, name = held.speech.say, held.source(each.source)
    due = held.speech.date(due_dates.last_moment(due_dates.due(held.speech.at)))
    return Deed(
        action=f"{places.thing(each.record_id)}/betwisten",
        title=say("Betwisten"),
        summary=say("Het klopt niet, maar u weet of zegt niet wat wel."),
        points=(
            say("Wie dit mag zien, ziet erbij: door de klant betwist."),
            say("%(name)s moet antwoorden, uiterlijk op %(date)s.", name=name, date=due),
            say("Na het antwoord gaat het teken weg."),
        ),
        button=say("Betwist dit"),
        has_note=True,
        is_grave=False,
    )


def _erasing(held: Held, each: Record | Interaction) -> Deed:
    say, name = held.speech.say, held.source(each.source)
    action, title = f"{places.thing(each.record_id)}/wissen", say("Verwijderen")
    if each.source == CUSTOMER_SOURCE:
        own = (
            say("Wat u hier zelf zei, gaat meteen weg. Ook wat u eerder zei."),
            say("Daarna telt weer wat anderen zeggen."),
        )
        return Deed(
            action, title, say("Haal uw eigen versie weg."), own, say("Wis mijn versie"), has_note=False, is_grave=True
        )
    due = held.speech.date(due_dates.last_moment(due_dates.due(held.speech.at)))
    points = (
        say("%(name)s moet antwoorden, uiterlijk op %(date)s.", name=name, date=due),
        say("Wist %(name)s het? Dan verdwijnt het ook hier.", name=name),
        _stays(held, each, name),
        say("Tot het antwoord staat hier: verwijdering gevraagd."),
        say("Wie toegang heeft, ziet het tot dan nog. U kunt de toegang stoppen."),
    )
    summary = say("Vraag %(name)s om dit te wissen.", name=name)
    return Deed(action, title, summary, points, say("Vraag om wissen"), has_note=True, is_grave=True)


def _stays(held: Held, each: Record | Interaction, name: str) -> str:
    """Return what the law keeps."""
    speech, law = held.speech, retention.law_for(things.kind_of(each), each.type)
    if law is None:
        return speech.say("Soms moet een wet dit bewaren. Dan zegt %(name)s welke en tot wanneer.", name=name)
    called = speech.name(law.name)
    return speech.say("Dit moet %(years)s jaar bewaard blijven. Dat staat in %(law)s.", years=law.years, law=called)
