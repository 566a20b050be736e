"""Another service's login: going there to link it, and whether to link who came back."""

from dataclasses import dataclass
from typing import ClassVar

from api.portal.frame import Frame, Page
from api.portal.speech import Speech


@dataclass(frozen=True, slots=True, kw_only=True)
class AwayPage(Page):
    """The link to the other service; it works once, in this session."""

    template: ClassVar[str] = "external_away.html"

    address: str
    go: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPage(Page):
    """Who came back, and the question."""

    template: ClassVar[str] = "external_link.html"

    who: str
    offered: str


def away(speech: Speech, frame: Frame, *, name: str, address: str) -> AwayPage:
    """Return the page that leads to the other service."""
    go = speech.say("Verder naar %(name)s", name=name)
    return AwayPage(frame=frame, title=speech.say("U gaat naar %(name)s", name=name), address=address, go=go)


def link(speech: Speech, frame: Frame, *, name: str, email: str | None, offered: str) -> LinkPage:
    """Return the page that asks whether to link who came back; `email` is theirs, where the service verified it."""
    who = (
        speech.say("Wie daar nu is ingelogd, komt dan ook in uw overzicht.")
        if email is None
        else speech.say("Daar is nu ingelogd: %(email)s. Die komt dan ook in uw overzicht.", email=email)
    )
    return LinkPage(frame=frame, title=speech.say("%(name)s koppelen?", name=name), who=who, offered=offered)
