"""The one place that knows status codes: every problem is an RFC 9457 document, and an unknown error tells nothing.

Rules: (1) a validation error names the field and the rule, never what was sent; a name that the sender made up is not
repeated either; (2) an unknown error is logged by its type and place only, because its text may hold a person.
"""

import logging
import traceback
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Scope

from api import caller, possession, problems, validation
from api.portal import error_pages
from cdp import refusals
from cdp.log_lines import line
from consent.errors import Conflict, Invalid, NotFound, Problem, Refused, Unauthenticated

_LOG: Final = logging.getLogger("cdp.errors")
_AGAIN: Final = "60"
_SOON: Final = "2"
_IN_AN_HOUR: Final = "3600"

_KINDS: Final[Mapping[type[Problem], int]] = {
    Unauthenticated: 401,
    Refused: 403,
    NotFound: 404,
    Conflict: 409,
    Invalid: 422,
    Problem: 400,
}
_CODES: Final[Mapping[str, int]] = {
    "unreadable-body": 400,
    "too-large": 413,
    "not-acceptable": 406,
    "unsupported-content": 415,
    "too-many-requests": 429,
    "too-busy": 429,
    "too-many-access-requests": 429,
    "too-many-presentations": 429,
    "too-many-proofs": 429,
    "too-many-tries": 429,
    "too-many-checks": 429,
    "too-many-message-reports": 429,
    "too-many-replies": 429,
    "too-many-reports": 429,
    "rate-limited": 429,
    "expressions-busy": 429,
    "verified-too-soon": 429,
    "busy": 503,
    "not-settled": 503,
}
_WORDS: Final[Mapping[int, tuple[str, str]]] = {
    400: ("unreadable-request", "This request cannot be read."),
    401: ("unauthenticated", "We do not know who is asking."),
    404: ("not-found", "There is nothing here for you."),
    405: ("method-not-allowed", "This resource does not take this method."),
    413: ("too-large", "The body is larger than this call takes."),
    415: ("unsupported-content", "This content type is not understood here; send application/json."),
}


def install(app: FastAPI) -> None:
    """Make `app` answer every problem as a problem document."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _to_the_edge)


def status_of(problem: Problem) -> int:
    """Return the status code of a problem: of its code if that has one, else of its kind."""
    by_code = _CODES.get(problem.code)
    return by_code or next(status for kind, status in _KINDS.items() if isinstance(problem, kind))


def response_of(scope: Scope, problem: Problem) -> Response:
    """Return the answer to a request that met `problem`."""
    status = status_of(problem)
    return respond(
        scope,
        status=status,
        code=problem.code,
        title=problem.title(),
        detail=problem.message,
        field=problem.field,
        headers={**_headers(status, problem.code), **_when(problem), **possession.headers(scope, problem)},
    )


def of_http(scope: Scope, error: HTTPException) -> Response:
    """Return the answer to what the framework refused."""
    code, title = _WORDS.get(error.status_code, ("refused", "This request was refused."))
    headers = _headers(error.status_code, code) | dict(error.headers or {})
    return respond(scope, status=error.status_code, code=code, title=title, headers=headers)


def respond(
    scope: Scope,
    *,
    status: int,
    code: str,
    title: str,
    detail: str | None = None,
    field: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return a problem document, or a page to who asks for one, and note its code for the log."""
    note = caller.note_of(scope)
    note.outcome = code
    if page := error_pages.answer(scope, status=status, code=code):
        return page
    return problems.answer(
        scope.get("path", ""),
        status=status,
        code=code,
        title=title,
        detail=detail or title,
        field=field,
        request_id=note.request_id,
        headers=headers,
    )


def _headers(status: int, code: str) -> dict[str, str]:
    """Return what RFC 6750 §3 and RFC 6585 §4 ask of a refusal at the door."""
    if status == HTTPStatus.UNAUTHORIZED:
        return {"WWW-Authenticate": 'Bearer realm="cdp"'}
    if code in {"too-busy", "busy", "not-settled"}:
        return {"Retry-After": _SOON}
    if code == "too-many-access-requests":
        return {"Retry-After": _IN_AN_HOUR}
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return {"Retry-After": _AGAIN}
    if code == "insufficient-scope":
        return {"WWW-Authenticate": 'Bearer realm="cdp", error="insufficient_scope"'}
    return {}


def _when(problem: Problem) -> dict[str, str]:
    """Return after how many seconds to ask again, where the problem itself knows."""
    seconds = getattr(problem, "seconds", None)
    return {} if seconds is None else {"Retry-After": str(seconds)}


async def _problem(request: Request, error: Exception) -> Response:
    return response_of(request.scope, cast("Problem", error))


async def _http(request: Request, error: Exception) -> Response:
    return of_http(request.scope, cast("HTTPException", error))


async def _validation(request: Request, error: Exception) -> Response:
    errors = cast("RequestValidationError", error).errors()
    flaw = validation.first(errors, known=validation.known_names(request.app), headers=request.headers)
    title = _WORDS[flaw.status][1] if flaw.status in _WORDS else Invalid.title()
    return respond(request.scope, status=flaw.status, code=flaw.code, title=title, detail=flaw.detail, field=flaw.field)


async def _to_the_edge(_: Request, error: Exception) -> Response:
    """Leave what nobody expected to the edge, which has an answer to everything: see `answer_to`."""
    raise error


class AnswerBroken(Exception):
    """An answer had begun when it failed: the connection must break off, so that nobody takes a part for the whole."""


def answer_to(scope: Scope, error: Exception) -> Response:
    """Return the answer to a request that met `error`; what nobody expected is a 500 with the request's id.

    The log is told where that happened, not what it says.
    """
    note = caller.note_of(scope)
    if isinstance(error, Problem):
        return response_of(scope, error)
    if isinstance(error, HTTPException):
        return of_http(scope, error)
    if refusals.is_unavailable(error):
        title = "The store is not reachable at the moment; try again."
        return respond(scope, status=503, code="unavailable", title=title, headers={"Retry-After": "5"})
    note.outcome = "error"
    sqlstate = refusals.sqlstate_of(error)
    facts = {"sqlstate": sqlstate} if sqlstate else {}
    _LOG.error("%s", line("error", id=note.request_id, type=_name(error), at=_place(error), **facts))
    return respond(scope, status=500, code="error", title="Something went wrong on our side.")


def _name(error: BaseException) -> str:
    return f"{type(error).__module__}.{type(error).__qualname__}"


def _place(error: BaseException) -> list[str]:
    """Return the innermost places of ours that the error went through, and where it began."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames[:-1] if "site-packages" not in frame.filename]
    return [f"{frame.filename.rpartition('/')[2]}:{frame.lineno}:{frame.name}" for frame in [*ours[-5:], *frames[-1:]]]
