"""What the customer sees of offers, and their last word: refuse a kind for ever, switch personalisation off and on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session

from cdp.contact import wishes
from cdp.offers.registering import OfferKindUnknown
from cdp.platform import Platform
from consent import wish_form
from consent.wishes import Offers

_OWN: Final = text(
    "select offer_id, organization_id, kind, words, purpose, uses, first_at, last_at, times from own_offers()"
)


class Choice(StrEnum):
    """What a customer says of a kind of offers."""

    WANTED = "wanted"
    UNWANTED = "unwanted"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Shown:
    """An offer that was chosen for the customer, by whom, and what of their profile its expression names."""

    offer_id: UUID
    organization: UUID
    kind: str
    title: Mapping[str, str]
    purpose: str
    uses: tuple[str, ...]
    first_at: datetime
    last_at: datetime
    times: int


def own(session: Session) -> list[Shown]:
    """Return what was chosen for the customer in scope, newest first."""
    return [_shown(row) for row in session.execute(_OWN)]


def wished(session: Session) -> Offers:
    """Return what the customer in scope wants to be offered and what not."""
    return wish_form.read({"offers": wishes.own(session).get("offers", {})}).offers


def choose(platform: Platform, session: Session, kind: str, choice: Choice, *, at: datetime) -> UUID | None:
    """Keep what the customer in scope says of a kind, for as long as they say nothing else; return the act.

    Raises OfferKindUnknown.
    """
    if kind not in platform.catalogs.of(session, None).offer_kinds:
        raise OfferKindUnknown
    known = wished(session)
    wanted, unwanted = known.wanted - {kind}, known.unwanted - {kind}
    if choice is Choice.WANTED:
        wanted |= {kind}
    elif choice is Choice.UNWANTED:
        unwanted |= {kind}
    patch = {"wanted": sorted(wanted), "unwanted": sorted(unwanted)}
    return wishes.choose(platform, session, {"offers": patch}, at=at)


def personalise(platform: Platform, session: Session, *, is_on: bool, at: datetime) -> UUID | None:
    """Switch personalisation of offers on or off for the customer in scope; nothing else of any service changes."""
    return wishes.choose(platform, session, {"offers": {"personal": "on" if is_on else "off"}}, at=at)


def _shown(row: Row[Any]) -> Shown:
    facts = row._asdict()
    return Shown(
        organization=facts.pop("organization_id"), title=facts.pop("words"), uses=tuple(facts.pop("uses")), **facts
    )
