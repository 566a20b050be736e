"""What a customer sees of their own dossier over HTTP, what they dispute, and what another customer does not see."""

from typing import Any
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from cdp.ingest.items import Kind
from cdp.platform import Platform
from cdp.tables import Organization
from tests import make

Json = dict[str, Any]


@pytest.fixture
def shop(platform: Platform) -> Organization:
    return make.organization(platform)


@pytest.fixture
def noor(platform: Platform, shop: Organization) -> make.Person:
    address = make.email()
    make.known_person(platform, shop, address, user=make.name("noor"))
    return make.person(platform, address=address)


def records(api: TestClient, person: make.Person, **query: object) -> list[Json]:
    answer = api.get("/v1/me/records", params=query, headers=person.headers)
    assert 200 == answer.status_code, answer.text
    found: list[Json] = answer.json()["records"]
    return found


def test_a_customer_sees_every_record_with_its_source(api: TestClient, noor: make.Person, shop: Organization) -> None:
    seen = {each["type"]: each for each in records(api, noor)}

    assert {"first_name", "email", "subscription"} == set(seen)
    name = seen["first_name"]
    assert ("Noor", shop.slug, "contact", "stated") == (
        name["value"],
        name["source"],
        name["category"],
        name["standing"],
    )
    assert ("customer", "customer") == (seen["email"]["source"], seen["email"]["standing"])
    assert {"plan": "basis"} == seen["subscription"]["value"]["properties"]


def test_another_customer_sees_nothing_of_it(
    api: TestClient, platform: Platform, noor: make.Person, shop: Organization
) -> None:
    stranger = make.person(platform)
    record = records(api, noor, category="products")[0]["record_id"]

    seen = records(api, stranger)
    read = api.get(f"/v1/me/records/{record}", headers=stranger.headers)
    disputed = api.post(f"/v1/me/records/{record}/dispute", headers=stranger.headers)

    assert ["email"] == [each["type"] for each in seen]
    assert (404, 404) == (read.status_code, disputed.status_code)
    assert [] == api.get("/v1/me/interactions", headers=stranger.headers).json()["interactions"]
    assert records(api, noor, category="products")[0]["disputed_at"] is None


def test_records_page_by_a_cursor_that_only_its_owner_can_use(
    api: TestClient, platform: Platform, noor: make.Person
) -> None:
    whole = [each["record_id"] for each in records(api, noor)]

    first = api.get("/v1/me/records", params={"limit": 2}, headers=noor.headers).json()
    rest = api.get("/v1/me/records", params={"after": first["next"]}, headers=noor.headers).json()
    stolen = api.get("/v1/me/records", params={"after": first["next"]}, headers=make.person(platform).headers)

    assert whole == [each["record_id"] for each in first["records"] + rest["records"]]
    assert (None, 422) == (rest["next"], stolen.status_code)


def test_a_changed_value_keeps_its_history(api: TestClient, platform: Platform, shop: Organization) -> None:
    address, user = make.email(), make.name("user")
    make.known_person(platform, shop, address, user=user)
    make.delivery(platform, shop, make.item(Kind.ATTRIBUTES, "first_name", "Nora", user=user))
    person = make.person(platform, address=address)
    listed = next(each for each in records(api, person) if each["type"] == "first_name")

    shown = api.get(f"/v1/me/records/{listed['record_id']}", headers=person.headers).json()

    assert ("Nora", 1) == (listed["value"], listed["versions"])
    assert ["Noor"] == [each["value"] for each in shown["history"]]


def test_a_record_tells_who_may_see_it_now(
    api: TestClient, platform: Platform, noor: make.Person, shop: Organization
) -> None:
    reader = make.organization(platform)
    wanted = {"organization": reader.slug, "purpose": "customer-care", "categories": ["contact"]}
    narrower = wanted | {"purpose": "advice", "sources": [shop.slug]}
    grants = [api.post("/v1/me/grants", json=each, headers=noor.headers).json() for each in (wanted, narrower)]

    seen = {each["type"]: each["seen_by"] for each in records(api, noor)}

    assert [] == seen["subscription"]
    assert [["advice", "customer-care"]] == [each["purposes"] for each in seen["first_name"]]
    assert [["customer-care"]] == [each["purposes"] for each in seen["email"]]
    for grant in grants:
        api.post(f"/v1/me/grants/{grant['grant_id']}/revoke", headers=noor.headers)
    assert {"[]"} == {str(each["seen_by"]) for each in records(api, noor)}


