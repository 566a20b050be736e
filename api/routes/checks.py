"""Is this real: anybody asks, logged in or not, and gets one of three answers."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from api import forwarding, rates
from api.principals import MaybeCustomer, PlatformDep
from cdp import clock
from cdp.messages import checking, texts
from cdp.messages.answers import Answer, Sent, Verdict, Why
from cdp.messages.checking import Asked
from cdp.messages.likeness import Resemblance, SenderKind
from cdp.messages.senders import Owner
from cdp.platform import Platform
from consent.types import Instant, Slug
from consent.wishes import Speaker

router = APIRouter(prefix="/v1/checks", tags=["customer"])

_EVERYBODY: Final[dict[str, Any]] = {"security": [{"customer": []}, {}]}


class Check(BaseModel):
    """What you were given or from whom you have it, unless you are called, and who it says it is."""

    model_config = ConfigDict(extra="forbid")

    given: Annotated[str, Field(max_length=texts.LONGEST)] = ""
    sender: Annotated[str, Field(max_length=300)] = ""
    organization: Slug | None = None
    is_calling: Annotated[bool, Field(description="Somebody is calling you at this moment.")] = False


class OwnerView(BaseModel):
    """An organization."""

    slug: str
    name: str
    is_verified: bool


class SentView(BaseModel):
    """What is known of the message. `to_you` is true or not said: to whom else it was, nobody is told."""

    channel: str
    sender: str | None
    at: Instant
    until: Instant
    speaker: Speaker
    to_you: bool | None
    message_id: UUID | None


class WarningView(BaseModel):
    """That the sender poses as another: as which one, and how."""

    resembles: str
    kind: SenderKind
    how: Resemblance
    organization: OwnerView


class CheckView(BaseModel):
    """One of three answers: yes, no, or unknown, which you treat as no."""

    answer: Verdict
    why: Why
    organization: OwnerView | None
    message: SentView | None
    warning: WarningView | None


@router.post("", summary="Ask whether something is real", operation_id="check_message", openapi_extra=_EVERYBODY)
def check_message(body: Check, request: Request, person: MaybeCustomer, platform: PlatformDep) -> CheckView:
    """Check a code, a link, a picture's content, a text, an address, a number, or who is calling you now."""
    scope = None if person is None else person.scope
    asked = Asked(body.given, body.sender, body.organization, is_calling=body.is_calling)
    return _view(checking.check(platform, scope, asks_from(request, platform), asked, at=clock.now()))


def asks_from(request: Request, platform: Platform) -> str:
    """Return what counts as one place from where somebody asks who is not known."""
    return rates.network_of(forwarding.client_of(request, platform.settings.trusted_proxies))


def _view(answer: Answer) -> CheckView:
    warning = None
    if answer.alike is not None and answer.posed_as is not None:
        posed = answer.alike.of
        owner = _owner(answer.posed_as)
        warning = WarningView(resembles=posed.value, kind=posed.kind, how=answer.alike.how, organization=owner)
    return CheckView(
        answer=answer.verdict,
        why=answer.why,
        organization=None if answer.of is None else _owner(answer.of),
        message=None if answer.sent is None else _sent(answer.sent),
        warning=warning,
    )


def _owner(owner: Owner) -> OwnerView:
    return OwnerView(slug=owner.slug, name=owner.name, is_verified=owner.is_verified)


def _sent(sent: Sent) -> SentView:
    return SentView(
        channel=sent.channel,
        sender=sent.sender,
        at=sent.at,
        until=sent.until,
        speaker=sent.speaker,
        to_you=sent.is_mine or None,
        message_id=sent.message_id,
    )
