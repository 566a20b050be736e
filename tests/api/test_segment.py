"""The Segment wire over HTTP: who may send, what is answered, and that one bad event harms no other."""

import gzip
import json
from base64 import b64encode
from typing import Any

import psycopg
import pytest
from starlette.testclient import TestClient

from cdp.platform import Platform
from tests import make

TRACK = {"type": "track", "event": "Order Completed", "userId": "u-1"}
PATHS = ["identify", "track", "page", "screen", "group", "alias", "batch", "i", "t", "p", "s", "g", "a", "b"]


@pytest.fixture(scope="module")
def key(platform: Platform) -> str:
    return make.write_key(platform, make.organization(platform))


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def event(**more: Any) -> dict[str, Any]:
    return {**TRACK, "messageId": make.name("message"), "userId": make.name("user"), **more}


def send(api: TestClient, key: str, *events: Any, **more: Any) -> Any:
    return api.post("/v1/batch", json={"batch": events, **more}, headers=bearer(key))


@pytest.mark.parametrize("path", PATHS)
def test_every_path_takes_its_call(api: TestClient, key: str, path: str) -> None:
    call = {"userId": "u-1", "anonymousId": "a-1", "previousId": "a-2", "groupId": "g", "event": "e", "batch": [TRACK]}

    answer = api.post(f"/v1/{path}", json=call, headers=bearer(key))

    assert (200, {"success": True, "received": 1, "rejected": 0}) == (answer.status_code, answer.json())


@pytest.mark.parametrize("scheme", ["bearer", "basic", "body"])
def test_the_write_key_is_found_wherever_sdks_put_it(api: TestClient, key: str, scheme: str) -> None:
    headers = {
        "bearer": bearer(key),
        "basic": {"Authorization": "Basic " + b64encode(f"{key}:".encode()).decode()},
        "body": {},
    }[scheme]

    answer = api.post("/v1/track", json={**TRACK, "writeKey": key if scheme == "body" else "other"}, headers=headers)

    assert 200 == answer.status_code


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "application/json", ""])
def test_the_content_type_does_not_matter_and_gzip_is_fine(api: TestClient, key: str, content_type: str) -> None:
    packed = gzip.compress(json.dumps({"batch": [event()]}).encode())
    headers = {**bearer(key), "Content-Encoding": "gzip", "Content-Type": content_type}

    assert 200 == api.post("/v1/batch", content=packed, headers=headers).status_code


@pytest.mark.parametrize(
    ("path", "body", "headers", "status", "code"),
    [
        ("batch", b"{}", {}, 401, "unauthenticated"),
        ("batch", b'{"writeKey":"cdp_wk_nonsense"}', {}, 401, "unauthenticated"),
        ("batch", b"nonsense", "key", 400, "unreadable-body"),
        ("batch", b"", "key", 400, "unreadable-body"),
        ("track", b"[]", "key", 400, "unreadable-body"),
        ("batch", b"\x1f\x8b\x00", "key", 400, "unreadable-body"),
        ("batch", b'{"batch":[' + b" " * 600_000 + b"]}", "key", 413, "too-large"),
        ("batch", gzip.compress(b" " * 50_000_000), "key", 413, "too-large"),
        ("batch", b" " * 5_000_000, "key", 413, "too-large"),
    ],
)
def test_a_refusal_has_a_code_and_a_message(
    api: TestClient, key: str, path: str, body: bytes, headers: Any, status: int, code: str
) -> None:
    answer = api.post(f"/v1/{path}", content=body, headers=bearer(key) if headers == "key" else headers)

    assert (status, code) == (answer.status_code, answer.json()["code"])
    assert {"code", "message"} == set(answer.json())


def test_a_wrong_method_has_a_code_and_a_message(api: TestClient) -> None:
    answer = api.get("/v1/batch")

    assert (405, {"code", "message"}) == (answer.status_code, set(answer.json()))


def test_a_slash_too_many_has_a_code_and_a_message(api: TestClient) -> None:
    answer = api.post("/v1/batch/", json={})

    assert (404, {"code", "message"}) == (answer.status_code, set(answer.json()))


