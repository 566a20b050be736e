"""An app wants to know who somebody is: one question, two answers of the same weight."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from api.portal import places
from api.portal.frame import Frame, Page
from api.portal.pages.requests import came_from
from api.portal.speech import Speech

YES: Final = "ja"
NO: Final = "nee"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppPage(Page):
    """Which app of whom asks, what it would learn, and where the answer goes."""

    template: ClassVar[str] = "app.html"

    app: str
    told: tuple[str, ...]
    is_verified: bool
    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutPage(Page):
    """An app asks to log out here, too; `back` are the words that go along with a yes."""

    template: ClassVar[str] = "app_logout.html"

    back: tuple[tuple[str, str], ...]


def logout(speech: Speech, frame: Frame, *, back: Mapping[str, str]) -> LogoutPage:
    """Return the page that asks before anybody is logged out."""
    return LogoutPage(frame=frame, title=speech.say("Wilt u hier ook uitloggen?"), back=tuple(back.items()))


def app(speech: Speech, frame: Frame, *, word: str, app: str, name: str, is_verified: bool) -> AppPage:
    """Return the page of one question; `name` is whose app it is."""
    return AppPage(
        frame=frame,
        title=speech.say("%(name)s vraagt wie u bent", name=name),
        app=came_from(speech, app),
        told=(
            speech.say("Zegt u ja? Dan krijgt %(name)s een nummer voor u.", name=name),
            speech.say("Alleen zij kennen dat nummer. Niemand anders heeft het."),
            speech.say("Uw gegevens zien ze hiermee niet."),
            speech.say("Zegt u nee? Dan gaat u terug zonder dat ze iets weten."),
        ),
        is_verified=is_verified,
        action=f"{places.APPS}/{word}",
    )
