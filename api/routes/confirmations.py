"""A code for a person whom an organization knows: it proves that the organization's own records are theirs."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Security
from pydantic import BaseModel, ConfigDict, Field

from api.principals import PlatformDep, Service, service
from cdp import clock
from cdp.keys.blind import MAX_LETTERS
from cdp.permissions import confirmations
from cdp.scope import Principal

router = APIRouter(prefix="/v1/subjects/confirmations", tags=["source"])

Confirmer = Annotated[Service, Security(service, scopes=["subjects:confirm"])]


class Confirmed(BaseModel):
    """Whom the organization has in front of it, by its own user id."""

    model_config = ConfigDict(extra="forbid")

    user_id: str = Field(min_length=1, max_length=MAX_LETTERS)


class ConfirmationView(BaseModel):
    """A code to hand to the person."""

    code: str
    expires_at: datetime


@router.post("", status_code=201, summary="Confirm a person to themselves", operation_id="confirm_subject")
def confirm_subject(person: Confirmed, asking: Confirmer, platform: PlatformDep) -> ConfirmationView:
    """Return a code that the person types where they are asked whether your records are theirs.

    You do not learn whether they are here: who is known and who is not get the same answer.
    """
    scope = asking.scope(Principal.SOURCE)
    with platform.database.scoped(scope) as session:
        made = confirmations.make(session, platform, scope, person.user_id, at=clock.now())
    return ConfirmationView(code=made.code, expires_at=made.expires_at)
