"""What customers say about themselves, whom they unlink, and who hears of it."""

from typing import Any

import psycopg
import pytest
from starlette.testclient import TestClient

from cdp.ingest.items import Identifier, IdentifierType, Kind, Outcome
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
    make.known_person(platform, shop, address)
    return make.person(platform, address=address)


def own(api: TestClient, person: make.Person, name: str) -> list[Json]:
    found: list[Json] = api.get("/v1/me/records", headers=person.headers).json()["records"]
    return [each for each in found if each["source"] == "customer" and each["type"] == name]


def state(api: TestClient, person: make.Person, name: str, value: object, **rest: object) -> int:
    body = {"value": value} | rest
    status: int = api.put(f"/v1/me/attributes/{name}", json=body, headers=person.headers).status_code
    return status


def heard(api: TestClient, platform: Platform, recipient: Organization) -> list[str]:
    headers = make.service(platform, recipient, "grants:request")
    return [each["kind"] for each in api.get("/v1/changes", headers=headers).json()["changes"]]


def grant(api: TestClient, platform: Platform, person: make.Person, **rest: object) -> Organization:
    recipient = make.organization(platform)
    wanted = {"organization": recipient.slug, "purpose": "customer-care", "categories": ["contact"]} | rest
    assert 201 == api.post("/v1/me/grants", json=wanted, headers=person.headers).status_code
    return recipient


def test_the_customers_own_value_stands_beside_the_sources(api: TestClient, noor: make.Person) -> None:
    assert 200 == state(api, noor, "first_name", "Eleonora")

    seen = api.get("/v1/me/records", headers=noor.headers).json()["records"]
    assert {("customer", "Eleonora", "customer"), ("stated", "Noor", "given")} == {
        (each["standing"], each["value"], each["origin"]) for each in seen if each["type"] == "first_name"
    }


def test_an_alias_names_the_same_attribute(api: TestClient, noor: make.Person) -> None:
    state(api, noor, "voornaam", "Eleonora")
    state(api, noor, "firstName", "Ella")

    assert ["Ella"] == [each["value"] for each in own(api, noor, "first_name")]


def test_a_new_own_value_keeps_the_older_as_history(api: TestClient, noor: make.Person) -> None:
    for value in ("Eleonora", "Ella", "Ella"):
        assert 200 == state(api, noor, "first_name", value)

    (seen,) = own(api, noor, "first_name")
    history = api.get(f"/v1/me/records/{seen['record_id']}", headers=noor.headers).json()["history"]

    assert ("Ella", 1) == (seen["value"], seen["versions"])
    assert ["Eleonora"] == [each["value"] for each in history]


def test_an_own_value_can_be_taken_back_once(api: TestClient, noor: make.Person) -> None:
    state(api, noor, "first_name", "Eleonora")

    first = api.delete("/v1/me/attributes/first_name", headers=noor.headers)
    second = api.delete("/v1/me/attributes/first_name", headers=noor.headers)

    assert (204, 404) == (first.status_code, second.status_code)
    assert [] == own(api, noor, "first_name")


def test_another_customer_is_untouched(api: TestClient, platform: Platform, noor: make.Person) -> None:
    stranger = make.person(platform)
    state(api, noor, "first_name", "Eleonora")

    assert 404 == api.delete("/v1/me/attributes/first_name", headers=stranger.headers).status_code
    assert [] == own(api, stranger, "first_name")
    assert ["Eleonora"] == [each["value"] for each in own(api, noor, "first_name")]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("first_name", None),
        ("first_name", ""),
        ("first_name", 7),
        ("first_name", "x" * 9_000),
        ("birth_date", "1990-02-31"),
        ("birth_date", "yesterday"),
        ("household_size", "many"),
        ("household_size", True),
        ("email", "noor at home"),
        ("phone", "call me"),
        ("mobile_phone", "12"),
        ("postcode", "nowhere"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(api: TestClient, noor: make.Person, name: str, value: object) -> None:
    assert 422 == state(api, noor, name, value)


def test_a_value_of_another_form_is_refused_by_its_field(api: TestClient, noor: make.Person) -> None:
    words = {"email": "e-mail address", "phone": "phone number", "postcode": "postcode", "birth_date": "date"}
    told = {
        name: api.put(f"/v1/me/attributes/{name}", json={"value": "x"}, headers=noor.headers).json() for name in words
    }

    assert {"/value"} == {each["field"] for each in told.values()}
    assert all(words[name] in each["detail"] for name, each in told.items())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("email", "Noor.de.Wit@Example.com"),
        ("phone", "+31 6 12345678"),
        ("mobile_phone", "06-12345678"),
        ("postcode", "1234 ab"),
        ("postcode", "SW1A 1AA"),
        ("postcode", "D-10115"),
        ("birth_date", "1990-02-28"),
    ],
)
def test_a_value_of_its_form_is_kept_as_it_was_typed(api: TestClient, noor: make.Person, name: str, value: str) -> None:
    assert 200 == state(api, noor, name, value)
    assert value == own(api, noor, name)[0]["value"]


