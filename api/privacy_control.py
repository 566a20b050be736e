"""Global Privacy Control (W3C): what a browser says with each request, and where a site says that it listens."""

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse

HEADER: Final = "sec-gpc"
router = APIRouter(include_in_schema=False)


def is_said(request: Request) -> bool:
    """Tell whether the browser says that data are not to be sold, shared or used for advertising."""
    return request.headers.get(HEADER) == "1"


@router.get("/.well-known/gpc.json")
async def support() -> JSONResponse:
    """Say that the signal is heard, and since when (Global Privacy Control, GPC support resource)."""
    return JSONResponse({"gpc": True, "lastUpdate": "2026-11-22"})
