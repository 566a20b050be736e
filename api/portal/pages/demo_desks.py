"""The demo's front desks: where employees come in, and whose card they may see."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from api.portal import places
from api.portal.frame import Frame, Page
from api.portal.speech import Speech
from cdp.demo.front_desks import FrontDesk


@dataclass(frozen=True, slots=True)
class Shown:
    """One of them on the page."""

    name: str
    action: str
    enter: str
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoDesksPage(Page):
    """All of them."""

    template: ClassVar[str] = "demo_desks.html"

    desks: tuple[Shown, ...]


def demo_desks(speech: Speech, frame: Frame, desks: Iterable[FrontDesk]) -> DemoDesksPage:
    """Return the page."""
    return DemoDesksPage(
        frame=frame, title=speech.say("De balie van de demo"), desks=tuple(_shown(speech, each) for each in desks)
    )


def _shown(speech: Speech, each: FrontDesk) -> Shown:
    return Shown(
        name=each.name,
        action=f"{places.DEMO_DESKS}/{each.slug}",
        enter=speech.say("Werk bij %(organization)s", organization=each.name),
        addresses=each.addresses,
    )
