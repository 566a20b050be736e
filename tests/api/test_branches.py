"""Every request finds the routes that it would find if all were tried in turn."""

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute, Match
from starlette.testclient import TestClient

from api import app, privacy_control
from api.branches import Branch
from api.portal import routes as portal

ROUTERS = [each.router for each in (*portal.ROUTES, privacy_control, *app.ROUTES)]
PATHS = sorted({each.path for router in ROUTERS for each in iter_route_contexts(router.routes) if each.path})
ODD = [
    "",
    "/",
    "//",
    "/v1",
    "/v1/",
    "/v1//me",
    "/V1/me",
    "/v1/me/records/a/b/c",
    "/v1/%2e%2e/me",
    "/\x00",
    "/é",
]


def included(routers: list[APIRouter]) -> list[BaseRoute]:
    whole = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    for each in routers:
        whole.include_router(each)
    return whole.router.routes


PLAIN, BRANCHED = included(ROUTERS), included([Branch(each) for each in ROUTERS])


def found(routes: list[BaseRoute], path: str, method: str) -> list[tuple[int, Match]]:
    scope = {"type": "http", "path": path, "method": method, "root_path": "", "headers": [], "query_string": b""}
    tried = [(number, each.matches(scope)[0]) for number, each in enumerate(routes)]
    return [each for each in tried if each[1] is not Match.NONE]


def filled(path: str, value: str) -> str:
    begin, *rest = path.split("{")
    return begin + "".join(value + each.partition("}")[2] for each in rest)


@pytest.mark.parametrize("value", ["x", "0190a4d1-7f3e-7000-8000-000000000001", "7", "a/b", "", "{x}"])
def test_a_branch_finds_what_its_router_finds(value: str) -> None:
    paths = [filled(path, value) for path in PATHS] + ODD
    methods = ["GET", "POST", "DELETE", "BREW"]

    differing = [
        (method, path)
        for path in paths
        for method in methods
        if found(PLAIN, path, method) != found(BRANCHED, path, method)
    ]

    assert [] == differing
    assert len(PATHS) > 200


def test_a_path_is_looked_at_anew_when_it_changes() -> None:
    scope = {"type": "http", "path": "/v1/me", "method": "GET", "root_path": "", "headers": [], "query_string": b""}
    (number, _), *_ = found(PLAIN, "/v1/me", "GET")
    before = BRANCHED[number].matches(scope)[0]
    scope["path"] = "/inloggen"

    assert (Match.FULL, Match.NONE) == (before, BRANCHED[number].matches(scope)[0])


def test_a_method_that_a_path_does_not_take_is_told_with_those_that_it_takes() -> None:
    router = APIRouter()
    router.add_api_route("/{one}/two", lambda one: one, methods=["GET"])
    whole = FastAPI()
    whole.include_router(Branch(router))
    client = TestClient(whole)

    answers = [client.get("/a/two"), client.post("/a/two"), client.get("/a/three")]

    assert [200, 405, 404] == [each.status_code for each in answers]
    assert "GET" == answers[1].headers["allow"]
