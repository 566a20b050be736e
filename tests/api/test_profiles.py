"""Profiles over HTTP, with real tokens of two organizations and a real grant."""

import json
import re
from typing import Any

import pytest
from pydantic import TypeAdapter
from starlette.testclient import TestClient

from api.profile_views import Batch, Profile, Timeline
from cdp.ingest.items import Kind
from cdp.platform import Platform
from tests import make

CARE = {"purpose": "customer-care"}


class Shop:
    """An organization with a program, and a person whom another organization knows."""

    def __init__(self, api: TestClient, platform: Platform) -> None:
        self.api = api
        self.organization, self.bank = make.organization(platform), make.organization(platform)
        self.headers = make.service(platform, self.organization, "profiles:read")
        self.address = make.email()
        user = make.name("user")
        make.known_person(platform, self.bank, self.address, user=user)
        call = {"properties": {"note": "belde"}, "outcome": "solved"}
        make.delivery(platform, self.bank, make.item(Kind.INTERACTION, "phone", call, user=user, key=make.name()))
        self.person = make.person(platform, address=self.address)

    def grant(self, *categories: str) -> str:
        wanted = CARE | {"organization": self.organization.slug, "categories": list(categories)}
        answer = self.api.post("/v1/me/grants", json=wanted, headers=self.person.headers)
        assert 201 == answer.status_code, answer.text
        grant_id: str = answer.json()["grant_id"]
        return grant_id

    def look(self, address: str, headers: dict[str, str] | None = None) -> Any:
        wanted = CARE | {"identifiers": [{"type": "email", "value": address}]}
        return self.api.post("/v1/profiles/lookup", json=wanted, headers=headers or self.headers)


@pytest.fixture
def shop(api: TestClient, platform: Platform) -> Shop:
    return Shop(api, platform)


def stranger(platform: Platform) -> dict[str, str]:
    return make.service(platform, make.organization(platform), "profiles:read")


def test_from_an_address_to_a_profile(api: TestClient, shop: Shop) -> None:
    shop.grant("contact", "products")

    profile_id = shop.look(shop.address).json()["profile_id"]
    answer = api.get(f"/v1/profiles/{profile_id}", params=CARE, headers=shop.headers)

    assert 200 == answer.status_code, answer.text
    profile = Profile.model_validate_json(answer.content)
    assert ("Noor", shop.bank.slug) == (profile.attributes["first_name"].value, profile.attributes["first_name"].source)
    assert (profile_id, "customer-care", ["contact", "products"]) == (
        profile.profile_id,
        profile.purpose,
        profile.granted,
    )
    assert "no-store" in answer.headers["cache-control"]
    assert re.fullmatch(r"[A-Za-z0-9_.-]{8,64}", answer.headers["x-request-id"])


def test_the_other_organization_sees_nothing(api: TestClient, platform: Platform, shop: Shop) -> None:
    shop.grant("contact")
    profile_id, other = shop.look(shop.address).json()["profile_id"], stranger(platform)

    read = api.get(f"/v1/profiles/{profile_id}", params=CARE, headers=other)
    heard = api.get(f"/v1/profiles/{profile_id}/interactions", params=CARE, headers=other)
    batch = api.post("/v1/profiles/batch", json=CARE | {"profile_ids": [profile_id]}, headers=other)
    exported = api.get("/v1/profiles/export", params=CARE, headers=other)

    assert (404, 404, 404) == (shop.look(shop.address, other).status_code, read.status_code, heard.status_code)
    assert ["not-found"] == [each["status"] for each in batch.json()["profiles"]]
    assert (200, b"") == (exported.status_code, exported.content)


def test_after_a_revocation_the_answer_is_no_with_the_reason(api: TestClient, shop: Shop) -> None:
    grant_id = shop.grant("contact")
    profile_id = shop.look(shop.address).json()["profile_id"]

    api.post(f"/v1/me/grants/{grant_id}/revoke", headers=shop.person.headers)
    answer = api.get(f"/v1/profiles/{profile_id}", params=CARE, headers=shop.headers)

    assert (403, "revoked") == (answer.status_code, answer.json()["code"])
    assert "application/problem+json" == answer.headers["content-type"]


def test_the_customer_sees_every_read_and_refusal(api: TestClient, shop: Shop) -> None:
    shop.look(shop.address)
    shop.grant("contact")
    profile_id = shop.look(shop.address).json()["profile_id"]
    api.get(f"/v1/profiles/{profile_id}", params=CARE, headers=shop.headers)
    api.get(f"/v1/profiles/{profile_id}/interactions", params=CARE, headers=shop.headers)
    api.post("/v1/profiles/batch", json=CARE | {"profile_ids": [profile_id]}, headers=shop.headers)
    api.get("/v1/profiles/export", params=CARE, headers=shop.headers)

    log = api.get("/v1/me/accesses", headers=shop.person.headers).json()["accesses"]

    assert [
        ("export", "released"),
        ("batch", "released"),
        ("interactions", "released"),
        ("profile", "released"),
        ("lookup", "released"),
        ("lookup", "refused"),
    ] == [(each["path"], each["outcome"]) for each in log]


def test_the_bytes_of_every_answer_fit_their_description(api: TestClient, shop: Shop) -> None:
    shop.grant("contact", "products", "conversations")
    profile_id = shop.look(shop.address).json()["profile_id"]

    heard = api.get(f"/v1/profiles/{profile_id}/interactions", params=CARE, headers=shop.headers)
    batch = api.post("/v1/profiles/batch", json=CARE | {"profile_ids": [profile_id, "p_x"]}, headers=shop.headers)
    exported = api.get("/v1/profiles/export", params=CARE, headers=shop.headers)

    assert "belde" == Timeline.model_validate_json(heard.content).interactions[0].properties["note"]
    assert ["released", "not-found"] == [each.status for each in Batch.model_validate_json(batch.content).profiles]
    assert "application/x-ndjson" == exported.headers["content-type"]
    lines = [TypeAdapter(Profile).validate_json(line) for line in exported.content.splitlines()]
    assert [profile_id] == [line.profile_id for line in lines]
    assert lines[0].products[0].properties == {"plan": "basis"}


