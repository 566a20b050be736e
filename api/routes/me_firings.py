"""What rules of organizations said of the customer's records, and why."""

from datetime import datetime
from typing import Final, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from api.principals import Customer, PlatformDep
from cdp import clock, directory
from cdp.own import accesses
from cdp.rules import explaining
from cdp.rules.explaining import Fired

router = APIRouter(prefix="/v1/me/firings", tags=["customer"])

MOST: Final = 500
"""How many an answer tells: older ones are on the customer's page, and in the copy that they take along."""


class DecidedContact(BaseModel):
    """How the organization may approach the customer about it, as it was told."""

    allowed: bool
    reason: str
    channels: list[str]
    not_before: datetime | None
    must_say: list[str]


class FiringView(BaseModel):
    """One time that a rule said yes: an organization was told that this record came in, and no more of it."""

    firing_id: UUID
    organization: str
    organization_name: str
    rule: str
    expression: str
    uses: list[str]
    record: str
    record_id: UUID
    contact: DecidedContact | None
    at: datetime

    @classmethod
    def of(cls, fired: Fired, names: directory.Names) -> Self:
        """Return what the customer sees."""
        who = {"organization": names.slug(fired.organization), "organization_name": names.name(fired.organization)}
        known = {"firing_id": fired.firing_id, "record_id": fired.record_id, "at": fired.at}
        return cls(**who, **known, **{name: fired.facts[name] for name in _TOLD})


_TOLD = ("rule", "expression", "uses", "record", "contact")


class Firings(BaseModel):
    """What rules said, newest first."""

    firings: list[FiringView]


@router.get("", summary="See which rules fired", operation_id="list_own_firings")
def list_own_firings(person: Customer, platform: PlatformDep) -> Firings:
    """Return what rules of organizations said of the customer's records, each with its reason."""
    with platform.database.scoped(person.scope) as session:
        names = directory.names(session)
        accesses.note_own_read(session, person.scope, path="firings", categories=[], records=0, at=clock.now())
        return Firings(firings=[FiringView.of(each, names) for each in explaining.own(session, limit=MOST)])
