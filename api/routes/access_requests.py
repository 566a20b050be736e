"""What an organization asks of customers who are not here: one purpose at a time, and why."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api import paging
from api.paging import After
from api.principals import GrantRequester, PlatformDep
from api.routes.profiles import IdentifierGiven
from cdp import clock
from cdp.cursors import OLDEST_FIRST
from cdp.permissions import requesting
from cdp.permissions.access_requests import LONGEST_NOTICE
from cdp.permissions.requesting import Standing, State, UsedBy, Wanted
from cdp.platform import Platform
from cdp.reads.lookup import MOST_IDENTIFIERS, Identifier
from cdp.scope import Principal
from consent.types import HASH_PATTERN, MOST_SOURCES, Categories, PurposeKey, Reference, Slug

router = APIRouter(prefix="/v1/access-requests", tags=["recipient"])

RequestId = Annotated[UUID, Path(description="The request, as it was answered or listed.")]
Limit = Annotated[int, Query(ge=1, le=200, description="How many at most.")]
InState = Annotated[State | None, Query(alias="state", description="Only those that stand so.")]
Said = Annotated[str, Field(min_length=1, max_length=LONGEST_NOTICE)]
Hash = Annotated[str, Field(pattern=HASH_PATTERN)]


class Texts(BaseModel):
    """The same text for everybody: in Dutch, if you like also for who is addressed with je, and in English."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    nl: Said
    nl_je: Said | None = Field(default=None, alias="nl@je")
    en: Said | None = None


class Ask(BaseModel):
    """Who is asked, for what, how long and why; name the person in one way."""

    model_config = ConfigDict(extra="forbid")

    profile_id: Annotated[str | None, Field(max_length=64)] = None
    user_id: Reference | None = None
    identifiers: Annotated[list[IdentifierGiven] | None, Field(min_length=1, max_length=MOST_IDENTIFIERS)] = None
    purpose: PurposeKey
    categories: Categories
    sources: Annotated[
        frozenset[Slug] | None,
        Field(min_length=1, max_length=MOST_SOURCES, description="Only what these supplied; all when left out."),
    ] = None
    days: Annotated[int, Field(ge=1, le=366, description="How long at most; the purpose may allow less.")]
    notice: Texts
    consequences: Annotated[Texts, Field(description="What happens to who says no; it must be true.")]
    by: Annotated[UsedBy, Field(description="Whether a human or a computer will look.")]


class AskedView(BaseModel):
    """A request that was made; whether there is such a person, nobody is told."""

    request_id: UUID
    state: State
    asked_at: datetime
    due_at: datetime
    notice_hashes: dict[str, Hash] = Field(description="SHA-256 of each notice in UTF-8, by language.")


class GrantedView(BaseModel):
    """What the customer granted of what was asked. Whether it still holds, /v1/grants tells."""

    profile_id: str
    grant_id: UUID
    categories: list[str]
    expires_at: datetime | None


class AccessRequestView(AskedView):
    """A request, and what became of it."""

    purpose: str
    categories: list[str]
    sources: list[str] | None
    days: int
    by: UsedBy | None
    answered_at: datetime | None
    granted: GrantedView | None


class AccessRequests(BaseModel):
    """A page of requests, oldest first."""

    requests: list[AccessRequestView]
    next: str | None


def _asked(standing: Standing) -> AskedView:
    return AskedView(
        request_id=standing.request_id,
        state=standing.state,
        asked_at=standing.asked_at,
        due_at=standing.due_at,
        notice_hashes=standing.hashes,
    )


def _view(platform: Platform, organization: UUID, standing: Standing) -> AccessRequestView:
    granted = standing.granted
    return AccessRequestView(
        **_asked(standing).model_dump(),
        purpose=standing.purpose,
        categories=standing.categories,
        sources=standing.sources,
        days=standing.days,
        by=standing.used_by,
        answered_at=standing.answered_at,
        granted=None
        if granted is None
        else GrantedView(
            profile_id=platform.profile_ids.profile_id(granted.customer_id, organization),
            grant_id=granted.grant_id,
            categories=granted.categories,
            expires_at=granted.expires_at,
        ),
    )


def _wanted(body: Ask) -> Wanted:
    return Wanted(
        purpose=body.purpose,
        categories=body.categories,
        sources=body.sources,
        days=body.days,
        notice=body.notice.model_dump(by_alias=True, exclude_none=True),
        consequences=body.consequences.model_dump(by_alias=True, exclude_none=True),
        used_by=body.by,
    )


@router.post("", status_code=202, summary="Ask a customer for access", operation_id="ask_for_access")
def ask_for_access(body: Ask, asking: GrantRequester, platform: PlatformDep) -> AskedView:
    """Ask: the customer hears of it by letter and has fourteen days. For people who are not here it is the same."""
    given = None if body.identifiers is None else [Identifier(each.type, each.value) for each in body.identifiers]
    whom = requesting.named(
        platform, asking.organization, profile_id=body.profile_id, user_id=body.user_id, identifiers=given
    )
    with platform.database.scoped(asking.scope(Principal.SOURCE)) as session:
        made = requesting.ask(platform, session, asking.organization, whom, _wanted(body), at=clock.now())
    return _asked(made)


@router.get("", summary="List what you asked", operation_id="list_asked")
def list_asked(
    asking: GrantRequester, platform: PlatformDep, after: After = None, limit: Limit = 50, *, state: InState = None
) -> AccessRequests:
    """Return a page of this organization's requests; ask again with `after` = `next`."""
    at, caller = clock.now(), f"asked {asking.organization} {state}"
    place = paging.begin(platform, after, OLDEST_FIRST, caller=caller)
    with platform.database.scoped(asking.scope(Principal.SOURCE)) as session:
        found = requesting.listed(session, asking.organization, state=state, after=place, limit=limit, at=at)
    shown = [_view(platform, asking.organization, each) for each in found]
    return AccessRequests(requests=shown, next=paging.next_after(platform, found, limit, caller=caller))


@router.get("/{request_id}", summary="See what became of a request", operation_id="read_asked")
def read_asked(request_id: RequestId, asking: GrantRequester, platform: PlatformDep) -> AccessRequestView:
    """Return one request: pending, approved, narrowed, refused, expired or withdrawn."""
    with platform.database.scoped(asking.scope(Principal.SOURCE)) as session:
        found = requesting.find(session, asking.organization, request_id, at=clock.now())
    return _view(platform, asking.organization, found)


@router.delete("/{request_id}", status_code=204, summary="Take a request back", operation_id="withdraw_asked")
def withdraw_asked(request_id: RequestId, asking: GrantRequester, platform: PlatformDep) -> Response:
    """Take back a request that waits for its answer: the customer is not asked any more."""
    with platform.database.scoped(asking.scope(Principal.SOURCE)) as session:
        requesting.withdraw(session, asking.organization, request_id, at=clock.now())
    return Response(status_code=204)
