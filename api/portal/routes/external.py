"""Inloggen via een andere dienst: away by a link, for a form may not lead elsewhere under our policy, and back once."""

from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from api.portal import asking, notices, places
from api.portal.pages.login import Trouble
from api.portal.routes.login import let_in
from api.portal.routes.passkeys import tell
from api.portal.visit import Visit, Visiting, visit
from api.principals import PlatformDep
from cdp import clock, external
from cdp.ceremonies import Kind
from cdp.external import AddressNotVerified, ExternalFailed, Identity, NoProvider, Provider
from cdp.letters import Change
from cdp.login import TooManyRequests
from cdp.platform import Platform
from cdp.sessions import Way
from consent.errors import Unauthenticated

router = APIRouter(include_in_schema=False)

START: Final = "/inloggen/extern"
LINK: Final = places.SIGN_IN + "/extern"


def provider_of(request: Request) -> Provider:
    """Return the other service of this process; raises NoProvider."""
    provider: Provider | None = request.app.state.provider
    if provider is None:
        raise NoProvider
    return provider


ProviderDep = Annotated[Provider, Depends(provider_of)]


@router.get(START)
def start(request: Request, platform: PlatformDep, provider: ProviderDep, verder: str = "") -> Response:
    """Send the browser to the other service to log in."""
    return _away(request, platform, provider, Kind.EXTERNAL, verder)


@router.get(LINK)
def start_link(visit: Visiting, provider: ProviderDep) -> Response:
    """Send a customer who is logged in to the other service, which may log them in from then on."""
    visit.fresh()
    return _away(visit.request, visit.platform, provider, Kind.LINK, places.SIGN_IN)


@router.get(external.PATH)
async def back(request: Request, platform: PlatformDep, provider: ProviderDep) -> Response:
    """Take in who comes back from the other service."""
    secret = asking.secret_of(request, platform.settings)
    answer = dict(request.query_params)
    try:
        kind, identity = await run_in_threadpool(external.finish, platform, provider, answer, secret, at=clock.now())
    except Unauthenticated:
        return _failed(Trouble.EXTERNAL)
    if kind is Kind.LINK:
        who = await visit(request)
        return await run_in_threadpool(_linked, who, provider, identity)
    return await run_in_threadpool(_let_in, request, platform, provider, identity)


def _away(request: Request, platform: Platform, provider: Provider, kind: Kind, onward: str) -> Response:
    asker = asking.asker_of(request, platform.settings)
    try:
        address = external.start(platform, provider, kind, asker, at=clock.now())
    except ExternalFailed:
        return _failed(Trouble.EXTERNAL)
    except TooManyRequests:
        return _failed(Trouble.TOO_OFTEN)
    answer = RedirectResponse(address, 303)
    asking.keep(answer, platform.settings, asker, onward=places.onward(onward))
    return answer


def _let_in(request: Request, platform: Platform, provider: Provider, identity: Identity) -> Response:
    try:
        begun = external.log_in(platform, provider, identity, asking.entry(request, platform.settings, Way.EXTERNAL))
    except AddressNotVerified:
        return _failed(Trouble.UNVERIFIED)
    return let_in(request, platform, begun)


def _linked(who: Visit, provider: Provider, identity: Identity) -> Response:
    who.fresh()
    if external.link(who.platform, provider, identity, who.person.customer_id, at=who.at):
        tell(who, Change.EXTERNAL_ADDED)
    return who.lead(places.SIGN_IN, notices.EXTERNAL_ADDED)


def _failed(trouble: Trouble) -> Response:
    return RedirectResponse(f"{places.LOGIN}?{urlencode({'fout': trouble.value})}", 303)
