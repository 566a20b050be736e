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
from tests.api.asking import PATH, body, by_email
from tests.attack.canaries import Canaries
from tests.attack.walk import PURPOSE, World

ROUNDS: Final = 120
ASKED: Final = 40
TRIES: Final = 3
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


@pytest.fixture(scope="module")
def ask(api: TestClient, world: World) -> Look:
    """Return a request for access to who has an address, each of an organization that never asked before."""
    platform = world.platform
    count = 3 + 2 * ASKED * TRIES
    askers = iter([make.service(platform, make.organization(platform), "grants:request") for _ in range(count)])

    def request(address: str) -> Response:
        answer: Response = api.post(PATH, json=body(identifiers=by_email(address)), headers=next(askers))
        return answer

    return request


def _plain(answer: Response) -> tuple[int, Any, list[tuple[str, str]]]:
    headers = sorted((name, value) for name, value in answer.headers.items() if name not in _OWN)
    return answer.status_code, {**answer.json(), "request_id": None}, headers


def test_unknown_and_ungranted_are_the_same_answer(look: Look, world: World) -> None:
    assert _plain(look(Canaries().email)) == _plain(look(world.canaries.email))
    assert 404 == look(world.canaries.email).status_code


def test_asking_somebody_who_is_here_and_nobody_is_the_same_answer(ask: Look, world: World) -> None:
    unclaimed = make.email()
    make.known_person(world.platform, world.source, unclaimed)
    own = {"request_id", "asked_at", "due_at"}

    answers = [ask(each) for each in (world.canaries.email, Canaries().email, unclaimed)]

    assert {202} == {each.status_code for each in answers}
    assert 1 == len({str({**each.json(), **dict.fromkeys(own)}) for each in answers})
    assert 1 == len({str(sorted(each.headers.keys())) for each in answers})
    assert 1 == len({len(each.content) for each in answers})


def test_asking_somebody_who_is_here_and_nobody_takes_the_same_time(ask: Look, world: World) -> None:
    assert any(_alike(*_times(ask, world.canaries.email, ASKED)) for _ in range(TRIES))


def test_unknown_and_ungranted_take_the_same_time(look: Look, world: World) -> None:
    assert any(_alike(*_times(look, world.canaries.email, ROUNDS)) for _ in range(TRIES))


def _times(look: Look, address: str, rounds: int) -> tuple[list[float], list[float]]:
    """Return how long answers took about who has this address, and about others whom nobody knows."""
    known: list[float] = []
    unknown: list[float] = []
    for number in range(rounds):
        both = ((address, known), (Canaries().email, unknown))
        for each, times in both if number % 2 else both[::-1]:
            began = time.perf_counter()
            look(each)
            times.append(time.perf_counter() - began)
    return known, unknown


def _alike(known: list[float], unknown: list[float]) -> bool:
    """Tell whether the medians differ by little beside how much either varies; what leaks does so in every try."""
    spread = min(statistics.quantiles(each, n=4)[2] - statistics.quantiles(each, n=4)[0] for each in (known, unknown))
    difference = abs(statistics.median(known) - statistics.median(unknown))
    return difference <= max(2 * spread, 0.3 * statistics.median(unknown))
