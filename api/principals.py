"""Who is asking: the dependencies that turn a credential into somebody with a scope, asked anew at every request."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Annotated, Self
from uuid import UUID

from fastapi import Depends, Request, Security
from fastapi.openapi.models import OAuthFlowClientCredentials, OAuthFlows
from fastapi.security import HTTPAuthorizationCredentials, HTTPBasic, HTTPBasicCredentials, HTTPBearer, OAuth2
from fastapi.security import SecurityScopes as AskedScopes

from api import caller, once, possession, rates
from cdp import clock, credentials
from cdp.client_scopes import SCOPES, WIRE_SCOPE, opened
from cdp.idempotency import Call
from cdp.ingest.items import BATCH_BYTES
from cdp.keys.tokens import Prefix
from cdp.permissions.freshness import FreshLoginNeeded
from cdp.platform import Platform
from cdp.scope import Held, Principal, Scope
from consent.errors import Refused, Unauthenticated


class InsufficientScope(Refused):
    """This token was not given the scope that this call needs."""

    code = "insufficient-scope"


class NoOrganization(Refused):
    """This client acts for no organization."""

    code = "no-organization"


@dataclass(frozen=True, slots=True)
class Service:
    """A program of an organization, known by its access token."""

    organization: UUID
    slug: str
    client_id: str
    scopes: frozenset[str]
    token: bytes = field(repr=False)
    """The fingerprint of the token, for what goes on after it was looked at."""
    call: Call | None = None

    @property
    def held(self) -> Held:
        """What has to hold still where an answer goes on for long: neither token nor program nor organization ended."""
        return Held((self.token,), None)

    def scope(self, principal: Principal, *, purpose: str | None = None, customer: UUID | None = None) -> Scope:
        """Return the scope in which this service acts as `principal`."""
        return Scope(
            principal,
            organization=self.organization,
            customer=customer,
            purpose=purpose,
            client=self.client_id,
            call=self.call if principal is Principal.SOURCE else None,
        )


@dataclass(frozen=True, slots=True)
class AuditingClient:
    """Who may see logs: of one organization, or of all when it is the platform's own auditor."""

    client_id: str
    organization: UUID | None

    @property
    def scope(self) -> Scope:
        """The scope of an auditor."""
        return Scope(Principal.AUDITOR, organization=self.organization, client=self.client_id)


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A customer, known by the session that a login link began."""

    customer_id: UUID
    session_id: UUID
    proven_at: datetime
    is_fresh: bool
    call: Call | None = None

    @classmethod
    def of(cls, platform: Platform, holder: credentials.SessionHolder) -> Self:
        """Return who a session belongs to, with whether their proof is fresh at this moment."""
        is_fresh = clock.now() - holder.proven_at <= timedelta(seconds=platform.settings.fresh_seconds)
        return cls(holder.customer_id, holder.session_id, holder.proven_at, is_fresh)

    @property
    def scope(self) -> Scope:
        """The scope of the customer: the whole own dossier."""
        return Scope(
            Principal.CUSTOMER,
            customer=self.customer_id,
            client=str(self.session_id),
            call=self.call,
            is_stale=not self.is_fresh,
        )


@dataclass(frozen=True, slots=True)
class Supplier:
    """An organization that sends events, known by its write key."""

    organization: UUID
    slug: str
    batch_bytes: int

    @property
    def scope(self) -> Scope:
        """The scope of a source: it adds, and reads no value."""
        return Scope(Principal.SOURCE, organization=self.organization)


def platform_of(request: Request) -> Platform:
    """Return the platform that this process serves."""
    platform: Platform = request.app.state.platform
    return platform


PlatformDep = Annotated[Platform, Depends(platform_of)]

_OAUTH = OAuth2(
    flows=OAuthFlows(clientCredentials=OAuthFlowClientCredentials(tokenUrl="/oauth/token", scopes=dict(SCOPES))),
    scheme_name="service",
    description="An access token of an organization's program (OAuth 2.0 client credentials).",
    auto_error=False,
)
_SESSION = HTTPBearer(
    scheme_name="customer", description="The session that a customer's login link began.", auto_error=False
)
_WRITE_KEY = HTTPBearer(scheme_name="write_key", description="A source's write key.", auto_error=False)
_WRITE_KEY_BASIC = HTTPBasic(
    scheme_name="write_key_basic", description="A source's write key as user name, no password.", auto_error=False
)


async def _token_holder(
    request: Request, platform: Platform, asked: AskedScopes, authorization: str | None
) -> credentials.TokenHolder:
    token = possession.shown(authorization)
    holder = await credentials.of_token(platform, token.unverified_token)
    await possession.prove(request.scope, platform, token, holder.key_hash)
    note = caller.note_of(request.scope)
    note.principal, note.organization = "service", holder.slug
    rates.count_client(request.scope, holder.client_id)
    if holder.customer is not None or not opened(holder.scopes).issuperset(asked.scopes):
        raise InsufficientScope  # what an app got with a customer reads their profile, and nothing else
    return holder


async def service(
    request: Request,
    platform: PlatformDep,
    asked: AskedScopes,
    authorization: Annotated[str | None, Depends(_OAUTH)],
) -> Service:
    """Return the service that asks; `Security(service, scopes=[…])` names what its token must hold."""
    holder = await _token_holder(request, platform, asked, authorization)
    if holder.organization is None or holder.slug is None:
        raise NoOrganization
    token = credentials.fingerprint(platform, possession.shown(authorization).unverified_token)
    known = Service(holder.organization, holder.slug, holder.client_id, holder.scopes, token)
    return replace(known, call=await once.call_of(request, platform, known.scope(Principal.SOURCE)))


async def auditor(
    request: Request,
    platform: PlatformDep,
    asked: AskedScopes,
    authorization: Annotated[str | None, Depends(_OAUTH)],
) -> AuditingClient:
    """Return the auditor that asks."""
    holder = await _token_holder(request, platform, asked, authorization)
    caller.note_of(request.scope).principal = "auditor"
    return AuditingClient(holder.client_id, holder.organization)


async def customer(
    request: Request, platform: PlatformDep, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_SESSION)]
) -> LoggedIn:
    """Return the customer that asks."""
    if given is None:
        raise Unauthenticated("this call needs a customer's session")
    parting = await once.parting_call_of(request, platform, given.credentials)
    holder = await credentials.of_session(platform, given.credentials)
    caller.note_of(request.scope).principal = "customer"
    rates.count_customer(request.scope, str(holder.customer_id))
    person = LoggedIn.of(platform, holder)
    request.state.scope = person.scope  # for what waits for the log after the answer is made
    if parting is not None:
        parting.is_claimed = True  # what it does cannot be done twice, only answered twice
        return person
    return replace(person, call=await once.call_of(request, platform, person.scope))


async def maybe_customer(
    request: Request, platform: PlatformDep, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_SESSION)]
) -> LoggedIn | None:
    """Return the customer that asks, or None for who shows no session; one that is wrong is refused."""
    return None if given is None else await customer(request, platform, given)


async def fresh_customer(person: Annotated[LoggedIn, Depends(customer)]) -> LoggedIn:
    """Return the customer that asks and has just logged in; grave acts need it."""
    if not person.is_fresh:
        raise FreshLoginNeeded
    return person


async def header_key(
    key: Annotated[HTTPAuthorizationCredentials | None, Depends(_WRITE_KEY)],
    basic: Annotated[HTTPBasicCredentials | None, Depends(_WRITE_KEY_BASIC)],
) -> str | None:
    """Return the unverified write key in a Bearer or Basic header, or None."""
    return key.credentials if key else basic.username if basic else None


async def source(
    request: Request, platform: PlatformDep, unverified_key: Annotated[str | None, Depends(header_key)]
) -> Supplier:
    """Return the source that sends, by the write key in a Bearer or Basic header."""
    if unverified_key is None:
        raise Unauthenticated("this call needs a write key")
    return await supplier_of(request, platform, unverified_key)


async def supplier_of(request: Request, platform: Platform, unverified_key: str) -> Supplier:
    """Return the source that a write key, or a token for the wire, belongs to; raises Unauthenticated."""
    if unverified_key.startswith(Prefix.ACCESS_TOKEN):
        return await _supplier_by_token(request, platform, unverified_key)
    holder = await credentials.of_write_key(platform, unverified_key)
    note = caller.note_of(request.scope)
    note.principal, note.organization = "source", holder.slug
    rates.count_client(request.scope, holder.slug)
    return Supplier(holder.organization, holder.slug, holder.batch_bytes)


async def _supplier_by_token(request: Request, platform: Platform, unverified_token: str) -> Supplier:
    asked = AskedScopes([WIRE_SCOPE])
    holder = await _token_holder(request, platform, asked, f"Bearer {unverified_token}")
    if holder.organization is None or holder.slug is None:
        raise NoOrganization
    return Supplier(holder.organization, holder.slug, BATCH_BYTES)


async def any_source(
    request: Request,
    platform: PlatformDep,
    unverified_key: Annotated[str | None, Depends(header_key)],
    authorization: Annotated[str | None, Depends(_OAUTH)],
) -> Scope:
    """Return the scope of the source that asks, by its write key or by an access token for records:write."""
    if unverified_key is not None and unverified_key.startswith(Prefix.WRITE_KEY):
        return (await supplier_of(request, platform, unverified_key)).scope
    asked = AskedScopes(["records:write"])
    return (await service(request, platform, asked, authorization)).scope(Principal.SOURCE)


ProfileReader = Annotated[Service, Security(service, scopes=["profiles:read"])]
Contacting = Annotated[Service, Security(service, scopes=["contacts:write"])]
RecordWriter = Annotated[Service, Security(service, scopes=["records:write"])]
GrantRequester = Annotated[Service, Security(service, scopes=["grants:request"])]
DemandAnswerer = Annotated[Service, Security(service, scopes=["demands:answer"])]
SignalManager = Annotated[Service, Security(service, scopes=["signals:manage"])]
CatalogWriter = Annotated[Service, Security(service, scopes=["catalog:write"])]
MessageRegistrar = Annotated[Service, Security(service, scopes=["messages:register"])]
Administrator = Annotated[Service, Security(service, scopes=["org:admin"])]
Auditor = Annotated[AuditingClient, Security(auditor, scopes=["audit:read"])]
Customer = Annotated[LoggedIn, Security(customer)]
MaybeCustomer = Annotated[LoggedIn | None, Depends(maybe_customer)]
FreshCustomer = Annotated[LoggedIn, Security(fresh_customer)]
Source = Annotated[Supplier, Security(source)]
AnySource = Annotated[Scope, Security(any_source)]
