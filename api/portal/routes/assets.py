"""The files that pages load, under addresses that follow from what they say."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.portal.visit import portal_of
from consent.errors import NotFound

router = APIRouter(include_in_schema=False)

_FOR_EVER = "public, max-age=31536000, immutable"


@router.get("/static/{name}")
def show(name: str, request: Request) -> Response:
    """Return one file, to be kept for a year: another text has another address."""
    found = portal_of(request).statics.by_path.get(f"/static/{name}")
    if found is None:
        raise NotFound("there is no such file")
    headers = {"Cache-Control": _FOR_EVER, "Vary": "Accept-Encoding"}
    if found.zipped is not None and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(found.zipped, media_type=found.media_type, headers=headers | {"Content-Encoding": "gzip"})
    return Response(found.content, media_type=found.media_type, headers=headers)


@router.get("/favicon.ico")
def icon(request: Request) -> Response:
    """Return the icon to browsers that ask for it by its old name."""
    return show(portal_of(request).statics.url("favicon.svg").removeprefix("/static/"), request)
