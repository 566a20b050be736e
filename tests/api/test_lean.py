"""Which requests the lean routes take, and that the framework gets all others."""

import asyncio
from typing import Any
from unittest.mock import Mock

import pytest
from starlette.exceptions import HTTPException

from api.app import described
from api.edge import Edge
from api.lean import ROUTES, Lean, LeanRoute

BELOW = LeanRoute("GET", "/v1/things/{name}", None, but=frozenset({"all"}))  # type: ignore[arg-type]  # each test brings its own
EXACT = LeanRoute("POST", "/v1/batch", None)  # type: ignore[arg-type]  # each test brings its own


def served(method: str, path: str) -> tuple[str, dict[str, Any]]:
    """Return who served a request, and its parameters."""
    found: list[str] = []

    def serving(who: str) -> Any:
        async def serve(*_: Any) -> None:
            found.append(who)

        return serve

    routes = [LeanRoute(each.method, each.path, serving(each.path), each.but) for each in (BELOW, EXACT)]
    scope: dict[str, Any] = {"type": "http", "method": method, "path": path, "path_params": {}}
    asyncio.run(Lean(serving("framework"), routes=routes)(scope, serving(""), serving("")))
    return found[0], dict(scope["path_params"])


@pytest.mark.parametrize(
    ("method", "path", "who", "parameters"),
    [
        ("GET", "/v1/things/a", BELOW.path, {"name": "a"}),
        ("GET", "/v1/things/all", "framework", {}),
        ("GET", "/v1/things/", "framework", {}),
        ("GET", "/v1/things", "framework", {}),
        ("GET", "/v1/things/a/b", "framework", {}),
        ("GET", "/v1/things/a/", "framework", {}),
        ("HEAD", "/v1/things/a", "framework", {}),
        ("DELETE", "/v1/things/a", "framework", {}),
        ("POST", "/v1/batch", EXACT.path, {}),
        ("GET", "/v1/batch", "framework", {}),
        ("POST", "/v1/batch/", "framework", {}),
    ],
)
def test_a_lean_route_takes_its_method_and_path_and_nothing_else(
    method: str, path: str, who: str, parameters: dict[str, str]
) -> None:
    assert (who, parameters) == served(method, path)


def test_a_body_that_is_broken_off_is_a_problem_document() -> None:
    sent: list[dict[str, Any]] = []

    async def too_much(*_: Any) -> Any:
        raise HTTPException(413)

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/v1/batch", "headers": [], "query_string": b""}
    lean = Lean(too_much, routes=[LeanRoute("POST", "/v1/batch", too_much)])
    asyncio.run(Edge(lean, measure=Mock())(scope, too_much, send))

    assert 413 == sent[0]["status"]


def test_every_lean_route_is_described_by_an_ordinary_one() -> None:
    paths = described().openapi()["paths"]

    assert [] == [each.path for each in ROUTES if each.method.lower() not in paths.get(each.path, {})]


def test_what_a_lean_route_leaves_the_framework_receives_again() -> None:
    async def leave(*_: Any) -> Any:
        return again

    async def again(*_: Any) -> Any:
        return {"body": b"once more"}

    received: list[Any] = []

    async def framework(_: Any, receive: Any, __: Any) -> None:
        received.append(await receive())

    scope = {"type": "http", "method": "POST", "path": "/v1/batch", "headers": []}
    asyncio.run(Lean(framework, routes=[LeanRoute("POST", "/v1/batch", leave)])(scope, again, again))

    assert [{"body": b"once more"}] == received
