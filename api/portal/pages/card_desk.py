"""The way to the klantkaart: where an employee of an organization comes in, and where they find a customer."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import ClassVar, Final

from api.portal.frame import Frame, Page
from api.portal.pages.typed import NOTHING, Typed
from api.portal.speech import Speech, later
from cdp.office.employees import Employee


@dataclass(frozen=True, slots=True, kw_only=True)
class CardLoginPage(Page):
    """Where an employee says whose they are, and the link to where that organization logs them in."""

    template: ClassVar[str] = "card_login.html"

    organization: str
    host: str
    onward: str
    """Where they go on to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskPage(Page):
    """Where an employee finds a customer: by a code, by what is known of them, or by a description."""

    template: ClassVar[str] = "card_desk.html"

    organization: str
    role: str
    until: str
    typed: Typed
    """What was sought and not found: it stands there again."""


class Trouble(StrEnum):
    """Why a page says that something did not work."""

    NO_EMPLOYEES = "no-employees"
    FAILED = "failed"
    NO_ROLE = "no-role"
    NOBODY = "nobody"
    TOO_OFTEN = "too-often"
    UNFIT = "unfit"


_TROUBLES: Final[Mapping[Trouble, str]] = {
    Trouble.NO_EMPLOYEES: later("Medewerkers van deze organisatie kunnen hier niet inloggen."),
    Trouble.FAILED: later("Inloggen lukte niet. Probeer het opnieuw."),
    Trouble.NO_ROLE: later("U hebt geen rol die hier mag kijken. Vraag het uw beheerder."),
    Trouble.NOBODY: later("Wij vinden niemand, of deze klant gaf geen toegang."),
    Trouble.TOO_OFTEN: later("Dit is te vaak geprobeerd. Wacht een paar minuten."),
    Trouble.UNFIT: later("Vul een code in, of iets waarmee wij de klant kunnen vinden."),
}
_WRONG: Final[Mapping[str, str]] = {
    "klantnummer": later("Dit klantnummer klopt niet."),
    "email": later("Vul een e-mailadres in, zoals naam@voorbeeld.nl."),
    "telefoon": later("Vul een telefoonnummer in, zoals 06 12 34 56 78."),
    "naam": later("Vul de naam van de klant in."),
    "geboren": later("Vul de geboortedatum in: dag, maand en jaar."),
    "postcode": later("Vul de postcode in, zoals 1011 AB."),
    "huisnummer": later("Vul een huisnummer in, zoals 12 of 12a."),
}


def login(  # what the page says, each by name
    speech: Speech, frame: Frame, *, organization: str, host: str, onward: str, trouble: Trouble | None
) -> CardLoginPage:
    """Return the page where an employee comes in."""
    return CardLoginPage(
        frame=frame,
        title=speech.say("Inloggen als medewerker"),
        fault=_fault(speech, trouble),
        organization=organization,
        host=host,
        onward=onward,
    )


def desk(
    speech: Speech, frame: Frame, who: Employee, *, trouble: Trouble | None = None, typed: Typed = NOTHING
) -> DeskPage:
    """Return the page where an employee finds a customer, with what was typed before."""
    why = _WRONG.get(typed.wrong)
    said = _fault(speech, trouble) if why is None else speech.say(why)
    return DeskPage(
        frame=frame,
        title=speech.say("Wie hebt u voor u?"),
        fault=said,
        organization=who.name,
        role=who.role,
        until=speech.clock(who.ends_at),
        typed=typed if why is None else replace(typed, why=said or ""),
    )


def _fault(speech: Speech, trouble: Trouble | None) -> str | None:
    return None if trouble is None else speech.say(_TROUBLES[trouble])
