"""Samples of Verzoek."""

from collections.abc import Callable
from typing import Final

from api.portal.frame import Page, Room
from api.portal.pages import requests
from api.portal.pages.requests import Preview
from cdp.catalog.files import Language
from cdp.own.holdings import Request
from tests.portal.samples import world

PREVIEWS: Final = {
    "address": Preview(5, 0, ("Straat: Haverkamp 12", "Postcode: 1234 AB", "Plaats: Lindewoude")),
    "products": Preview(
        2, 0, ("Energiecontract, 3 mei 2026: vast tarief, bedrag 48,5", "Rekening, 1 oktober 2026: betaald ja")
    ),
    "conversations": Preview(1, 41, ("Telefoon, 9 november 2026: Levering kwam te laat", "E-mail, 2 november 2026")),
    "usage": Preview(0, 0, ()),
    "health": Preview(12, 0, ("Huisarts, 2 maart 2026",)),
}
"""What there is of each kind of data."""


def _page(locale: Language, asked: Request, *, fault: str | None = None) -> Page:
    facts = world.facts(locale, grants=world.SEVERAL, requests=(asked,))
    return requests.request(facts, world.frame(locale, Room.ORGANISATIONS, waiting=1), asked, PREVIEWS, fault=fault)


def _pending(locale: Language) -> Page:
    return _page(locale, world.ASKS)


def _much(locale: Language) -> Page:
    return _page(locale, world.request("vuurtoren", "customer-care", "products", "conversations", "usage"))


def _faulty(locale: Language) -> Page:
    fault = world.speech(locale).say("Kies minstens 1 soort gegevens. Of kies Weigeren.")
    return _page(locale, world.ASKS, fault=fault)


def _special(locale: Language) -> Page:
    words = {"nl": "De zorgcoach wil weten welke zorg u kreeg.", "nl@je": "De zorgcoach wil weten welke zorg je kreeg."}
    asked = world.request("weidelicht", "advice", "health", notice=words, used_by="human", days=30)
    return _page(locale, asked)


def _unverified(locale: Language) -> Page:
    return _page(
        locale, world.request("stranger", "direct-marketing", "contact", notice={}, used_by="computer", consequences={})
    )


def _answered(locale: Language) -> Page:
    return _page(locale, world.request("zonnewijzer", "advice", "usage", state="refused", answered_at=world.AT))


SAMPLES: Final[dict[str, Callable[[Language], Page]]] = {
    "verzoek": _pending,
    "verzoek-veel": _much,
    "verzoek-fout": _faulty,
    "verzoek-gezondheid": _special,
    "verzoek-onbekende": _unverified,
    "verzoek-beantwoord": _answered,
}
