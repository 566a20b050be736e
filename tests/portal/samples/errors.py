"""Samples of what is shown when something did not work."""

from collections.abc import Callable
from typing import Final

from api.portal import error_pages
from api.portal.frame import Page
from cdp.catalog.files import Language
from tests.portal.samples import world


def _missing(locale: Language) -> Page:
    return error_pages.page(world.speech(locale), world.frame(locale, None), status=404)


def _broken(locale: Language) -> Page:
    return error_pages.page(world.speech(locale), world.stranger(locale), status=500)


SAMPLES: Final[dict[str, Callable[[Language], Page]]] = {"fout-onbekend": _missing, "fout-kapot": _broken}
