"""Samples of Verzoek."""

from collections.abc import Callable
from typing import Final

from api.portal.frame import Page, Room
from api.portal.pages import requests
from api.portal.pages.requests import Preview
from cdp.catalog.files import Language
from cdp.holdings import Request
from tests.portal.samples import world

PREVIEWS: Final = {
    "address": Preview(("Straat: Haverkamp 12", "Postcode: 1234 AB", "Plaats: Lindewoude"), has_more=True),
    "products": Preview(("Huurwoning",), has_more=False),
    "usage": Preview((), has_more=False),
    "health": Preview(("Huisarts: Praktijk De Linde",), has_more=True),
}
"""What there is of each kind of data."""


def _page(locale: Language, asked: Request, *, fault: str | None = None) -> Page:
    facts = world.facts(locale, grants=world.SEVERAL, requests=(asked,))
    return requests.request(facts, world.frame(locale, Room.ORGANISATIONS, waiting=1), asked, PREVIEWS, fault=fault)


def _pending(locale: Language) -> Page:
    return _page(locale, world.ASKS)


def _faulty(locale: Language) -> Page:
    fault = world.speech(locale).say("Kies minstens 1 soort gegevens. Of kies Weigeren.")
    return _page(locale, world.ASKS, fault=fault)


def _special(locale: Language) -> Page:
    words = {"nl": "De zorgcoach wil weten welke zorg u kreeg.", "nl@je": "De zorgcoach wil weten welke zorg je kreeg."}
    asked = world.request("weidelicht", "advice", "health", notice={**words, "used_by": "human"}, days=30)
    return _page(locale, asked)


def _unverified(locale: Language) -> Page:
    return _page(locale, world.request("stranger", "direct-marketing", "contact", notice={"used_by": "computer"}))


def _answered(locale: Language) -> Page:
    return _page(locale, world.request("zonnewijzer", "advice", "usage", state="refused", answered_at=world.AT))


SAMPLES: Final[dict[str, Callable[[Language], Page]]] = {
    "verzoek": _pending,
    "verzoek-fout": _faulty,
    "verzoek-gezondheid": _special,
    "verzoek-onbekende": _unverified,
    "verzoek-beantwoord": _answered,
}
