"""Samples of what a customer meets who comes from an app."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from api.portal import error_pages
from api.portal.frame import Page
from api.portal.pages import app as pages
from api.portal.pages import requests
from cdp.catalog.files import Language
from tests.portal.samples import world
from tests.portal.samples.requests import PREVIEWS


def _app(locale: Language, *, is_verified: bool = True) -> Page:
    speech, frame = world.speech(locale), world.frame(locale, None)
    return pages.app(speech, frame, word="w", app="Weidelicht Thuis", name="Weidelicht", is_verified=is_verified)


def _unverified(locale: Language) -> Page:
    return _app(locale, is_verified=False)


def _request(locale: Language) -> Page:
    facts = world.facts(locale, grants=world.SEVERAL, requests=(world.ASKS,))
    frame = world.frame(locale, None, waiting=1)
    return requests.request(facts, frame, world.ASKS, PREVIEWS, app="Weidelicht Thuis")


def _wrong(locale: Language) -> Page:
    frame = replace(world.frame(locale, None), ways=(), person=None)
    return error_pages.of_app(world.speech(locale), frame)


def _logout(locale: Language) -> Page:
    return pages.logout(world.speech(locale), world.frame(locale, None), back={"client_id": "c-1"})


SAMPLES: Final[dict[str, Callable[[Language], Page]]] = {
    "app": _app,
    "app-onbekende": _unverified,
    "app-verzoek": _request,
    "app-fout": _wrong,
    "app-uitloggen": _logout,
}
