"""Samples of Voorkeuren."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from api.portal.frame import Page, Room
from api.portal.pages import preferences
from cdp.catalog import files
from cdp.catalog.files import Language
from cdp.own.addressing import Addressing
from consent.wishes import Wishes
from tests.portal.samples import world

HOSTILE: Final = "<b>Noor</b>\u202e" + "z" * 40


def _known(locale: Language) -> Addressing:
    language, address = ("en" if locale is Language.EN else "nl"), ("je" if locale is Language.NL_JE else "u")
    return Addressing(language, address, "Noor", "de Wit")  # type: ignore[arg-type]  # both are of the literals


def _page(locale: Language, known: Addressing, opened: str = "", *, fault: str | None = None) -> Page:
    frame = world.frame(locale, Room.PREFERENCES, here="/voorkeuren")
    standing = preferences.Standing(catalog=files.shipped(), wishes=Wishes())
    return preferences.preferences(world.speech(locale), frame, known, standing, opened=opened, fault=fault)


def _usual(locale: Language) -> Page:
    return _page(locale, _known(locale))


def _other(locale: Language) -> Page:
    return _page(locale, replace(_known(locale), greeting="other", own_name=HOSTILE), "naam")


def _nameless(locale: Language) -> Page:
    return _page(locale, replace(_known(locale), first_name="", last_name=""), "lezen")


def _unfit(locale: Language) -> Page:
    fault = world.speech(locale).say("Vul een naam in van hoogstens 60 tekens.")
    return _page(locale, _known(locale), "naam", fault=fault)


def _mail(locale: Language) -> Page:
    return _page(locale, _known(locale), "mail")


SAMPLES: Final[dict[str, Callable[[Language], Page]]] = {
    "voorkeuren": _usual,
    "voorkeuren-eigen-naam": _other,
    "voorkeuren-naamloos": _nameless,
    "voorkeuren-fout": _unfit,
    "voorkeuren-mail": _mail,
}
