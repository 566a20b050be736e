"""A query parameter that a call does not know, or takes once and gets twice, is told instead of being passed over."""

import pytest
from starlette.testclient import TestClient

from cdp.client_scopes import SCOPES
from cdp.platform import Platform
from tests import make


@pytest.fixture
def reader(platform: Platform) -> dict[str, str]:
    return make.service(platform, make.organization(platform), *SCOPES)


@pytest.mark.parametrize("path", ["/v1/profiles/p_x", "/v1/profiles/p_x/interactions", "/v1/profiles/export"])
@pytest.mark.parametrize(("name", "field"), [("categories", "/categories"), ("canary-name", None), ("Purpose", None)])
def test_a_parameter_that_is_not_known_is_told_with_those_that_are(
    api: TestClient, reader: dict[str, str], path: str, name: str, field: str | None
) -> None:
    answer = api.get(f"{path}?purpose=advice&{name}=contact", headers=reader)

    assert (422, "parameter-unknown", field) == (answer.status_code, answer.json()["code"], answer.json()["field"])
    assert "category, " in answer.json()["detail"]
    assert answer.json()["detail"].endswith("purpose")
    assert "canary" not in answer.text


@pytest.mark.parametrize("path", ["/v1/profiles/p_x", "/v1/profiles/p_x/interactions", "/v1/profiles/export"])
def test_a_purpose_is_given_once_and_categories_may_be_several(
    api: TestClient, reader: dict[str, str], path: str
) -> None:
    twice = api.get(f"{path}?purpose=advice&purpose=customer-care", headers=reader)
    several = api.get(f"{path}?purpose=advice&category=contact&category=address", headers=reader)

    assert (422, "parameter-repeated", "/purpose") == (twice.status_code, twice.json()["code"], twice.json()["field"])
    assert several.status_code in {200, 404}


@pytest.mark.parametrize("path", ["/v1/me", "/v1/me/records", "/v1/me/grants", "/v1/me/accesses"])
def test_a_customers_calls_know_their_parameters_too(api: TestClient, platform: Platform, path: str) -> None:
    answer = api.get(f"{path}?canary=1", headers=make.person(platform).headers)

    assert (422, "parameter-unknown", None) == (answer.status_code, answer.json()["code"], answer.json()["field"])


def test_every_described_call_tells_an_unknown_parameter_but_those_of_other_standards(api: TestClient) -> None:
    paths = api.get("/openapi/v1.json").json()["paths"]
    calls = [(method, path) for path, operations in paths.items() for method in operations]

    lenient = {path for method, path in calls if api.request(method, f"{path}?canary=1").status_code != 422}

    assert {"/v1/batch", "/oauth/token", "/.well-known/oauth-authorization-server"} <= lenient
    strict = (
        "/v1/me",
        "/v1/profiles",
        "/v1/records",
        "/v1/rejects",
        "/v1/catalog",
        "/v1/changes",
        "/v1/access-requests",
    )
    asks_first_who_is_there = {"/v1/profiles/{profile_id}"}
    assert asks_first_who_is_there == {each for each in lenient if each.startswith(strict)}
