"""For who runs it: is the process alive, can it serve, and its numbers."""

from typing import Final

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel
from starlette.responses import JSONResponse, PlainTextResponse, Response

from api.forwarding import client_of, is_loopback
from api.metrics import Metrics
from api.principals import PlatformDep
from cdp import readiness
from cdp.log import gauges
from consent.errors import NotFound

router = APIRouter(tags=["operations"])

_EVERYBODY: Final = frozenset({"0.0.0.0", "::"})  # noqa: S104 -- compared with, not bound to


class Health(BaseModel):
    """That the process runs."""

    status: str


class Readiness(BaseModel):
    """Whether the process can serve, check by check."""

    status: str
    checks: dict[str, str]


@router.get("/healthz", summary="Say that the process runs", operation_id="health")
async def health() -> Health:
    """Answer without asking the database."""
    return Health(status="ok")


@router.get(
    "/readyz",
    summary="Say whether the process can serve",
    operation_id="readiness",
    responses={503: {"model": Readiness, "description": "It cannot."}},
    response_model=Readiness,
)
async def ready(platform: PlatformDep) -> Response:
    """Check the database, its schema and the key ring."""
    checks = await run_in_threadpool(readiness.checks, platform)
    is_ready = all(outcome == readiness.OK for outcome in checks.values())
    answer = Readiness(status="ok" if is_ready else "unavailable", checks=checks)
    return JSONResponse(answer.model_dump(), 200 if is_ready else 503)


@router.get(
    "/metrics",
    summary="Get the numbers of this process",
    operation_id="metrics",
    response_class=PlainTextResponse,
)
async def metrics(request: Request, platform: PlatformDep) -> Response:
    """Return the numbers, to this machine or to whom the settings name."""
    settings = platform.settings
    client = client_of(request, settings.trusted_proxies)
    if not client or not is_allowed(client, settings.metrics_host):
        raise NotFound
    numbers: Metrics = request.app.state.metrics
    logs = await run_in_threadpool(gauges.read_if_reachable, platform)
    return Response(numbers.exposition(logs), media_type="text/plain; version=0.0.4; charset=utf-8")


def is_allowed(client: str, metrics_host: str) -> bool:
    """Tell whether this client may see the numbers."""
    return metrics_host in _EVERYBODY or client == metrics_host or is_loopback(client)
