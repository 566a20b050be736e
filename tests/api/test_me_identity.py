"""What customers see of who they are to whom, and how they part from a source."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from cdp.platform import Platform
from cdp.tables import Organization
from tests import make

Json = dict[str, Any]


@pytest.fixture
def shop(platform: Platform) -> Organization:
    return make.organization(platform)


@pytest.fixture
def bank(platform: Platform) -> Organization:
    return make.organization(platform)


@pytest.fixture
def mia(platform: Platform, shop: Organization, bank: Organization) -> make.Person:
    """Return a customer whom two sources know by the address that she proved."""
    address = make.email()
    for source in (shop, bank):
        make.known_person(platform, source, address)
    return make.person(platform, address=address)


def seen(api: TestClient, person: make.Person) -> dict[object, Json]:
    found: list[Json] = api.get("/v1/me/identity", headers=person.headers).json()["sources"]
    return {each["source"]: each for each in found}


def test_a_customer_sees_which_sources_are_linked_and_why(
    api: TestClient, mia: make.Person, shop: Organization, bank: Organization
) -> None:
    sources = seen(api, mia)

    reasons = {(each["why"], each["together_with"]) for each in sources[bank.slug]["reasons"]}
    assert {"customer", shop.slug, bank.slug} == set(sources)
    assert {("proven-identifier", "customer"), ("verified-identifier", shop.slug)} == reasons
    assert "proven-identifier" == sources[bank.slug]["reasons"][0]["why"]
    assert {"nl", "en"} == set(sources[bank.slug]["reasons"][0]["words"])
    assert sources[shop.slug]["linked_at"] is None
    assert sources[bank.slug]["linked_at"] is not None
    assert sources["customer"]["is_own"]


def test_a_source_that_is_parted_with_is_gone_at_once(api: TestClient, mia: make.Person, bank: Organization) -> None:
    subject = seen(api, mia)[bank.slug]["subject_id"]

    answer = api.post(f"/v1/me/identity/{subject}/unlink", headers=mia.headers)

    assert 200 == answer.status_code
    assert bank.slug not in {each["source"] for each in answer.json()["sources"]}
    assert 404 == api.post(f"/v1/me/identity/{subject}/unlink", headers=mia.headers).status_code


def test_own_statements_and_strangers_subjects_cannot_be_parted_with(
    api: TestClient, platform: Platform, mia: make.Person, bank: Organization
) -> None:
    sources, stranger = seen(api, mia), make.person(platform)

    tried = [
        api.post(f"/v1/me/identity/{sources['customer']['subject_id']}/unlink", headers=mia.headers),
        api.post(f"/v1/me/identity/{sources[bank.slug]['subject_id']}/unlink", headers=stranger.headers),
    ]

    assert [404, 404] == [each.status_code for each in tried]
    assert set(sources) == set(seen(api, mia))


def test_looking_at_it_is_in_the_log(api: TestClient, mia: make.Person) -> None:
    api.get("/v1/me/identity", headers=mia.headers)

    log = api.get("/v1/me/accesses", params={"own": "true"}, headers=mia.headers).json()["accesses"]

    assert "sources" in {each["path"] for each in log}
