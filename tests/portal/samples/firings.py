"""Samples of which rules fired."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from api.portal.frame import Page, Room
from api.portal.pages import firings as pages
from cdp.catalog import files
from cdp.catalog.files import Language
from cdp.rules.explaining import Fired
from tests.portal.samples import world

_MAY: Final[dict[str, Any]] = {
    "allowed": True,
    "reason": "may-contact",
    "channels": ["email", "phone", "removed"],
    "not_before": None,
    "must_say": [],
}


def fired(slug: str, hours: int, **facts: Any) -> Fired:
    """Return one time that a rule fired, some hours ago."""
    usual = {"rule": "Reparatie is te laat", "record": "product/repair", "uses": ["record.properties"], "contact": _MAY}
    told = usual | {"expression": "record.properties.state == 'te laat'"} | facts
    firing, record = (world.identity(f"{each} {slug} {hours}") for each in ("firing", "record"))
    return Fired(firing, world.identity(slug), record, told, world.AT - timedelta(hours=hours))


_SOME: Final = (
    fired("woonvast", 2),
    fired("zonnewijzer", 30, rule="<b>Meter</b>" + "x" * 90, contact=_MAY | {"allowed": False, "reason": "topic-off"}),
    fired("stranger", 300, record="interaction/robot_visit", expression="true", contact=None),
)


def _page(*found: Fired, **rest: Any) -> Callable[[Language], Page]:
    return lambda locale: pages.firings(
        world.speech(locale),
        world.frame(locale, Room.LOG, here="/logboek/regels"),
        world.NAMES,
        files.shipped(),
        found,
        **rest,
    )


SAMPLES: Final = {
    "regels": _page(*_SOME),
    "regels-verder": _page(*_SOME, is_first=False, after="verder"),
    "regels-leeg": _page(),
}
