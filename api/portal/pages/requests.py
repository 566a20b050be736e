"""Verzoek: who asks for which data, what for and how long, with the customer's own values beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import attrgetter
from typing import ClassVar, Final, Self

from api.portal import places
from api.portal.drawing import Key, Rosette, Share, key
from api.portal.frame import Frame, Page
from api.portal.pages import things, values
from api.portal.pages.facts import Facts
from api.portal.pages.periods import Choice, choices
from api.portal.pages.plates import end_of
from api.portal.pages.things import Held
from api.portal.speech import Speech
from cdp.own.holdings import Interaction, Record, Request
from cdp.permissions import notices

ALL: Final = "alles"
PART: Final = "deel"
NO: Final = "nee"
MOST_LINES: Final = 3
"""How many examples of facts, of other things, and of contacts."""
_WORDS: Final = {"nl": "nl", "nl@je": "nl@je", "en": "en"}


@dataclass(frozen=True, slots=True)
class Preview:
    """What there is of one kind of data: how many records and interactions, and the newest lines of both."""

    records: int
    interactions: int
    lines: tuple[str, ...]

    @classmethod
    def of(cls, held: Held, counted: tuple[int, int], kept: Sequence[Record], talks: Sequence[Interaction]) -> Self:
        """Return a preview; facts stand in their own order, other things the newest first, what is said twice once."""
        facts = [each for each in kept if each.kind == "attributes"]
        other = sorted(
            (each for each in kept if each.kind != "attributes"), key=attrgetter("occurred_at"), reverse=True
        )
        newest: list[Record | Interaction] = [*other[:MOST_LINES], *talks[:MOST_LINES]]
        lines = [
            *islice(dict.fromkeys(_fact(held, each) for each in facts), MOST_LINES),
            *(_dated(held, each) for each in newest),
        ]
        return cls(*counted, tuple(dict.fromkeys(lines)))


@dataclass(frozen=True, slots=True)
class Wanted:
    """One kind of data that is asked for, with what stands in it."""

    key: str
    name: str
    explanation: str
    is_special: bool
    count: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPage(Page):
    """One request, to be answered or already answered."""

    template: ClassVar[str] = "request.html"

    name: str
    is_verified: bool
    warning: str
    rosette: Rosette
    drawing: Key
    why: str
    because: str
    wanted: tuple[Wanted, ...]
    only: str
    """From whom alone, where not from everybody."""
    user: str
    already: str
    without: str
    consequences: str
    special: str
    due: str
    longest: str
    periods: tuple[Choice, ...]
    action: str
    answer: str
    onward: str
    app: str
    """From where one came, and that one goes back; empty for who was not sent by an app."""


def request(
    facts: Facts,
    frame: Frame,
    asked: Request,
    previews: Mapping[str, Preview],
    *,
    app: str = "",
    fault: str | None = None,
) -> RequestPage:
    """Return the page of one request; `previews` is what there is of each kind of data that it asks for."""
    say, name = facts.speech.say, facts.names.name(asked.organization)
    is_verified = facts.names.is_verified(asked.organization)
    slots = {slot: Share.ALL for each in asked.categories if (slot := facts.slot(each)) is not None}
    return RequestPage(
        frame=frame,
        fault=fault,
        title=say("%(name)s vraagt toegang", name=name),
        name=name,
        is_verified=is_verified,
        warning="" if is_verified else say("Geef deze afzender geen gegevens."),
        rosette=key(asked.organization, {}).rosette,
        drawing=key(asked.organization, slots),
        why=facts.why(asked.organization, asked.purpose),
        because=_because(facts, asked),
        wanted=tuple(_wanted(facts, each, previews) for each in facts.in_order(frozenset(asked.categories))),
        only=_only(facts, asked),
        user=_user(facts, asked, name),
        already=_already(facts, asked, name),
        without=say("Weigert u? Dan krijgt %(name)s deze gegevens niet van ons.", name=name),
        consequences=_no_means(facts, asked, name),
        special=_special(facts, asked),
        due=say("U kunt antwoorden tot %(date)s. Zonder antwoord zien ze niets.", date=facts.speech.date(asked.due_at)),
        longest=say("Ze vragen %(period)s.", period=facts.speech.period(asked.days)),
        periods=choices(facts, asked.purpose, longest=asked.days),
        action=places.request(asked.request_id),
        answer=_answer(facts, asked, name),
        onward=places.organisation(facts.names.slug(asked.organization)),
        app=came_from(facts.speech, app) if app else "",
    )


def came_from(speech: Speech, app: str) -> str:
    """Return the line for who was sent here by an app."""
    return speech.say("U kwam hier vanuit %(app)s. Na uw antwoord gaat u terug.", app=app)


def _only(facts: Facts, asked: Request) -> str:
    if asked.sources is None:
        return ""
    names = facts.speech.listed(sorted(facts.names.name(each) for each in asked.sources))
    return facts.speech.say("Alleen gegevens van %(sources)s.", sources=names)


def _because(facts: Facts, asked: Request) -> str:
    return notices.said(asked.notice if isinstance(asked.notice, dict) else {}, facts.speech.locale)


def _no_means(facts: Facts, asked: Request, name: str) -> str:
    """Return what the organization says happens to who says no, as its words."""
    said = notices.said(asked.consequences if isinstance(asked.consequences, dict) else {}, facts.speech.locale)
    return facts.speech.say("%(name)s zegt over weigeren: ‘%(said)s’", name=name, said=said) if said else ""


def _wanted(facts: Facts, category: str, previews: Mapping[str, Preview]) -> Wanted:
    known, preview = facts.catalog.categories.get(category), previews.get(category, Preview(0, 0, ()))
    return Wanted(
        key=category,
        name=facts.category(category),
        explanation="" if known is None else facts.speech.name(known.explanation),
        is_special=known is not None and known.is_special,
        count=_count(facts.speech, preview),
        lines=preview.lines,
    )


def _count(speech: Speech, preview: Preview) -> str:
    """Return how much of one kind would be shared now."""
    counted = (
        (preview.records, speech.count("%(number)s gegeven", "%(number)s gegevens", preview.records)),
        (
            preview.interactions,
            speech.count("%(number)s contact of bezoek", "%(number)s contacten en bezoeken", preview.interactions),
        ),
    )
    there = speech.listed(text for number, text in counted if number)
    if not there:
        return speech.say("Hier staat nu niets in. Later misschien wel.")
    return speech.say("Nu %(there)s. Bijvoorbeeld:", there=there)


def _fact(held: Held, each: Record) -> str:
    name = values.label(held.speech, held.catalog, each.kind, each.type)
    return _withheld(held, name) if each.is_withheld else f"{name}: {things.short(held, each)}"


def _dated(held: Held, each: Record | Interaction) -> str:
    """Return a product, something from elsewhere or a contact, with its day and what it says."""
    name = values.label(held.speech, held.catalog, things.kind_of(each), each.type)
    if each.is_withheld:
        return _withheld(held, name)
    said = things.short(held, each)
    return f"{name}, {held.speech.date(each.occurred_at)}{': ' if said else ''}{said}"


def _withheld(held: Held, name: str) -> str:
    return held.speech.say("%(name)s: afgeschermd. U ziet het bij Gegevens.", name=name)


def _user(facts: Facts, asked: Request, name: str) -> str:
    match asked.used_by:
        case "human":
            return facts.speech.say("Een mens bekijkt uw gegevens.")
        case "computer":
            return facts.speech.say("Een computer bekijkt uw gegevens.")
        case "both":
            return facts.speech.say("Mensen en computers bekijken uw gegevens.")
        case _:
            return facts.speech.say("%(name)s zegt niet of een mens of een computer kijkt.", name=name)


def _already(facts: Facts, asked: Request, name: str) -> str:
    live = [each for each in facts.grants if each.is_live and each.organization == asked.organization]
    if not live:
        return facts.speech.say("%(name)s ziet nu niets van u.", name=name)
    seen = frozenset(category for each in live for category in (*each.categories, *each.attested_categories))
    data = facts.speech.listed(facts.category(each).lower() for each in facts.in_order(seen))
    end = facts.speech.date(max(end_of(each) for each in live))
    return facts.speech.say("%(name)s ziet nu al: %(data)s. Tot %(end)s.", name=name, data=data, end=end)


def _special(facts: Facts, asked: Request) -> str:
    known = (facts.catalog.categories.get(each) for each in asked.categories)
    if not any(each is not None and each.is_special for each in known):
        return ""
    return facts.speech.say("Gezondheid is extra beschermd. Wij vragen daarom eerst of u het bent.")


def _answer(facts: Facts, asked: Request, name: str) -> str:
    say = facts.speech.say
    return {
        "pending": "",
        "approved": say("U gaf %(name)s toegang.", name=name),
        "narrowed": say("U gaf %(name)s een deel.", name=name),
        "refused": say("U weigerde %(name)s toegang.", name=name),
        "withdrawn": say("%(name)s vraagt dit niet meer. U hoeft niets te doen.", name=name),
    }.get(asked.state, say("Deze vraag is vervallen. U hoeft niets te doen."))
