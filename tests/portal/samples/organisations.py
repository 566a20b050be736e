"""Samples of Organisaties."""

from collections.abc import Callable
from typing import Final

from api.portal import notices
from api.portal.frame import Page, Room
from api.portal.pages import organisations
from cdp.catalog.files import Language
from tests.portal.samples import world


def _empty(locale: Language) -> Page:
    return organisations.now(world.facts(locale), world.frame(locale, Room.ORGANISATIONS))


def _one(locale: Language) -> Page:
    facts = world.facts(locale, grants=world.SEVERAL[:1], looked=world.LOOKED)
    return organisations.now(facts, world.frame(locale, Room.ORGANISATIONS))


def _many(locale: Language) -> Page:
    facts = world.facts(locale, grants=world.SEVERAL + world.ENDED, requests=(world.ASKS,), looked=world.LOOKED)
    return organisations.now(facts, world.frame(locale, Room.ORGANISATIONS, waiting=1))


def _stopped(locale: Language) -> Page:
    facts = world.facts(locale, grants=world.SEVERAL[1:] + world.ENDED, looked=world.LOOKED)
    told = notices.stopped(facts.speech, "Boekhandel De Vuurtoren", world.SEVERAL[0].grant_id)
    return organisations.now(facts, world.frame(locale, Room.ORGANISATIONS, notice=told))


def _asked_by_a_stranger(locale: Language) -> Page:
    asked = world.request("stranger", "direct-marketing", "contact", "financial")
    return organisations.now(world.facts(locale, requests=(asked,)), world.frame(locale, Room.ORGANISATIONS, waiting=1))


def _nothing_ended(locale: Language) -> Page:
    return organisations.ended(world.facts(locale, grants=world.SEVERAL), world.frame(locale, Room.ORGANISATIONS))


def _ended(locale: Language) -> Page:
    lapsed = world.request("weidelicht", "advice", "health", state="expired", due_at=world.AT)
    facts = world.facts(locale, grants=world.SEVERAL + world.ENDED, requests=(lapsed,))
    return organisations.ended(facts, world.frame(locale, Room.ORGANISATIONS))


SAMPLES: Final[dict[str, Callable[[Language], Page]]] = {
    "organisaties-leeg": _empty,
    "organisaties-een": _one,
    "organisaties-veel": _many,
    "organisaties-gestopt": _stopped,
    "organisaties-onbekende": _asked_by_a_stranger,
    "organisaties-niets-voorbij": _nothing_ended,
    "organisaties-voorbij": _ended,
}