def test_records_are_narrowed_by_source(
    api: TestClient, noor: make.Person, shop: Organization, platform: Platform
) -> None:
    other = make.organization(platform)

    unknown = api.get("/v1/me/records", params={"source": "nobody"}, headers=noor.headers)

    assert {"first_name", "subscription"} == {each["type"] for each in records(api, noor, source=shop.slug)}
    assert ["email"] == [each["type"] for each in records(api, noor, source="customer")]
    assert [] == records(api, noor, source=other.slug)
    assert (404, "/source") == (unknown.status_code, unknown.json()["field"])


def test_interactions_are_listed_and_narrowed_by_source(
    api: TestClient, noor: make.Person, shop: Organization, platform: Platform
) -> None:
    other = make.organization(platform)

    seen = api.get("/v1/me/interactions", headers=noor.headers).json()["interactions"]
    none = api.get("/v1/me/interactions", params={"source": other.slug}, headers=noor.headers).json()
    unknown = api.get("/v1/me/interactions", params={"source": "nobody"}, headers=noor.headers)

    assert [("call", shop.slug, {"note": "belde"})] == [
        (each["type"], each["source"], each["value"]["properties"]) for each in seen
    ]
    assert ([], 404) == (none["interactions"], unknown.status_code)


def test_a_dispute_is_shown_and_can_be_taken_back(api: TestClient, noor: make.Person) -> None:
    record = records(api, noor, category="products")[0]["record_id"]
    call = api.get("/v1/me/interactions", headers=noor.headers).json()["interactions"][0]["record_id"]

    for each in (record, call):
        assert 200 == api.post(f"/v1/me/records/{each}/dispute", headers=noor.headers).status_code
    disputed = records(api, noor, category="products")[0]["disputed_at"]
    talk = api.get("/v1/me/interactions", headers=noor.headers).json()["interactions"][0]["disputed_at"]
    api.post(f"/v1/me/records/{record}/withdraw-dispute", headers=noor.headers)

    assert disputed
    assert talk
    assert records(api, noor, category="products")[0]["disputed_at"] is None


def test_who_may_see_it_hears_of_a_dispute_and_nobody_else(
    api: TestClient, platform: Platform, noor: make.Person
) -> None:
    may, may_not = make.organization(platform), make.organization(platform)
    for recipient, category in ((may, "products"), (may_not, "contact")):
        wanted = {"organization": recipient.slug, "purpose": "customer-care", "categories": [category]}
        api.post("/v1/me/grants", json=wanted, headers=noor.headers)
    record = records(api, noor, category="products")[0]["record_id"]

    api.post(f"/v1/me/records/{record}/dispute", headers=noor.headers)
    api.post(f"/v1/me/records/{record}/withdraw-dispute", headers=noor.headers)

    heard = [
        [each["kind"] for each in api.get("/v1/changes", headers=headers).json()["changes"]]
        for headers in (make.service(platform, each, "grants:request") for each in (may, may_not))
    ]
    assert [["grant", "dispute", "dispute-withdrawn"], ["grant"]] == heard


def test_what_customers_say_themselves_cannot_be_disputed(api: TestClient, platform: Platform) -> None:
    person = make.person(platform)
    own = records(api, person)[0]["record_id"]

    assert 404 == api.post(f"/v1/me/records/{own}/dispute", headers=person.headers).status_code
    assert 404 == api.post(f"/v1/me/records/{uuid4()}/dispute", headers=person.headers).status_code


def test_evidence_is_shown_with_its_source(api: TestClient, noor: make.Person, shop: Organization) -> None:
    seen = api.get("/v1/me/evidence", headers=noor.headers).json()["evidence"]

    assert [(shop.slug, {"marketing": True})] == [(each["source"], each["value"]) for each in seen]


def test_the_customers_own_reads_are_in_the_log_too(api: TestClient, noor: make.Person) -> None:
    for path in ("", "/records", "/interactions", "/evidence", "/sources"):
        api.get(f"/v1/me{path}", headers=noor.headers)

    others = api.get("/v1/me/accesses", headers=noor.headers).json()["accesses"]
    own = api.get("/v1/me/accesses", params={"own": True}, headers=noor.headers).json()["accesses"]

    assert [] == others
    assert ["accesses", "sources", "evidence", "interactions", "records", "me"] == [each["path"] for each in own]
    assert {("customer", "released", "own-data")} == {
        (each["principal"], each["outcome"], each["reason"]) for each in own
    }
