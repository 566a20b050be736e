"""Offers: what an organization registers, and which few of them are relevant to whom."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Request, Security
from pydantic import BaseModel, ConfigDict, Field

from api.principals import PlatformDep, Service, service
from cdp import clock
from cdp.catalog.files import Language
from cdp.expressions.bounds import LONGEST
from cdp.offers import deciding, registering
from cdp.offers.choosing import Because, Chosen, NotSent
from cdp.offers.deciding import Decided, Deciding
from cdp.offers.registering import Offer
from cdp.reads.profiles import MOST_IN_BATCH
from cdp.reads.reading import Asker
from cdp.scope import Principal
from consent.types import Instant, PurposeKey

router = APIRouter(prefix="/v1/offers", tags=["offers"])
Offering = Annotated[Service, Security(service, scopes=["offers:manage"])]
Kind = Annotated[str, Field(min_length=1, max_length=64)]
Words = Annotated[str, Field(min_length=1, max_length=300)]
FEW = 3


class OfferWanted(BaseModel):
    """An offer that is to be registered, and for whom it is meant."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    purpose: PurposeKey
    title: Annotated[dict[Language, Words], Field(min_length=1, max_length=len(Language))]
    expression: Annotated[str, Field(min_length=1, max_length=LONGEST)]
    has_legal_effect: bool = False
    valid_from: Instant | None = None
    valid_until: Instant = Field(description="Until when it can be chosen.")


class OfferView(BaseModel):
    """An offer as it stands; one with a legal effect is never chosen here."""

    offer_id: UUID
    kind: str
    purpose: str
    title: Mapping[str, str]
    expression: str
    has_legal_effect: bool
    valid_from: datetime
    valid_until: datetime
    registered_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, offer: Offer) -> Self:
        """Return what the organization sees."""
        wanted = {name: getattr(offer.wanted, name) for name in registering.Wanted.__slots__ if name != "words"}
        known = {"offer_id": offer.offer_id, "registered_at": offer.registered_at, "ended_at": offer.ended_at}
        return cls(title=offer.wanted.words, **wanted, **known)


class OfferList(BaseModel):
    """The offers of an organization, newest first."""

    offers: list[OfferView]


class DecisionWanted(BaseModel):
    """For whom offers are wanted; without `offers`, of all that stand."""

    model_config = ConfigDict(extra="forbid")

    profile_ids: list[Annotated[str, Field(max_length=64)]] = Field(min_length=1, max_length=MOST_IN_BATCH)
    purpose: PurposeKey
    offers: Annotated[list[UUID], Field(min_length=1, max_length=registering.MOST)] | None = None
    most: Annotated[int, Field(ge=1, le=10)] = FEW


class ChosenView(BaseModel):
    """An offer that is relevant to somebody; `uses` is what its expression names, never what stands there."""

    offer_id: UUID
    kind: str
    reasons: list[Because]
    uses: list[str]

    @classmethod
    def of(cls, chosen: Chosen) -> Self:
        """Return what the organization is told."""
        offer = chosen.offer
        return cls(offer_id=offer.offer_id, kind=offer.kind, reasons=list(chosen.because), uses=list(chosen.uses))


class DecidedView(BaseModel):
    """What is relevant to one customer, the best first; `status` is `decided`, or why nothing was decided.

    `deferred`: your expressions took all their time of the processor before it was this one's turn; ask again.
    """

    profile_id: str
    status: str
    reason: str | None
    offers: list[ChosenView]
    not_sent: dict[NotSent, int]

    @classmethod
    def of(cls, decided: Decided) -> Self:
        """Return what the organization is told."""
        known, choice = {"profile_id": decided.profile_id, "status": decided.status}, decided.choice
        if choice is None:
            return cls(**known, reason=decided.reason, offers=[], not_sent={})
        offers = [ChosenView.of(each) for each in choice.chosen]
        return cls(**known, reason=None, offers=offers, not_sent=dict(choice.not_sent))


class DecisionView(BaseModel):
    """What is relevant to each customer, in the order asked for, and how often each reason kept an offer back."""

    considered: int
    customers: list[DecidedView]
    not_sent: dict[NotSent, int]


@router.post("", status_code=201, summary="Register an offer", operation_id="register_offer")
def register_offer(wanted: OfferWanted, asking: Offering, platform: PlatformDep) -> OfferView:
    """Register an offer. An expression that is wrong is refused with the line and the column of what is."""
    at = clock.now()
    facts = wanted.model_dump(exclude={"title", "valid_from"})
    asked = registering.Wanted(
        words={each.value: said for each, said in wanted.title.items()}, valid_from=wanted.valid_from or at, **facts
    )
    with platform.database.scoped(asking.scope(Principal.SOURCE)) as session:
        return OfferView.of(registering.register(platform, session, asking.organization, asked, at=at))


@router.get("", summary="See the offers", operation_id="list_offers")
def list_offers(asking: Offering, platform: PlatformDep) -> OfferList:
    """Return the offers of this organization, those that ended too."""
    with platform.database.scoped(asking.scope(Principal.SOURCE)) as session:
        return OfferList(offers=[OfferView.of(each) for each in registering.OFFERS.listed(session)])


@router.post("/decide", summary="Ask which offers are relevant", operation_id="decide_offers")
async def decide_offers(wanted: DecisionWanted, asking: Offering, request: Request) -> DecisionView:
    """Return the few offers that are relevant to each customer, with reasons, and how many were not sent and why."""
    choosing: Deciding = request.app.state.offers
    asker = Asker(asking.organization, asking.client_id, wanted.purpose)
    offers = None if wanted.offers is None else tuple(dict.fromkeys(wanted.offers))
    decision = await choosing.decide(asker, deciding.Wanted(tuple(wanted.profile_ids), wanted.most, offers))
    customers = [DecidedView.of(each) for each in decision.customers]
    return DecisionView(considered=decision.considered, customers=customers, not_sent=decision.not_sent)


@router.delete("/{offer_id}", summary="End an offer", operation_id="end_offer")
def end_offer(offer_id: UUID, asking: Offering, platform: PlatformDep) -> OfferView:
    """End an offer: from now on it is chosen for nobody. Customers still see that it was chosen for them, and why."""
    with platform.database.scoped(asking.scope(Principal.SOURCE)) as session:
        return OfferView.of(registering.OFFERS.end(session, offer_id, at=clock.now()))
