"""What a receipt says, in Dutch (u and je) and English: short sentences, ordinary words (B1).

{organization} is the recipient, {contact} its address, {house} the name of this platform and {site} where it is.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cdp.catalog.files import Language, Words
from consent.acts import Kind

_PLACE: Final = re.compile(r"\{([a-z]+)\}")


@dataclass(frozen=True, slots=True)
class Story:
    """What happened: a headline and a sentence about it."""

    headline: Words
    sentence: Words


def _story(headline: tuple[str, str, str], sentence: tuple[str, str, str]) -> Story:
    return Story(_words(*headline), _words(*sentence))


def _words(u: str, je: str, english: str) -> Words:
    return Words(nl=u, nl_je=je, en=english)


def _same(dutch: str, english: str) -> Words:
    return Words(nl=dutch, en=english)


STORIES: Final[Mapping[Kind, Story]] = {
    Kind.GRANT: _story(
        ("U gaf toestemming", "Je gaf toestemming", "You gave permission"),
        (
            "{organization} mag deze gegevens over u bekijken, alleen voor dit doel.",
            "{organization} mag deze gegevens over jou bekijken, alleen voor dit doel.",
            "{organization} may see these data about you, for this purpose only.",
        ),
    ),
    Kind.NARROW: _story(
        ("U gaf minder toestemming", "Je gaf minder toestemming", "You allowed less"),
        (
            "{organization} mag vanaf dat moment alleen nog deze gegevens bekijken, voor dit doel.",
            "{organization} mag vanaf dat moment alleen nog deze gegevens bekijken, voor dit doel.",
            "From that moment {organization} may see only these data, for this purpose.",
        ),
    ),
    Kind.EXTEND: _story(
        ("U gaf meer of langer toestemming", "Je gaf meer of langer toestemming", "You allowed more, or for longer"),
        (
            "{organization} mag vanaf dat moment deze gegevens bekijken, voor dit doel.",
            "{organization} mag vanaf dat moment deze gegevens bekijken, voor dit doel.",
            "From that moment {organization} may see these data, for this purpose.",
        ),
    ),
    Kind.REVOKE: _story(
        ("U stopte de toestemming", "Je stopte de toestemming", "You withdrew permission"),
        (
            "{organization} mag vanaf dat moment niets meer van u bekijken voor dit doel.",
            "{organization} mag vanaf dat moment niets meer van je bekijken voor dit doel.",
            "From that moment {organization} may not see anything of you for this purpose.",
        ),
    ),
    Kind.REFUSE: _story(
        ("U zei nee", "Je zei nee", "You said no"),
        (
            "{organization} krijgt deze gegevens niet te zien voor dit doel.",
            "{organization} krijgt deze gegevens niet te zien voor dit doel.",
            "{organization} does not get to see these data for this purpose.",
        ),
    ),
    Kind.OBJECT: _story(
        ("U maakte bezwaar", "Je maakte bezwaar", "You objected"),
        (
            "{organization} mag vanaf dat moment niets meer van u bekijken voor dit doel.",
            "{organization} mag vanaf dat moment niets meer van je bekijken voor dit doel.",
            "From that moment {organization} may not see anything of you for this purpose.",
        ),
    ),
    Kind.ATTEST: _story(
        ("Uw toestemming is opgeschreven", "Je toestemming is opgeschreven", "Your permission was written down"),
        (
            "{organization} zegt dat u dit buiten {house} goed vond. Klopt het niet? Stop de toestemming dan.",
            "{organization} zegt dat jij dit buiten {house} goed vond. Klopt het niet? Stop de toestemming dan.",
            "{organization} says that you agreed to this outside {house}. Is it wrong? Then stop the permission.",
        ),
    ),
    Kind.EXPIRE: _story(
        ("De toestemming liep af", "De toestemming liep af", "The permission ended"),
        (
            "De afgesproken tijd was om. U hoefde daar niets voor te doen.",
            "De afgesproken tijd was om. Je hoefde daar niets voor te doen.",
            "The agreed time was over. You did not have to do anything.",
        ),
    ),
    Kind.MERGE: _story(
        ("Gegevens van u kwamen samen", "Gegevens van jou kwamen samen", "Data about you came together"),
        (
            "Twee dossiers bleken allebei van u te zijn. Uw strengste keuze geldt nu voor het geheel.",
            "Twee dossiers bleken allebei van jou te zijn. Je strengste keuze geldt nu voor het geheel.",
            "Two files turned out to be about you. Your strictest choice now holds for all of it.",
        ),
    ),
    Kind.SPLIT: _story(
        ("Gegevens gingen weer uit elkaar", "Gegevens gingen weer uit elkaar", "Data went apart again"),
        (
            "Een deel van de gegevens hoorde niet bij u. Wat u had gestopt, blijft gestopt.",
            "Een deel van de gegevens hoorde niet bij jou. Wat je had gestopt, blijft gestopt.",
            "Some of the data were not about you. What you had stopped stays stopped.",
        ),
    ),
    Kind.ERASE: _story(
        ("Uw gegevens zijn gewist", "Je gegevens zijn gewist", "Your data were erased"),
        (
            "{organization} mag vanaf dat moment niets meer van u bekijken voor dit doel.",
            "{organization} mag vanaf dat moment niets meer van je bekijken voor dit doel.",
            "From that moment {organization} may not see anything of you for this purpose.",
        ),
    ),
}

ORGANIZATION: Final = _same("Organisatie", "Organization")
PURPOSE: Final = _same("Waarvoor", "What for")
CATEGORIES: Final = _same("Welke gegevens", "Which data")
SOURCES: Final = _same("Van wie die gegevens komen", "Where these data come from")
EVERYBODY: Final = _same("Van iedereen die ze heeft", "From everybody who has them")
AT: Final = _same("Wanneer", "When")
UNTIL: Final = _same("Tot", "Until")
BY: Final = _same("Door wie", "By whom")
READ: Final = _words("Wat u las", "Wat je las", "What you read")
HOW: Final = _same("Hoe", "How")
ACTORS: Final[Mapping[str, Words]] = {
    "customer": _words("Door uzelf", "Door jezelf", "By yourself"),
    "organization": _same("Door {organization}", "By {organization}"),
    "source": _same("Door {organization}", "By {organization}"),
    "time": _same("Vanzelf, omdat de tijd om was", "By itself, because the time was over"),
    "sequencer": _same("Vanzelf, omdat de tijd om was", "By itself, because the time was over"),
    "platform": _same("Door {house}", "By {house}"),
}
METHODS: Final[Mapping[str, Words]] = {
    "paper": _same("Op papier", "On paper"),
    "phone": _same("Aan de telefoon", "On the phone"),
    "website": _same("Op de website", "On the website"),
    "app": _same("In de app", "In the app"),
    "email": _same("Met een e-mail", "By e-mail"),
    "in-person": _same("In een gesprek", "In person"),
}

TITLE: Final = _same("Bewijs", "Receipt")
STOP: Final = _words(
    "Wilt u iets anders? U kunt altijd stoppen of iets veranderen op {site}. Het werkt meteen en kost niets.",
    "Wil je iets anders? Je kunt altijd stoppen of iets veranderen op {site}. Het werkt meteen en kost niets.",
    "Do you want something else? You can stop or change it at any time at {site}. It works at once and is free.",
)
ASK: Final = _words(
    "Hebt u een vraag over wat {organization} met uw gegevens doet? Stel hem aan {contact}.",
    "Heb je een vraag over wat {organization} met je gegevens doet? Stel hem aan {contact}.",
    "Do you have a question about what {organization} does with your data? Ask {contact}.",
)
KEEP: Final = _words(
    "Bewaar dit bewijs zelf. Het blijft geldig, ook als wij uw gegevens hebben gewist.",
    "Bewaar dit bewijs zelf. Het blijft geldig, ook als wij je gegevens hebben gewist.",
    "Keep this receipt yourself. It stays valid, even when we have erased your data.",
)
PROOF: Final = _same("Zo is dit na te gaan", "How this can be checked")
PROOF_SENTENCE: Final = _words(
    "Dit staat in een openbaar logboek. Daarin kan niemand iets stil veranderen, ook wij niet. "
    "Met dit bewijs kan iemand met verstand van computers dat nagaan. Daar is geen hulp van ons bij nodig.",
    "Dit staat in een openbaar logboek. Daarin kan niemand iets stil veranderen, ook wij niet. "
    "Met dit bewijs kan iemand met verstand van computers dat nagaan. Daar is geen hulp van ons bij nodig.",
    "This stands in a public log. Nobody can change anything there unnoticed, not even we. "
    "With this receipt somebody who knows computers can check that, without our help.",
)
NUMBER: Final = _same("Nummer van dit bewijs", "Number of this receipt")
LOG: Final = _same("Logboek", "Log")
PLACE: Final = _same("Plaats in het logboek", "Place in the log")
MOMENT: Final = _same("Moment in UTC", "Moment in UTC")
TEXT: Final = _same(
    "Het bewijs zelf (bewaar het als bestand dat eindigt op .tlog-proof)",
    "The proof itself (keep it as a file that ends in .tlog-proof)",
)


def said(words: Words, language: Language, **names: str) -> str:
    """Return `words` in `language` with the names filled in."""
    return _PLACE.sub(lambda place: names[place[1]], words.said_in(language))
