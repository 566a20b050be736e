"""Aanbiedingen: what organizations had chosen for the customer, and why; refuse a kind, or all that is personal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from api.portal.frame import Frame, Page
from api.portal.speech import Speech, later
from cdp.catalog.files import Catalog
from cdp.directory import Names
from cdp.offers.showing import Shown
from consent.wishes import Offers

_LOOKED: Final[Mapping[str, str]] = {
    "products": later("Wat u hebt of kocht"),
    "interactions": later("Wanneer u contact had"),
    "external": later("Wat anderen van u weten"),
    "wants": later("Wat u zelf wilt"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One offer: by whom, what, since when, and what was looked at; `looked` is empty when it is for everybody."""

    offer_id: str
    title: str
    name: str
    when: str
    why: str
    looked: tuple[str, ...]
    kind: str
    is_refused: bool
    again: str


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of offers that was refused."""

    key: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OffersPage(Page):
    """What was chosen, what was refused, and whether anything personal may be chosen at all."""

    template: ClassVar[str] = "offers.html"

    entries: tuple[Entry, ...]
    refused: tuple[Kind, ...]
    is_personal: bool


def offers(
    speech: Speech, frame: Frame, names: Names, catalog: Catalog, shown: Sequence[Shown], wished: Offers
) -> OffersPage:
    """Return the page."""
    return OffersPage(
        frame=frame,
        title=speech.say("Aanbiedingen voor u"),
        entries=tuple(_entry(speech, names, catalog, each, wished) for each in shown),
        refused=tuple(Kind(each, _kind(speech, catalog, each)) for each in sorted(wished.unwanted)),
        is_personal=wished.is_personal,
    )


def _entry(speech: Speech, names: Names, catalog: Catalog, shown: Shown, wished: Offers) -> Entry:
    name, kind = names.name(shown.organization), _kind(speech, catalog, shown.kind)
    looked = tuple(dict.fromkeys(_looked(speech, catalog, each) for each in shown.uses))
    why = (
        speech.say("%(name)s keek of dit bij u past. Daarvoor is gekeken naar:", name=name)
        if looked
        else speech.say("%(name)s biedt dit iedereen aan. Er is niets van u bekeken.", name=name)
    )
    return Entry(
        offer_id=str(shown.offer_id),
        title=_title(speech, shown.title),
        name=name,
        when=speech.say("%(kind)s, uitgekozen op %(date)s", kind=kind, date=speech.date(shown.last_at)),
        why=why,
        looked=looked,
        kind=shown.kind,
        is_refused=shown.kind in wished.unwanted,
        again=speech.say("Nooit meer over: %(kind)s", kind=kind),
    )


def _title(speech: Speech, words: Mapping[str, str]) -> str:
    """Return the organization's own words in the language of the page, or those that it has."""
    wanted = (speech.locale, "nl" if speech.locale == "nl@je" else speech.locale, "nl", "en")
    return next((words[each] for each in wanted if each in words), "")


def _kind(speech: Speech, catalog: Catalog, key: str) -> str:
    known = catalog.offer_kinds.get(key)
    return key if known is None else known.name.said_in(speech.locale)


def _looked(speech: Speech, catalog: Catalog, used: str) -> str:
    """Return in words what an expression names."""
    variable, _, field = used.partition(".")
    if variable in _LOOKED:
        return speech.say(_LOOKED[variable])
    known = catalog.attributes.get(field)
    return field if known is None else known.label.said_in(speech.locale)
