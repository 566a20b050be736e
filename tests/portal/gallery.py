"""Every page in every state and language, drawn from samples, without a database."""

from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Final

from sqlalchemy.engine import make_url

from api.portal.frame import Page
from api.portal.rendering import Portal
from api.portal.speech import LOCALES
from cdp.catalog.files import Language
from cdp.settings import Settings
from tests.portal import samples

Sample = Callable[[Language], Page]


@cache
def portal() -> Portal:
    """Return the pages as they are without a setting of an operator."""
    return Portal(Settings(home=Path(), app_url=make_url("postgresql://")))


def _found() -> Iterator[tuple[str, Sample]]:
    for module in iter_modules(samples.__path__):
        yield from getattr(import_module(f"{samples.__name__}.{module.name}"), "SAMPLES", {}).items()


SAMPLES: Final[dict[str, Sample]] = dict(_found())
CASES: Final = [(name, locale) for name in SAMPLES for locale in LOCALES]


def page(name: str, locale: Language) -> Page:
    """Return one sample."""
    return SAMPLES[name](locale)


@cache
def html(name: str, locale: Language) -> str:
    """Return one sample as it is sent."""
    return portal().html(page(name, locale))
