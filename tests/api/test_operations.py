"""What the operator sees: health, readiness, numbers, and one line for each request that names nobody."""

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.responses import StreamingResponse
from starlette.testclient import TestClient

from api.app import create_app
from api.errors import AnswerBroken
from api.routes import operations
from cdp import readiness
from cdp.database import Database
from cdp.platform import Platform
from consent.errors import Invalid
from tests import make

CANARY = "canary@example.org"
WORDS = {"time", "event", "id", "method", "route", "principal", "organization", "status", "outcome", "milliseconds"}


def _line(caplog: pytest.LogCaptureFixture) -> dict[str, Any]:
    (record,) = (each for each in caplog.records if each.name == "cdp.requests")
    line: dict[str, Any] = json.loads(record.getMessage())
    return line


def test_health_needs_nobody(api: TestClient) -> None:
    assert {"status": "ok"} == api.get("/healthz").json()


def test_a_process_with_database_and_keys_is_ready(api: TestClient) -> None:
    answer = api.get("/readyz")

    assert (200, {"database": "ok", "keys": "ok"}) == (answer.status_code, answer.json()["checks"])


def test_a_process_whose_database_is_gone_says_so_and_no_more(platform: Platform) -> None:
    gone = platform.settings.app_url.set(host="127.0.0.1", port=1, query={})
    checks = readiness.checks(replace(platform, settings=replace(platform.settings, app_url=gone)))

    assert {"database": "unreachable", "keys": "ok"} == checks


def test_another_schema_is_not_ready(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "_head", lambda: "9999")

    assert "not migrated" == readiness.checks(platform)["database"]


def test_a_key_ring_that_cannot_be_read_is_not_ready(platform: Platform) -> None:
    file = next(each for each in (platform.settings.home / "keys").iterdir() if each.stat().st_size > 0)
    content = file.read_bytes()
    _replace(file, b"torn")
    try:
        assert "unreadable" == readiness.checks(platform)["keys"]
    finally:
        _replace(file, content)


def _replace(file: Path, content: bytes) -> None:
    other = file.with_suffix(".other")
    other.write_bytes(content)
    other.chmod(0o600)
    other.replace(file)


def test_the_numbers_are_by_route_template(api: TestClient) -> None:
    api.get(f"/v1/me/grants/{CANARY}")
    api.get(f"/{CANARY}")

    numbers = api.get("/metrics").text

    assert 'cdp_requests_total{method="GET",route="/v1/me/grants/{grant_id}",status="401"}' in numbers
    assert 'route="(none)",status="404"' in numbers
    assert "cdp_database_pool_size" in numbers
    assert "canary" not in numbers


@pytest.mark.parametrize(
    ("client", "setting", "is_allowed"),
    [
        ("127.0.0.1", "127.0.0.1", True),
        ("::1", "127.0.0.1", True),
        ("192.0.2.1", "127.0.0.1", False),
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "0.0.0.0", True),  # noqa: S104 -- a setting that is compared
        ("", "127.0.0.1", False),
        ("localhost.evil.example", "127.0.0.1", False),
    ],
)
def test_the_numbers_are_for_this_machine_unless_told(client: str, setting: str, *, is_allowed: bool) -> None:
    assert is_allowed == operations.is_allowed(client, setting)


def test_a_stranger_does_not_see_the_numbers(api: TestClient) -> None:
    stranger = TestClient(api.app, client=("192.0.2.7", 1))

    assert 404 == stranger.get("/metrics").status_code


def test_a_request_is_one_line_without_path_query_or_person(
    api: TestClient, platform: Platform, caplog: pytest.LogCaptureFixture
) -> None:
    organization = make.organization(platform)
    headers = make.service(platform, organization, "grants:request")

    with caplog.at_level(logging.INFO, "cdp.requests"):
        api.get(f"/v1/changes?after={CANARY}", headers=headers | {"X-Request-ID": "5eed0000c0ffee12"})

    line = _line(caplog)
    assert set(line) == WORDS
    assert ("5eed0000c0ffee12", "/v1/changes", "service", organization.slug) == (
        line["id"],
        line["route"],
        line["principal"],
        line["organization"],
    )
    assert "canary" not in caplog.text


@pytest.mark.parametrize("given", ["", "short", CANARY, "x" * 65, "a b c d e f g", '{"event":"x"}', "abcdefgh\u00e9"])
def test_an_odd_request_id_is_replaced(api: TestClient, given: str) -> None:
    answered = api.get("/healthz", headers={"X-Request-ID": given.encode("latin-1")}).headers["x-request-id"]

    assert answered != given
    assert 24 == len(answered)


def test_a_problem_carries_the_id_of_its_request(api: TestClient) -> None:
    answer = api.get("/v1/nothing", headers={"X-Request-ID": "5eed0000c0ffee12"})

    assert ("5eed0000c0ffee12", "5eed0000c0ffee12") == (answer.headers["x-request-id"], answer.json()["request_id"])


def _broken(platform: Platform, error: Exception) -> TestClient:
    app = create_app(platform)

    @app.get("/broken")
    def broken() -> None:
        raise error

    return TestClient(app, raise_server_exceptions=False)


def test_an_unknown_error_tells_its_type_and_place_and_nothing_else(
    platform: Platform, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "cdp"):
        answer = _broken(platform, ValueError(CANARY)).get("/broken")

    assert (500, "error") == (answer.status_code, answer.json()["code"])
    assert "canary" not in answer.text
    assert "canary" not in caplog.text
    assert "builtins.ValueError" in caplog.text
    assert "test_operations.py" in caplog.text


async def test_an_answer_that_breaks_off_breaks_the_connection(
    platform: Platform, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(platform)

    @app.get("/broken")
    def broken() -> StreamingResponse:
        def parts() -> Iterator[bytes]:
            yield b"a part"
            raise ValueError(CANARY)

        return StreamingResponse(parts())

    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        with caplog.at_level(logging.INFO, "cdp"), pytest.raises(AnswerBroken) as broken_off:
            await client.get("/broken")

    assert broken_off.value.__suppress_context__
    assert "canary" not in caplog.text
    assert "error" == _line(caplog)["outcome"]


def test_a_database_that_is_gone_is_a_503_that_says_when_to_come_back(platform: Platform) -> None:
    gone = platform.settings.app_url.set(host="127.0.0.1", port=1, query={})
    database = Database(gone, platform.database._mint)
    app = create_app(replace(platform, database=database))
    client = TestClient(app, raise_server_exceptions=False)

    answer = client.post("/v1/login", json={"email": make.email()})

    assert (503, "unavailable") == (answer.status_code, answer.json()["code"])
    assert answer.headers["retry-after"].isdecimal()


def test_outside_the_demo_the_door_needs_a_mail_server(platform: Platform) -> None:
    with pytest.raises(Invalid, match="CDP_SMTP_URL"):
        create_app(replace(platform, settings=replace(platform.settings, is_demo=False)))
