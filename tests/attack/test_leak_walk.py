"""Nobody who may not see a person sees anything of them: every operation, every reason, every form of every canary."""

import logging
from typing import Any, Final

import pytest
from httpx import Response
from starlette.testclient import TestClient

from api.app import described
from cdp.platform import Platform
from tests import make
from tests.attack import operations, walk
from tests.attack.canaries import heard
from tests.attack.operations import Example
from tests.attack.walk import Intruder, Target, World

OPERATIONS: Final = {
    operation["operationId"]: (method, path, operation)
    for path, methods in described().openapi()["paths"].items()
    for method, operation in methods.items()
}
_SENDERS: Final = ("httpx", "httpcore", "asyncio")
"""Whoever sends a request logs its address; that is the test, not the product."""


@pytest.fixture(scope="module")
def world(platform: Platform, database_url: str) -> World:
    return World.plant(platform, database_url)


@pytest.fixture(scope="module")
def everybody(world: World) -> list[Intruder]:
    return walk.intruders(world)


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Return what is logged, down to the last detail."""
    for sender in _SENDERS:
        caplog.set_level(logging.CRITICAL, logger=sender)
    caplog.set_level(logging.DEBUG)
    return caplog


def _example(name: str, target: Target) -> Example:
    found = operations.examples(target).get(name)
    assert found or name in operations.PLAIN, f"teach the walk about {name}: an example in tests/attack/operations.py"
    return found or Example()


def _send(api: TestClient, name: str, target: Target, headers: Any) -> Response:
    method, path, _ = OPERATIONS[name]
    example = _example(name, target)
    answer: Response = api.request(
        method,
        path.format_map(operations.places(target)),
        params=example.query,
        json=example.json,
        data=example.form,
        headers=dict(headers),
    )
    return answer


def _credential(name: str, intruder: Intruder) -> Any:
    schemes = {scheme for choice in OPERATIONS[name][2].get("security", []) for scheme in choice}
    return intruder.write_key if any(each.startswith("write_key") for each in schemes) else intruder.headers


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_nobody_who_may_not_see_a_person_sees_anything_of_them(
    api: TestClient, world: World, everybody: list[Intruder], name: str, logged: pytest.LogCaptureFixture
) -> None:
    leaks = {}
    for intruder in everybody:
        headers = _credential(name, intruder)
        if intruder.name == "wrong customer":  # somebody new: some operations end a session, or the person
            headers = make.person(world.platform).headers
        leaks[intruder.name] = world.canaries.seen_in(heard(_send(api, name, intruder.target, headers)))
    leaks["log"] = world.canaries.seen_in(logged.text.encode())
    leaks["metrics"] = world.canaries.seen_in(api.get("/metrics").content)

    assert {} == {who: seen for who, seen in leaks.items() if seen}


def test_who_may_see_the_person_sees_every_canary(api: TestClient, world: World, everybody: list[Intruder]) -> None:
    """The walk can fail: the same requests show what was planted to whom it was granted, and to the person."""
    recipient = make.organization(world.platform)
    world.grant(world.anna, recipient)
    granted = world.intruder("granted", recipient)

    seen = {
        name: world.canaries.seen_in(heard(_send(api, name, granted.target, headers)))
        for name, headers in [
            *(
                (each, granted.headers)
                for each in ("read_profile", "read_interactions", "read_profiles", "export_profiles")
            ),
            *((each, world.anna.headers) for each in ("read_me", "list_my_records", "list_my_interactions")),
            *((each, world.anna.headers) for each in ("list_my_evidence", "list_my_sources", "export_me")),
        ]
    }

    assert {"first_name", "email", "phone", "attribute", "product", "product_key", "subject"} <= seen["read_profile"]
    assert seen["read_profile"] == seen["read_profiles"] == seen["export_profiles"]
    assert {"subject", "properties"} <= seen["read_interactions"]
    assert set(world.canaries.named()) - {"message_id"} == set().union(*seen.values()) - {"message_id"}
    assert set(world.canaries.named()) - {"message_id"} <= seen["export_me"]
    assert 200 == _send(api, "lookup_profile", granted.target, granted.headers).status_code


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_an_example_is_what_the_operation_understands(
    api: TestClient, world: World, everybody: list[Intruder], name: str
) -> None:
    """A walk with bodies that no operation reads would walk past the door; whoever is asked says no for a reason."""
    intruder = everybody[0]
    schemes = {scheme for choice in OPERATIONS[name][2].get("security", []) for scheme in choice}
    headers = make.person(world.platform).headers if "customer" in schemes else _credential(name, intruder)

    wrong = {400, 405, 413, 415, 422} - ({400} if name in operations.FOR_BROWSERS else set())
    assert _send(api, name, intruder.target, headers).status_code not in wrong


def test_an_example_is_for_an_operation_that_there_is(world: World) -> None:
    examples = operations.examples(world.target(world.source))

    assert set() == (set(examples) | operations.PLAIN) - set(OPERATIONS)
