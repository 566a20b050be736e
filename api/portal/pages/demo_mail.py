"""The demo's post: letters and text messages, as their readers see them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from api.portal.frame import Frame, Page
from api.portal.speech import Speech


@dataclass(frozen=True, slots=True)
class Caught:
    """One letter or text message that the demo caught."""

    to: str
    at: datetime
    subject: str
    text: str
    link: str | None
    is_sms: bool
    language: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One of them on the page."""

    heading: str
    about: str
    text: str
    link: str | None
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoMailPage(Page):
    """The newest ones."""

    template: ClassVar[str] = "demo_mail.html"

    letters: tuple[Shown, ...]


def demo_mail(speech: Speech, frame: Frame, caught: Iterable[Caught]) -> DemoMailPage:
    """Return the page."""
    return DemoMailPage(
        frame=frame, title=speech.say("De post van de demo"), letters=tuple(_shown(speech, each) for each in caught)
    )


def _shown(speech: Speech, each: Caught) -> Shown:
    return Shown(
        heading=speech.say("Sms") if each.is_sms else each.subject,
        about=speech.say("Aan %(to)s. %(moment)s.", to=each.to, moment=speech.moment(each.at)),
        text=each.text.strip(),
        link=each.link,
        language=each.language,
    )
