"""Whatever stands in whichever field of an otherwise good request: never a 5xx, and nothing of it repeated."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

import pytest
from starlette.testclient import TestClient

from api.app import described
from cdp import clock
from cdp.platform import Platform
from tests import make
from tests.attack import operations, places
from tests.attack.places import Path
from tests.attack.walk import Intruder, World

DOCUMENT: Final = described().openapi()
OPERATIONS: Final = {
    operation["operationId"]: (method, path, operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
}
MARK: Final = "hostilemark7c1f"
MOMENTS: Final = (
    "0001-01-01T00:00:00+23:59",
    "0001-01-01T00:00:00Z",
    "1899-12-31T23:59:59Z",
    "2200-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59.999999-23:59",
    "2025-02-30T00:00:00Z",
    1e18,
)
VALUES: Final[Sequence[Any]] = (
    MARK * 60_000,
    2**64,
    -1,
    10**300,
    f"\ufffe\u202e{MARK}",
    [[MARK]],
    {MARK: {MARK: []}},
    [*range(10_000)],
    "9999-12-31",
    None,
    "",
    1e308,
)
"""One of them in each field, in turn: what an operation makes of any value is for Schemathesis."""


@pytest.fixture(scope="module")
def world(platform: Platform, database_url: str) -> World:
    return World.plant(platform, database_url)


@pytest.fixture(scope="module")
def sender(world: World) -> Intruder:
    """Return a program with every scope that may see somebody, so that what it sends is read to the end."""
    organization = make.organization(world.platform)
    for purpose in ("customer-care", "personalisation"):
        world.grant(world.anna, organization, purpose=purpose)
    return world.intruder("sender", organization)


def _examples(sender: Intruder) -> Iterator[tuple[str, Any, Path, str]]:
    """Yield every field of every operation: its name, a good body, where in it, and the format that is asked for."""
    for name, example in sorted(operations.examples(sender.target).items()):
        content = OPERATIONS[name][2].get("requestBody", {}).get("content", {})
        if example.json is not None and "application/json" in content:
            schema = content["application/json"]["schema"]
            found = {path: part.get("format", "") for path, part in places.within(DOCUMENT, schema, example.json)}
            yield from ((name, example.json, path, found[path]) for path in found)


def test_no_value_in_any_field_brings_an_operation_down_or_is_repeated(
    api: TestClient, world: World, sender: Intruder
) -> None:
    fields = list(_examples(sender))
    assert len(fields) > 200
    for number, (name, body, path, form) in enumerate(fields):
        method, address, operation = OPERATIONS[name]
        schemes = {scheme for choice in operation.get("security", ()) for scheme in choice}
        headers = sender.headers if "customer" not in schemes else world.anna.headers
        for value in MOMENTS if form == "date-time" else VALUES[number % len(VALUES) :][:1]:
            answer = api.request(
                method,
                address.format_map(operations.places(sender.target)),
                content=json.dumps(places.with_value(body, path, value)).encode(),
                params=operations.examples(sender.target)[name].query,
                headers=dict(headers) | {"Content-Type": "application/json"},
            )

            sent = f"{value!r:.60} in {path} of {name}"
            assert answer.status_code < 500, sent
            assert answer.status_code < 400 or MARK not in answer.text, sent


def test_a_contact_that_claims_to_come_from_the_future_was_made_now(
    api: TestClient, world: World, sender: Intruder
) -> None:
    made = operations.examples(sender.target)["record_contacts"].json
    ahead = places.with_value(made, ("contacts", 0, "at"), "2190-01-01T00:00:00Z")

    answer = api.post("/v1/contacts", json=ahead, headers=dict(sender.headers))
    told = api.get("/v1/me/interactions", params={"limit": 1}, headers=world.anna.headers).json()["interactions"][0]

    assert (200, "recorded") == (answer.status_code, answer.json()["results"][0]["outcome"])
    assert str(clock.now().year) <= told["occurred_at"][:4] < "2190"
