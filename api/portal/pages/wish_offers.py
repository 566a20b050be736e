"""Voorkeuren, aanbod: what somebody wants to be offered, what never, and whether it may fit them."""

from dataclasses import dataclass
from typing import ClassVar

from api.portal.frame import Frame, Page
from api.portal.pages.log import Option
from api.portal.speech import Speech
from cdp.catalog.files import Catalog
from consent.wishes import Offers


@dataclass(frozen=True, slots=True)
class KindLine:
    """One kind of offer, and what somebody thinks of it."""

    key: str
    name: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OffersPage(Page):
    """What somebody wants to be offered."""

    template: ClassVar[str] = "wish_offers.html"

    kinds: tuple[KindLine, ...]
    personal: tuple[Option, ...]


def offers(speech: Speech, frame: Frame, catalog: Catalog, chosen: Offers) -> OffersPage:
    """Return the page."""
    say = speech.say
    return OffersPage(
        frame=frame,
        title=say("Wat mag iemand u aanbieden?"),
        kinds=tuple(
            KindLine(
                key,
                speech.name(each.name),
                (
                    Option("", say("Maakt niet uit"), key not in chosen.wanted | chosen.unwanted),
                    Option("wanted", say("Graag"), key in chosen.wanted),
                    Option("unwanted", say("Nooit"), key in chosen.unwanted),
                ),
            )
            for key, each in catalog.offer_kinds.items()
        ),
        personal=(
            Option("on", say("Het mag bij mij passen"), chosen.is_personal),
            Option("off", say("Niet op mij gericht"), not chosen.is_personal),
        ),
    )


def summary(speech: Speech, chosen: Offers) -> str:
    """Return in a few words what somebody wants to be offered."""
    if not chosen.wanted and not chosen.unwanted:
        return speech.say("U koos hier nog niets.")
    wanted = speech.count("%(number)s soort graag", "%(number)s soorten graag", len(chosen.wanted))
    never = speech.count("%(number)s soort nooit", "%(number)s soorten nooit", len(chosen.unwanted))
    return speech.say("%(wanted)s, %(never)s", wanted=wanted, never=never)
