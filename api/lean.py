"""The one route that is asked for most, served without the framework's machinery around each request.

It is described, found, limited, logged and measured like every other; only its arguments are read here.
"""

import re
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qsl

from fastapi.routing import APIRoute
from starlette.types import Receive, Scope, Send

from api import caller, errors, parameters
from api.principals import InsufficientScope, NoOrganization, bearer
from cdp.profiles import Reading
from cdp.reading import Asker
from cdp.token_checks import TokenChecks
from consent.errors import Invalid, NotFound, Problem
from consent.types import MOST_CATEGORIES, is_key

_NEEDED: Final = "profiles:read"
_AUTHORIZATION: Final = b"authorization"
_LONGEST_ID: Final = 64
_MOST_FIELDS: Final = MOST_CATEGORIES + 8


class LeanRoute(APIRoute):
    """Serves a profile; the function that it was declared with only describes it."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what was found to be for this route; another method is for the framework to refuse."""
        if scope["method"] == "GET":
            await serve_profile(scope, receive, send)
        else:
            await super().handle(scope, receive, send)


async def serve_profile(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer GET /v1/profiles/{profile_id}."""
    try:
        reading = await _read(scope)
        document = reading.answer()
    except Problem as problem:
        await errors.response_of(scope, problem)(scope, receive, send)
        return
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(document))]
    await send({"type": "http.response.start", "status": HTTPStatus.OK, "headers": headers})
    await send({"type": "http.response.body", "body": document})


async def _read(scope: Scope) -> Reading:
    state, note = scope["app"].state, caller.note_of(scope)
    checks: TokenChecks = state.token_checks
    authorization = next((value for name, value in scope["headers"] if name == _AUTHORIZATION), b"")
    holder = await checks.holder(bearer(authorization.decode("latin-1")))
    note.principal, note.organization = "service", holder.slug
    if _NEEDED not in holder.scopes:
        raise InsufficientScope
    if holder.organization is None:
        raise NoOrganization
    purpose, categories = _arguments(scope)
    asker = Asker(holder.organization, holder.client_id, purpose, categories)
    await state.profiles.check(asker)
    profile_id: str = scope["path_params"]["profile_id"]
    if len(profile_id) > _LONGEST_ID:
        raise NotFound
    reading: Reading = await state.profiles.read(asker, profile_id)
    return reading


def _arguments(scope: Scope) -> tuple[str, tuple[str, ...] | None]:
    """Return purpose and categories; raises Invalid."""
    query: bytes = scope["query_string"]
    plain = _PLAIN.fullmatch(query)
    if plain is not None:
        return plain[1].decode(), None
    try:
        fields = parse_qsl(query.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict")
    except ValueError:
        raise Invalid("the address cannot be read") from None
    _PARAMETERS.check(scope, (name for name, _ in fields))
    purposes = [value for name, value in fields if name == "purpose"]
    categories = sorted({value for name, value in fields if name == "category"})
    if not purposes:
        raise Invalid("this field is missing", field="purpose")
    if not is_key(purposes[0]):
        raise Invalid("this is not written as it must be", field="purpose")
    if len(categories) > MOST_CATEGORIES or not all(is_key(each) for each in categories):
        raise Invalid("this is not written as it must be", field="category")
    return purposes[0], tuple(categories) or None


_PARAMETERS: Final = parameters.Parameters(once=frozenset({"purpose"}), many=frozenset({"category"}))
_PLAIN: Final = re.compile(rb"purpose=([a-z][a-z0-9]{0,31}(?:-[a-z0-9]{1,10}){0,3})")
