"""Verzoek: who asks for which data, what for and how long, with the customer's own values beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from api.portal import places
from api.portal.drawing import Key, Rosette, Share, key
from api.portal.frame import Frame, Page
from api.portal.pages.facts import Facts
from api.portal.pages.periods import Choice, choices
from api.portal.pages.plates import end_of
from cdp.holdings import Request

ALL: Final = "alles"
PART: Final = "deel"
NO: Final = "nee"
MOST_LINES: Final = 3
_WORDS: Final = {"nl": "nl", "nl@je": "nl@je", "en": "en"}


@dataclass(frozen=True, slots=True)
class Preview:
    """What there is of one kind of data: some lines of it, and whether there is more."""

    lines: tuple[str, ...]
    has_more: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """One kind of data that is asked for, with what stands in it."""

    key: str
    name: str
    explanation: str
    is_special: bool
    lines: tuple[str, ...]
    more: str


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
    user: str
    already: str
    without: str
    special: str
    due: str
    longest: str
    periods: tuple[Choice, ...]
    action: str
    answer: str
    onward: str


def request(
    facts: Facts, frame: Frame, asked: Request, previews: Mapping[str, Preview], *, fault: str | None = None
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
        user=_user(facts, asked, name),
        already=_already(facts, asked, name),
        without=say("Weigert u? Dan krijgt %(name)s deze gegevens niet van ons.", name=name),
        special=_special(facts, asked),
        due=say("U kunt antwoorden tot %(date)s. Zonder antwoord zien ze niets.", date=facts.speech.date(asked.due_at)),
        longest=say("Ze vragen %(period)s.", period=facts.speech.period(asked.days)),
        periods=choices(facts, asked.purpose, longest=asked.days),
        action=places.request(asked.request_id),
        answer=_answer(facts, asked, name),
        onward=places.organisation(facts.names.slug(asked.organization)),
    )


def _because(facts: Facts, asked: Request) -> str:
    words = asked.notice if isinstance(asked.notice, dict) else {}
    said = words.get(facts.speech.locale) or words.get("nl") or words.get("en")
    return said if isinstance(said, str) else ""


def _wanted(facts: Facts, category: str, previews: Mapping[str, Preview]) -> Wanted:
    known, preview = facts.catalog.categories.get(category), previews.get(category, Preview((), has_more=False))
    empty = facts.speech.say("Hier staat nu niets in. Later misschien wel.")
    return Wanted(
        key=category,
        name=facts.category(category),
        explanation="" if known is None else facts.speech.name(known.explanation),
        is_special=known is not None and known.is_special,
        lines=preview.lines,
        more=empty if not preview.lines else facts.speech.say("En meer van deze soort.") if preview.has_more else "",
    )


def _user(facts: Facts, asked: Request, name: str) -> str:
    by = asked.notice.get("used_by") if isinstance(asked.notice, dict) else None
    match by:
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
    }.get(asked.state, say("Deze vraag is vervallen. U hoeft niets te doen."))
