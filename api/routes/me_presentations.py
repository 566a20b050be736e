"""A code by which a customer shows who they are, instead of answering questions."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel

from api.principals import Customer, PlatformDep
from cdp.reads import presentations

router = APIRouter(prefix="/v1/me/presentations", tags=["customer"])


class PresentationView(BaseModel):
    """A code to show or to say, and its picture."""

    code: str
    expires_at: datetime
    qr_text: str
    svg: str


@router.post("", status_code=201, summary="Make a code to show who one is", operation_id="make_presentation")
def make_presentation(person: Customer, platform: PlatformDep) -> PresentationView:
    """Return a code of five minutes, good for one exchange; the one before is worth nothing any more."""
    with platform.database.scoped(person.scope) as session:
        made = presentations.make(session, platform)
    return PresentationView(code=made.code, expires_at=made.expires_at, qr_text=made.qr_text, svg=made.svg())
