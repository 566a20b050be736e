"""Samples of Bewijzen."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from api.portal.frame import Page, Room
from api.portal.pages import receipts
from api.portal.pages.receipts import Part
from api.receipts.sheet import Row, Sheet
from cdp.catalog.files import Language
from cdp.own.receipts import Listed
from tests.portal.samples import world
from tests.portal.samples.data import held


def _listed(kind: str, slug: str, *, days: int, is_signed: bool = True) -> Listed:
    at = world.AT - timedelta(days=days)
    return Listed(world.identity(f"{kind} {slug}"), kind, world.identity(slug), "advice", at, days, is_signed)


SLIPS: Final = (
    _listed("revoke", "vuurtoren", days=0, is_signed=False),
    _listed("grant", "woonvast", days=2),
    _listed("narrow", "zonnewijzer", days=20),
    _listed("refuse", "stranger", days=31),
)
SHEET: Final = Sheet(
    tongue="nl",
    house="mijn.klant",
    title="Bewijs",
    headline="Toegang gestopt",
    sentence="Woonvast mag deze gegevens niet meer bekijken.",
    facts=(
        Row("Organisatie", ("Woonvast",)),
        Row("Waarvoor", ("Advies",)),
        Row("Gegevens", ("Naam en contact", "Adres")),
        Row("Wanneer", ("zaterdag 21 november 2026 om 14:30",)),
    ),
    advice=(),
    proof_title="Bewijs",
    proof_sentence="Dit staat in een logboek dat niemand stilletjes kan veranderen.",
    proof_facts=(Row("Nummer", ("2f5e" * 16,)), Row("Logboek", ("log.test/consent",)), Row("Plaats", ("4812",))),
    proof_label="Tekst",
    proof="c2sp.org/tlog-proof@v1",
)
_KNOWN: Final = [world.identity(each) for each in ("vuurtoren", "woonvast", "zonnewijzer")]


def _list(locale: Language, part: Part) -> Page:
    return receipts.receipts(held(locale), world.frame(locale, Room.LOG, here="/bewijzen"), part)


def _several(locale: Language) -> Page:
    return _list(locale, Part(SLIPS, _KNOWN, "", is_first=True, after="AbC"))


def _narrowed(locale: Language) -> Page:
    return _list(locale, Part(SLIPS[1:2], _KNOWN, "woonvast", is_first=False, after=None))


def _none(locale: Language) -> Page:
    return _list(locale, Part((), (), "", is_first=True, after=None))


def _one(locale: Language) -> Page:
    return receipts.receipt(held(locale), world.frame(locale, Room.LOG), world.identity("act"), SHEET)


def _not_yet(locale: Language) -> Page:
    return receipts.receipt(held(locale), world.frame(locale, Room.LOG), world.identity("act"), None)


SAMPLES: Final[dict[str, Callable[[Language], Page]]] = {
    "bewijzen": _several,
    "bewijzen-een": _narrowed,
    "bewijzen-leeg": _none,
    "bewijs": _one,
    "bewijs-nog-niet": _not_yet,
}