@pytest.mark.parametrize("body", [b'{"value":"\\ud800"}', b'{"value":"nul\\u0000"}', b'{"value":1e999}', b"[" * 5_000])
def test_a_value_that_cannot_be_stored_is_refused(api: TestClient, noor: make.Person, body: bytes) -> None:
    headers = noor.headers | {"Content-Type": "application/json"}

    answer = api.put("/v1/me/attributes/shoe_size", content=body, headers=headers)

    assert answer.status_code in {400, 404, 422}


def test_an_unknown_attribute_has_nothing_to_correct(api: TestClient, noor: make.Person) -> None:
    assert 404 == state(api, noor, "shoe_size", 39)


def test_what_only_a_source_knows_is_corrected_where_the_source_filed_it(
    api: TestClient, platform: Platform, shop: Organization
) -> None:
    address, user = make.email(), make.name("user")
    make.known_person(platform, shop, address, user=user)
    make.delivery(platform, shop, make.item(Kind.ATTRIBUTES, "shoe_size", 38, user=user))
    person = make.person(platform, address=address)

    assert 200 == state(api, person, "shoe_size", 39)
    assert 404 == state(api, person, "shoe_size", 39, category="contact")

    assert ["unmapped"] == [each["category"] for each in own(api, person, "shoe_size")]


def test_who_may_see_the_own_value_hears_of_it_and_nobody_else(
    api: TestClient, platform: Platform, noor: make.Person, shop: Organization
) -> None:
    may = grant(api, platform, noor)
    other_category = grant(api, platform, noor, categories=["products"])
    other_source = grant(api, platform, noor, sources=[shop.slug])

    state(api, noor, "first_name", "Eleonora")
    api.delete("/v1/me/attributes/first_name", headers=noor.headers)

    told = [heard(api, platform, each) for each in (may, other_category, other_source)]
    assert [["grant", "correct", "correct"], ["grant"], ["grant"]] == told


def test_the_own_value_is_sealed(api: TestClient, noor: make.Person, database_url: str) -> None:
    state(api, noor, "first_name", "Eleonora-Canary")

    with psycopg.connect(database_url) as connection:
        rows = connection.execute("select r::text from record r where standing = 'customer'").fetchall()

    assert rows
    assert [] == [row for row in rows if b"Eleonora-Canary".hex() in row[0] or "Eleonora-Canary" in row[0]]


# --- sources


def sources(api: TestClient, person: make.Person) -> dict[object, Json]:
    found: list[Json] = api.get("/v1/me/sources", headers=person.headers).json()["sources"]
    return {each["source"]: each for each in found}


@pytest.fixture
def bank(platform: Platform) -> Organization:
    return make.organization(platform)


@pytest.fixture
def mia(platform: Platform, shop: Organization, bank: Organization) -> make.Person:
    """Return a customer whom two sources know; the bank's subject was linked."""
    address = make.email()
    make.known_person(platform, shop, address, user=f"shop-{address}")
    make.known_person(platform, bank, address, user=f"bank-{address}")
    return make.person(platform, address=address)


def test_sources_tell_by_what_they_know_the_customer_and_why(
    api: TestClient, mia: make.Person, shop: Organization, bank: Organization
) -> None:
    seen = sources(api, mia)

    assert {"customer", shop.slug, bank.slug} == set(seen)
    assert (None, "verified-identifier") == (seen[shop.slug]["reason"], seen[bank.slug]["reason"])
    (name,), (known,) = seen[bank.slug]["names"], seen[bank.slug]["identifiers"]
    assert "user_id" == name["type"]
    assert name["value"].startswith("bank-")
    assert ("email", True) == (known["type"], known["is_verified"])
    assert (2, 1) == (seen[bank.slug]["records"], seen[bank.slug]["interactions"])


def test_a_linked_source_can_be_unlinked_and_stays_so(
    api: TestClient, platform: Platform, mia: make.Person, shop: Organization, bank: Organization
) -> None:
    subject = sources(api, mia)[bank.slug]
    user = subject["names"][0]["value"]
    address = user.removeprefix("bank-")

    answer = api.post(f"/v1/me/identity/{subject['subject_id']}/unlink", headers=mia.headers)
    phone = (Identifier(IdentifierType.PHONE, "+31612345098", verified=True),)
    both = [(shop, f"shop-{address}"), (bank, user)]
    stored = [
        outcome
        for source, known in both
        for outcome in make.delivery(
            platform, source, make.item(Kind.ATTRIBUTES, "last_name", "Ander", user=known, identifiers=phone)
        )
    ]

    assert 200 == answer.status_code
    assert bank.slug not in {each["source"] for each in answer.json()["sources"]}
    assert [Outcome.STORED, Outcome.STORED] == stored
    assert bank.slug not in sources(api, mia)
    assert bank.slug not in str(api.get("/v1/me/records", headers=mia.headers).json())


