"""Samples of Overzicht."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Final

from api.portal.frame import Page, Room
from api.portal.pages import overview
from api.portal.pages.questions import Card
from cdp.catalog.files import Language
from cdp.own.addressing import Addressing
from cdp.tables import Act
from tests.portal.samples import world
from tests.portal.samples.messages import REPLIES


def _act(kind: str, slug: str, purpose: str, *, ago: int) -> Act:
    return Act(
        customer_id=world.identity("customer"),
        seq=ago,
        act_id=world.identity(f"{kind} {slug} {ago}"),
        kind=kind,
        recipient_id=world.identity(slug),
        purpose=purpose,
        categories=["contact"],
        sources=None,
        expires_at=world.AT + timedelta(days=30),
        at=world.AT - timedelta(days=ago),
        by="customer",
        client_id=None,
        request_id=None,
        evidence={},
    )


ACTS: Final = (
    _act("attest", "weidelicht", "customer-care", ago=2),
    _act("revoke", "vuurtoren", "direct-marketing", ago=20),
    _act("narrow", "zonnewijzer", "advice", ago=30),
    _act("grant", "woonvast", "service-provision", ago=60),
)
"""What happened, the latest first."""


def _addressing(locale: Language) -> Addressing:
    return Addressing(
        "en" if locale is Language.EN else "nl", "je" if locale is Language.NL_JE else "u", "Noor", "de Wit"
    )


def _quiet(locale: Language) -> Page:
    back = overview.Back(_addressing(locale), {}, (), None)
    return overview.overview(world.facts(locale), world.frame(locale, Room.OVERVIEW), back)


def _busy(locale: Language) -> Page:
    facts = world.facts(locale, grants=world.SEVERAL, requests=(world.ASKS,), looked=world.LOOKED)
    week = {(world.identity(slug), purpose): each for (slug, purpose), each in world.LOOKED.items()}
    known = world.speech(locale).say(
        "%(name)s kent iemand. Het e-mailadres eindigt op …%(ending)s.", name="Woonvast", ending="e.org"
    )
    cards = (Card("bent-u-dit-1", known, f"/bent-u-dit/{world.identity('question')}"),)
    back = overview.Back(_addressing(locale), week, ACTS, world.AT - timedelta(days=5), cards)
    return overview.overview(facts, world.frame(locale, Room.OVERVIEW, waiting=1), back)


def _asked_again(locale: Language) -> Page:
    reviews = {(world.identity("woonvast"), "service-provision"): world.AT - timedelta(days=171)}
    facts = replace(world.facts(locale, grants=world.SEVERAL[1:]), reviews=reviews)
    back = overview.Back(_addressing(locale), {}, (), None)
    return overview.overview(facts, world.frame(locale, Room.OVERVIEW), back)


def _answering(locale: Language) -> Page:
    facts = world.facts(locale, grants=world.SEVERAL[1:])
    back = overview.Back(_addressing(locale), {}, (), None, replies=REPLIES)
    return overview.overview(facts, world.frame(locale, Room.OVERVIEW), back)


SAMPLES: Final[dict[str, Callable[[Language], Page]]] = {
    "overzicht-rustig": _quiet,
    "overzicht-druk": _busy,
    "overzicht-klopt-nog": _asked_again,
    "overzicht-een-mens": _answering,
}
