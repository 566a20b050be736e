"""Waarom hoort dit bij u? Which sources the dossier is made of, why each belongs to it, and the way to part from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from api.portal import places
from api.portal.drawing import Rosette, rosette
from api.portal.frame import Frame, Page
from api.portal.speech import Speech, later
from cdp.directory import Names
from cdp.identity.membership import Member, Why

MOST_REASONS: Final = 3
_WHY: Final[Mapping[Why, str]] = {
    Why.CUSTOMER_SAID: later("U zei zelf dat dit over u gaat, en u bewees het."),
    Why.PROVEN: later("Deze organisatie kent u onder een adres of nummer dat u bewees."),
    Why.VERIFIED: later("2 organisaties controleerden hetzelfde adres of nummer van u."),
    Why.DEVICE: later("Op dit apparaat logde u in bij deze organisatie."),
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
    return IdentityPage(
        frame=frame,
        title=speech.say("Waarom hoort dit bij u?"),
        known=tuple(_known(speech, names, number, each) for number, each in enumerate(others, start=1)),
    )


def _known(speech: Speech, names: Names, number: int, member: Member) -> Known:
    since = speech.say("Kent u sinds %(date)s.", date=speech.date(member.since))
    if member.linked_at is not None:
        linked = speech.say("Hoort bij u sinds %(date)s.", date=speech.date(member.linked_at))
        since = f"{since} {linked}"
    reasons = dict.fromkeys(speech.say(_WHY[each.why]) for each in member.reasons)
    return Known(
        anchor=f"bron-{number}",
        name=names.name(member.source),
        rosette=rosette(member.source),
        since=since,
        reasons=tuple(reasons)[:MOST_REASONS] or (speech.say("Hiermee begon uw dossier."),),
        action=f"{places.IDENTITY}/{member.subject_id}/los",
    )
