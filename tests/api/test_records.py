"""POST /v1/records: one outcome for each item, once for each key, and never a harmed neighbour."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from starlette.testclient import TestClient

from cdp.platform import Platform
from tests import make


@pytest.fixture(scope="module")
def headers(platform: Platform) -> dict[str, str]:
    return make.service(platform, make.organization(platform), "records:write")


def attribute(**more: Any) -> dict[str, Any]:
    return {
        "kind": "attributes",
        "type": "city",
        "value": "Bergen",
        "subject": {"user_id": make.name("user")},
        "occurred_at": "2025-05-01T12:00:00Z",
        **more,
    }


def outcomes(answer: Any) -> list[str]:
    return [each["outcome"] for each in answer.json()["results"]]


def test_every_item_has_its_outcome_in_order(api: TestClient, headers: dict[str, str]) -> None:
    who = {"user_id": make.name("user")}
    good = attribute(subject=who)
    items = [
        good,
        good,
        {"kind": "product", "type": "order", "key": "o-1", "subject": who, "properties": {"total": 5}},
        {
            "kind": "interaction",
            "type": "phone",
            "key": "call-1",
            "subject": who,
            "channel": "phone",
            "speaker": "human",
        },
        {"kind": "external", "type": "energy-label", "key": "home", "subject": who, "properties": {"label": "A"}},
        {"kind": "attributes", "type": "city", "subject": who},
        attribute(subject=who, category="no-such"),
        "nonsense",
    ]

    answer = api.post("/v1/records", json={"items": items}, headers=headers)
    again = api.post("/v1/records", json={"items": items[:5]}, headers=headers)

    assert ["stored", "unchanged", "stored", "stored", "stored", "rejected", "rejected", "rejected"] == outcomes(answer)
    assert {"outcome": "rejected", "reason": "missing", "field": "value"} == answer.json()["results"][5]
    assert {"outcome": "rejected", "reason": "unknown-category", "field": "category"} == answer.json()["results"][6]
    assert ["unchanged", "unchanged", "unchanged", "duplicate", "unchanged"] == outcomes(again)


def test_a_call_takes_a_thousand_items_and_no_more(api: TestClient, headers: dict[str, str]) -> None:
    items = [attribute() for _ in range(1001)]

    answer = api.post("/v1/records", json={"items": items[:1000]}, headers=headers)
    refused = api.post("/v1/records", json={"items": items}, headers=headers)

    assert ["stored"] * 1000 == outcomes(answer)
    assert (413, "too-large") == (refused.status_code, refused.json()["code"])


@pytest.mark.parametrize("scope", ["profiles:read", "grants:request"])
def test_only_a_token_for_writing_records_may(api: TestClient, platform: Platform, scope: str) -> None:
    other = make.service(platform, make.organization(platform), scope)

    assert 403 == api.post("/v1/records", json={"items": [attribute()]}, headers=other).status_code
    assert 401 == api.post("/v1/records", json={"items": [attribute()]}).status_code


@pytest.mark.parametrize("body", [b"", b"[]", b'{"items":1}', b'{"items":[],"more":1}', b'{"items":[{}', b"\xff\xfe"])
def test_a_body_that_cannot_be_read_is_refused_whole(api: TestClient, headers: dict[str, str], body: bytes) -> None:
    answer = api.post("/v1/records", content=body, headers=headers)

    assert (400, "application/problem+json") == (answer.status_code, answer.headers["content-type"])


def test_the_same_key_gives_the_same_answer_and_stores_nothing_more(
    api: TestClient, platform: Platform, database_url: str
) -> None:
    source = make.organization(platform)
    keyed = {**make.service(platform, source, "records:write"), "Idempotency-Key": make.name("key")}
    call = {"items": [{"kind": "interaction", "type": "chat", "subject": {"user_id": "u-1"}}]}

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: api.post("/v1/records", json=call, headers=keyed), range(8)))

    assert {200} == {each.status_code for each in answers}
    assert [["stored"]] * 8 == [outcomes(each) for each in answers]
    with psycopg.connect(database_url) as connection:
        counted = connection.execute(
            "select count(*) from interaction where source_id = %s", (source.organization_id,)
        ).fetchone()
    assert (1,) == counted


def test_the_same_key_with_another_body_is_refused(api: TestClient, headers: dict[str, str]) -> None:
    keyed = {**headers, "Idempotency-Key": make.name("key")}
    api.post("/v1/records", json={"items": [attribute()]}, headers=keyed)

    answer = api.post("/v1/records", json={"items": [attribute()]}, headers=keyed)

    assert (409, "idempotency-key-reused") == (answer.status_code, answer.json()["code"])


def test_a_rejected_item_stands_in_the_log_for_the_organizations_token(api: TestClient, platform: Platform) -> None:
    source = make.organization(platform)
    headers = make.service(platform, source, "records:write")
    api.post("/v1/records", json={"items": [attribute(), {"kind": "nonsense"}]}, headers=headers)

    (reject,) = api.get("/v1/rejects", headers=headers).json()["rejects"]

    assert (1, "records", "unknown-value") == (reject["position"], reject["path"], reject["reason"])