def test_unknown_and_ungranted_are_one_answer(api: TestClient, shop: Shop) -> None:
    answers = [shop.look(shop.address), shop.look(make.email())]

    def lasting(answer: Any) -> tuple[int, dict[str, Any], dict[str, str]]:
        body = {name: value for name, value in answer.json().items() if name != "request_id"}
        headers = {name: value for name, value in answer.headers.items() if name not in {"x-request-id", "date"}}
        return answer.status_code, body, headers

    assert lasting(answers[0]) == lasting(answers[1])
    assert 404 == answers[0].status_code


def test_only_the_categories_that_were_asked_for_are_answered(api: TestClient, shop: Shop) -> None:
    shop.grant("contact", "products")
    profile_id = shop.look(shop.address).json()["profile_id"]

    path = f"/v1/profiles/{profile_id}?purpose=customer-care&category=products&category=health"
    profile = api.get(path, headers=shop.headers).json()

    assert ({}, ["products"], ["health"]) == (profile["attributes"], profile["granted"], profile["withheld"])


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "/purpose"),
        ("purpose=", "/purpose"),
        ("purpose=Customer", "/purpose"),
        ("purpose=a%00b", None),
        ("purpose=customer-care%0A", "/purpose"),
        ("purpose=customer-care&category=", "/category"),
        ("purpose=customer-care&category=%27%3B--", "/category"),
        ("purpose=customer-care" + "&category=c" * 99, None),
        ("purpose=%ff", None),
        ("purpose=" + "a" * 65, "/purpose"),
    ],
)
@pytest.mark.parametrize("rest", ["", "/interactions"])
def test_what_cannot_be_asked_is_refused_alike_on_both_lanes(
    api: TestClient, shop: Shop, query: str, field: str | None, rest: str
) -> None:
    answer = api.get(f"/v1/profiles/p_x{rest}?{query}", headers=shop.headers)

    assert answer.status_code in {400, 422}, answer.text
    assert field is None or field == answer.json()["field"]
    assert "application/problem+json" == answer.headers["content-type"]


@pytest.mark.parametrize("path", ["/v1/profiles/p_x", "/v1/profiles/p_x/interactions", "/v1/profiles/export"])
def test_who_does_not_say_who_they_are_gets_nothing(api: TestClient, platform: Platform, shop: Shop, path: str) -> None:
    wrong_scope = make.service(platform, shop.organization, "records:write")
    heads: list[dict[str, str]] = [
        {}, {"Authorization": "Basic eA=="}, {"Authorization": "Bearer"}, {"Authorization": "Bearer x"},
        {"Authorization": shop.headers["Authorization"][:-1]}, {"Authorization": shop.person.headers["Authorization"]},
    ]  # fmt: skip

    answers = [api.get(path, params=CARE, headers=each) for each in heads]
    refused = api.get(path, params=CARE, headers=wrong_scope)

    assert [401] * len(heads) == [each.status_code for each in answers]
    assert all("Bearer" in each.headers["www-authenticate"] for each in answers)
    assert (403, "insufficient-scope") == (refused.status_code, refused.json()["code"])


def test_the_fast_lane_is_logged_and_measured_like_the_others(
    api: TestClient, shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO", logger="cdp.requests"):
        api.get("/v1/profiles/p_canary", params=CARE, headers=shop.headers)

    (line,) = [json.loads(each.message) for each in caplog.records if each.name == "cdp.requests"]
    assert ("/v1/profiles/{profile_id}", 404, "service", shop.organization.slug, "not-found") == (
        line["route"],
        line["status"],
        line["principal"],
        line["organization"],
        line["outcome"],
    )
    assert "canary" not in json.dumps(line)


def test_the_fast_lane_stands_in_the_description(api: TestClient) -> None:
    operation = api.get("/openapi/v1.json").json()["paths"]["/v1/profiles/{profile_id}"]["get"]

    assert ["profile_id", "purpose", "category"] == [each["name"] for each in operation["parameters"]]
    assert [{"service": ["profiles:read"]}] == operation["security"]


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_a_profile_is_only_read(api: TestClient, shop: Shop, method: str) -> None:
    assert 405 == api.request(method, "/v1/profiles/p_x", headers=shop.headers).status_code


def test_a_batch_has_its_limits(api: TestClient, shop: Shop) -> None:
    answers = [
        api.post("/v1/profiles/batch", json=CARE | {"profile_ids": ids}, headers=shop.headers).status_code
        for ids in ([], ["p_x"] * 1001, ["p" * 65], [1], ["p_x"] * 1000)
    ]

    assert [422, 422, 422, 422, 200] == answers


def test_a_lookup_has_its_limits(api: TestClient, shop: Shop) -> None:
    def status(identifiers: object) -> int:
        body = CARE | {"identifiers": identifiers}
        answer = api.post("/v1/profiles/lookup", json=body, headers=shop.headers)
        return int(answer.status_code)

    one = {"type": "email", "value": make.email()}

    assert [422] * 5 + [404] == [
        status([]),
        status([one] * 11),
        status([one | {"type": "x"}]),
        status([one | {"value": "no address"}]),
        status([one | {"more": 1}]),
        status([one]),
    ]
