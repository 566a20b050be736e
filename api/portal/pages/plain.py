"""Pages that are mostly words: everything stopped at once, help, and the way to what does not fit into the menu."""

from dataclasses import dataclass
from typing import ClassVar

from api.portal.drawing import Rosette, rosette
from api.portal.frame import Frame, Page, Way
from api.portal.pages.facts import Facts
from api.portal.pages.organisations import live_grants
from api.portal.pages.plates import stop_or_object
from api.portal.speech import Speech


@dataclass(frozen=True, slots=True)
class Live:
    """One permission that would be stopped."""

    name: str
    rosette: Rosette
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StopAllPage(Page):
    """What happens when everything is stopped at once, before the button."""

    template: ClassVar[str] = "stop_all.html"

    live: tuple[Live, ...]
    consequences: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpPage(Page):
    """How to get help; the same place on every page leads here."""

    template: ClassVar[str] = "help.html"

    email: str
    questions: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MorePage(Page):
    """The rest of the menu, for small screens."""

    template: ClassVar[str] = "more.html"

    others: tuple[Way, ...]


def stop_all(facts: Facts, frame: Frame) -> StopAllPage:
    """Return the page that stops everything."""
    say = facts.speech.say
    live = live_grants(facts)
    return StopAllPage(
        frame=frame,
        title=say("Alles stoppen"),
        live=tuple(
            Live(
                facts.names.name(each.organization),
                rosette(each.organization),
                facts.why(each.organization, each.purpose),
            )
            for each in live
        ),
        consequences=(
            say("Niemand ziet uw gegevens nog via mijn.klant. Dat gaat meteen in."),
            say("Wat ze al zagen, kunnen wij niet terughalen."),
            say("Wat een organisatie zelf al had, houdt zij. U kunt vragen om het te wissen."),
            say("U kunt elke toegang later weer geven."),
        ),
    )


def help_(speech: Speech, frame: Frame, *, email: str) -> HelpPage:
    """Return the page with help; `email` is empty where nobody answers letters."""
    say = speech.say
    return HelpPage(
        frame=frame,
        title=say("Hulp en contact"),
        email=email,
        questions=(
            (
                say("Wie ziet mijn gegevens?"),
                say("Alleen wie u toegang gaf. Bij Organisaties ziet u wie dat zijn."),
            ),
            (
                say("Hoe stop ik toegang?"),
                say("Ga naar Organisaties. Kies Toegang stoppen. Het stopt meteen."),
            ),
            (
                say("Stoppen of bezwaar maken: wat is het verschil?"),
                " ".join(stop_or_object(speech, say("de organisatie"))),
            ),
            (
                say("Er klopt iets niet. Wat nu?"),
                say("Ga naar Gegevens. Kies Klopt niet en geef het goede antwoord."),
            ),
            (
                say("Iemand keek die ik niet ken. Wat nu?"),
                say("Ga naar het logboek. Kies Klopt dit niet? Wij zoeken het uit."),
            ),
            (
                say("Ik kan niet meer inloggen. Wat nu?"),
                say("Vraag een link in uw e-mail. Dat kan op de pagina Inloggen."),
            ),
        ),
    )


def more(speech: Speech, frame: Frame) -> MorePage:
    """Return the rest of the menu."""
    return MorePage(
        frame=frame, title=speech.say("Meer"), others=tuple(each for each in frame.ways if each.width == "wide")
    )
