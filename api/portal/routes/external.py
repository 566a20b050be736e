"""Inloggen via een andere dienst: away by a link, for a form may not lead elsewhere under our policy, and back once.

Linking begins with a form of ours, belongs to its session, and is asked before it is kept.
"""

from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from api.own_forms import OURS
from api.portal import asking, notices, places
from api.portal.frame import Room
from api.portal.pages import external as pages
from api.portal.pages.login import Trouble
from api.portal.routes.login import let_in
from api.portal.routes.passkeys import tell
from api.portal.visit import Visit, Visiting, visit
from api.principals import PlatformDep
from cdp import clock
from cdp.logins import external, ways_in
from cdp.logins.askers import Asker
from cdp.logins.ceremonies import ChallengeEnded, Kind
from cdp.logins.external import AddressNotVerified, Identity, LinkFirst, NoProvider, Provider
from cdp.logins.login import TooManyRequests
from cdp.logins.openid import ExternalFailed
from cdp.logins.sessions import Way
from cdp.mailroom.letters import Change
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from consent.errors import Problem, Unauthenticated

router = APIRouter(include_in_schema=False)

START: Final = "/inloggen/extern"
LINK: Final = places.SIGN_IN + "/extern"
KEEP: Final = LINK + "/koppelen"
Offered = Annotated[str, Form(max_length=512)]


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
    asker = asking.asker_of(request, platform.settings)
    try:
        answer: Response = RedirectResponse(external.start(platform, provider, asker, at=clock.now()), 303)
    except (ExternalFailed, TooManyRequests) as trouble:
        return _unreached(trouble)
    asking.keep(answer, platform.settings, asker, onward=places.onward(verder))
    return answer


@router.post(LINK, dependencies=OURS)
def start_link(visit: Visiting, provider: ProviderDep) -> Response:
    """Show a customer who is logged in the link to the other service, which works once and in this session."""
    visit.fresh()
    asker, within = asking.asker_of(visit.request, visit.platform.settings), visit.person.session_id
    try:
        address = external.start(visit.platform, provider, asker, linking=within, at=visit.at)
    except (ExternalFailed, TooManyRequests) as trouble:
        return _unreached(trouble)
    with visit.opened(Room.SIGN_IN) as opened:
        page = pages.away(opened.speech, opened.frame, name=provider.settings.name, address=address)
    answer = visit.show(page)
    asking.keep(answer, visit.platform.settings, asker)
    return answer


@router.post(KEEP, dependencies=OURS)
def keep_link(visit: Visiting, aanbod: Offered = "") -> Response:
    """Let who came back from the other service log in from now on, after the customer saw who it is."""
    visit.fresh()
    try:
        is_new = external.link(visit.platform, aanbod, visit.person.customer_id, visit.person.session_id, at=visit.at)
    except ChallengeEnded:
        return visit.lead(places.SIGN_IN)
    if is_new:
        tell(visit, Change.EXTERNAL_ADDED)
    return visit.lead(places.SIGN_IN, notices.EXTERNAL_ADDED)


@router.get(external.PATH)
async def back(request: Request, platform: PlatformDep, provider: ProviderDep) -> Response:
    """Take in who comes back from the other service."""
    who, asker = await _visitor(request), Asker("", asking.secret_of(request, platform.settings))
    answer, within = dict(request.query_params), None if who is None else who.person.session_id
    try:
        kind, identity = await run_in_threadpool(
            external.finish, platform, provider, answer, asker, within=within, at=clock.now()
        )
    except Unauthenticated:
        return _failed(Trouble.EXTERNAL)
    if kind is Kind.LINK and who is not None:
        return await run_in_threadpool(_asked, who, provider, identity)
    return await run_in_threadpool(_let_in, request, platform, provider, identity)


async def _visitor(request: Request) -> Visit | None:
    try:
        return await visit(request)
    except Unauthenticated:
        return None


def _let_in(request: Request, platform: Platform, provider: Provider, identity: Identity) -> Response:
    try:
        begun = external.log_in(platform, provider, identity, asking.entry(request, platform.settings, Way.EXTERNAL))
    except AddressNotVerified:
        return _failed(Trouble.UNVERIFIED)
    except LinkFirst:
        return _failed(Trouble.LINK_FIRST)
    if begun.is_new:
        with platform.database.scoped(Scope(Principal.CUSTOMER, customer=begun.customer_id)) as session:
            ways_in.tell(session, platform, request.app.state.outbox, Change.EXTERNAL_ADDED)
    return let_in(request, platform, begun)


def _asked(who: Visit, provider: Provider, identity: Identity) -> Response:
    """Ask before anything is kept: the browser may be logged in over there as somebody else."""
    offered = external.offer(who.platform, provider, identity, who.person.session_id, at=who.at)
    name = provider.settings.name
    with who.opened(Room.SIGN_IN) as opened:
        page = pages.link(opened.speech, opened.frame, name=name, email=identity.email, offered=offered)
    return who.show(page)


def _unreached(trouble: Problem) -> Response:
    return _failed(Trouble.TOO_OFTEN if isinstance(trouble, TooManyRequests) else Trouble.EXTERNAL)


def _failed(trouble: Trouble) -> Response:
    return RedirectResponse(f"{places.LOGIN}?{urlencode({'fout': trouble.value})}", 303)
