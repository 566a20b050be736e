"""The form of an answer that says what is wrong: RFC 9457, and the own formats of the Segment wire and OAuth."""

from collections.abc import Mapping
from typing import Final

from pydantic import BaseModel
from starlette.responses import JSONResponse, Response

from api import paths

UNPROCESSABLE: Final = 422
_OURS: Final = 500
_LATER: Final = frozenset({429, 503})
_OWN = "urn:cdp:problem:"


class ProblemDocument(BaseModel):
    """What is wrong (RFC 9457). `code` never changes its meaning; `field` is a JSON pointer (RFC 6901)."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    field: str | None
    request_id: str


class WireProblem(BaseModel):
    """What is wrong, as senders of the Segment wire read it."""

    code: str
    message: str


class OAuthError(BaseModel):
    """What is wrong (RFC 6749 §5.2)."""

    error: str
    error_description: str


class ProblemResponse(JSONResponse):
    """An answer in application/problem+json."""

    media_type = "application/problem+json"


def answer(  # noqa: PLR0913 -- the parts of a problem document, each named by the caller
    path: str,
    *,
    status: int,
    code: str,
    title: str,
    detail: str,
    request_id: str,
    field: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return what is wrong in the format that `path` speaks."""
    if paths.is_segment(path):
        return JSONResponse(WireProblem(code=code, message=detail).model_dump(), status, headers)
    if paths.is_authzen(path):  # one sentence, and what makes no sense cannot be read
        return JSONResponse(detail, 400 if status == UNPROCESSABLE else status, headers)
    if paths.is_oauth(path):
        return JSONResponse(
            _in_oauth(status, detail).model_dump(), status, {"Cache-Control": "no-store", **(headers or {})}
        )
    document = ProblemDocument(
        type=f"{_OWN}{code}",
        title=title,
        status=status,
        code=code,
        detail=detail,
        field=field,
        request_id=request_id,
    )
    return ProblemResponse(document.model_dump(), status, headers)


def _in_oauth(status: int, detail: str) -> OAuthError:
    """Return what is wrong in the words of OAuth: the mistake of the client, a bad moment, or a mistake of ours."""
    if status in _LATER:
        return OAuthError(error="temporarily_unavailable", error_description=detail)
    return OAuthError(error="server_error" if status >= _OURS else "invalid_request", error_description=detail)
