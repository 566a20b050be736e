"""Who looks somebody up learns nothing from a no: unknown and ungranted people are answered alike, in the same time."""

import statistics
import time
from collections.abc import Callable
from typing import Any, Final

import pytest
from httpx import Response
from starlette.testclient import TestClient

from cdp.platform import Platform
from tests import make
from tests.attack.canaries import Canaries
from tests.attack.walk import PURPOSE, World

ROUNDS: Final = 120
_OWN: Final = {"date", "x-request-id"}
Look = Callable[[str], Response]


@pytest.fixture(scope="module")
def world(platform: Platform, database_url: str) -> World:
    return World.plant(platform, database_url)


@pytest.fixture(scope="module")
def look(api: TestClient, world: World) -> Look:
    """Return a lookup by e-mail as an organization that nobody granted anything."""
    headers = make.service(world.platform, make.organization(world.platform), "profiles:read")

    def ask(address: str) -> Response:
        wanted = {"identifiers": [{"type": "email", "value": address}], "purpose": PURPOSE}
        answer: Response = api.post("/v1/profiles/lookup", json=wanted, headers=headers)
        return answer

    return ask


def _plain(answer: Response) -> tuple[int, Any, list[tuple[str, str]]]:
    headers = sorted((name, value) for name, value in answer.headers.items() if name not in _OWN)
    return answer.status_code, {**answer.json(), "request_id": None}, headers


def test_unknown_and_ungranted_are_the_same_answer(look: Look, world: World) -> None:
    assert _plain(look(Canaries().email)) == _plain(look(world.canaries.email))
    assert 404 == look(world.canaries.email).status_code


def test_unknown_and_ungranted_take_the_same_time(look: Look, world: World) -> None:
    """The difference of medians of interleaved samples is small beside how much either of them varies by itself."""
    known: list[float] = []
    unknown: list[float] = []
    for _ in range(ROUNDS):
        for address, times in ((world.canaries.email, known), (Canaries().email, unknown)):
            began = time.perf_counter()
            look(address)
            times.append(time.perf_counter() - began)

    spread = min(statistics.quantiles(each, n=4)[2] - statistics.quantiles(each, n=4)[0] for each in (known, unknown))
    difference = abs(statistics.median(known) - statistics.median(unknown))
    assert difference <= max(2 * spread, 0.3 * statistics.median(unknown))
