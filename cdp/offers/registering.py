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
from consent.errors import Conflict, Invalid, NotFound

PURPOSES: Final = frozenset({"direct-marketing", "personalisation"})
MOST: Final = 200
"""How many offers of an organization can stand at a time."""
_COLUMNS: Final = (
    "offer_id, kind, purpose, words, expression, has_legal_effect, valid_from, valid_until, registered_at, ended_at"
)
_READ: Final = text(f"select {_COLUMNS} from offer where offer_id = :offer")  # noqa: S608 - names as above
_LIST: Final = text(f"select {_COLUMNS} from offer order by registered_at desc, offer_id limit 500")  # noqa: S608 - names as above
_STANDING: Final = text("select count(*) from offer where ended_at is null and valid_until > :at")
_ADD: Final = text(
    "insert into offer (organization_id, offer_id, kind, purpose, words, expression, has_legal_effect, valid_from,"
    " valid_until, registered_at) values (:organization, :offer, :kind, :purpose, cast(:words as jsonb), :expression,"
    " :has_legal_effect, :valid_from, :valid_until, :at)"
)
_END: Final = text("update offer set ended_at = :at where offer_id = :offer and ended_at is null")


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
    return read(session, offer)


def read(session: Session, offer: UUID) -> Offer:
    """Return one offer of the organization in scope; raises OfferUnknown."""
    found = session.execute(_READ, {"offer": offer}).one_or_none()
    if found is None:
        raise OfferUnknown
    return of_row(found)


def listed(session: Session) -> list[Offer]:
    """Return the offers of the organization in scope, newest first."""
    return [of_row(row) for row in session.execute(_LIST)]


def end(session: Session, offer: UUID, *, at: datetime) -> Offer:
    """End an offer: from now on it is chosen for nobody; raises OfferUnknown."""
    read(session, offer)
    session.execute(_END, {"offer": offer, "at": at})
    return read(session, offer)


def of_row(row: Row[Any]) -> Offer:
    """Return an offer as it is stored."""
    facts = dict(row._mapping)  # noqa: SLF001 -- the public name of a row's columns in SQLAlchemy
    wanted = Wanted(**{name: facts[name] for name in Wanted.__slots__})
    return Offer(facts["offer_id"], wanted, facts["registered_at"], facts["ended_at"])


def _check(catalog: Catalog, wanted: Wanted, *, at: datetime) -> None:
    if wanted.kind not in catalog.offer_kinds:
        raise OfferKindUnknown(field="/kind")
    if wanted.purpose not in PURPOSES:
        raise OtherPurpose(field="/purpose")
    if not at < wanted.valid_until or not wanted.valid_from < wanted.valid_until:
        raise Invalid("an offer ends after it begins, and not before now", field="/valid_until")
    expression.compiled(wanted.expression, vocabulary.of_profiles(catalog))
