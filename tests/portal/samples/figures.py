"""Samples of what an organization sees of its service and of its data."""

from collections.abc import Callable, Sequence
from typing import Final

from api.portal import places
from api.portal.frame import Page
from api.portal.pages import figures as pages
from cdp.catalog import files
from cdp.catalog.files import Language
from cdp.listening import statistics
from cdp.listening.figures import Group
from cdp.listening.metrics import Figures
from cdp.quality.counting import Said
from cdp.quality.report import Report
from tests.portal.samples import world

_SCORE: Final = statistics.score([10] * 30 + [8] * 12 + [3] * 8)


def _group(by: str, key: str, answers: int | None) -> Group:
    if answers is None:
        return Group(by, key, None, None, None, None, None)
    share = statistics.share
    return Group(by, key, answers, share(answers - 4, answers), share(answers - 9, answers), None, _SCORE)


_GROUPS: Final = (
    _group("all", "all", 62),
    *(_group("month", "2026-09", 40), _group("month", "2026-10", None), _group("month", "2026-11", None)),
    *(_group("channel", "phone", 41), _group("channel", "chat", 21)),
    *(_group("speaker", "human", 48), _group("speaker", "computer", 14), _group("speaker", "unknown", None)),
)
_KEPT: Final = (
    Said("email", "contact", 180, 20, 150, 12, 10, None, 40, 11),
    Said("birth_date", "personal", 9, 191, 0, 0, None, None, None, None),
)


def _figures(groups: Sequence[Group]) -> Callable[[Language], Page]:
    found = Figures(world.AT.year, world.AT, list(groups))
    frame = places.OFFICE_FIGURES
    catalog = files.shipped()
    return lambda locale: pages.figures(world.speech(locale), world.stranger(locale, here=frame), catalog, found)


def _quality(kept: Sequence[Said]) -> Callable[[Language], Page]:
    share = statistics.share(150, 189) if kept else None
    found = Report(world.AT, 200 if kept else 0, share, list(kept))
    here, catalog = places.OFFICE_QUALITY, files.shipped()
    return lambda locale: pages.quality(world.speech(locale), world.stranger(locale, here=here), catalog, found)


SAMPLES: Final[dict[str, Callable[[Language], Page]]] = {
    "beheer-cijfers": _figures(_GROUPS),
    "beheer-cijfers-leeg": _figures(()),
    "beheer-kwaliteit": _quality(_KEPT),
    "beheer-kwaliteit-leeg": _quality(()),
}
