"""Voorkeuren, bewijzen: every change of preferences, with its proof to keep."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from api.portal import places
from api.portal.frame import Frame, Page
from api.portal.speech import Speech, later
from cdp.catalog.files import Catalog
from cdp.contact.preferences import Changed

_FIELDS: Final = {
    "language": later("Taal"),
    "address": later("Aanspreken"),
    "greeting": later("Hoe wij u noemen"),
    "name": later("Uw eigen naam"),
    "pronunciation": later("Hoe u uw naam zegt"),
    "reading_level": later("Makkelijke woorden"),
    "print": later("Letters"),
    "theme": later("Kleuren"),
    "reminders": later("Vragen na 90 dagen"),
    "receipts": later("Ontvangstbewijzen"),
    "first": later("Mens of computer"),
    "never": later("Nooit zo"),
    "contact": later("Alleen wat moet van de wet"),
    "hours": later("Tijden"),
    "offers": later("Aanbiedingen"),
    "exceptions": later("Eén organisatie"),
}


@dataclass(frozen=True, slots=True)
class Slip:
    """One change; without an address its proof is not there yet."""

    what: str
    when: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WishReceiptsPage(Page):
    """Every change, the newest first."""

    template: ClassVar[str] = "wish_receipts.html"

    slips: tuple[Slip, ...]
    next: str | None


def receipts(
    speech: Speech, frame: Frame, catalog: Catalog, found: Sequence[Changed], *, onward: str | None
) -> WishReceiptsPage:
    """Return the page."""
    return WishReceiptsPage(
        frame=frame,
        title=speech.say("Bewijzen van uw voorkeuren"),
        slips=tuple(
            Slip(
                speech.listed(_named(speech, catalog, each)),
                speech.moment(each.at),
                f"{places.WISH_RECEIPTS}/{each.wish_id}" if each.is_signed else "",
            )
            for each in found
        ),
        next=None if onward is None else f"{places.WISH_RECEIPTS}?na={onward}",
    )


def _named(speech: Speech, catalog: Catalog, change: Changed) -> list[str]:
    """Return what was changed, each once: a topic by its name, everything else by its field."""
    said = change.said
    places_ = [[name, *(said["set"][name] if isinstance(said["set"][name], dict) else "")] for name in said["set"]]
    places_ += [pointer.split("/")[1:] for pointer in said["clear"]]
    topics = {each for path in places_ if path[0] in ("channels", "caps") for each in path[1:]}
    fields = {path[0] for path in places_} - {"channels", "caps"}
    named = [speech.name(catalog.topics[each].name) for each in sorted(topics) if each in catalog.topics]
    named += [speech.say(_FIELDS[each]) for each in _FIELDS if each in fields]
    return named or [speech.say("Een voorkeur")]
