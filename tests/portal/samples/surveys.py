"""Samples of what is asked after a conversation."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from api.portal.frame import Page
from api.portal.pages import surveys as pages
from cdp.catalog.files import Language
from cdp.listening.answering import Survey
from tests.portal.samples import world


def _survey(slug: str, **other: Any) -> Survey:
    facts: dict[str, Any] = {
        "survey_id": world.identity(f"survey of {slug}"),
        "organization": world.identity(slug),
        "record_id": world.identity(f"talk with {slug}"),
        "channel": "phone",
        "speaker": "human",
        "occurred_at": world.AT - timedelta(days=2),
        "asked_at": world.AT - timedelta(days=1),
        "closes_at": world.AT + timedelta(days=13),
        "answered_at": None,
        "declined_at": None,
        "solved": None,
        "smooth": None,
        "heard": None,
        "recommend": None,
    }
    return Survey(**facts | other)


_OPEN: Final = _survey("weidelicht")
_HALF: Final = _survey("weidelicht", answered_at=world.AT, solved=True, recommend=9)
_OVER: Final = _survey(
    "weidelicht", closes_at=world.AT, answered_at=world.AT, solved=False, smooth=True, recommend=4, speaker="computer"
)
_DECLINED: Final = _survey("weidelicht", declined_at=world.AT, speaker=None)


def _one(survey: Survey) -> Callable[[Language], Page]:
    return lambda locale: pages.one(
        world.speech(locale), world.frame(locale, None, here="/enquetes"), world.NAMES, survey, world.AT
    )


def _listed(*found: Survey) -> Callable[[Language], Page]:
    return lambda locale: pages.listed(
        world.speech(locale), world.frame(locale, None, here="/enquetes"), world.NAMES, found, world.AT
    )


SAMPLES: Final[dict[str, Callable[[Language], Page]]] = {
    "enquetes": _listed(_OPEN, _OVER, _DECLINED),
    "enquetes-leeg": _listed(),
    "enquete": _one(_OPEN),
    "enquete-half": _one(_HALF),
    "enquete-voorbij": _one(_OVER),
    "enquete-liever-niet": _one(_DECLINED),
}
