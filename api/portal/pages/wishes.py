"""Voorkeuren, contact: about what, in which way and how often, for everybody or for one organization."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final
from uuid import UUID

from api.portal import places
from api.portal.frame import Frame, Page
from api.portal.pages import wish_hours
from api.portal.pages.log import Option
from api.portal.pages.whose import EVERYBODY, Whose
from api.portal.speech import Speech, later
from cdp.catalog.files import Catalog, Topic
from consent.wishes import Cap, Choices, Speaker, Wishes

CAPS: Final = (Cap(1, 1), Cap(1, 7), Cap(2, 7), Cap(1, 30), Cap(2, 30), Cap(1, 90), Cap(1, 365))
"""What is offered; another one that a program chose stays, and is shown."""
MAY: Final = "mag"
BEST: Final = "liefst"
FIRST: Final = {Speaker.HUMAN: later("Liever een mens"), Speaker.COMPUTER: later("Liever een computer")}


@dataclass(frozen=True, slots=True)
class Way:
    """One channel, and whether it may be used for a topic, or best."""

    key: str
    label: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class TopicBlock:
    """One topic: what holds now, and everything that can be chosen about it."""

    key: str
    name: str
    explanation: str
    says: tuple[str, ...]
    ways: tuple[Way, ...]
    closed: str
    """Which channels cannot be chosen, since they are never used; empty where there are none."""
    often: tuple[Option, ...]
    is_chosen: bool
    is_none: bool
    is_open: bool


@dataclass(frozen=True, slots=True)
class Named:
    """An organization, and what holds for it."""

    href: str
    name: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choosing:
    """What the page is made of: the catalog, what was chosen, for whom, and who else there is to choose for."""

    catalog: Catalog
    chosen: Wishes
    whose: Whose = EVERYBODY
    known: Mapping[UUID, Whose]


@dataclass(frozen=True, slots=True, kw_only=True)
class WishesPage(Page):
    """About what, in which way and how often somebody wants to be approached."""

    template: ClassVar[str] = "wishes.html"

    whose: Whose
    lead: str
    is_silent: bool
    is_silent_everywhere: bool
    topics: tuple[TopicBlock, ...]
    never: tuple[Option, ...]
    first: tuple[Option, ...]
    """Whom they would rather speak to; empty where it is chosen for everybody, which another page does."""
    hours: tuple[str, ...]
    hours_href: str
    organisations: tuple[Named, ...]
    required: tuple[tuple[str, str], ...]


def wishes(
    speech: Speech, frame: Frame, choosing: Choosing, *, opened: str = "", fault: str | None = None
) -> WishesPage:
    """Return the page; the topic that is `opened` shows what there is to choose."""
    catalog, chosen, whose = choosing.catalog, choosing.chosen, choosing.whose
    say = speech.say
    own = whose.own(chosen)
    never = chosen.avoided if whose.organization is None else chosen.barred(whose.organization)
    about = say("Contact met %(name)s", name=whose.name) if whose.name else say("Waarover mag iemand contact zoeken?")
    return WishesPage(
        frame=frame,
        title=about,
        fault=fault,
        whose=whose,
        lead=say("Wat u hier kiest, gaat voor op uw andere keuzes.")
        if whose.name
        else say("Kies per onderwerp. Wat u niet kiest, blijft zoals het is."),
        is_silent=own.is_silent,
        is_silent_everywhere=chosen.general.is_silent,
        topics=_topics(speech, catalog, chosen, own, whose, opened),
        never=tuple(
            Option(key, speech.name(each.name), key in never)
            for key, each in catalog.channels.items()
            if each.organization in (None, whose.organization)
        ),
        first=_first(speech, chosen, own) if whose.name else (),
        hours=_hours(speech, own) if whose.name else (),
        hours_href=whose.place(places.WISH_HOURS),
        organisations=() if whose.name else _named(speech, chosen, choosing.known),
        required=required(speech, catalog, whose.organization),
    )


def required(speech: Speech, catalog: Catalog, organization: UUID | None = None) -> tuple[tuple[str, str], ...]:
    """Return what the law demands of everybody, and of this organization, each with its reason."""
    return tuple(
        (speech.name(each.name), speech.name(each.reason))
        for each in catalog.topics.values()
        if each.reason is not None and each.organization in (None, organization)
    )


def summary(speech: Speech, catalog: Catalog, chosen: Wishes) -> str:
    """Return in a few words what somebody chose about topics."""
    if chosen.general.is_silent:
        return speech.say("U wilt alleen wat moet van de wet.")
    count = len(chosen.general.channels.keys() & catalog.topics.keys())
    if not count:
        return speech.say("U koos hier nog niets.")
    return speech.count("U koos voor %(number)s onderwerp.", "U koos voor %(number)s onderwerpen.", count)


def _first(speech: Speech, chosen: Wishes, own: Choices) -> tuple[Option, ...]:
    """Return whom they would rather speak to at one organization; the last is what they chose for everybody."""
    usual = speech.say("Zoals voor iedereen")
    if chosen.first is not None:
        usual = f"{usual}: {speech.say(FIRST[chosen.first]).lower()}"
    some = [Option(str(each), speech.say(word), own.first is each) for each, word in FIRST.items()]
    return (*some, Option("", usual, own.first is None))


def _hours(speech: Speech, own: Choices) -> tuple[str, ...]:
    """Return when one organization may disturb them, in words."""
    return (speech.say("Zoals voor iedereen."),) if own.hours is None else wish_hours.sentences(speech, own.hours)


def _topics(
    speech: Speech, catalog: Catalog, chosen: Wishes, own: Choices, whose: Whose, opened: str
) -> tuple[TopicBlock, ...]:
    return tuple(
        _topic(speech, catalog, chosen, own, whose, key, is_open=key == opened)
        for key, each in catalog.topics.items()
        if not each.is_required and each.organization in (None, whose.organization)
    )


def _topic(  # what a block needs, by name
    speech: Speech, catalog: Catalog, chosen: Wishes, own: Choices, whose: Whose, key: str, *, is_open: bool
) -> TopicBlock:
    topic, channels = catalog.topics[key], own.channels.get(key)
    stands, now, never = standing(chosen, whose, key, topic), holding(chosen, whose, key, topic), closed(chosen, whose)
    cap, is_chosen = own.caps.get(key), channels is not None
    is_shared = whose.organization is not None and not is_chosen and now == holding(chosen, Whose(), key, topic)
    is_closed = is_chosen or whose.organization is not None or chosen.general.is_silent
    ways = {
        name: speech.name(each.name)
        for name, each in catalog.channels.items()
        if each.organization in (None, whose.organization)
    }
    return TopicBlock(
        key=key,
        name=speech.name(topic.name),
        explanation=speech.name(topic.explanation),
        says=(
            _says(
                speech,
                [ways[each].lower() for each in now if each in ways],
                is_shared=is_shared,
                is_chosen=is_chosen,
                is_closed=is_closed,
            ),
            *([often(speech, cap)] if cap else []),
        ),
        ways=tuple(Way(name, each, _way(speech, name, stands)) for name, each in ways.items() if name not in never),
        closed=_closed(speech, [each for name, each in ways.items() if name in never]),
        often=_often(speech, cap),
        is_chosen=is_chosen or cap is not None,
        is_none=channels == (),
        is_open=is_open,
    )


def _way(speech: Speech, key: str, stands: Sequence[str]) -> tuple[Option, ...]:
    """Return what can be chosen about one channel; the first of those that hold is the best."""
    is_best = [*stands[:1]] == [key]
    return (
        Option("", speech.say("Nee"), key not in stands),
        Option(MAY, speech.say("Mag"), key in stands and not is_best),
        Option(BEST, speech.say("Het liefst"), is_best),
    )


def standing(chosen: Wishes, whose: Whose, key: str, topic: Topic) -> Sequence[str]:
    """Return the channels that hold for a topic now, the best first."""
    organization = whose.organization or UUID(int=0)
    return chosen.allowed(organization, key, topic.under or "", topic.defaults)


def holding(chosen: Wishes, whose: Whose, key: str, topic: Topic) -> Sequence[str]:
    """Return the channels that hold for a topic in the end: none that is never used, and none in silence."""
    return chosen.standing(whose.organization or UUID(int=0), key, topic.under or "", topic.defaults)


def closed(chosen: Wishes, whose: Whose) -> frozenset[str]:
    """Return the channels that are never used, whatever is chosen about a topic."""
    return chosen.avoided if whose.organization is None else chosen.avoided | chosen.barred(whose.organization)


def _closed(speech: Speech, names: Sequence[str]) -> str:
    return speech.say("Nooit via %(ways)s.", ways=speech.listed([each.lower() for each in names])) if names else ""


def _says(speech: Speech, named: Sequence[str], *, is_shared: bool, is_chosen: bool, is_closed: bool) -> str:
    """Return by which channels it comes: as for everybody only where that is so, and what may change where it can."""
    say = speech.say
    if is_shared:
        return say("Zoals voor iedereen: %(ways)s", ways=speech.listed(named) if named else say("Niets").lower())
    if not named:
        return say("Niets") if is_closed else say("Niets, tot u iets kiest")
    if is_chosen and len(named) > 1:
        return say("Het liefst: %(best)s. Ook goed: %(rest)s", best=named[0], rest=speech.listed(named[1:]))
    what = speech.listed(named)
    return what[:1].upper() + what[1:]


def _often(speech: Speech, cap: Cap | None) -> tuple[Option, ...]:
    offered = [*CAPS, *([cap] if cap is not None and cap not in CAPS else [])]
    some = [Option(f"{each.most}/{each.days}", often(speech, each), each == cap) for each in offered]
    return (Option("", speech.say("Zo vaak als nodig"), cap is None), *some)


def often(speech: Speech, cap: Cap) -> str:
    """Return how often at most, in words."""
    times = speech.count("%(number)s keer", "%(number)s keer", cap.most)
    period = speech.say("een jaar") if cap.days == CAPS[-1].days else speech.period(cap.days)
    return speech.say("Hoogstens %(times)s in %(period)s", times=times, period=period)


def _named(speech: Speech, chosen: Wishes, known: Mapping[UUID, Whose]) -> tuple[Named, ...]:
    return tuple(
        Named(
            each.place(places.WISHES),
            each.name,
            _exception(speech, each.own(chosen)),
        )
        for each in sorted(known.values(), key=lambda one: one.name.lower())
    )


def _exception(speech: Speech, own: Choices) -> str:
    if own.is_silent:
        return speech.say("Alleen wat moet van de wet")
    count = len(own.channels.keys() | own.caps.keys()) + len(own.never)
    count += (own.hours is not None) + (own.first is not None)
    if not count:
        return speech.say("Zoals voor iedereen")
    return speech.count("%(number)s eigen keuze", "%(number)s eigen keuzes", count)
