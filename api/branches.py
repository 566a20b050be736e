"""Which routers are looked through for a path: those alone of which a route begins as it does.

The framework tries every route of every router in turn, which took longer than what most routes do.
"""

from typing import Final

from fastapi import APIRouter
from fastapi.routing import iter_route_contexts
from starlette.routing import Match
from starlette.types import Scope

_DEEPEST: Final = 3
"""How many parts of a path tell branches apart: `/v1/me/records`."""
_BEGINNINGS: Final = "cdp.beginnings"


class Branch(APIRouter):
    """A router that matches as the one that it is made of does, and says so at once of a path that begins otherwise."""

    def __init__(self, router: APIRouter) -> None:
        """Take in what `router` has now."""
        super().__init__()
        self._known = frozenset(_fixed(each.path or "") for each in iter_route_contexts(router.routes))
        self.include_router(router)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Return how a request matches."""
        if self._known.isdisjoint(_beginnings(scope)):
            return Match.NONE, {}
        return super().matches(scope)


def _fixed(path: str) -> str:
    """Return with what every path of a route begins: whole parts, before its first parameter."""
    fixed, parameter, _ = path.partition("{")
    whole = fixed.rpartition("/")[0] if parameter else fixed
    return "/".join(whole.split("/")[: _DEEPEST + 1])


def _beginnings(scope: Scope) -> frozenset[str]:
    """Return with what a route may begin that matches the path of a request; looked up once for each path."""
    path: str = scope["path"]
    of_path, found = scope.get(_BEGINNINGS, ("", frozenset[str]()))
    if of_path is not path:
        parts = path.split("/", _DEEPEST + 1)[: _DEEPEST + 1]
        found = frozenset("/".join(parts[:count]) for count in range(1, len(parts) + 1))
        scope[_BEGINNINGS] = path, found
    return frozenset(found)
