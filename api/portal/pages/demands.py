"""Verzoeken: what the customer asked of organizations, by when the answer is due, and what the answer is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from api.portal import places
from api.portal.drawing import Rosette, rosette
from api.portal.frame import Frame, Page
from api.portal.pages import values
from api.portal.pages.things import Held, Pair, Tag
from api.portal.speech import later
from cdp import due_dates
from cdp.demands import Demand, Kind, State
from cdp.ids import NIL


@dataclass(frozen=True, slots=True)
class Slip:
    """One request in the list."""

    href: str
    rosette: Rosette
    title: str
    name: str
    when: str
    tag: Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandsPage(Page):
    """Every request."""

    template: ClassVar[str] = "demands.html"

    lead: str
    slips: tuple[Slip, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandPage(Page):
    """One request, and the answer."""

    template: ClassVar[str] = "demand.html"

    tag: Tag
    answer: str
    answer_note: str
    facts: tuple[Pair, ...]
    told: tuple[str, ...]
    about: str
    withdraw: str
    complaint: str


def demands(held: Held, frame: Frame, asked: Sequence[Demand]) -> DemandsPage:
    """Return the list."""
    say = held.speech.say
    return DemandsPage(
        frame=frame,
        title=say("Uw verzoeken"),
        lead=say("Een organisatie moet binnen 1 maand antwoorden. Dat staat in de wet."),
        slips=tuple(_slip(held, each) for each in asked),
    )


def demand(held: Held, frame: Frame, each: Demand) -> DemandPage:
    """Return one request with its answer."""
    say, state = held.speech.say, each.state(at=held.speech.at)
    is_open = state in {State.OPEN, State.LATE}
    return DemandPage(
        frame=frame,
        title=asked_for(held, each.kind, each.type or ""),
        tag=_tag(held, each),
        answer=_answer(held, each),
        answer_note=each.answer_note,
        facts=_facts(held, each),
        told=tuple(held.names.name(recipient) for recipient in each.told),
        about=places.thing(each.record_id) if each.record_id and is_open else "",
        withdraw=f"{places.demand(each.demand_id)}/intrekken" if is_open else "",
        complaint=say("Geen of geen goed antwoord? U kunt klagen bij de Autoriteit Persoonsgegevens.")
        if state in {State.LATE, State.REFUSED}
        else "",
    )


def _slip(held: Held, each: Demand) -> Slip:
    return Slip(
        href=places.demand(each.demand_id),
        rosette=rosette(each.organization),
        title=asked_for(held, each.kind, each.type or ""),
        name=_who(held, each),
        when=_when(held, each),
        tag=_tag(held, each),
    )


_TITLES: Final[Mapping[Kind, str]] = {
    Kind.CORRECT: later("Verbeteren: %(what)s"),
    Kind.DISPUTE: later("Betwist: %(what)s"),
    Kind.ERASE: later("Wissen: %(what)s"),
}


def asked_for(held: Held, kind: Kind, type_: str) -> str:
    """Return what was asked, in a few words."""
    if kind is Kind.LOOK:
        return held.speech.say("Vraag over een regel in het logboek")
    return held.speech.say(_TITLES[kind], what=_what(held, type_))


def _what(held: Held, type_: str) -> str:
    if type_ in held.catalog.attributes:
        return held.speech.name(held.catalog.attributes[type_].label)
    for kind, known in held.catalog.record_types:
        if known == type_:
            return values.label(held.speech, held.catalog, kind, type_)
    return type_.replace("_", " ").replace("-", " ")


def _who(held: Held, each: Demand) -> str:
    return held.speech.say("Beheer van deze site") if each.organization == NIL else held.names.name(each.organization)


def _when(held: Held, each: Demand) -> str:
    speech, state = held.speech, each.state(at=held.speech.at)
    if state in {State.OPEN, State.LATE}:
        return speech.say("Antwoord uiterlijk op %(date)s", date=speech.date(due_dates.last_moment(each.due_at)))
    ended = each.answered_at or each.withdrawn_at or each.asked_at
    return speech.date(ended)


def _tag(held: Held, each: Demand) -> Tag:
    say = held.speech.say
    return {
        State.OPEN: Tag(say("Wacht op antwoord"), ""),
        State.LATE: Tag(say("Te laat"), "no"),
        State.DONE: Tag(say("Gedaan"), "ok"),
        State.REFUSED: Tag(say("Afgewezen"), "no"),
        State.WITHDRAWN: Tag(say("Ingetrokken"), "mild"),
    }[each.state(at=held.speech.at)]


_REASONS: Final[Mapping[str | None, str]] = {
    "corrected": later("%(name)s heeft het verbeterd."),
    "erased": later("%(name)s heeft het gewist. Hier is het ook weg."),
    "explained": later("%(name)s legt uit waarom er gekeken is."),
    "look-was-wrong": later("%(name)s zegt dat dit niet had gemogen."),
    "is-right": later("%(name)s zegt dat het wel klopt."),
    "still-needed": later("%(name)s zegt dit nog nodig te hebben."),
    "unknown-person": later("%(name)s zegt u niet te kennen."),
    "complex": later("%(name)s heeft meer tijd nodig. Het is ingewikkeld."),
    "many-requests": later("%(name)s heeft meer tijd nodig. Er zijn veel verzoeken."),
}


def _answer(held: Held, each: Demand) -> str:
    speech, name = held.speech, _who(held, each)
    if each.reason == "kept-by-law" and each.kept_until is not None:
        end = values.text(speech, each.kept_until.isoformat())
        return speech.say("%(name)s moet dit bewaren van de wet, tot %(date)s.", name=name, date=end)
    return speech.say(_REASONS[each.reason], name=name) if each.reason in _REASONS else ""


def _facts(held: Held, each: Demand) -> tuple[Pair, ...]:
    speech, say = held.speech, held.speech.say
    found = [Pair(say("Aan wie"), _who(held, each)), Pair(say("Gevraagd op"), speech.date(each.asked_at))]
    if each.words.value is not None:
        found.append(Pair(say("Uw versie"), values.text(speech, each.words.value)))
    if each.words.note:
        found.append(Pair(say("U schreef"), each.words.note))
    if each.answered_at is None and each.withdrawn_at is None:
        due = speech.date(due_dates.last_moment(each.due_at))
        found.append(Pair(say("Antwoord uiterlijk"), due))
    if each.extended_at is not None:
        found.append(
            Pair(say("Meer tijd"), say("Gevraagd op %(date)s. Dat mag 1 keer.", date=speech.date(each.extended_at)))
        )
    if each.answered_at is not None:
        found.append(Pair(say("Antwoord op"), speech.date(each.answered_at)))
    if each.withdrawn_at is not None:
        found.append(Pair(say("Ingetrokken op"), speech.date(each.withdrawn_at)))
    return tuple(found)
