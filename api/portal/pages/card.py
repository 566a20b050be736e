"""De klantkaart: what an employee of an organization sees of one customer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import ClassVar, Final

from pydantic import JsonValue

from api.portal.frame import Frame, Page
from api.portal.pages import field_names, values
from api.portal.speech import Speech, later
from cdp import due_dates
from cdp.catalog.files import Catalog
from cdp.directory import Names
from cdp.listening.survey import HIGHEST, Question
from cdp.office import card
from cdp.office.card import Answered, Card, Waiting
from cdp.office.employees import Employee
from consent.fold import RecordKind
from consent.wishes import Speaker


@dataclass(frozen=True, slots=True)
class Pair:
    """A name and what it says, with where that comes from."""

    name: str
    text: str
    from_: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """One contact: what it was about, how and with whom, and what was said."""

    title: str
    about: str
    text: str


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of data, with everything of it that may be seen."""

    name: str
    pairs: tuple[Pair, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CardPage(Page):
    """One customer, as far as they granted it to this organization for customer care."""

    template: ClassVar[str] = "card.html"

    organization: str
    role: str
    speaking: tuple[Pair, ...]
    said_back: tuple[Said, ...]
    waiting: tuple[Pair, ...]
    talks: tuple[Said, ...]
    answers: tuple[Pair, ...]
    kinds: tuple[Kind, ...]
    withheld: str


_DEMANDS: Final[Mapping[str, str]] = {
    "correct": later("Vroeg om iets te verbeteren"),
    "dispute": later("Zegt dat iets niet klopt"),
    "erase": later("Vroeg om iets weg te halen"),
    "look": later("Vroeg waarom er gekeken is"),
}
_ANSWERED: Final[Mapping[Question, str]] = {
    Question.SOLVED: later("Opgelost"),
    Question.SMOOTH: later("Soepel"),
    Question.HEARD: later("Goed geluisterd"),
    Question.RECOMMEND: later("Aanbevelen"),
}
_FIRST: Final[Mapping[Speaker, str]] = {
    Speaker.HUMAN: later("Liever een mens"),
    Speaker.COMPUTER: later("Liever eerst een computer"),
}

_DIRECTIONS: Final[Mapping[str, str]] = {"inbound": later("van de klant"), "outbound": later("aan de klant")}
_SPEAKERS: Final[Mapping[str, str]] = {"human": later("een mens"), "computer": later("een computer")}


def card_page(speech: Speech, frame: Frame, who: Employee, seen: Card, *, catalog: Catalog, names: Names) -> CardPage:
    """Return the card of one customer."""
    words = _Words(speech, catalog, names)
    called = seen.speaking.addressing.name if seen.speaking else ""
    return CardPage(
        frame=frame,
        title=called or speech.say("Klant zonder naam"),
        organization=who.name,
        role=who.role,
        speaking=_speaking(speech, seen),
        said_back=tuple(_said_back(speech, each) for each in seen.said),
        waiting=tuple(words.waiting(each) for each in seen.waiting),
        talks=tuple(words.talk(each) for each in seen.profile.interactions.recent),
        answers=tuple(_answered(speech, each) for each in seen.answered),
        kinds=words.kinds(seen.profile),
        withheld=speech.listed(words.category(each).lower() for each in seen.profile.withheld),
    )


@dataclass(frozen=True, slots=True)
class _Words:
    """What things are called, in one language and for one organization."""

    speech: Speech
    catalog: Catalog
    names: Names

    def category(self, key: str) -> str:
        known = self.catalog.categories.get(key)
        return key if known is None else self.speech.name(known.name)

    def source(self, slug: str) -> str:
        if slug == "customer":
            return self.speech.say("De klant zelf")
        found = self.names.by_slug.get(slug)
        return self.speech.say("Een organisatie die weg is") if found is None else found.name

    def waiting(self, each: card.Demand) -> Pair:
        about = self.category(each.category).lower() if each.category else ""
        name = self.speech.say(_DEMANDS[each.kind])
        until = self.speech.say("Antwoord uiterlijk op %(date)s", date=_last_day(self.speech, each.due_at))
        return Pair(f"{name}: {about}" if about else name, until)

    def talk(self, each: card.Talk) -> Said:
        title = values.label(self.speech, self.catalog, "interaction", each.type)
        opening, rest = self._told(each.properties)
        about = (self.speech.moment(each.occurred_at), self._spoke(each), *rest, self.source(each.source))
        return Said(title, " · ".join(word for word in about if word), "; ".join(opening))

    def _spoke(self, each: card.Talk) -> str:
        type = self.catalog.record_types.get((RecordKind.INTERACTION, each.type))
        is_told = type is not None and type.channel is not None  # by what it is called
        channel = None if is_told else self.catalog.channels.get(each.channel or "")
        said = [_DIRECTIONS.get(each.direction or ""), _SPEAKERS.get(each.speaker or "")]
        words = [] if channel is None else [self.speech.name(channel.name)]
        return ", ".join([*words, *(self.speech.say(word) for word in said if word)])

    def kinds(self, profile: card.Profile) -> tuple[Kind, ...]:
        """Return everything but what was said, by kind of data, in the catalog's order."""
        found: dict[str, list[Pair]] = {}
        for name, value in profile.attributes.items():
            found.setdefault(value.category, []).append(self._attribute(name, value))
        for kind, things in (("product", profile.products), ("external", profile.external)):
            for thing in things:
                found.setdefault(thing.category, []).append(self._thing(kind, thing))
        order = [*self.catalog.categories, *found]
        return tuple(Kind(self.category(key), tuple(found.pop(key))) for key in order if key in found)

    def _attribute(self, name: str, value: card.Value) -> Pair:
        label = values.label(self.speech, self.catalog, "attributes", name)
        text = field_names.said(self.speech, name, value.value)
        return Pair(label, text, self._from(value.source, value.observed_at, is_disputed=value.disputed))

    def _thing(self, kind: str, thing: card.Thing) -> Pair:
        label = values.label(self.speech, self.catalog, kind, thing.type)
        opening, rest = self._told(thing.properties)
        return Pair(label, "; ".join([*opening, *rest]), self._from(thing.source, None, is_disputed=thing.disputed))

    def _from(self, source: str, at: datetime | None, *, is_disputed: bool) -> str:
        words = [self.source(source), *([self.speech.date(at)] if at else [])]
        if is_disputed:
            words.append(self.speech.say("de klant betwist dit"))
        return ", ".join(words)

    def _told(self, properties: Mapping[str, JsonValue]) -> tuple[list[str], list[str]]:
        """Return what says by itself what it is, most telling first, and the rest, each with its name."""
        told = {key: value for key, value in properties.items() if value not in (None, "", [], {})}
        names, said = partial(field_names.called, self.speech, self.catalog, of_person=False), field_names.said
        opening = [said(self.speech, key, told.pop(key)) for key in field_names.OPENING if key in told]
        return opening, [f"{names(key)}: {said(self.speech, key, value)}" for key, value in told.items()]


def _speaking(speech: Speech, seen: Card) -> tuple[Pair, ...]:
    if seen.speaking is None:
        return ()
    spoken = seen.speaking.addressing
    manner = {"u": speech.say("Formeel"), "je": speech.say("Informeel")}[spoken.address]
    told = [Pair(speech.say("Begin met"), seen.speaking.salutation.rstrip(","))]
    if spoken.pronunciation:
        told.append(Pair(speech.say("Zo zegt u de naam"), spoken.pronunciation))
    told.append(Pair(speech.say("Taal"), speech.say("Engels") if spoken.language == "en" else speech.say("Nederlands")))
    if spoken.language == "nl":
        told.append(Pair(speech.say("Aanspreken"), manner))
    if spoken.reading_level == "easy":
        told.append(Pair(speech.say("Woorden"), speech.say("Makkelijke woorden")))
    if seen.speaking.first is not None:
        told.append(Pair(speech.say("Voorkeur"), speech.say(_FIRST[seen.speaking.first])))
    return tuple(told)


def _said_back(speech: Speech, each: Waiting) -> Said:
    since = f"{speech.date(each.at)}, {speech.clock(each.at)}"
    if not each.wants_human:
        return Said(
            speech.say("Schreef u en wacht op antwoord"), speech.say("Sinds %(since)s", since=since), each.text or ""
        )
    about = [speech.say("Sinds %(since)s, uiterlijk %(date)s", since=since, date=_last_day(speech, each.due_at))]
    if each.is_late(at=speech.at):
        about.append(speech.say("te laat"))
    if each.is_taken:
        about.append(speech.say("een mens is ermee bezig"))
    return Said(speech.say("Wacht op een mens"), " · ".join(about), each.text or "")


def _last_day(speech: Speech, due_at: datetime) -> str:
    return speech.date(due_dates.last_moment(due_at))


def _answered(speech: Speech, each: Answered) -> Pair:
    told = [
        f"{speech.say(name)}: {_said(speech, answer)}"
        for question, name in _ANSWERED.items()
        if (answer := each.answers.of(question)) is not None
    ]
    return Pair(speech.date(each.at), "; ".join(told))


def _said(speech: Speech, answer: bool | int) -> str:  # noqa: FBT001  # the answer itself
    if isinstance(answer, bool):
        return speech.say("ja") if answer else speech.say("nee")
    return speech.say("%(number)s van de %(most)s", number=answer, most=HIGHEST)