def test_a_source_that_was_there_from_the_first_day_can_be_unlinked_too(
    api: TestClient, mia: make.Person, shop: Organization, bank: Organization
) -> None:
    subject = sources(api, mia)[shop.slug]["subject_id"]

    answer = api.post(f"/v1/me/identity/{subject}/unlink", headers=mia.headers)

    assert 200 == answer.status_code
    assert {"customer", bank.slug} == set(sources(api, mia))
    assert 404 == api.post(f"/v1/me/identity/{subject}/unlink", headers=mia.headers).status_code


def test_a_recipient_hears_that_a_profile_changed_by_an_unlink(
    api: TestClient, platform: Platform, mia: make.Person, bank: Organization
) -> None:
    recipient = grant(api, platform, mia)
    subject = sources(api, mia)[bank.slug]["subject_id"]

    api.post(f"/v1/me/identity/{subject}/unlink", headers=mia.headers)

    assert ["grant", "correct"] == heard(api, platform, recipient)


# --- who I am, and who looked


def test_a_customer_sees_who_they_are_and_how_they_are_addressed(api: TestClient, platform: Platform) -> None:
    address = make.email()
    person = make.person(platform, address=address)

    first = api.get("/v1/me", headers=person.headers).json()
    changed = api.patch("/v1/me", json={"language": "en", "address": "je"}, headers=person.headers).json()
    api.patch("/v1/me", json={"address": "u"}, headers=person.headers)
    last = api.get("/v1/me", headers=person.headers).json()

    assert ([address], "nl", "u", 1, 0) == (
        first["emails"],
        first["language"],
        first["address"],
        first["records"],
        first["sources"],
    )
    assert ("en", "je", "u") == (changed["language"], changed["address"], last["address"])
    assert 422 == api.patch("/v1/me", json={"language": "fr"}, headers=person.headers).status_code


def test_a_refused_lookup_is_listed_with_the_organizations_name(
    api: TestClient, platform: Platform, noor: make.Person, database_url: str
) -> None:
    reader, stranger = make.organization(platform), make.person(platform)
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "insert into access (customer_id, at, access_id, organization_id, client_id, principal, path, purpose,"
            " asked, released, records, outcome, reason) values (%s, now(), gen_random_uuid(), %s, 'c', 'service',"
            " 'profile', 'advice', '{contact}', '{}', 0, 'refused', 'never-granted')",
            (noor.customer_id, reader.organization_id),
        )

    seen = api.get("/v1/me/accesses", headers=noor.headers).json()["accesses"]

    assert [(reader.slug, reader.name, "advice", ["contact"], "refused", "never-granted")] == [
        (
            each["organization"],
            each["organization_name"],
            each["purpose"],
            each["asked"],
            each["outcome"],
            each["reason"],
        )
        for each in seen
    ]
    assert [] == api.get("/v1/me/accesses", headers=stranger.headers).json()["accesses"]


def test_what_happened_before_a_link_is_seen_while_it_lasts(
    api: TestClient, mia: make.Person, bank: Organization, database_url: str
) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "insert into access (customer_id, at, access_id, organization_id, principal, path, asked, released,"
            " records, outcome, reason) select customer_id, now(), gen_random_uuid(), %s, 'service', 'lookup', '{}',"
            " '{}', 0, 'refused', 'never-granted' from customer where merged_into = %s",
            (bank.organization_id, mia.customer_id),
        )

    before = api.get("/v1/me/accesses", headers=mia.headers).json()["accesses"]
    api.post(f"/v1/me/identity/{sources(api, mia)[bank.slug]['subject_id']}/unlink", headers=mia.headers)
    after = api.get("/v1/me/accesses", headers=mia.headers).json()["accesses"]

    assert (["lookup"], []) == ([each["path"] for each in before], after)


def test_accesses_page_to_the_end(api: TestClient, platform: Platform) -> None:
    person = make.person(platform)
    for _ in range(5):
        api.get("/v1/me", headers=person.headers)

    seen, after = [], None
    while True:
        query = {"own": True, "limit": 2} | ({"after": after} if after else {})
        page = api.get("/v1/me/accesses", params=query, headers=person.headers).json()
        seen += [each["access_id"] for each in page["accesses"] if each["path"] == "me"]
        after = page["next"]
        if after is None:
            break

    assert 5 == len(seen) == len(set(seen))
