"""The Segment wire from a web page: any origin may send, and no cookie ever counts (Fetch standard, CORS protocol)."""

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import paths

_ANYBODY: Final = {"Access-Control-Allow-Origin": "*"}
_PREFLIGHT: Final = {
    **_ANYBODY,
    "Access-Control-Allow-Methods": "POST",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Content-Encoding, X-Request-ID",
    "Access-Control-Max-Age": "86400",
}


class OpenToBrowsers:
    """Let the browser SDK send to the paths of the Segment wire and read every answer, refusals too."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or not paths.is_segment(scope["path"]):
            await self._app(scope, receive, send)
            return
        if scope["method"] == "OPTIONS":
            await Response(status_code=204, headers=_PREFLIGHT)(scope, receive, send)
            return

        async def open_to_all(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update({**_ANYBODY, "Access-Control-Expose-Headers": "Retry-After"})
            await send(message)

        await self._app(scope, receive, open_to_all)
