"""What a customer can do with grants over HTTP, and what another customer or an organization cannot."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from cdp.catalog import extension
from cdp.catalog.files import Purpose, Words
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from tests import make

A_MONTH = timedelta(days=30)


def give(api: TestClient, person: make.Person, organization: str, **rest: object) -> dict[str, object]:
    wanted = {"organization": organization, "purpose": "customer-care", "categories": ["contact", "products"]} | rest
    answer = api.post("/v1/me/grants", json=wanted, headers=person.headers)
    assert 201 == answer.status_code, answer.text
    given: dict[str, object] = answer.json()
    return given


def test_a_grant_is_live_at_once_and_listed(api: TestClient, platform: Platform) -> None:
    person, shop = make.person(platform), make.organization(platform)

    given = give(api, person, shop.slug)

    listed = api.get("/v1/me/grants", headers=person.headers).json()["grants"]
    assert [given] == listed
    assert ("live", ["contact", "products"], shop.name) == (
        given["state"],
        given["categories"],
        given["organization_name"],
    )


def test_another_customer_sees_and_changes_nothing(api: TestClient, platform: Platform) -> None:
    person, stranger, shop = make.person(platform), make.person(platform), make.organization(platform)
    grant_id = give(api, person, shop.slug)["grant_id"]

    seen = api.get("/v1/me/grants", headers=stranger.headers).json()["grants"]
    read = api.get(f"/v1/me/grants/{grant_id}", headers=stranger.headers)
    revoked = api.post(f"/v1/me/grants/{grant_id}/revoke", headers=stranger.headers)

    assert ([], 404, 404) == (seen, read.status_code, revoked.status_code)
    assert "live" == api.get(f"/v1/me/grants/{grant_id}", headers=person.headers).json()["state"]


def test_revoking_stops_it_and_keeps_the_history(api: TestClient, platform: Platform) -> None:
    person, shop = make.person(platform), make.organization(platform)
    grant_id = give(api, person, shop.slug)["grant_id"]

    stopped = api.post(f"/v1/me/grants/{grant_id}/revoke", headers=person.headers).json()

    history = api.get(f"/v1/me/grants/{grant_id}", headers=person.headers).json()
    assert ("stopped", "revoked", []) == (stopped["state"], stopped["stopped"], stopped["categories"])
    assert ["grant", "revoke"] == [act["kind"] for act in history["acts"]]


def test_revoking_twice_is_a_conflict(api: TestClient, platform: Platform) -> None:
    person, shop = make.person(platform), make.organization(platform)
    grant_id = give(api, person, shop.slug)["grant_id"]

    answers = [api.post(f"/v1/me/grants/{grant_id}/revoke", headers=person.headers) for _ in range(2)]

    assert [200, 409] == [answer.status_code for answer in answers]
    assert "nothing-granted" == answers[1].json()["code"]


def test_everything_can_be_stopped_at_once(api: TestClient, platform: Platform) -> None:
    person = make.person(platform)
    for _ in range(3):
        give(api, person, make.organization(platform).slug)

    answer = api.post("/v1/me/grants/revoke-all", headers=person.headers)

    assert ["stopped"] * 3 == [grant["state"] for grant in answer.json()["grants"]]


def test_narrowing_takes_a_category_away_and_extending_gives_it_back(api: TestClient, platform: Platform) -> None:
    person, shop = make.person(platform), make.organization(platform)
    path = f"/v1/me/grants/{give(api, person, shop.slug)['grant_id']}"

    narrowed = api.patch(path, json={"categories": ["contact"]}, headers=person.headers).json()
    extended = api.patch(path, json={"categories": ["contact", "products"]}, headers=person.headers).json()

    acts = [act["kind"] for act in api.get(path, headers=person.headers).json()["acts"]]
    assert (["contact"], ["contact", "products"]) == (narrowed["categories"], extended["categories"])
    assert ["grant", "narrow", "extend"] == acts


def test_a_change_that_changes_nothing_leaves_no_act(api: TestClient, platform: Platform) -> None:
    person, shop = make.person(platform), make.organization(platform)
    path = f"/v1/me/grants/{give(api, person, shop.slug)['grant_id']}"

    answer = api.patch(path, json={}, headers=person.headers)

    acts = [act["kind"] for act in api.get(path, headers=person.headers).json()["acts"]]
    assert (422, "nothing-changes", ["grant"]) == (answer.status_code, answer.json()["code"], acts)


@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [
        ({"categories": []}, 422, "invalid"),
        ({"categories": ["unmapped"]}, 422, "not-grantable"),
        ({"categories": ["no-such-category"]}, 422, "category-unknown"),
        ({"purpose": "no-such-purpose"}, 422, "purpose-unknown"),
        ({"purpose": ["customer-care", "advice"]}, 422, "invalid"),
        ({"days": 400}, 422, "invalid"),
        ({"organization": "no-such-organization"}, 404, "not-found"),
        ({"organization": "customer"}, 404, "not-found"),
        ({"sources": ["no-such-source"]}, 404, "not-found"),
        ({"bundle": True}, 422, "invalid"),
    ],
    ids=str,
)
def test_a_grant_that_makes_no_sense_is_kept_out(
    api: TestClient, platform: Platform, wrong: dict[str, object], status: int, code: str
) -> None:
    person, shop = make.person(platform), make.organization(platform)
    wanted = {"organization": shop.slug, "purpose": "customer-care", "categories": ["contact"]} | wrong

    answer = api.post("/v1/me/grants", json=wanted, headers=person.headers)

    assert (status, "application/problem+json") == (answer.status_code, answer.headers["content-type"])
    assert code == answer.json()["code"], answer.text
    assert [] == api.get("/v1/me/grants", headers=person.headers).json()["grants"]


def test_a_grant_lasts_at_most_twelve_months(api: TestClient, platform: Platform) -> None:
    person, shop = make.person(platform), make.organization(platform)
    path = f"/v1/me/grants/{give(api, person, shop.slug, days=366)['grant_id']}"

    too_long = datetime.now(UTC) + timedelta(days=400)
    answer = api.patch(path, json={"expires_at": too_long.isoformat()}, headers=person.headers)

    assert (422, "period-too-long") == (answer.status_code, answer.json()["code"])


def days_of(given: dict[str, object]) -> int:
    return (datetime.fromisoformat(str(given["expires_at"])) - datetime.fromisoformat(str(given["since"]))).days


def test_a_grant_without_days_lasts_as_long_as_is_usual_for_its_purpose(api: TestClient, platform: Platform) -> None:
    person, shop = make.person(platform), make.organization(platform)

    days = [days_of(give(api, person, shop.slug, purpose=each)) for each in ("advice", "service-provision")]

    assert [30, 180] == days


@pytest.fixture
def trial(platform: Platform) -> str:
    """Return a purpose for which nothing lasts longer than ten days."""
    words = Words(nl="Proef", en="Trial")
    sentence = Words(nl="{organization} probeert iets.", en="{organization} tries something.")
    purpose = Purpose(dpv="dpv:Personalisation", default_days=5, longest_days=10, name=words, sentence=sentence)
    shop = make.organization(platform)
    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        extension.add_purpose(session, shop.slug, f"{shop.slug}-trial", purpose)
    return f"{shop.slug}-trial"


def test_a_grant_lasts_no_longer_than_its_purpose_allows(api: TestClient, platform: Platform, trial: str) -> None:
    person, shop = make.person(platform), make.organization(platform)
    given = give(api, person, shop.slug, purpose=trial, days=90)
    too_long = datetime.now(UTC) + timedelta(days=11)

    path = f"/v1/me/grants/{given['grant_id']}"
    answer = api.patch(path, json={"expires_at": too_long.isoformat()}, headers=person.headers)

    assert 10 == days_of(given)
    assert (422, "period-too-long") == (answer.status_code, answer.json()["code"])


def test_an_objection_stops_what_an_organization_attested(api: TestClient, platform: Platform) -> None:
    person, shop = make.person(platform), make.organization(platform)

    answer = api.post(
        "/v1/me/objections", json={"organization": shop.slug, "purpose": "direct-marketing"}, headers=person.headers
    )

    assert (201, "objected") == (answer.status_code, answer.json()["stopped"])


def test_a_service_token_is_no_customer(api: TestClient, platform: Platform) -> None:
    headers = make.service(platform, make.organization(platform), "grants:request")

    assert 401 == api.get("/v1/me/grants", headers=headers).status_code


def attest(api: TestClient, headers: dict[str, str], user_id: str, **rest: object) -> tuple[int, dict[str, object]]:
    at = datetime.now(UTC)
    wanted = {
        "user_id": user_id,
        "purpose": "service-provision",
        "categories": ["contact"],
        "expires_at": (at + A_MONTH).isoformat(),
        "evidence": {"method": "paper", "at": (at - A_MONTH).isoformat(), "document_hash": "ab" * 32},
    } | rest
    answer = api.post("/v1/grants/attested", json=wanted, headers=headers)
    return answer.status_code, answer.json()


def test_an_attested_grant_is_listed_and_heard_of(api: TestClient, platform: Platform) -> None:
    shop = make.organization(platform)
    headers = make.service(platform, shop, "grants:request")
    make.subject(platform, shop, "klant-1")

    status, made = attest(api, headers, "klant-1")

    grants = api.get("/v1/grants", headers=headers).json()["grants"]
    changes = api.get("/v1/changes", headers=headers).json()
    assert 201 == status
    assert [(made["profile_id"], ["contact"], [])] == [
        (grant["profile_id"], grant["attested_categories"], grant["categories"]) for grant in grants
    ]
    assert [("attest", made["profile_id"])] == [(each["kind"], each["profile_id"]) for each in changes["changes"]]
    assert [] == api.get("/v1/changes", params={"after": changes["next"]}, headers=headers).json()["changes"]


def test_nothing_is_attested_for_another_organizations_customer(api: TestClient, platform: Platform) -> None:
    shop, bank = make.organization(platform), make.organization(platform)
    make.subject(platform, shop, "klant-2")

    status, problem = attest(api, make.service(platform, bank, "grants:request"), "klant-2")

    assert (404, "not-found") == (status, problem["code"])


def test_a_cursor_of_another_organization_opens_nothing(api: TestClient, platform: Platform) -> None:
    shop, bank = make.organization(platform), make.organization(platform)
    mine, theirs = (make.service(platform, each, "grants:request") for each in (shop, bank))
    make.subject(platform, shop, "klant-3")
    attest(api, mine, "klant-3")
    cursor = api.get("/v1/changes", headers=mine).json()["next"]

    answer = api.get("/v1/changes", params={"after": cursor}, headers=theirs)

    assert (422, "bad-cursor") == (answer.status_code, answer.json()["code"])


def test_an_unknown_grant_is_not_found(api: TestClient, platform: Platform) -> None:
    person = make.person(platform)

    answer = api.post(f"/v1/me/grants/{uuid4()}/revoke", headers=person.headers)

    assert (404, "not-found") == (answer.status_code, answer.json()["code"])
