"""Samples of what was chosen for somebody, and why."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from api.portal.frame import Page
from api.portal.pages import offers as pages
from cdp.catalog import files
from cdp.catalog.files import Language
from cdp.offers.showing import Shown
from consent.wishes import Offers
from tests.portal.samples import world


def _shown(kind: str, *uses: str, **other: Any) -> Shown:
    facts: dict[str, Any] = {
        "offer_id": world.identity(f"offer of {kind}"),
        "organization": world.identity("weidelicht"),
        "kind": kind,
        "title": {"nl": "Stroom van het dak", "en": "Power from the roof"},
        "purpose": "direct-marketing",
        "uses": uses,
        "first_at": world.AT - timedelta(days=3),
        "last_at": world.AT - timedelta(days=1),
        "times": 2,
    }
    return Shown(**facts | other)


def _page(wished: Offers, *shown: Shown) -> Callable[[Language], Page]:
    return lambda locale: pages.offers(
        world.speech(locale),
        world.frame(locale, None, here="/aanbiedingen"),
        world.NAMES,
        files.shipped(),
        shown,
        wished,
    )


_PERSONAL: Final = _shown("energy", "attributes.income", "products", "interactions", "external", "wants")
_FOR_ALL: Final = _shown("travel", title={"nl": "Naar zee"})

SAMPLES: Final[dict[str, Callable[[Language], Page]]] = {
    "aanbiedingen": _page(Offers(), _PERSONAL, _FOR_ALL),
    "aanbiedingen-leeg": _page(Offers()),
    "aanbiedingen-geweigerd": _page(Offers(unwanted=frozenset({"energy", "insurance"}), is_personal=False), _PERSONAL),
}
