"""How large and how odd a request may be, before anything reads it, and the headers that keep its answer safe.

Rules: (1) a body larger than its path takes is refused unread, by its stated length or, sent in chunks, at the first
byte too many; (2) JSON is RFC 8259 in UTF-8 with finite numbers, storable text and bounded depth, before any route
parses it; (3) no answer about people is stored by a cache.
"""

from collections.abc import Sequence
from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Message, Receive, Scope

from api import errors, paths, validation
from cdp.ingest import decoding
from cdp.ingest.items import Reason
from cdp.ingest.problems import UnreadableBody

MOST_HEADERS: Final = 100
LONGEST_HEADERS: Final = 32 * 1024
LONGEST_TARGET: Final = 8 * 1024
Header = tuple[bytes, bytes]
_API: Final = b"default-src 'none'; frame-ancestors 'none'"
_PAGE: Final = _API + b"; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'"
_SNIFF: Final = (b"x-content-type-options", b"nosniff")
_STORE: Final = (b"cache-control", b"no-store")
_OURS: Final = frozenset({b"x-content-type-options", b"referrer-policy"})
_SAID: Final = _OURS | {b"cache-control", b"content-security-policy"}
# What every answer gets, and what it gets unless it says otherwise itself.
_OF_THE_API: Final = (
    (_SNIFF, (b"referrer-policy", b"no-referrer")),
    (_STORE, (b"content-security-policy", _API)),
)
_OF_A_PAGE: Final = (
    # With no-referrer a form of ours would send `Origin: null` (Fetch standard).
    (_SNIFF, (b"referrer-policy", b"same-origin")),
    (_STORE, (b"content-security-policy", _PAGE)),
)
_CLOSE: Final = {"Connection": "close"}

_FLAWS: Final = {
    Reason.WRONG_ENCODING: "the body is not UTF-8",
    Reason.TOO_DEEP: "the body is nested too deep",
    Reason.NUMBER_OUT_OF_RANGE: "the body holds a number that cannot be stored",
    Reason.UNSTORABLE_TEXT: "the body holds text that cannot be stored",
    Reason.TOO_MANY_FIELDS: "the body has too many fields",
    Reason.TOO_LARGE: "the body is larger than this call takes",
}


def refusal(scope: Scope) -> Response | None:
    """Return the answer to a request whose first lines are too large or too odd to read on."""
    refused = _refusal(scope, paths.largest_body(scope["path"]))
    if refused is None:
        return None
    status, code, title = refused
    return errors.respond(scope, status=status, code=code, title=title, headers=_CLOSE)


async def readable(scope: Scope, receive: Receive) -> Receive:
    """Return what gives the body of a request, no longer than its path takes; JSON was looked at as a whole.

    Raises UnreadableBody, and HTTPException (413) here or while it is received.
    """
    most = paths.largest_body(scope["path"])
    receive = _counted(receive, most)
    if scope["path"] in paths.RAW or not validation.is_json(_content_type(scope)):
        return receive
    body = await _whole(receive)
    if flaw := _flaw(body, most):
        raise UnreadableBody(flaw)
    return _again(body, receive)


def safe(headers: Sequence[Header]) -> list[Header]:
    """Return the headers of an answer with ours; where it may be stored and what it may load, it can say itself."""
    given = dict(headers)
    ours, default = _OF_A_PAGE if given.get(b"content-type", b"").startswith(b"text/html") else _OF_THE_API
    if _SAID.isdisjoint(given):
        return [*headers, *ours, *default]
    kept = [each for each in headers if each[0] not in _OURS]
    return [*kept, *ours, *[each for each in default if each[0] not in given]]


def _content_type(scope: Scope) -> str:
    found: bytes = next((value for name, value in scope["headers"] if name == b"content-type"), b"")
    return found.decode("latin-1")


def _refusal(scope: Scope, most: int) -> tuple[int, str, str] | None:
    """Return status, code and title of what is wrong with a request by its first lines."""
    raw: list[Header] = scope["headers"]
    letters, given, hosts = 0, b"0", 0
    for name, value in raw:
        letters += len(name) + len(value)
        if name == b"content-length":
            given = value
        elif name == b"host":
            hosts += 1
    if len(raw) > MOST_HEADERS or letters > LONGEST_HEADERS:
        return 431, "headers-too-large", "The headers of this request are too large."
    if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > LONGEST_TARGET:
        return 414, "address-too-long", "The address of this request is too long."
    if "\0" in scope["path"] or b"%00" in scope["query_string"]:
        return 400, "unreadable-request", "This request cannot be read."
    if hosts > 1 or not given.isdigit():
        return 400, "unreadable-request", "This request cannot be read."
    if int(given[:20]) > most:
        return 413, "too-large", "The body is larger than this call takes."
    return None


def _counted(receive: Receive, most: int) -> Receive:
    """Return `receive` that breaks off at the first byte too many."""
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        if message["type"] == "http.request":
            seen += len(message.get("body", b""))
            if seen > most:
                raise HTTPException(413, headers=_CLOSE)
        return message

    return counted


async def _whole(receive: Receive) -> bytes:
    parts: list[bytes] = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body"):
            return b"".join(parts)


def _again(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that gives `body` once and then what comes after it."""
    is_given = False

    async def again() -> Message:
        nonlocal is_given
        if is_given:
            return await receive()
        is_given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _flaw(body: bytes, most: int) -> str | None:
    """Return what is wrong with a JSON body; an empty one is for the route to judge."""
    if not body.strip():
        return None
    reason = decoding.flaw(body, longest=most)
    return None if reason is None else _FLAWS.get(reason, "the body is not JSON")
