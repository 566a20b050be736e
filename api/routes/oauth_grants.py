"""What apps ask about a customer's yes: who it is (UserInfo), and what stands (Grant Management for OAuth 2.0)."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request
from pydantic import BaseModel

from api import possession, rates
from api.principals import GrantRequester, InsufficientScope, PlatformDep
from cdp import clock, credentials
from cdp.client_scopes import LOGIN_SCOPE
from cdp.oauth import granted, id_tokens
from cdp.scope import Principal, Scope

router = APIRouter(tags=["oauth"])


class UserInfo(BaseModel):
    """Who it is, in the organization's own name for them (OpenID Connect Core §5.3)."""

    sub: str


class GrantedScope(BaseModel):
    """What the yes covered beside the permission."""

    scope: str


class Grant(BaseModel):
    """A grant as it is now."""

    scopes: list[GrantedScope]
    authorization_details: list[dict[str, Any]]


async def _subject(request: Request, platform: PlatformDep) -> str:
    token = possession.shown(request.headers.get("authorization"))
    holder = await credentials.of_token(platform, token.unverified_token)
    await possession.prove(request.scope, platform, token, holder.key_hash)
    rates.count_client(request.scope, holder.client_id)
    if holder.customer is None or holder.organization is None or LOGIN_SCOPE not in holder.scopes:
        raise InsufficientScope
    return id_tokens.subject(platform, holder.customer, holder.organization)


@router.get(
    "/oauth/userinfo",
    summary="Ask who the customer is",
    operation_id="userinfo",
    openapi_extra={"security": [{"service": []}]},
)
@router.post("/oauth/userinfo", include_in_schema=False)
async def userinfo(subject: Annotated[str, Depends(_subject)]) -> UserInfo:
    """Return the name that your organization has for the customer who said yes."""
    return UserInfo(sub=subject)


@router.get("/oauth/grants/{grant_id}", summary="Ask what stands of a grant", operation_id="oauth_grant")
def show_grant(grant_id: Annotated[UUID, Path()], asking: GrantRequester, platform: PlatformDep) -> Grant:
    """Return what the customer's permission opens now, for one that an app of yours was given."""
    with platform.database.scoped(Scope(Principal.DOORMAN)) as session:
        found = granted.find(session, asking.organization, grant_id)
    scopes = [GrantedScope(scope=each) for each in found.scopes]
    return Grant(scopes=scopes, authorization_details=found.authorization_details)


@router.delete(
    "/oauth/grants/{grant_id}", summary="Give a grant back", operation_id="give_back_oauth_grant", status_code=204
)
def give_back(grant_id: Annotated[UUID, Path()], asking: GrantRequester, platform: PlatformDep) -> None:
    """End the customer's permission, with every token that lives on it, and let them see that you did."""
    granted.give_back(platform, asking.scope(Principal.SOURCE), grant_id, at=clock.now())
