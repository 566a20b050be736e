"""The Segment wire from a web page: any origin may send, and no cookie ever counts (Fetch standard, CORS protocol)."""

from typing import Final

from starlette.responses import Response
from starlette.types import Scope

from api import paths

_PREFLIGHT: Final = {
    "Access-Control-Allow-Methods": "POST",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Content-Encoding, X-Request-ID",
    "Access-Control-Max-Age": "86400",
}
_ANYBODY: Final = ((b"access-control-allow-origin", b"*"), (b"access-control-expose-headers", b"Retry-After"))


def preflight(scope: Scope) -> Response | None:
    """Return the answer to a browser that asks beforehand whether it may send to the Segment wire."""
    if scope["method"] == "OPTIONS" and paths.is_segment(scope["path"]):
        return Response(status_code=204, headers=_PREFLIGHT)
    return None


def headers(scope: Scope) -> tuple[tuple[bytes, bytes], ...]:
    """Return what lets the browser SDK read every answer of the Segment wire, refusals too."""
    return _ANYBODY if paths.is_segment(scope["path"]) else ()
