"""Looking somebody up by name, birth date and home: one person for certain who granted it, else the same nothing."""

import time
from typing import Any

import psycopg
import pytest
from starlette.testclient import TestClient

from cdp.identity.model import Thresholds
from cdp.ingest.items import Kind
from cdp.platform import Platform
from cdp.reads import recognition
from cdp.tables import Organization
from tests import make

CARE = "customer-care"
NEEDED = ("contact", "personal", "address")
NOOR = {"name": "Noor de Wit", "birth_date": "1988-03-24", "postcode": "3511 AB", "house_number": 12}
FACTS = {
    "first_name": "Noor",
    "last_name": "de Wit",
    "birth_date": "1988-03-24",
    "postcode": "3511AB",
    "house_number": "12",
}


class Desk:
    """A shop with a program, and a bank that knows people."""

    def __init__(self, api: TestClient, platform: Platform, database_url: str) -> None:
        self.api, self.platform, self.database_url = api, platform, database_url
        self.shop, self.bank = make.organization(platform), make.organization(platform)
        self.headers = make.service(platform, self.shop, "profiles:read")

    def known(self, source: Organization | None = None, *, address: str | None = None, **other: str) -> make.Person:
        """Return a customer of whom a source says all this."""
        address, user, source = address or make.email(), make.name("user"), source or self.bank
        make.known_person(self.platform, source, address, user=user)
        items = [make.item(Kind.ATTRIBUTES, name, value, user=user) for name, value in {**FACTS, **other}.items()]
        make.delivery(self.platform, source, *items)
        return make.person(self.platform, address=address)

    def grants(self, person: make.Person, *categories: str, **rest: Any) -> None:
        make.grant(self.platform, person, self.shop, categories=frozenset(categories), **rest)

    def look(self, person: dict[str, Any] | None = None, **rest: Any) -> Any:
        wanted = {"person": person or NOOR, "purpose": CARE, **rest}
        return self.api.post("/v1/profiles/lookup", json=wanted, headers=self.headers)

    def profile_id(self, person: make.Person) -> str:
        return self.platform.profile_ids.profile_id(person.customer_id, self.shop.organization_id)

    def lines(self, person: make.Person) -> list[tuple[str, str]]:
        accesses = self.api.get("/v1/me/accesses", headers=person.headers).json()["accesses"]
        return [(each["outcome"], each["reason"]) for each in accesses if each["path"] == "lookup"]


@pytest.fixture
def desk(api: TestClient, platform: Platform, database_url: str) -> Desk:
    with psycopg.connect(database_url) as connection:
        connection.execute("delete from match_key")  # nobody whom another test described
    return Desk(api, platform, database_url)


def nothing(answer: Any) -> dict[str, Any]:
    """Return what an answer that names nobody says, without the number of the request."""
    assert 404 == answer.status_code, answer.text
    told: dict[str, Any] = answer.json()
    told.pop("request_id")
    return told


def test_who_is_described_and_granted_it_is_found(desk: Desk) -> None:
    person = desk.known()
    desk.grants(person, *NEEDED)

    answer = desk.look()

    assert (200, {"profile_id": desk.profile_id(person)}) == (answer.status_code, answer.json())
    assert [("released", "granted")] == desk.lines(person)


@pytest.mark.parametrize("is_known", [True, False])
def test_the_time_tells_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch, *, is_known: bool) -> None:
    if is_known:
        desk.known()
    desk.look()
    monkeypatch.setattr(recognition, "AT_LEAST", 0.6)

    begun = time.monotonic()
    answer = desk.look()

    assert 404 == answer.status_code
    assert time.monotonic() - begun >= 0.6


@pytest.mark.parametrize(
    "changed",
    [
        {"name": "Wit, Noor de"},
        {"name": "NOOR WIT"},
        {"birth_date": "1988-03-24", "postcode": "3511ab"},
    ],
)
def test_it_is_written_as_people_write(desk: Desk, changed: dict[str, Any]) -> None:
    person = desk.known()
    desk.grants(person, *NEEDED)

    assert 200 == desk.look(NOOR | changed).status_code


