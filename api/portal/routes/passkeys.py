"""The two steps of every passkey ceremony, for the script on the page: a question of ours, and the device's answer."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, JsonValue
from starlette.responses import JSONResponse, Response

from api.own_forms import OURS
from api.portal import asking, cookies, notices, places
from api.portal.visit import Visit, Visiting
from api.principals import PlatformDep
from cdp import clock
from cdp.logins import passkeys, ways_in
from cdp.logins.passkeys import Holder
from cdp.logins.sessions import Way
from cdp.mailroom.letters import Change

router = APIRouter(include_in_schema=False, dependencies=OURS)

QUESTION: Final = "/vraag"
LOGIN: Final = "/inloggen/passkey"
ADD: Final = places.SIGN_IN + "/passkeys"
PROVE: Final = places.CONFIRM + "/passkey"


class Answered(BaseModel):
    """What the device said, and what the form says beside it."""

    model_config = ConfigDict(extra="forbid")

    answer: Annotated[dict[str, JsonValue], Field(max_length=20)]
    verder: Annotated[str, Field(max_length=500)] = ""
    naam: Annotated[str, Field(max_length=200)] = ""


@router.post(LOGIN + QUESTION)
def ask_to_log_in(request: Request, platform: PlatformDep) -> Response:
    """Return what any passkey of ours may answer."""
    asker = asking.asker_of(request, platform.settings)
    answer = JSONResponse(passkeys.options_to_log_in(platform, asker, at=clock.now()))
    asking.keep(answer, platform.settings, asker)
    return answer


@router.post(LOGIN)
def log_in(answered: Answered, request: Request, platform: PlatformDep) -> Response:
    """Begin a session for whose passkey it is."""
    entry = asking.entry(request, platform.settings, Way.PASSKEY)
    secret = asking.secret_of(request, platform.settings)
    begun = passkeys.log_in(platform, answered.answer, entry, browser=secret)
    answer = _lead(answered.verder)
    asking.let_in(answer, platform.settings, begun)
    return answer


@router.post(ADD + QUESTION)
def ask_to_add(visit: Visiting) -> Response:
    """Return what a device makes a passkey from; needs a fresh proof."""
    visit.fresh()
    label = visit.platform.settings.portal_name
    return JSONResponse(passkeys.options_to_register(visit.platform, holder(visit), label=label, at=visit.at))


@router.post(ADD)
def add(answered: Answered, visit: Visiting) -> Response:
    """Keep the passkey that the device made, and write to the customer that there is one more."""
    visit.fresh()
    name = answered.naam or asking.device(visit.request) or visit.platform.settings.portal_name
    passkeys.register(visit.platform, holder(visit), answered.answer, name=name, at=visit.at)
    tell(visit, Change.PASSKEY_ADDED)
    answer = _lead(places.SIGN_IN)
    cookies.set_notice(answer, visit.platform.settings, notices.PASSKEY_ADDED)
    return answer


@router.post(PROVE + QUESTION)
def ask_to_prove(visit: Visiting) -> Response:
    """Return what the customer's passkey answers to prove who they are again."""
    return JSONResponse(passkeys.options_to_prove(visit.platform, holder(visit), at=visit.at))


@router.post(PROVE)
def prove(answered: Answered, visit: Visiting) -> Response:
    """Note the fresh proof, give the session a new token, and lead back to where one was."""
    token = passkeys.prove(visit.platform, holder(visit), answered.answer, at=visit.at)
    answer = _lead(answered.verder)
    renew(answer, visit, token)
    return answer


def holder(visit: Visit) -> Holder:
    """Return the visitor as who answers a question of ours."""
    address = visit.request.client.host if visit.request.client else ""
    return Holder(visit.person.customer_id, visit.person.session_id, address)


def renew(answer: Response, visit: Visit, token: str) -> None:
    """Give the browser the new token of its session."""
    settings = visit.platform.settings
    cookies.set_session(answer, settings, token, seconds=settings.session_seconds)


def tell(visit: Visit, change: Change, *, also: tuple[str, ...] = ()) -> None:
    """Write to every address of the visitor that something changed."""
    outbox: Any = visit.request.app.state.outbox
    with visit.platform.database.scoped(visit.person.scope) as session:
        ways_in.tell(session, visit.platform, outbox, change, also=also)


def _lead(onward: str) -> JSONResponse:
    return JSONResponse({"onward": places.onward(onward)})
