"""Whoever asks too often waits, and is told how long; nobody else notices."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from api import rates
from api.app import create_app
from api.rates import MOST_CALLERS, WINDOW, Meter, Rates, TooManyCalls
from cdp.platform import Platform
from cdp.settings import Quotas, Settings
from consent.errors import Invalid
from tests import make


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def api(platform: Platform, clock: Clock) -> Iterator[TestClient]:
    app = create_app(platform)
    few = replace(platform.settings, quotas=Quotas(client=3, customer=2, address=4), processes=1)
    app.state.rates = Rates(few, clock=clock)
    with TestClient(app, raise_server_exceptions=False, client=("192.0.2.7", 50000)) as client:
        yield client


def test_a_meter_gives_its_quota_at_once_and_the_rest_evenly(clock: Clock) -> None:
    meter = Meter("client", 6, clock)
    for _ in range(6):
        meter.count("a")
    with pytest.raises(TooManyCalls) as refused:
        meter.count("a")

    assert 10 == refused.value.seconds
    clock.now += 10
    meter.count("a")
    with pytest.raises(TooManyCalls):
        meter.count("a")


def test_a_meter_counts_each_caller_by_itself(clock: Clock) -> None:
    meter = Meter("client", 1, clock)
    meter.count("a")

    assert WINDOW == meter.count("b")


def test_a_refused_request_costs_nothing(clock: Clock) -> None:
    meter = Meter("client", 1, clock)
    meter.count("a")
    for _ in range(5):
        with pytest.raises(TooManyCalls):
            meter.count("a")
    clock.now += WINDOW

    assert WINDOW == meter.count("a")


def test_a_meter_remembers_so_many_callers_and_no_more(clock: Clock) -> None:
    meter = Meter("address", 10, clock)
    for number in range(2 * MOST_CALLERS):
        meter.count(str(number))
        clock.now += 1e-6

    assert len(meter._empty_at) <= MOST_CALLERS
    assert meter.count(str(2 * MOST_CALLERS - 1)) > WINDOW / 10


def test_a_process_counts_its_share() -> None:
    settings = Settings.read({"CDP_APP_DATABASE_URL": "postgresql://x/y", "CDP_PROCESSES": "4"})

    assert 300_000 == Rates(settings).client.requests


@pytest.mark.parametrize("name", ["CDP_CLIENT_REQUESTS", "CDP_CUSTOMER_REQUESTS", "CDP_ADDRESS_REQUESTS"])
def test_a_quota_is_a_positive_number(name: str) -> None:
    with pytest.raises(Invalid, match=name):
        Settings.read({"CDP_APP_DATABASE_URL": "postgresql://x/y", name: "0"})


def test_an_answer_says_what_is_left(api: TestClient, platform: Platform) -> None:
    service = make.service(platform, make.organization(platform), "profiles:read")

    answers = [api.get("/v1/profiles/p_none", params={"purpose": "advice"}, headers=service) for _ in range(2)]

    assert ['"client";q=3;w=60'] * 2 == [each.headers["RateLimit-Policy"] for each in answers]
    assert ['"client";r=2;t=20', '"client";r=1;t=40'] == [each.headers["RateLimit"] for each in answers]


def test_a_client_that_asks_too_often_is_told_when_to_come_back(api: TestClient, platform: Platform) -> None:
    service = make.service(platform, make.organization(platform), "profiles:read")
    other = make.service(platform, make.organization(platform), "profiles:read")
    api.get("/v1/catalog/attributes/x", headers=service)  # both lanes count as one
    for _ in range(2):
        api.get("/v1/profiles/p_none", params={"purpose": "advice"}, headers=service)

    refused = api.get("/v1/profiles/p_none", params={"purpose": "advice"}, headers=service)

    assert (429, "rate-limited") == (refused.status_code, refused.json()["code"])
    assert ("20", '"client";r=0;t=60') == (refused.headers["Retry-After"], refused.headers["RateLimit"])
    assert 404 == api.get("/v1/profiles/p_none", params={"purpose": "advice"}, headers=other).status_code


def test_after_the_time_that_was_said_there_is_room(api: TestClient, platform: Platform, clock: Clock) -> None:
    person = make.person(platform)
    for _ in range(2):
        assert 200 == api.get("/v1/me", headers=person.headers).status_code
    refused = api.get("/v1/me", headers=person.headers)
    clock.now += int(refused.headers["Retry-After"])

    assert (429, 200) == (refused.status_code, api.get("/v1/me", headers=person.headers).status_code)


def test_a_source_is_counted_and_its_wire_keeps_its_own_words(api: TestClient, platform: Platform) -> None:
    key = {"Authorization": f"Bearer {make.write_key(platform, make.organization(platform))}"}
    event = {"userId": "u-1", "event": "Seen"}
    for _ in range(3):
        assert 200 == api.post("/v1/track", json=event, headers=key).status_code

    refused = api.post("/v1/track", json=event, headers=key)

    assert (429, {"code", "message"}) == (refused.status_code, refused.json().keys())


@pytest.mark.parametrize("path", ["/oauth/token", "/v1/login/consume", "/v1/demands", "/inloggen"])
def test_who_shows_no_token_is_counted_by_address(api: TestClient, path: str) -> None:
    for _ in range(4):
        api.post(path)
    refused = api.post(path)

    assert (429, "15") == (refused.status_code, refused.headers["Retry-After"])


@pytest.mark.parametrize("path", ["/oauth/token", "/token", "/oauth/revoke", "/oauth/introspect", "/oauth/par"])
def test_an_oauth_endpoint_refuses_in_the_words_of_oauth(api: TestClient, path: str) -> None:
    for _ in range(4):
        api.post(path)
    refused = api.post(path)

    assert (429, "application/json") == (refused.status_code, refused.headers["Content-Type"])
    assert {"error": "temporarily_unavailable", "error_description": rates.TooManyCalls.title()} == refused.json()
    assert all(name in refused.headers for name in ("Retry-After", "RateLimit", "RateLimit-Policy"))
    assert "no-store" == refused.headers["Cache-Control"]


@pytest.mark.parametrize("path", ["/oauth/token", "/oauth/par", "/oauth/authorize", "/v1/login", "/inloggen"])
def test_a_token_that_nobody_reads_makes_nobody_known(api: TestClient, path: str) -> None:
    said = {"Authorization": "Bearer anything"}
    for _ in range(4):
        api.post(path, headers=said)

    assert 429 == api.post(path, headers=said).status_code


def test_at_what_is_open_to_everybody_a_token_makes_nobody_known(api: TestClient) -> None:
    said, told = {"Authorization": "Bearer anything"}, api.app.openapi()  # type: ignore[attr-defined]  # it is the app
    opened = [path for path, each in told["paths"].items() if path.startswith("/v1/") and _is_open(each.get("get"))]

    codes = [[api.get(path, headers=said).status_code for _ in range(5)][-1] for path in opened]

    assert ["/v1/catalog", "/v1/messages/keys", "/v1/senders"] == sorted(opened)
    assert [429] * len(opened) == codes


def _is_open(operation: dict[str, Any] | None) -> bool:
    return operation is not None and not operation.get("security")


def test_health_and_files_are_never_refused(api: TestClient) -> None:
    assert {200} == {api.get("/healthz").status_code for _ in range(9)}


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("not:an:address", ""),
        ("", ""),
    ],
)
def test_a_household_is_one_caller(address: str, network: str) -> None:
    assert network == rates.network_of(address)