def test_a_bad_event_is_counted_and_told_and_its_neighbours_are_stored(api: TestClient, key: str) -> None:
    good = [event() for _ in range(2)]

    answer = send(api, key, good[0], {"type": "track"}, 5, event(userId="null"), good[1])
    again = send(api, key, *good)
    rejects = api.get("/v1/rejects?limit=3", headers=bearer(key)).json()["rejects"]

    assert {"success": True, "received": 5, "rejected": 3} == answer.json()
    assert {"success": True, "received": 2, "rejected": 0} == again.json()
    assert [(3, "placeholder"), (2, "wrong-type"), (1, "missing")] == [(r["position"], r["reason"]) for r in rejects]
    assert {answer.headers["X-Request-ID"]} == {each["request_id"] for each in rejects}


def test_a_source_sees_its_own_rejects_only_page_by_page(api: TestClient, platform: Platform) -> None:
    keys = [make.write_key(platform, make.organization(platform)) for _ in range(2)]
    send(api, keys[0], *[{"type": "nonsense"}] * 3)

    first = api.get("/v1/rejects?limit=2", headers=bearer(keys[0])).json()
    second = api.get("/v1/rejects", params={"limit": 2, "after": first["next"]}, headers=bearer(keys[0])).json()
    other = api.get("/v1/rejects", headers=bearer(keys[1])).json()
    stolen = api.get("/v1/rejects", params={"after": first["next"]}, headers=bearer(keys[1]))

    assert [2, 1, 0] == [each["position"] for each in first["rejects"] + second["rejects"]]
    assert (None, []) == (second["next"], other["rejects"])
    assert 422 == stolen.status_code


def test_a_source_of_a_larger_batch_may_send_it(api: TestClient, platform: Platform) -> None:
    large = make.write_key(platform, make.organization(platform), batch_bytes=4_096_000)
    events = [event(properties={"note": "x" * 20_000}) for _ in range(100)]

    assert 200 == send(api, large, *events).status_code


def test_a_batch_holds_at_most_2500_events(api: TestClient, key: str) -> None:
    assert 413 == send(api, key, *[{}] * 2501).status_code


def test_a_page_may_send_and_read_the_refusal(api: TestClient) -> None:
    asked = {"Origin": "https://shop.example", "Access-Control-Request-Method": "POST"}

    preflight, refusal = api.options("/v1/t", headers=asked), api.post("/v1/t", content=b"x", headers=asked)

    assert (204, 401) == (preflight.status_code, refusal.status_code)
    assert {"*"} == {each.headers["Access-Control-Allow-Origin"] for each in (preflight, refusal)}
    assert "Access-Control-Allow-Credentials" not in refusal.headers


def test_a_profile_may_not_be_read_from_any_page(api: TestClient) -> None:
    assert "Access-Control-Allow-Origin" not in api.get("/v1/grants").headers


def test_a_revoked_key_sends_nothing_more(api: TestClient, platform: Platform, database_url: str) -> None:
    source = make.organization(platform)
    revoked = make.write_key(platform, source)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "update write_key set revoked_at = now() where organization_id = %s", (source.organization_id,)
        )

    assert 401 == send(api, revoked, event()).status_code


def test_what_anybody_with_a_write_key_calls_verified_is_not(
    api: TestClient, platform: Platform, database_url: str
) -> None:
    source = make.organization(platform)
    address = make.email()

    identify = {"type": "identify", "userId": "u-1", "traits": {"email": address, "emailVerified": True}}
    send(api, make.write_key(platform, source), identify)

    with psycopg.connect(database_url) as connection:
        found = connection.execute(
            "select is_verified from identifier where source_id = %s", (source.organization_id,)
        ).fetchall()
    assert [(False,)] == found


def test_more_than_can_be_stored_is_told_to_come_back(
    api: TestClient, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api.app.state.intake, "_room", 0)  # type: ignore[attr-defined]  # the client hides whose app it is

    answer = send(api, key, event())

    assert (429, "too-busy", "2") == (answer.status_code, answer.json()["code"], answer.headers["Retry-After"])
