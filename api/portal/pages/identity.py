"""Waarom hoort dit bij u? Which sources the dossier is made of, why each belongs to it, and the way to part from it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from api.portal import places
from api.portal.drawing import Rosette, rosette
from api.portal.frame import Frame, Page
from api.portal.speech import Speech, later
from cdp.directory import Names
from cdp.identity.membership import Member, Reason, Why

MOST_REASONS: Final = 3
_WHY: Final[Mapping[Why, str]] = {
    Why.CUSTOMER_SAID: later("U zei zelf dat dit over u gaat, en u bewees het."),
    Why.PROVEN: later("Deze organisatie kent een e-mailadres of telefoonnummer dat u bewees."),
    Why.VERIFIED: later("Deze organisatie controleerde 2 keer hetzelfde e-mailadres of telefoonnummer van u."),
    Why.DEVICE: later("Op een telefoon of computer logde u in bij deze organisatie."),
    Why.OPERATOR_SAID: later("De beheerder keek het na: dit bent u."),
    Why.MATCH: later("Deze organisatie kende u 2 keer, met dezelfde gegevens."),
}


@dataclass(frozen=True, slots=True)
class Known:
    """One source that knows the customer: since when, why, and where to part from it."""

    anchor: str
    name: str
    rosette: Rosette
    since: str
    reasons: tuple[str, ...]
    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityPage(Page):
    """Every source but the customer's own word."""

    template: ClassVar[str] = "identity.html"

    known: tuple[Known, ...]


def identity(speech: Speech, frame: Frame, names: Names, members: Sequence[Member]) -> IdentityPage:
    """Return the page."""
    others = [each for each in members if not each.is_own]
    called = _called(speech, names, others)
    return IdentityPage(
        frame=frame,
        title=speech.say("Waarom hoort dit bij u?"),
        known=tuple(_known(speech, names, name, number, each) for number, (name, each) in enumerate(called, start=1)),
    )


def _called(speech: Speech, names: Names, members: Sequence[Member]) -> list[tuple[str, Member]]:
    """Return each with a name that no other has: of one organization the second is told from the first."""
    called, met = [], Counter[str]()
    for member in members:
        name = names.name(member.source)
        met[name] += 1
        again = speech.say("%(name)s (nummer %(number)s)", name=name, number=met[name])
        called.append((name if met[name] == 1 else again, member))
    return called


def _known(speech: Speech, names: Names, name: str, number: int, member: Member) -> Known:
    since = speech.say("Staat hier sinds %(date)s.", date=speech.date(member.since))
    linked_on = None if member.linked_at is None else speech.date(member.linked_at)
    if linked_on is not None and linked_on != speech.date(member.since):
        since += " " + speech.say("Hoort bij u sinds %(date)s.", date=linked_on)
    return Known(
        anchor=f"bron-{number}",
        name=name,
        rosette=rosette(member.source),
        since=since,
        reasons=_reasons(speech, names, member) or (speech.say("Hiermee begon uw dossier."),),
        action=f"{places.IDENTITY}/{member.subject_id}/los",
    )


def _reasons(speech: Speech, names: Names, member: Member) -> tuple[str, ...]:
    """Return why it belongs to the customer, the firmest reasons first; who checked the same is named."""
    others = dict.fromkeys(names.name(each.other_source) for each in member.reasons if _is_of_others(member, each))
    as_others = speech.say(
        "Deze organisatie controleerde hetzelfde e-mailadres of telefoonnummer van u als %(others)s.",
        others=speech.listed(others),
    )
    told = (as_others if _is_of_others(member, each) else speech.say(_WHY[each.why]) for each in member.reasons)
    return tuple(dict.fromkeys(told))[:MOST_REASONS]


def _is_of_others(member: Member, reason: Reason) -> bool:
    return reason.why is Why.VERIFIED and reason.other_source != member.source
