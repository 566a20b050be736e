"""The stylesheet of our pages, under an address that follows from what it says."""

from fastapi import APIRouter
from starlette.responses import Response

from api import pages

router = APIRouter(include_in_schema=False)


@router.get(pages.STYLE_PATH)
def show() -> Response:
    """Return the stylesheet, to be kept for ever."""
    return Response(
        pages.STYLE, media_type="text/css", headers={"Cache-Control": "public, max-age=31536000, immutable"}
    )
