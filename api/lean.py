"""The routes that are asked for most, served without the framework's machinery around each request.

They are described like every other; only their arguments are read here. `Lean` stands inside the edge, so that limits,
headers, log, metrics and errors are those of every request.
"""

import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Receive, Scope, Send

from api import believing, parameters, possession
from api.principals import InsufficientScope, NoOrganization
from api.routes import authzen, contact, segment
from cdp.credentials import TokenHolder
from cdp.ingest.segment import CALLS
from cdp.reads.profiles import NEEDED, Profiles, Reading
from cdp.reads.reading import Asker
from consent.errors import Invalid, NotFound
from consent.types import MOST_CATEGORIES, is_key

_LONGEST_ID: Final = 64
_MOST_FIELDS: Final = MOST_CATEGORIES + 8
_JSON: Final = (b"content-type", b"application/json")


@dataclass(frozen=True, slots=True)
class LeanRoute:
    """One method of one path that is served here; the last part of the path may be a parameter in braces.

    `but` are last parts that belong to other routes. A Problem that `serve` raises becomes the answer. What `serve`
    leaves to the framework it returns, to be received again.
    """

    method: str
    path: str
    serve: Callable[[Scope, Receive, Send], Awaitable[Receive | None]]
    but: frozenset[str] = frozenset()

    @property
    def parameter(self) -> str | None:
        """The name of the parameter at the end of the path."""
        last = self.path.rpartition("/")[2]
        return last[1:-1] if last.startswith("{") else None


class Lean:
    """Serve the lean routes; everything else is for the framework behind it."""

    def __init__(self, app: ASGIApp, *, routes: Iterable[LeanRoute]) -> None:
        """Stand before `app`."""
        self._app = app
        self._exact = {(each.method, each.path): each for each in routes if each.parameter is None}
        self._below = {
            (each.method, each.path.rpartition("/")[0]): (each, each.parameter) for each in routes if each.parameter
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        route = self._route(scope) if scope["type"] == "http" else None
        if route is None:
            await self._app(scope, receive, send)
            return
        scope["route"] = route
        again = await route.serve(scope, receive, send)
        if again is not None:
            await self._app(scope, again, send)

    def _route(self, scope: Scope) -> LeanRoute | None:
        method, path = scope["method"], scope["path"]
        exact = self._exact.get((method, path))
        if exact is not None:
            return exact
        parent, _, last = path.rpartition("/")
        below, parameter = self._below.get((method, parent), (None, ""))
        if below is None or not last or last in below.but:
            return None
        scope["path_params"] = {parameter: last}
        return below


async def answer(send: Send, document: bytes) -> None:
    """Send a JSON document that lies ready."""
    headers = [_JSON, (b"content-length", b"%d" % len(document))]
    await send({"type": "http.response.start", "status": HTTPStatus.OK, "headers": headers})
    await send({"type": "http.response.body", "body": document})


async def serve_profile(scope: Scope, _receive: Receive, send: Send) -> None:
    """Answer GET /v1/profiles/{profile_id}."""
    reading = await _read(scope)
    await answer(send, reading.answer())


async def _read(scope: Scope) -> Reading:
    token, shown = believing.shown(scope)
    return await read_by(scope, token, shown)


async def read_by(scope: Scope, token: bytes, shown: possession.Shown) -> Reading:
    """Read what is asked for with the token of this fingerprint, which nobody has looked at yet."""
    profiles: Profiles = scope["app"].state.profiles

    prepare = partial(_prepare, scope, profiles, token)
    checked = partial(_read_checked, scope, profiles)
    return await believing.answered(scope, token, shown, prepare=prepare, checked=checked)


async def _prepare(
    scope: Scope, profiles: Profiles, token: bytes, believed: TokenHolder
) -> believing.Ask[Reading] | None:
    asker = _plain_asker(scope, believed, profiles)
    profile_id: str = scope["path_params"]["profile_id"]
    return None if asker is None else partial(profiles.read, asker, profile_id, unverified_token=token)


def _plain_asker(scope: Scope, believed: TokenHolder, profiles: Profiles) -> Asker | None:
    """Return who asks, if that is who is believed and nothing is amiss; what is, is told after the check alone."""
    plain = _PLAIN.fullmatch(scope["query_string"])
    if plain is None or believed.organization is None or NEEDED not in believed.scopes:
        return None
    asker = Asker(believed.organization, believed.client_id, plain[1].decode())
    return asker if len(scope["path_params"]["profile_id"]) <= _LONGEST_ID and profiles.knows(asker) else None


async def _read_checked(scope: Scope, profiles: Profiles, holder: TokenHolder) -> Reading:
    if NEEDED not in holder.scopes:
        raise InsufficientScope
    if holder.organization is None:
        raise NoOrganization
    purpose, categories = _arguments(scope)
    if holder.customer is not None and purpose != holder.purpose:
        raise InsufficientScope  # the yes that it came of was for one purpose
    asker = Asker(holder.organization, holder.client_id, purpose, categories)
    await profiles.check(asker)
    profile_id: str = scope["path_params"]["profile_id"]
    if len(profile_id) > _LONGEST_ID or not profiles.is_of(profile_id, holder):
        raise NotFound
    return await profiles.read(asker, profile_id)


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
        raise Invalid("this field is missing", field="/purpose")
    if not is_key(purposes[0]):
        raise Invalid("this is not written as it must be", field="/purpose")
    if len(categories) > MOST_CATEGORIES or not all(is_key(each) for each in categories):
        raise Invalid("this is not written as it must be", field="/category")
    return purposes[0], tuple(categories) or None


_PARAMETERS: Final = parameters.Parameters(once=frozenset({"purpose"}), many=frozenset({"category"}))
_PLAIN: Final = re.compile(rb"purpose=([a-z][a-z0-9]{0,31}(?:-[a-z0-9]{1,10}){0,3})")
ROUTES: Final = (
    LeanRoute("GET", "/v1/profiles/{profile_id}", serve_profile, but=frozenset({"export"})),
    LeanRoute("POST", f"{authzen.PREFIX}/evaluation", authzen.serve_evaluation),
    LeanRoute("POST", "/v1/contact/decide", contact.serve_decision),
    *(LeanRoute("POST", f"/v1/{name}", segment.lean(call)) for name, call in CALLS.items()),
)
"""Every lean route, each described by an ordinary one in `api.routes`."""
