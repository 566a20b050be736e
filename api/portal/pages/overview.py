"""Overzicht: what waits for the customer, for what they wait, what changed since the last visit, and who looked."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final
from uuid import UUID

from api.portal import places
from api.portal.drawing import Rosette, rosette
from api.portal.frame import Frame, Page
from api.portal.pages import messages
from api.portal.pages.facts import Facts
from api.portal.pages.hello import hello
from api.portal.pages.history import sentence
from api.portal.pages.organisations import Asking, asking, live_grants, waiting
from api.portal.pages.plates import end_of
from api.portal.pages.questions import Card
from cdp.messages.replies import Reply
from cdp.own.addressing import Addressing
from cdp.own.holdings import Grant
from cdp.own.looks import PerGrant
from cdp.own.waiting import SOON
from cdp.tables import Act

MOST_CHANGES: Final = 6


@dataclass(frozen=True, slots=True)
class Ending:
    """A permission that ends soon."""

    name: str
    rosette: Rosette
    when: str
    href: str


@dataclass(frozen=True, slots=True)
class Answering:
    """A human of an organization who answers the customer by a date."""

    name: str
    rosette: Rosette
    state: str
    is_late: bool
    href: str


@dataclass(frozen=True, slots=True)
class Change:
    """Something that happened to a permission."""

    when: str
    text: str
    href: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class Looking:
    """How often one organization looked this week."""

    name: str
    rosette: Rosette
    often: str
    share: int


@dataclass(frozen=True, slots=True)
class Holder:
    """An organization that may see something now."""

    name: str
    href: str
    rosette: Rosette


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewPage(Page):
    """The first page."""

    template: ClassVar[str] = "overview.html"

    lead: str
    asking: tuple[Asking, ...]
    cards: tuple[Card, ...]
    reviewing: str
    ending: tuple[Ending, ...]
    answering: tuple[Answering, ...]
    looked: str
    stopped: str
    looking: tuple[Looking, ...]
    changes: tuple[Change, ...]
    seeing: str
    keys: tuple[Holder, ...]


@dataclass(frozen=True, slots=True)
class Back:
    """What somebody comes back to: who looked in seven days, what happened since when, and what is asked and said."""

    addressing: Addressing
    week: PerGrant
    acts: tuple[Act, ...]
    last_visit: datetime | None
    cards: tuple[Card, ...] = ()
    replies: tuple[Reply, ...] = ()


def overview(facts: Facts, frame: Frame, back: Back) -> OverviewPage:
    """Return the first page."""
    asked, soon = waiting(facts), _ending(facts)
    return OverviewPage(
        frame=frame,
        title=greeting(facts, back.addressing),
        lead=_lead(facts, len(asked) + len(back.cards) + len(soon) + len(facts.reviews)),
        asking=tuple(asking(facts, each) for each in asked),
        cards=back.cards,
        reviewing=_reviewing(facts),
        ending=soon,
        answering=_answering(facts, back.replies),
        looked=_looked(facts, back.week),
        stopped=_stopped(facts, back.week),
        looking=_looking(facts, back.week),
        changes=tuple(_change(facts, each, back.last_visit) for each in back.acts),
        seeing=_seeing(facts),
        keys=_holders(facts),
    )


def greeting(facts: Facts, addressing: Addressing) -> str:
    """Return the greeting for this hour of the day, by the name that the customer chose."""
    return hello(facts.speech, addressing)


def _lead(facts: Facts, things: int) -> str:
    if not things:
        return facts.speech.say("Er wacht nu niets op u.")
    return facts.speech.count("Er wacht %(number)s ding op u.", "Er wachten %(number)s dingen op u.", things)


def _ending(facts: Facts) -> tuple[Ending, ...]:
    soon = [each for each in live_grants(facts) if end_of(each) - facts.speech.at <= SOON]
    return tuple(_ending_one(facts, each) for each in sorted(soon, key=end_of))


def _ending_one(facts: Facts, grant: Grant) -> Ending:
    slug = facts.names.slug(grant.organization)
    return Ending(
        name=facts.names.name(grant.organization),
        rosette=rosette(grant.organization),
        when=facts.speech.until(end_of(grant)),
        href=f"{places.organisation(slug)}#{grant.purpose}",
    )


def _answering(facts: Facts, replies: tuple[Reply, ...]) -> tuple[Answering, ...]:
    """Return who still has to answer as a human, what is due first."""
    waiting = sorted((each for each in replies if each.wants_human and each.done_at is None), key=lambda r: r.due_at)
    return tuple(
        Answering(
            name=facts.names.name(each.organization),
            rosette=rosette(each.organization),
            state=messages.state(facts.speech, each),
            is_late=each.is_late(at=facts.speech.at),
            href=places.message(each.entry_id),
        )
        for each in waiting
    )


def _reviewing(facts: Facts) -> str:
    """Return that some permissions were given a while ago; empty when none was."""
    number = len(facts.reviews)
    if not number:
        return ""
    return facts.speech.count(
        "1 toegang gaf u 90 dagen geleden of langer.", "%(number)s keer gaf u 90 dagen geleden toegang.", number
    )


def _looked(facts: Facts, week: PerGrant) -> str:
    released = sum(each.released for each in week.values())
    if not released:
        return facts.speech.say("In 7 dagen heeft niemand gekeken.")
    return facts.speech.count(
        "In 7 dagen is er %(number)s keer gekeken.", "In 7 dagen is er %(number)s keer gekeken.", released
    )


def _stopped(facts: Facts, week: PerGrant) -> str:
    refused = sum(each.refused for each in week.values())
    if not refused:
        return ""
    return facts.speech.count(
        "Wij hielden %(number)s keer iemand tegen.", "Wij hielden %(number)s keer iemand tegen.", refused
    )


def _looking(facts: Facts, week: PerGrant) -> tuple[Looking, ...]:
    totals: dict[UUID, int] = {}
    for (organization, _), each in week.items():
        totals[organization] = totals.get(organization, 0) + each.released
    most = max(totals.values(), default=0)
    return tuple(
        Looking(
            name=facts.names.name(organization),
            rosette=rosette(organization),
            often=facts.speech.count("%(number)s keer", "%(number)s keer", number),
            share=round(100 * number / most),
        )
        for organization, number in sorted(totals.items(), key=lambda pair: -pair[1])
        if number
    )


def _change(facts: Facts, act: Act, last_visit: datetime | None) -> Change:
    return Change(
        when=facts.speech.date(act.at),
        text=sentence(facts, act),
        href=places.organisation(facts.names.slug(act.recipient_id)),
        is_new=last_visit is not None and act.at > last_visit,
    )


def _seeing(facts: Facts) -> str:
    seeing = len({each.organization for each in live_grants(facts)})
    if not seeing:
        return facts.speech.say("Niemand mag nu iets van u zien.")
    return facts.speech.count(
        "%(number)s organisatie mag iets van u zien.", "%(number)s organisaties mogen iets van u zien.", seeing
    )


def _holders(facts: Facts) -> tuple[Holder, ...]:
    found = sorted({each.organization for each in live_grants(facts)}, key=facts.names.name)
    return tuple(
        Holder(facts.names.name(each), places.organisation(facts.names.slug(each)), rosette(each)) for each in found
    )
