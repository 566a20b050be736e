"""How an organization says who its employees are: its own provider, its own programs, and no secret told."""

import pytest
from starlette.testclient import TestClient

from cdp import organization_details
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.tables import Organization
from tests import make


def _allow(platform: Platform, organization: Organization) -> None:
    """Let an organization give its programs the reading of profiles."""
    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        organization_details.put(session, organization.organization_id, may=["profiles:read"])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"issuer": "http://example.org"}, "/url"),
        ({"roles": []}, "/roles"),
        ({"claim": "a\u200bb"}, "/claim"),
    ],
)
def test_an_unfit_provider_is_refused(
    platform: Platform, api: TestClient, change: dict[str, object], field: str
) -> None:
    organization = make.organization(platform)
    fit = {
        "issuer": "https://login.example.org",
        "client_id": "cdp",
        "roles": [{"role": "a", "client_id": make.program(platform, organization)}],
    }
    headers = make.service(platform, organization, "org:admin")

    answer = api.put("/v1/organization/employees", json=fit | change, headers=headers)

    assert (422, field) == (answer.status_code, answer.json()["field"])


@pytest.mark.parametrize("is_foreign", [True, False])
def test_a_role_is_a_program_of_the_own_organization_through_which_people_look(
    platform: Platform, api: TestClient, *, is_foreign: bool
) -> None:
    organization, other = make.organization(platform), make.organization(platform)
    program = make.program(platform, other if is_foreign else organization, is_human=is_foreign)
    given = {
        "issuer": "https://login.example.org",
        "client_id": "cdp",
        "roles": [{"role": "a", "client_id": program}],
    }
    headers = make.service(platform, organization, "org:admin")

    answer = api.put("/v1/organization/employees", json=given, headers=headers)

    expected = (404, "client-unknown") if is_foreign else (422, "unfit-role")
    assert expected == (answer.status_code, answer.json()["code"])


def test_no_role_is_a_program_that_may_do_more_than_the_organization_may_give(
    platform: Platform, api: TestClient
) -> None:
    organization = make.organization(platform)
    program = make.program(platform, organization)  # the operator made it
    headers = make.service(platform, organization, "org:admin")
    given = {
        "issuer": "https://login.example.org",
        "client_id": "cdp",
        "roles": [{"role": "a", "client_id": program}],
    }

    before = api.put("/v1/organization/employees", json=given, headers=headers)
    kept = api.get("/v1/organization/employees", headers=headers)
    _allow(platform, organization)
    after = api.put("/v1/organization/employees", json=given, headers=headers)

    assert (403, "scope-not-allowed", 404) == (before.status_code, before.json()["code"], kept.status_code)
    assert 200 == after.status_code


def test_the_provider_is_shown_without_its_secret_and_removed(platform: Platform, api: TestClient) -> None:
    organization = make.organization(platform)
    _allow(platform, organization)
    headers = make.service(platform, organization, "org:admin")
    place, roles = "/v1/organization/employees", [("z", "first"), ("a", "second"), ("mm", "third")]
    given = {
        "issuer": "https://login.example.org",
        "client_id": "cdp",
        "client_secret": "a secret word",
        "roles": [{"role": role, "client_id": make.program(platform, organization)} for role, _ in roles],
    }

    missing = api.get(place, headers=headers).json()["code"]
    api.put(place, json=given, headers=headers)
    again = api.put(place, json={**given, "client_secret": None}, headers=headers)
    seen = api.get(place, headers=headers)
    moved = api.put(
        place, json={**given, "issuer": "https://other.example.org", "client_secret": None}, headers=headers
    )
    gone = [api.delete(place, headers=headers).status_code for _ in range(2)]

    assert ("no-employees", [204, 404]) == (missing, gone)
    assert given["roles"] == seen.json()["roles"]
    assert "a secret word" not in again.text + seen.text
    assert (True, False) == (seen.json()["has_secret"], moved.json()["has_secret"])
    back = f"{platform.settings.base_url}/klantkaart/terug/{organization.slug}"
    assert back == seen.json()["redirect_uri"]
