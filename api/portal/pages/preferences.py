"""Voorkeuren: the way to all about contact, and folded, how somebody is spoken to, with a sentence that shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from api.portal import places
from api.portal.cookies import Theme
from api.portal.frame import Frame, Page
from api.portal.pages import wish_hours, wish_offers, wishes
from api.portal.pages.hello import hello
from api.portal.pages.log import Option
from api.portal.speech import Speech
from cdp.catalog.files import Catalog
from cdp.contact import salutations
from cdp.contact.wishes import LONGEST_NAME
from cdp.own.addressing import Addressing
from consent.wishes import Wishes

NAME: Final = "naam"
_PARTS: Final = {
    NAME: frozenset({"language", "address", "greeting", "name", "pronunciation"}),
    "lezen": frozenset({"theme", "reading_level", "print"}),
    "mail": frozenset({"reminders", "receipts"}),
}


def part(field: str) -> str:
    """Return which folded part of the page a choice stands in; empty for what is never folded."""
    return next((key for key, fields in _PARTS.items() if field in fields), "")


@dataclass(frozen=True, slots=True)
class Pick:
    """One thing to choose; each option is a button."""

    field: str
    title: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Objection:
    """What the browser said about advertising, and what stands beside it."""

    said: str
    standing: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class Doorway:
    """A page with more to choose, and what holds there now."""

    href: str
    title: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What somebody chose beside how they are spoken to."""

    catalog: Catalog
    wishes: Wishes
    has_receipts: bool = False
    objection: Objection | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PreferencesPage(Page):
    """How somebody wants to be spoken to."""

    template: ClassVar[str] = "preferences.html"

    opened: str
    example: tuple[str, ...]
    picks: tuple[Pick, ...]
    reading: tuple[Pick, ...]
    speaker: Pick
    doorways: tuple[Doorway, ...]
    letters: tuple[Pick, ...]
    own_name: str
    pronunciation: str
    longest: int
    always: tuple[tuple[str, str], ...]
    objection: Objection | None


def preferences(
    speech: Speech, frame: Frame, known: Addressing, standing: Standing, *, opened: str = "", fault: str | None = None
) -> PreferencesPage:
    """Return the page; `opened` is the part that is unfolded."""
    say = speech.say
    letter = salutations.of(known)
    return PreferencesPage(
        frame=frame,
        title=say("Hoe wilt u contact?"),
        fault=fault,
        opened=opened,
        example=(
            f"{hello(speech, known)}.",
            say("Niemand ziet iets van u zonder dat u het weet."),
            say("Een brief begint met ‘%(words)s’", words=letter.salutation),
        ),
        picks=_picks(speech, known),
        reading=_reading(speech, known, frame.theme),
        speaker=_speaker(speech, standing.wishes),
        doorways=_doorways(speech, standing),
        letters=_letters(speech, has_reminders=known.has_reminders, has_receipts=standing.has_receipts),
        own_name=known.own_name,
        pronunciation=known.pronunciation,
        longest=LONGEST_NAME,
        always=(
            (say("Codes en links om in te loggen"), say("Zonder die mail kunt u niet inloggen.")),
            (say("Bericht over een nieuwe manier van inloggen"), say("Zo merkt u het als iemand anders inlogt.")),
            (say("Antwoorden op uw verzoeken"), say("Dat moet van de wet.")),
            *wishes.required(speech, standing.catalog),
        ),
        objection=standing.objection,
    )


def objecting(speech: Speech, known: Addressing, still: Sequence[str]) -> Objection | None:
    """Return what the browser said about advertising, and the names of whom it is open to; None if it said nothing."""
    if known.gpc_since is None:
        return None
    date, who = speech.date(known.gpc_since), speech.listed(still)
    return Objection(
        speech.say("Uw browser zei op %(date)s: gebruik mijn gegevens niet voor reclame.", date=date),
        speech.say("Dit mag het nog van u: %(who)s.", who=who)
        if still
        else speech.say("Niemand mag uw gegevens nu voor reclame gebruiken."),
        is_open=bool(still),
    )


