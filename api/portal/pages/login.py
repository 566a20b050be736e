"""Inloggen: the ways in, the code page, and where the link of a letter leads."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from api.portal.frame import Frame, Page
from api.portal.speech import Speech


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginPage(Page):
    """The ways in; `external` is the other service's name, empty without one."""

    template: ClassVar[str] = "login.html"

    onward: str
    external: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CodePage(Page):
    """That a letter is under way, and the field for its code."""

    template: ClassVar[str] = "login_code.html"


class Standing(StrEnum):
    """What a link can do in this browser."""

    UNTRIED = "untried"
    NEEDS_CODE = "needs-code"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPage(Page):
    """The button behind a link, with the field for the code where it is needed."""

    template: ClassVar[str] = "login_link.html"

    sentence: str
    has_button: bool
    has_code: bool


class Trouble(StrEnum):
    """What went wrong on the way in."""

    NONE = ""
    CODE = "code"
    PASSKEY = "passkey"
    EXTERNAL = "external"
    UNVERIFIED = "unverified"
    TOO_OFTEN = "too-often"
    LINK_FIRST = "link-first"
    UNREACHABLE = "unreachable"


def login(speech: Speech, frame: Frame, *, onward: str, external: str, trouble: Trouble = Trouble.NONE) -> LoginPage:
    """Return the page with the ways in."""
    fault = fault_of(speech, trouble)
    return LoginPage(frame=frame, title=speech.say("Inloggen"), fault=fault, onward=onward, external=external)


def code(speech: Speech, frame: Frame, *, trouble: Trouble = Trouble.NONE) -> CodePage:
    """Return the page that waits for the code."""
    return CodePage(frame=frame, title=speech.say("Kijk in uw e-mail"), fault=fault_of(speech, trouble))


def link(speech: Speech, frame: Frame, standing: Standing, *, trouble: Trouble = Trouble.NONE) -> LinkPage:
    """Return the page behind a link."""
    titles = {Standing.ENDED: speech.say("Deze link werkt niet meer")}
    sentences = {
        Standing.UNTRIED: speech.say("Druk op de knop om in te loggen. De link werkt 1 keer."),
        Standing.NEEDS_CODE: speech.say("U vroeg deze link in een andere browser. Typ de code uit dezelfde e-mail."),
        Standing.ENDED: speech.say("De link is al gebruikt, of hij is te oud."),
    }
    return LinkPage(
        frame=frame,
        title=titles.get(standing, speech.say("Inloggen")),
        fault=fault_of(speech, trouble),
        sentence=sentences[standing],
        has_button=standing is not Standing.ENDED,
        has_code=standing is Standing.NEEDS_CODE,
    )


def fault_of(speech: Speech, trouble: Trouble) -> str | None:
    """Return what is told about `trouble`, or None."""
    return {
        Trouble.CODE: speech.say("Deze code klopt niet, of hij is te oud. Kijk in de nieuwste e-mail."),
        Trouble.PASSKEY: speech.say("Inloggen lukte niet. Probeer het opnieuw of gebruik een link in uw e-mail."),
        Trouble.EXTERNAL: speech.say("Inloggen via de andere dienst lukte niet. Gebruik een link in uw e-mail."),
        Trouble.UNVERIFIED: speech.say(
            "De andere dienst kent uw e-mailadres niet zeker. Gebruik een link in uw e-mail."
        ),
        Trouble.TOO_OFTEN: speech.say("U vroeg dit te vaak achter elkaar. Probeer het over een minuut opnieuw."),
        Trouble.UNREACHABLE: speech.say("Naar dit adres kunnen wij geen mail sturen. Kies een ander adres."),
        Trouble.LINK_FIRST: speech.say(
            "U hebt hier al een overzicht. Log in met een e-mail en koppel de dienst daarna."
        ),
    }.get(trouble)
