"""The offers of an organization: registered with an expression that says for whom they are, listed, and ended.

Rules: (1) a bad expression is refused here, with the place of what is wrong; (2) an offer is what it was registered as:
who wants another registers another; (3) one that decides about somebody is marked, and never chosen by a computer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import Row, text
from sqlmodel import Session

from cdp import ids
from cdp.catalog.files import Catalog
from cdp.expressions import expression, vocabulary
from cdp.platform import Platform
from cdp.registers import Register
from consent.errors import Conflict, Invalid, NotFound

PURPOSES: Final = frozenset({"direct-marketing", "personalisation"})
MOST: Final = 200
"""How many offers of an organization can stand at a time."""
_COLUMNS: Final = (
    "offer_id, kind, purpose, words, expression, has_legal_effect, valid_from, valid_until, registered_at, ended_at"
)
_STANDING: Final = text("select count(*) from offer where ended_at is null and valid_until > :at")
_ADD: Final = text(
    "insert into offer (organization_id, offer_id, kind, purpose, words, expression, has_legal_effect, valid_from,"
    " valid_until, registered_at) values (:organization, :offer, :kind, :purpose, cast(:words as jsonb), :expression,"
    " :has_legal_effect, :valid_from, :valid_until, :at)"
)


class OfferUnknown(NotFound):
    """This organization has no such offer."""

    code = "offer-unknown"


class OfferKindUnknown(Invalid):
    """The catalog has no offers of this kind."""

    code = "offer-kind-unknown"


class OtherPurpose(Invalid):
    """An offer is made for advertising or for personalisation."""

    code = "not-a-purpose-of-offers"


class TooManyOffers(Conflict):
    """This organization has as many offers as can stand at a time; end one first."""

    code = "too-many-offers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An offer as it is asked for."""

    kind: str
    purpose: str
    words: Mapping[str, str]
    expression: str
    has_legal_effect: bool
    valid_from: datetime
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer as it stands, with what its expression names and the categories that takes."""

    offer_id: UUID
    wanted: Wanted
    registered_at: datetime
    ended_at: datetime | None


def register(platform: Platform, session: Session, organization: UUID, wanted: Wanted, *, at: datetime) -> Offer:
    """Keep an offer of the organization in scope; raises ExpressionRefused, Invalid or TooManyOffers."""
    catalog = platform.catalogs.of(session, organization)
    _check(catalog, wanted, at=at)
    if session.execute(_STANDING, {"at": at}).scalar_one() >= MOST:
        raise TooManyOffers
    offer = ids.row()
    facts = {name: getattr(wanted, name) for name in Wanted.__slots__}
    facts |= {"organization": organization, "offer": offer, "at": at}
    session.execute(_ADD, facts | {"words": msgspec.json.encode(wanted.words).decode()})
    return OFFERS.read(session, offer)


def _offer(row: Row[Any]) -> Offer:
    facts = row._asdict()
    wanted = Wanted(**{name: facts[name] for name in Wanted.__slots__})
    return Offer(row.offer_id, wanted, row.registered_at, row.ended_at)


OFFERS: Final = Register("offer", _COLUMNS, _offer, OfferUnknown)
"""From its end on an offer is chosen for nobody."""


def _check(catalog: Catalog, wanted: Wanted, *, at: datetime) -> None:
    if wanted.kind not in catalog.offer_kinds:
        raise OfferKindUnknown(field="/kind")
    if wanted.purpose not in PURPOSES:
        raise OtherPurpose(field="/purpose")
    if not at < wanted.valid_until or not wanted.valid_from < wanted.valid_until:
        raise Invalid("an offer ends after it begins, and not before now", field="/valid_until")
    expression.compiled(wanted.expression, vocabulary.of_profiles(catalog))