def _picks(speech: Speech, known: Addressing) -> tuple[Pick, ...]:
    say = speech.say
    languages = Pick("language", say("Taal"), _options(known.language, ("nl", "Nederlands"), ("en", "English")))
    formal = Pick(
        "address",
        say("Aanspreken"),
        _options(known.address, ("u", say("Met ‘%(word)s’", word="u")), ("je", say("Met ‘%(word)s’", word="je"))),
    )
    greetings = Pick("greeting", say("Hoe noemen wij u?"), _options(_greeting(known), *_names(speech, known)))
    return (languages, *([formal] if known.language == "nl" else []), greetings)


def _reading(speech: Speech, known: Addressing, theme: Theme) -> tuple[Pick, ...]:
    say = speech.say
    colours = Pick(
        "theme",
        say("Kleuren"),
        _options(
            theme, ("auto", say("Zoals mijn apparaat")), ("light", say("Altijd licht")), ("dark", say("Altijd donker"))
        ),
    )
    return (
        colours,
        Pick(
            "reading_level",
            say("Welke woorden wilt u van organisaties?"),
            _options(known.reading_level or "", ("easy", say("Makkelijke woorden")), ("usual", say("Gewone woorden"))),
        ),
        Pick(
            "print",
            say("Hoe groot zijn de letters?"),
            _options(known.print, ("usual", say("Gewoon")), ("large", say("Groot")), ("largest", say("Extra groot"))),
        ),
    )


def _speaker(speech: Speech, chosen: Wishes) -> Pick:
    say = speech.say
    return Pick(
        "first",
        say("Wie wilt u eerst spreken?"),
        _options(
            "" if chosen.first is None else str(chosen.first),
            *((str(each), say(word)) for each, word in wishes.FIRST.items()),
            ("", say("Maakt niet uit")),
        ),
    )


def _doorways(speech: Speech, standing: Standing) -> tuple[Doorway, ...]:
    say, chosen = speech.say, standing.wishes
    return (
        Doorway(places.WISHES, say("Onderwerpen en manieren"), wishes.summary(speech, standing.catalog, chosen)),
        Doorway(places.WISH_HOURS, say("Tijden"), wish_hours.summary(speech, chosen.hours)),
        Doorway(
            f"{places.WISHES}#organisaties",
            say("Per organisatie"),
            _exceptions(speech, len(chosen.exceptions)),
        ),
        Doorway(places.WISH_OFFERS, say("Welke aanbiedingen u wilt"), wish_offers.summary(speech, chosen.offers)),
        Doorway(places.OFFERS, say("Aanbiedingen voor u"), say("Wat organisaties voor u uitkozen, en waarom.")),
        Doorway(places.WISH_RECEIPTS, say("Bewijzen"), say("Van elke keuze is er een bewijs.")),
    )


def _exceptions(speech: Speech, count: int) -> str:
    if not count:
        return speech.say("Voor elke organisatie geldt hetzelfde.")
    return speech.count("%(number)s uitzondering", "%(number)s uitzonderingen", count)


def _letters(speech: Speech, *, has_reminders: bool, has_receipts: bool) -> tuple[Pick, ...]:
    say = speech.say
    ways = (("mail", say("Met een mail")), ("none", say("Alleen op deze site")))
    reminders, receipts = ("mail" if each else "none" for each in (has_reminders, has_receipts))
    return (
        Pick("reminders", say("Vragen na 90 dagen of uw toegang nog klopt"), _options(reminders, *ways)),
        Pick("receipts", say("Ontvangstbewijs van wat u kiest"), _options(receipts, *ways)),
    )


def _greeting(known: Addressing) -> str:
    if known.greeting is not None:
        return known.greeting
    return "first" if known.called == known.first_name and known.first_name else "whole"


def _names(speech: Speech, known: Addressing) -> list[tuple[str, str]]:
    whole = f"{known.first_name} {known.last_name}".strip()
    names = [("whole", whole or speech.say("Hele naam")), ("first", known.first_name or speech.say("Voornaam"))]
    return [*names, *([("other", known.own_name)] if known.own_name else [])]


def _options(chosen: str, *options: tuple[str, str]) -> tuple[Option, ...]:
    return tuple(Option(value, label, value == chosen) for value, label in options)
