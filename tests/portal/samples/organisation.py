"""Samples of one organization, of everything stopped, and of pages that are mostly words."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from api.portal.frame import Page, Room
from api.portal.pages import organisation, plain, sources
from api.portal.pages.facts import Facts
from cdp.catalog.files import Language
from cdp.own.holdings import Grant
from cdp.signals.heard import Word
from consent.types import CUSTOMER_SOURCE
from tests.portal.samples import world
from tests.portal.samples.overview import ACTS


def _one(locale: Language, slug: str, *, fault: str | None = None) -> Page:
    facts = world.facts(locale, grants=world.SEVERAL + world.ENDED, looked=world.LOOKED, requests=(world.ASKS,))
    acts = tuple(each for each in ACTS if each.recipient_id == world.identity(slug))
    facts = replace(facts, heard=_heard(facts, slug))
    frame = world.frame(locale, Room.ORGANISATIONS)
    return organisation.organisation(facts, frame, world.NAMES.by_id[world.identity(slug)], acts, fault=fault)


def _heard(facts: Facts, slug: str) -> dict[Word, datetime | None]:
    """Return that a stop of today has arrived, and that older ones were not confirmed."""
    stops = [(each.recipient_id, each.kind, each.purpose, each.at) for each in ACTS]
    stops += [(each.organization, "revoke", each.purpose, each.changed_at) for each in facts.grants]
    received = world.AT - timedelta(hours=1) if slug == "vuurtoren" else None
    return dict.fromkeys(stops, received)


def _sources(locale: Language, grant: Grant, *, fault: str | None = None) -> Page:
    facts = world.facts(locale, grants=world.SEVERAL)
    known = [world.identity(each) for each in ("vuurtoren", "woonvast", "zonnewijzer")]
    frame = world.frame(locale, Room.ORGANISATIONS)
    return sources.sources(facts, frame, grant, [CUSTOMER_SOURCE, *known], fault=fault)


def _nobody_chosen(locale: Language) -> Page:
    fault = world.speech(locale).say("Kies minstens 1 organisatie. Of stop de toegang.")
    return _sources(locale, world.SEVERAL[0], fault=fault)


def _stop_all(locale: Language) -> Page:
    return plain.stop_all(world.facts(locale, grants=world.SEVERAL), world.frame(locale, Room.ORGANISATIONS))


def _nothing_to_stop(locale: Language) -> Page:
    return plain.stop_all(world.facts(locale), world.frame(locale, Room.ORGANISATIONS))


def _more(locale: Language) -> Page:
    return plain.more(world.speech(locale), world.frame(locale, Room.MORE))


def _help(locale: Language) -> Page:
    return plain.help_(world.speech(locale), world.frame(locale, None), email="hulp@klant.example.org")


def _help_for_anybody(locale: Language) -> Page:
    return plain.help_(world.speech(locale), world.stranger(locale), email="hulp@klant.example.org")


def _help_without_mail(locale: Language) -> Page:
    return plain.help_(world.speech(locale), world.stranger(locale), email="")


SAMPLES: Final[dict[str, Callable[[Language], Page]]] = {
    "organisatie": lambda locale: _one(locale, "vuurtoren"),
    "organisatie-deel": lambda locale: _one(locale, "zonnewijzer"),
    "organisatie-buiten-ons": lambda locale: _one(locale, "weidelicht"),
    "organisatie-onbekende": lambda locale: _one(locale, "stranger"),
    "organisatie-fout": lambda locale: _one(
        locale, "vuurtoren", fault=world.speech(locale).say("Kies minstens 1 soort gegevens.")
    ),
    "organisatie-bronnen": lambda locale: _sources(locale, world.SEVERAL[0]),
    "organisatie-bronnen-deel": lambda locale: _sources(locale, world.SEVERAL[2]),
    "organisatie-bronnen-fout": _nobody_chosen,
    "alles-stoppen": _stop_all,
    "alles-stoppen-niets": _nothing_to_stop,
    "meer": _more,
    "hulp": _help,
    "hulp-buiten": _help_for_anybody,
    "hulp-zonder-mail": _help_without_mail,
}
