"""The auditor's door: acts and accesses as they were logged, and the one file that proves them offline."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from fastapi import APIRouter, Depends, Header, Query, Request
from pydantic import BaseModel
from starlette.responses import JSONResponse, Response, StreamingResponse

from api import negotiation
from api.paging import After
from api.principals import Auditor, PlatformDep
from cdp import clock, directory
from cdp.copies import spreadsheet
from cdp.log import audit, audit_bundle
from cdp.log.audit import Filters, Logged, Page, Place
from cdp.platform import Platform
from consent import acts
from consent.errors import NotFound
from consent.events import Outcome
from consent.types import Instant, PurposeKey, Slug

router = APIRouter(prefix="/v1/audit", tags=["auditor"])

FORMS: Final[Mapping[str, str]] = {
    "json": "application/json",
    "ndjson": "application/x-ndjson",
    "csv": "text/csv; charset=utf-8",
}

Limit = Annotated[int, Query(ge=1, le=1000, description="How many at most; a page can be shorter and have a next one.")]
OfOrganization = Annotated[Slug | None, Query(description="Only this recipient.")]
ForPurpose = Annotated[PurposeKey | None, Query(description="Only this purpose.")]
Since = Annotated[Instant | None, Query(description="From this moment on.")]
Until = Annotated[Instant | None, Query(description="Before this moment.")]
Form = Annotated[
    Literal["json", "ndjson", "csv"] | None, Query(alias="format", description="It goes before the Accept header.")
]
Accept = Annotated[str | None, Header(max_length=1000, include_in_schema=False)]
From = Annotated[int, Query(alias="from", ge=0, le=2**53, description="Size of the checkpoint that you kept, or 0.")]
OfLog = Annotated[
    Slug | None,
    Query(alias="log", description="A consent log that ended, such as `consent`; left out, the one that grows."),
]
To = Annotated[
    int | None, Query(alias="to", ge=1, le=2**53, description="Size of a signed checkpoint; left out, the newest.")
]


class ActView(BaseModel):
    """One act, as the consent log holds it; `leaf` is the hash by which reads cite it."""

    log: str
    index: int
    leaf: str
    act: str
    at: Instant
    customer: str
    organization: str
    purpose: str
    by: str
    categories: list[str]
    sources: list[str] | None
    expires_at: Instant | None
    act_id: UUID | None
    client_id: str | None
    seq: int


class Acts(BaseModel):
    """A page of acts in the order of the consent log."""

    acts: list[ActView]
    next: str | None


class AccessView(BaseModel):
    """One read or refusal, as the access log holds it; `grant` is the leaf of the act that allowed it."""

    log: str
    index: int
    leaf: str
    at: Instant
    customer: str | None
    organization: str | None
    client_id: str | None
    principal: str
    path: str | None
    purpose: str | None
    asked: list[str]
    released: list[str]
    records: int
    outcome: str
    reason: str
    grant: str | None
    seq: int


class Accesses(BaseModel):
    """A page of reads and refusals in the order of the access log."""

    accesses: list[AccessView]
    next: str | None


def _act_view(logged: Logged, names: directory.Names) -> ActView:
    event = audit.act_of(logged)
    act = event.act
    sources: frozenset[UUID] | None = getattr(act, "sources", None)
    return ActView(
        log=logged.log,
        index=logged.index,
        leaf=logged.leaf_hash.hex(),
        act=act.kind.value,
        at=act.at,
        customer=event.place.customer or "",
        organization=names.slug(act.recipient),
        purpose=act.purpose,
        by=event.by,
        categories=sorted(_categories(act)),
        sources=None if sources is None else sorted(names.slug(each) for each in sources),
        expires_at=getattr(act, "expires_at", None),
        act_id=event.act_id,
        client_id=event.client,
        seq=event.place.seq,
    )


def _categories(act: acts.Act) -> frozenset[str]:
    named: frozenset[str] = getattr(act, "categories", frozenset())
    return named


def _access_view(logged: Logged, names: directory.Names) -> AccessView:
    event = audit.access_of(logged)
    organization = event.place.organization
    return AccessView(
        log=logged.log,
        index=logged.index,
        leaf=logged.leaf_hash.hex(),
        at=event.at,
        customer=event.place.customer,
        organization=None if organization is None else names.slug(organization),
        client_id=event.client,
        principal=event.principal,
        path=event.path,
        purpose=event.purpose,
        asked=list(event.asked),
        released=list(event.released),
        records=event.records,
        outcome=event.outcome.value,
        reason=event.reason,
        grant=None if event.grant is None else event.grant.hex(),
        seq=event.place.seq,
    )


def _content(model: type[BaseModel]) -> dict[int | str, dict[str, Any]]:
    text = {"schema": {"type": "string"}}
    return {
        200: {
            "model": model,
            "description": "One page; its next one stands in `next`, for lines and tables in the Link header.",
            "content": {"application/x-ndjson": text, "text/csv": text},
        },
        406: {"description": "There is no such form."},
    }


@dataclass(frozen=True, slots=True)
class Asked:
    """A page of a list, as it is asked for: by whom, behind what, narrowed how, in which form."""

    request: Request
    client: Auditor
    platform: PlatformDep
    after: After = None
    limit: Limit = 100
    organization: OfOrganization = None
    purpose: ForPurpose = None
    since: Since = None
    until: Until = None
    form: Form = None
    accept: Accept = None


Asking = Annotated[Asked, Depends()]


@dataclass(frozen=True, slots=True)
class _List:
    """One of the two lists: its name, where its pages come from, and how a line of it looks."""

    name: str
    find: Callable[..., Page]
    model: type[BaseModel]
    view: Callable[[Logged, directory.Names], BaseModel]


_ACTS: Final = _List("acts", audit.acts, ActView, _act_view)
_ACCESSES: Final = _List("accesses", audit.accesses, AccessView, _access_view)


@router.get("/acts", summary="List acts", operation_id="list_acts", response_class=Response, responses=_content(Acts))
def list_acts(
    asked: Asking, act: Annotated[acts.Kind | None, Query(description="Only this kind of act.")] = None
) -> Response:
    """Return acts in the order of the consent log; customers are pseudonyms."""
    return _listed(_ACTS, asked, Filters(act=act))


@router.get(
    "/accesses",
    summary="List reads and refusals",
    operation_id="list_accesses",
    response_class=Response,
    responses=_content(Accesses),
)
def list_accesses(
    asked: Asking, outcome: Annotated[Outcome | None, Query(description="Only those that ended so.")] = None
) -> Response:
    """Return reads and refusals in the order of the access log; customers are pseudonyms, values are not there."""
    return _listed(_ACCESSES, asked, Filters(outcome=outcome))


def _listed(what: _List, asked: Asked, own: Filters) -> Response:
    """Return a page of one list, and write down that the auditor looked; `own` is what only this list can be asked."""
    form = negotiation.chosen(FORMS, named=asked.form, accept=asked.accept)
    platform, scope = asked.platform, asked.client.scope
    caller = f"audit {what.name} {asked.client.client_id}"
    place = platform.cursors.open(asked.after, Place, caller=caller) if asked.after else None
    with platform.database.scoped(scope) as session:
        names = directory.names(session)
        organization = _organization(names, asked.organization)
        filters = replace(own, organization=organization, purpose=asked.purpose, since=asked.since, until=asked.until)
        found = what.find(session, filters, after=place, limit=asked.limit)
        audit.note(session, scope, path=f"audit.{what.name}", at=clock.now())
    rows = [what.view(each, names) for each in found.logged]
    return _answer(asked.request, form, rows, what.model, name=what.name, cursor=_cursor(platform, found, caller))


@router.get(
    "/bundle",
    summary="Get everything that proves it, in one file",
    operation_id="audit_bundle",
    response_class=Response,
    responses={200: {"content": {"application/x-tar": {}}, "description": "The file that `consent verify` checks."}},
)
def read_bundle(
    client: Auditor, platform: PlatformDep, since: From = 0, until: To = None, log: OfLog = None
) -> Response:
    """Return checkpoints, proofs, tiles, entries and openings of both logs, from a kept checkpoint to a newer one."""
    with platform.database.scoped(client.scope) as session:
        audit.note(session, client.scope, path="audit.bundle", at=clock.now())
    made = audit_bundle.stream(platform, client.scope, since=since, until=until, name=log)
    headers = {"Content-Disposition": 'attachment; filename="audit.tar"'}
    return StreamingResponse(made, media_type="application/x-tar", headers=headers)


def _organization(names: directory.Names, slug: str | None) -> UUID | None:
    if slug is None:
        return None
    found = names.by_slug.get(slug)
    if found is None:
        raise NotFound("there is no such organization", field="/organization")
    return found.organization_id


def _cursor(platform: Platform, page: Page, caller: str) -> str | None:
    return None if page.next is None else platform.cursors.seal(page.next, caller=caller)


def _answer(
    request: Request, form: str, rows: Iterable[BaseModel], model: type[BaseModel], *, name: str, cursor: str | None
) -> Response:
    """Return a page in the form that is wanted; lines and tables tell the next one in a Link header (RFC 8288)."""
    plain = [row.model_dump(mode="json") for row in rows]
    if form == "json":
        return JSONResponse({name: plain, "next": cursor}, headers={"Vary": "Accept"})
    headers = {"Vary": "Accept"}
    if cursor is not None:
        query = {**request.query_params, "after": cursor, "format": form}
        headers["Link"] = f'<{request.url.path}?{urlencode(query)}>; rel="next"'
    made = _lines(plain) if form == "ndjson" else spreadsheet.lines(list(model.model_fields), plain)
    return Response(b"".join(made), media_type=FORMS[form], headers=headers)


def _lines(rows: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    for row in rows:
        yield msgspec.json.encode(row) + b"\n"
