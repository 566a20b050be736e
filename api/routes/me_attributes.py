"""What customers say about themselves: their own value of an attribute, which wins in every profile."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field, JsonValue
from starlette.responses import Response

from api.principals import Customer, PlatformDep
from cdp import clock
from cdp.own import corrections
from consent.types import CategoryKey

router = APIRouter(prefix="/v1/me/attributes", tags=["customer"])

Name = Annotated[str, Path(min_length=1, max_length=200, description="Which fact, as a source calls it.")]


class Stated(BaseModel):
    """What the customer says; `category` only where sources keep the fact under more than one."""

    model_config = ConfigDict(extra="forbid")

    value: Annotated[JsonValue, Field(description="The right value.")]
    category: CategoryKey | None = None


class StatedView(BaseModel):
    """The record that it became."""

    record_id: UUID


@router.put("/{name}", summary="Correct something about me", operation_id="state_attribute")
def state_attribute(name: Name, stated: Stated, person: Customer, platform: PlatformDep) -> StatedView:
    """Keep the customer's own value: from now on it wins in every profile that may see it, and recipients hear so."""
    at = clock.now()
    with platform.database.scoped(person.scope) as session:
        record = corrections.state(platform, session, name, stated.value, category=stated.category, at=at)
    return StatedView(record_id=record)


@router.delete("/{name}", status_code=204, summary="Take my own value back", operation_id="take_back_attribute")
def take_back_attribute(name: Name, person: Customer, platform: PlatformDep) -> Response:
    """End the customer's own value: what sources say counts again, and recipients hear so."""
    with platform.database.scoped(person.scope) as session:
        corrections.take_back(platform, session, name, at=clock.now())
    return Response(status_code=204)
