"""Offers that were chosen for the customer: by whom and why, and the customer's last word on them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, ConfigDict, Field, StrictBool

from api.principals import Customer, PlatformDep
from cdp import clock, directory
from cdp.offers import showing
from cdp.offers.showing import Choice, Shown
from cdp.own import accesses

router = APIRouter(prefix="/v1/me/offers", tags=["customer"])
Kind = Annotated[str, Path(min_length=1, max_length=64, description="A kind of the catalog.")]


class ShownView(BaseModel):
    """One offer that an organization was told fits the customer; `uses` is what was looked at to find that out."""

    offer_id: UUID
    organization: str
    organization_name: str
    kind: str
    title: Mapping[str, str]
    purpose: str
    uses: list[str]
    first_at: datetime
    last_at: datetime
    times: int

    @classmethod
    def of(cls, shown: Shown, names: directory.Names) -> Self:
        """Return what the customer sees."""
        who = {"organization": names.slug(shown.organization), "organization_name": names.name(shown.organization)}
        facts = {name: getattr(shown, name) for name in Shown.__slots__ if name != "organization"}
        return cls(**who, **facts | {"uses": list(shown.uses)})


class OwnOffers(BaseModel):
    """What the customer chose about offers, and what was chosen for them, newest first."""

    is_personal: Annotated[bool, Field(description="Whether what is known of them may choose among offers.")]
    wanted: list[str]
    unwanted: list[str]
    offers: list[ShownView]


class KindChosen(BaseModel):
    """What the customer says of a kind of offers: it holds until they say otherwise."""

    model_config = ConfigDict(extra="forbid")

    choice: Choice


class Personalisation(BaseModel):
    """Whether what is known of the customer may choose among offers."""

    model_config = ConfigDict(extra="forbid")

    is_personal: StrictBool


@router.get("", summary="See the offers that were chosen", operation_id="list_own_offers")
def list_own_offers(person: Customer, platform: PlatformDep) -> OwnOffers:
    """Return every offer that was chosen for the customer, by whom, and what of theirs was looked at."""
    with platform.database.scoped(person.scope) as session:
        names, wished = directory.names(session), showing.wished(session)
        offers = [ShownView.of(each, names) for each in showing.own(session)]
        accesses.note_own_read(session, person.scope, path="offers", categories=[], records=0, at=clock.now())
    return OwnOffers(
        is_personal=wished.is_personal, wanted=sorted(wished.wanted), unwanted=sorted(wished.unwanted), offers=offers
    )


@router.put(
    "/kinds/{offer_kind}", status_code=204, summary="Want a kind, or never again", operation_id="choose_offer_kind"
)
def choose_offer_kind(offer_kind: Kind, chosen: KindChosen, person: Customer, platform: PlatformDep) -> Response:
    """Want offers of a kind, refuse them for ever, or say nothing about them any more. It is an act with a receipt."""
    with platform.database.scoped(person.scope) as session:
        showing.choose(platform, session, offer_kind, chosen.choice, at=clock.now())
    return Response(status_code=204)


@router.put(
    "/personalisation", status_code=204, summary="Switch personal offers on or off", operation_id="personalise_offers"
)
def personalise_offers(wanted: Personalisation, person: Customer, platform: PlatformDep) -> Response:
    """Switch personal offers off, or on again. Offers that are the same for everybody still come; no service ends."""
    with platform.database.scoped(person.scope) as session:
        showing.personalise(platform, session, is_on=wanted.is_personal, at=clock.now())
    return Response(status_code=204)
