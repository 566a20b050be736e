"""The decision point for gateways, as AuthZEN Authorization API 1.0 writes it: whether a profile may be read.

A no is an answer like any other (200). What cannot be read is 400 with a sentence, never 422.
"""

from functools import partial
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from fastapi.security import SecurityScopes
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api import authzen, believing, principals, validation
from api.authzen_views import WRONG, Actions, Entities, Evaluated, EvaluatedAll, PointMetadata, asked
from api.principals import InsufficientScope, NoOrganization, PlatformDep
from cdp.authzen.point import DecisionPoint
from cdp.authzen.questions import PROFILE, Caller, Decision, Evaluation
from cdp.credentials import TokenHolder
from consent.errors import Problem

router = APIRouter(tags=["decisions"], responses=WRONG)
PREFIX: Final = "/access/v1"
_SCOPES: Final = frozenset({"decisions:read", "profiles:read"})
"""Either is enough: whoever may read would find the same out by reading."""


async def _caller(request: Request, platform: PlatformDep) -> Caller:
    """Return who asks; raises what the door says of a token."""
    found = await principals.service(request, platform, SecurityScopes([]), request.headers.get("authorization"))
    if _SCOPES.isdisjoint(found.scopes):
        raise InsufficientScope
    return Caller(found.organization, found.slug, found.client_id)


async def _body(request: Request, _: Annotated[Caller, Depends(_caller)]) -> bytes:
    """Return the body of who may ask."""
    return await _body_of(request)


async def _body_of(request: Request) -> bytes:
    """Return a body that says that it is JSON."""
    if not validation.is_json(request.headers.get("content-type", "")):
        raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    return await request.body()


def _point(request: Request) -> DecisionPoint:
    point: DecisionPoint = request.app.state.decision_point
    return point


Who = Annotated[Caller, Depends(_caller)]
Body = Annotated[bytes, Depends(_body)]
Point = Annotated[DecisionPoint, Depends(_point)]


def _json(document: bytes) -> Response:
    return Response(document, media_type="application/json")


@router.post(
    f"{PREFIX}/evaluation",
    response_model=Evaluated,
    summary="Ask whether a profile may be read",
    operation_id="evaluate",
    openapi_extra=asked(authzen.Single),
)
async def evaluate(caller: Who, body: Body) -> Response:
    """Tell whether every category asked for is open now for the purpose; the person sees that you asked."""
    raise AssertionError(caller, body)  # served by `serve_evaluation`


async def serve_evaluation(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer an evaluation without the framework; the endpoint describes it."""
    request = Request(scope, receive)
    token, how = believing.shown(scope)
    point = _point(request)
    prepare = partial(_prepare, request, point, token)
    checked = partial(_evaluate_checked, request, point)
    decision = await believing.answered(scope, token, how, prepare=prepare, checked=checked)
    await _json(authzen.decided(decision))(scope, receive, send)


async def _prepare(
    request: Request, point: DecisionPoint, token: bytes, believed: TokenHolder
) -> believing.Ask[Decision] | None:
    needed = min(_SCOPES & believed.scopes, default=None)
    if needed is None:
        return None
    try:
        asked = await point.look_of(_caller_of(believed), await _question(request))
    except (Problem, HTTPException):  # told after the check alone
        return None
    return None if asked is None else partial(point.look, asked, unverified_token=token, needed=needed)


async def _evaluate_checked(request: Request, point: DecisionPoint, holder: TokenHolder) -> Decision:
    return await point.evaluate(_caller_of(holder), await _question(request))


def _caller_of(holder: TokenHolder) -> Caller:
    """Return who asks; raises what the door says of a token that may not."""
    if holder.customer is not None:
        raise InsufficientScope  # what an app got with a customer reads their profile, and nothing else
    if holder.organization is None or holder.slug is None:
        raise NoOrganization
    if _SCOPES.isdisjoint(holder.scopes):
        raise InsufficientScope
    return Caller(holder.organization, holder.slug, holder.client_id)


async def _question(request: Request) -> Evaluation:
    return authzen.single(authzen.read(authzen.Single, await _body_of(request)))


@router.post(
    f"{PREFIX}/evaluations",
    response_model=EvaluatedAll | Evaluated,
    summary="Ask whether many profiles may be read",
    operation_id="evaluate_many",
    openapi_extra=asked(authzen.Many),
)
async def evaluate_many(caller: Who, body: Body, point: Point) -> Response:
    """Answer up to 1,000 questions in order; without evaluations the call is a single question."""
    wanted = authzen.read(authzen.Many, body)
    questions = authzen.many(wanted)
    if not questions:
        return _json(authzen.decided(await point.evaluate(caller, authzen.only(wanted))))
    semantic = (wanted.options or authzen.Options()).evaluations_semantic
    return _json(authzen.all_decided(await point.evaluate_all(caller, questions, semantic)))


@router.post(
    f"{PREFIX}/search/subject",
    response_model=Entities,
    summary="Ask who of your own may read a profile",
    operation_id="search_subjects",
    openapi_extra=asked(authzen.SubjectSearch),
)
async def search_subjects(caller: Who, body: Body, point: Point) -> Response:
    """Return your own programs, or your organization, if they may read this profile."""
    wanted = authzen.read(authzen.SubjectSearch, body)
    return _json(authzen.results(await point.subjects(caller, *authzen.of_search(wanted)), wanted.subject.type))


@router.post(
    f"{PREFIX}/search/resource",
    response_model=Entities,
    summary="Ask which profiles may be read",
    operation_id="search_resources",
    openapi_extra=asked(authzen.ResourceSearch),
)
async def search_resources(caller: Who, body: Body, point: Point) -> Response:
    """Return a page of profiles of which every category asked for is open now; each page looks anew."""
    wanted = authzen.read(authzen.ResourceSearch, body)
    return _json(authzen.results(await point.resources(caller, *authzen.of_search(wanted)), PROFILE))


@router.post(
    f"{PREFIX}/search/action",
    response_model=Actions,
    summary="Ask what may be done with a profile",
    operation_id="search_actions",
    openapi_extra=asked(authzen.ActionSearch),
)
async def search_actions(caller: Who, body: Body, point: Point) -> Response:
    """Return `read`, or nothing."""
    question, _ = authzen.of_search(authzen.read(authzen.ActionSearch, body))
    return _json(authzen.actions(await point.evaluate(caller, question)))


@router.get(
    "/.well-known/authzen-configuration",
    summary="Say where decisions are made",
    operation_id="authzen_metadata",
)
def metadata(platform: PlatformDep) -> PointMetadata:
    """Describe the endpoints."""
    base = platform.settings.base_url
    return PointMetadata(
        policy_decision_point=base,
        access_evaluation_endpoint=f"{base}{PREFIX}/evaluation",
        access_evaluations_endpoint=f"{base}{PREFIX}/evaluations",
        search_subject_endpoint=f"{base}{PREFIX}/search/subject",
        search_resource_endpoint=f"{base}{PREFIX}/search/resource",
        search_action_endpoint=f"{base}{PREFIX}/search/action",
    )
