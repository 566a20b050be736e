"""What is called how inside a product, a contact or a fact from elsewhere: sources use words of their own there.

The catalog names the facts of a person; these are the words that many sources share for everything else.
"""

from collections.abc import Mapping
from datetime import date
from typing import Final

from babel import Locale
from babel.dates import format_date
from pydantic import JsonValue

from api.portal.pages import values
from api.portal.speech import Speech, later
from cdp.catalog.files import Catalog, snake_case

OPENING: Final = ("subject", "summary", "title", "name", "label")
"""The fields that say by themselves what something is, most telling first; a list shows them without their names."""

_NAMES: Final[Mapping[str, str]] = {
    "amount": later("Bedrag"),
    "born_in": later("Geboortejaar"),
    "brand": later("Merk"),
    "care": later("Soort zorg"),
    "color": later("Kleur"),
    "cover": later("Dekking"),
    "currency": later("Munt"),
    "description": later("Omschrijving"),
    "duration": later("Duur"),
    "form": later("Vorm"),
    "gas": later("Met gas"),
    "hours_a_week": later("Uren per week"),
    "key": later("Nummer bij de organisatie"),
    "kwh": later("Kilowattuur"),
    "label": later("Label"),
    "minutes": later("Minuten"),
    "month": later("Maand"),
    "months": later("Aantal maanden"),
    "name": later("Naam"),
    "note": later("Opmerking"),
    "notes": later("Opmerking"),
    "order_id": later("Bestelnummer"),
    "outcome": later("Afloop"),
    "own_risk": later("Eigen risico"),
    "part": later("Onderdeel"),
    "path": later("Pagina"),
    "phases": later("Aantal fasen"),
    "points": later("Punten"),
    "power_kw": later("Vermogen in kilowatt"),
    "price": later("Prijs"),
    "product_id": later("Productnummer"),
    "products": later("Producten"),
    "quantity": later("Aantal"),
    "query": later("Gezocht op"),
    "reason": later("Reden"),
    "referrer": later("Kwam van"),
    "register": later("Register"),
    "rent": later("Huur"),
    "revenue": later("Opbrengst"),
    "rooms": later("Aantal kamers"),
    "search": later("Gezocht op"),
    "shipping": later("Verzendkosten"),
    "sku": later("Artikelnummer"),
    "state": later("Stand van zaken"),
    "status": later("Stand van zaken"),
    "subject": later("Onderwerp"),
    "summary": later("Samenvatting"),
    "tariff": later("Tarief"),
    "tax": later("Belasting"),
    "text": later("Tekst"),
    "title": later("Titel"),
    "titles": later("Titels"),
    "total": later("Totaal"),
    "until": later("Tot wanneer"),
    "url": later("Adres van de pagina"),
    "value": later("Waarde"),
}

_OUTCOMES: Final[Mapping[str, str]] = {
    "answered": later("beantwoord"),
    "solved": later("opgelost"),
    "forwarded": later("doorgestuurd"),
    "appointment": later("afspraak gemaakt"),
    "complaint": later("klacht"),
    "sale": later("gekocht"),
    "cancelled": later("opgezegd"),
    "no-answer": later("geen antwoord"),
    "open": later("loopt nog"),
}
_MONTH: Final = 7


def called(speech: Speech, catalog: Catalog, key: str, *, of_person: bool) -> str:
    """Return what a field is called; `of_person` where it is part of a fact of a person, as of an address."""
    word, known = snake_case(key), catalog.attributes.get(catalog.attribute_name(key))
    if known is not None and (of_person or word not in _NAMES):
        return speech.name(known.label)
    if word in _NAMES:
        return speech.say(_NAMES[word])
    return word.replace("_", " ").capitalize() or key


def said(speech: Speech, key: str, value: JsonValue) -> str:
    """Return what a field says, whole: a code as the word for it, a month as people write it."""
    if not isinstance(value, str):
        return values.full(speech, value)
    match snake_case(key):
        case "outcome" if value in _OUTCOMES:
            return speech.say(_OUTCOMES[value])
        case "language":
            return str(Locale.parse(speech.cldr).languages.get(value.lower(), value))
        case "country":
            return str(Locale.parse(speech.cldr).territories.get(value.upper(), value))
        case "month" if len(value) == _MONTH:
            return _month(speech, value)
        case _:
            return values.full(speech, value)


def _month(speech: Speech, value: str) -> str:
    try:
        first = date.fromisoformat(f"{value}-01")
    except ValueError:
        return value
    return format_date(first, "MMMM y", locale=speech.cldr)
