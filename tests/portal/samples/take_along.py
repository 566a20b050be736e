"""Samples of Meenemen."""

from collections.abc import Callable
from typing import Final

from api.portal.frame import Page, Room
from api.portal.pages import take_along
from cdp.catalog.files import Language
from tests.portal.samples import world
from tests.portal.samples.data import held


def _several(locale: Language) -> Page:
    sources = [world.identity(each) for each in ("vuurtoren", "woonvast", "zonnewijzer")]
    return take_along.take_along(held(locale), world.frame(locale, Room.DATA), sources)


def _alone(locale: Language) -> Page:
    return take_along.take_along(held(locale), world.frame(locale, Room.DATA), [])


SAMPLES: Final[dict[str, Callable[[Language], Page]]] = {"meenemen": _several, "meenemen-alleen": _alone}
