"""What a customer shows at a counter or says on the phone, exchanged for the profile that the organization may see."""

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from api.principals import ProfileReader
from api.profile_views import Found
from api.routes.profiles import Reads
from cdp.reads.reading import Asker
from consent.types import PurposeKey

router = APIRouter(prefix="/v1/presentations", tags=["profiles"])


class Shown(BaseModel):
    """The code that the customer shows, and what for."""

    model_config = ConfigDict(extra="forbid")

    code: str = Field(min_length=1, max_length=40)
    purpose: PurposeKey


@router.post(
    "/exchange",
    response_model=Found,
    summary="Exchange a customer's code for their profile",
    operation_id="exchange_presentation",
)
async def exchange_presentation(shown: Shown, service: ProfileReader, profiles: Reads) -> Response:
    """Return the profile id of who shows this code and granted it; anything else is the same 404. A code works once."""
    asker = Asker(service.organization, service.client_id, shown.purpose)
    reading = await profiles.exchange(asker, shown.code)
    return Response(reading.answer(), media_type="application/json")
