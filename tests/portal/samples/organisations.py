"""Samples of Organisaties."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
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


def _asked_again(locale: Language) -> Page:
    given, kept = ({("woonvast", "service-provision"): 171}, {("vuurtoren", "customer-care"): 95})
    reviews = {
        (world.identity(slug), purpose): world.AT - timedelta(days=ago)
        for (slug, purpose), ago in (given | kept).items()
    }
    old = replace(world.SEVERAL[0], since=world.AT - timedelta(days=300), changed_at=world.AT - timedelta(days=300))
    facts = replace(world.facts(locale, grants=(old, *world.SEVERAL[1:]), looked=world.LOOKED), reviews=reviews)
    return organisations.now(facts, world.frame(locale, Room.ORGANISATIONS))


def _page_of_many(locale: Language) -> Page:
    purposes = ("customer-care", "service-provision", "personalisation", "research", "advice", "fraud-prevention")
    grants = [
        world.grant(slug, purpose, "contact", ago=20 + place)
        for place, purpose in enumerate(purposes * 2)
        for slug in ("vuurtoren", "woonvast", "zonnewijzer", "weidelicht")
    ]
    named = tuple(replace(each, grant_id=world.identity(f"many {place}")) for place, each in enumerate(grants))
    return organisations.now(world.facts(locale, grants=named), world.frame(locale, Room.ORGANISATIONS), 2)


SAMPLES: Final[dict[str, Callable[[Language], Page]]] = {
    "organisaties-leeg": _empty,
    "organisaties-een": _one,
    "organisaties-veel": _many,
    "organisaties-gestopt": _stopped,
    "organisaties-onbekende": _asked_by_a_stranger,
    "organisaties-klopt-nog": _asked_again,
    "organisaties-bladeren": _page_of_many,
    "organisaties-niets-voorbij": _nothing_ended,
    "organisaties-voorbij": _ended,
}