@pytest.mark.parametrize(
    "changed",
    [
        {"name": "Bram de Wit"},
        {"name": "N. de Wit"},
        {"name": "Noor Bakker"},
        {"birth_date": "1988-03-25"},
        {"birth_date": "1961-11-02"},
        {"house_number": 14},
        {"postcode": "9711 XY"},
    ],
)
def test_who_is_not_certain_is_nobody(desk: Desk, changed: dict[str, Any]) -> None:
    person = desk.known()
    desk.grants(person, *NEEDED)

    uncertain = nothing(desk.look(NOOR | changed))

    assert nothing(desk.look(NOOR | {"name": "Q. van Nergens", "postcode": "1000 AA"})) == uncertain


@pytest.mark.parametrize("granted", [(), ("contact",), ("contact", "personal"), ("contact", "address"), ("products",)])
def test_who_granted_less_than_describes_them_is_nobody_and_sees_it(desk: Desk, granted: tuple[str, ...]) -> None:
    person = desk.known()
    if granted:
        desk.grants(person, *granted)

    refused = nothing(desk.look())

    assert nothing(desk.look(NOOR | {"name": "Q. van Nergens", "postcode": "1000 AA"})) == refused
    assert [("refused", "category-not-granted" if granted else "never-granted")] == desk.lines(person)


def test_what_a_source_said_that_was_not_granted_finds_nobody(desk: Desk) -> None:
    person = desk.known()
    desk.grants(person, *NEEDED, sources=frozenset({desk.shop.organization_id}))

    assert 404 == desk.look().status_code


def test_after_a_revocation_nobody_is_found(desk: Desk) -> None:
    person = desk.known()
    desk.grants(person, *NEEDED)
    make.revoke(desk.platform, person, desk.shop)

    assert 404 == desk.look().status_code


def test_two_who_are_described_alike_are_nobody(desk: Desk) -> None:
    people = [desk.known(), desk.known(make.organization(desk.platform))]
    for each in people:
        desk.grants(each, *NEEDED)

    assert 404 == desk.look().status_code
    assert [[("refused", "ambiguous")]] * 2 == [desk.lines(each) for each in people]


def test_somebody_who_granted_nothing_does_not_hide_who_did(desk: Desk) -> None:
    desk.known(make.organization(desk.platform))
    person = desk.known()
    desk.grants(person, *NEEDED)

    assert {"profile_id": desk.profile_id(person)} == desk.look().json()


def test_a_description_and_an_identifier_have_to_be_one_person_s(desk: Desk) -> None:
    mine, theirs = make.email(), make.email()
    for each in (desk.known(address=mine), desk.known(address=theirs, first_name="Mees")):
        desk.grants(each, *NEEDED)

    both = [desk.look(identifiers=[{"type": "email", "value": each}]) for each in (mine, theirs)]

    assert [200, 404] == [each.status_code for each in both]


def test_a_graver_purpose_asks_for_more(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Thresholds, "naming", lambda _, purpose: 1000.0 if purpose == "advice" else 10.0)
    person = desk.known()
    desk.grants(person, *NEEDED)
    desk.grants(person, *NEEDED, purpose="advice")

    assert [200, 404] == [desk.look(purpose=each).status_code for each in (CARE, "advice")]


@pytest.mark.parametrize(
    ("wanted", "field", "detail"),
    [
        ({}, "", "at least one of these is needed: identifiers, person"),
        ({"identifiers": []}, "", "at least one of these is needed: identifiers, person"),
        ({"person": {"name": "Noor de Wit"}}, "/person/birth_date", "this field is missing"),
        ({"person": NOOR | {"house_number": 0}}, "/person/house_number", "this is at least 1"),
        ({"person": NOOR | {"name": "x" * 101}}, "/person/name", "this is at most 100 characters long"),
        ({"person": NOOR | {"birth_date": "31-12-1980"}}, "/person/birth_date", "this is a date as YYYY-MM-DD"),
        ({"person": NOOR | {"city": "Utrecht"}}, "/person", "there is a field here that is not known"),
    ],
)
def test_what_says_too_little_or_too_much_is_told(desk: Desk, wanted: dict[str, Any], field: str, detail: str) -> None:
    answer = desk.api.post("/v1/profiles/lookup", json=wanted | {"purpose": CARE}, headers=desk.headers)

    assert (422, field, detail) == (answer.status_code, answer.json()["field"], answer.json()["detail"])
    assert "Noor" not in answer.text
