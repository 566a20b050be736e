"""Account verwijderen: what goes, what stays and why, and that it is done."""

from dataclasses import dataclass
from typing import ClassVar

from api.portal import places
from api.portal.frame import Frame, Page
from api.portal.speech import Speech
from cdp.own.holdings import Summary


@dataclass(frozen=True, slots=True, kw_only=True)
class LeavingPage(Page):
    """What would go, counted; the last step needs a tick that nobody sets but the customer."""

    template: ClassVar[str] = "leaving.html"

    goes: tuple[str, ...]
    is_fresh: bool
    confirm: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftPage(Page):
    """That everything is gone, with the number that proves it."""

    template: ClassVar[str] = "left.html"

    number: str
    when: str


def leaving(speech: Speech, frame: Frame, held: Summary, *, is_fresh: bool, fault: str | None = None) -> LeavingPage:
    """Return the page before it happens."""
    goes = (
        speech.count("%(number)s gegeven over u", "%(number)s gegevens over u", held.records),
        speech.count("%(number)s contact of bezoek", "%(number)s contacten en bezoeken", held.interactions),
        speech.say("Alle toegang die u gaf. Niemand kan daarna nog iets zien."),
        speech.say("Uw e-mailadressen, passkeys en alles waarmee u inlogt"),
        speech.say("De sleutels van uw gegevens. Ook oude kopieën kan dan niemand meer lezen."),
    )
    return LeavingPage(
        frame=frame,
        title=speech.say("Alles verwijderen"),
        fault=fault,
        goes=goes,
        is_fresh=is_fresh,
        confirm=f"{places.CONFIRM}?{places.ONWARD}={places.LEAVE}",
    )


def left(speech: Speech, frame: Frame, *, number: str) -> LeftPage:
    """Return the page after it happened."""
    return LeftPage(frame=frame, title=speech.say("Alles is verwijderd"), number=number, when=speech.moment(speech.at))
