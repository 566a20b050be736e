"""A purpose or category that is not in the catalog is told on every read path, and stands in nobody's log."""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from cdp.catalog import extension, files
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.tables import Organization
from tests import make

Ask = Callable[[TestClient, dict[str, str], str, str, str | None], Any]


def _get(rest: str) -> Ask:
    def ask(api: TestClient, headers: dict[str, str], profile_id: str, purpose: str, category: str | None) -> Any:
        query = {"purpose": purpose} | ({} if category is None else {"category": category})
        return api.get(f"/v1/profiles/{rest}".format(profile_id), params=query, headers=headers)

    return ask


def _batch(api: TestClient, headers: dict[str, str], profile_id: str, purpose: str, category: str | None) -> Any:
    wanted = {"profile_ids": [profile_id], "purpose": purpose, "categories": None if category is None else [category]}
    return api.post("/v1/profiles/batch", json=wanted, headers=headers)


PATHS = {"profile": _get("{}"), "interactions": _get("{}/interactions"), "export": _get("export"), "batch": _batch}


@pytest.fixture
def shop(platform: Platform) -> Organization:
    return make.organization(platform)


@pytest.fixture
def reader(platform: Platform, shop: Organization) -> dict[str, str]:
    return make.service(platform, shop, "profiles:read")


@pytest.fixture
def known(api: TestClient, platform: Platform, shop: Organization, reader: dict[str, str]) -> tuple[make.Person, str]:
    """Return a person who granted something to `shop`, and their profile id."""
    address = make.email()
    make.known_person(platform, shop, address)
    person = make.person(platform, address=address)
    wanted = {"organization": shop.slug, "purpose": "customer-care", "categories": ["contact"]}
    assert 201 == api.post("/v1/me/grants", json=wanted, headers=person.headers).status_code
    return person, looked_up(api, reader, address, "customer-care").json()["profile_id"]


def looked_up(api: TestClient, headers: dict[str, str], address: str, purpose: str) -> Any:
    wanted = {"identifiers": [{"type": "email", "value": address}], "purpose": purpose}
    return api.post("/v1/profiles/lookup", json=wanted, headers=headers)


def accesses(api: TestClient, person: make.Person) -> int:
    return len(api.get("/v1/me/accesses", headers=person.headers).json()["accesses"])


def told(answer: Any) -> tuple[int, str, str]:
    document = answer.json()
    return answer.status_code, document["code"], document["field"]


@pytest.mark.parametrize("path", PATHS)
def test_an_unknown_purpose_is_told_and_not_written_down(
    api: TestClient, reader: dict[str, str], known: tuple[make.Person, str], path: str
) -> None:
    person, profile_id = known
    before = accesses(api, person)

    answer = PATHS[path](api, reader, profile_id, "custommer-care", None)

    assert (422, "purpose-unknown", "/purpose") == told(answer)
    assert "custommer" not in answer.text
    assert before == accesses(api, person)


def test_a_lookup_for_an_unknown_purpose_is_told_so(
    api: TestClient, platform: Platform, reader: dict[str, str], shop: Organization
) -> None:
    address = make.email()
    make.known_person(platform, shop, address)
    person = make.person(platform, address=address)

    answers = [looked_up(api, reader, each, "custommer-care") for each in (address, make.email())]

    assert [(422, "purpose-unknown", "/purpose")] * 2 == [told(each) for each in answers]
    assert 0 == accesses(api, person)


@pytest.mark.parametrize("category", ["adress", "unmapped"])
@pytest.mark.parametrize("path", PATHS)
def test_a_category_that_nobody_can_be_granted_is_told(
    api: TestClient, reader: dict[str, str], known: tuple[make.Person, str], path: str, category: str
) -> None:
    person, profile_id = known
    before = accesses(api, person)

    answer = PATHS[path](api, reader, profile_id, "customer-care", category)

    assert (422, "category-unknown") == told(answer)[:2]
    assert answer.json()["field"] == ("/categories" if path == "batch" else "/category")
    assert before == accesses(api, person)


@pytest.mark.parametrize("path", ["records", "interactions"])
def test_a_customer_is_told_that_a_category_is_unknown(api: TestClient, platform: Platform, path: str) -> None:
    person = make.person(platform)

    answers = [
        api.get(f"/v1/me/{path}", params={"category": each}, headers=person.headers)
        for each in ("adress", "health", "unmapped")
    ]

    assert (422, "category-unknown", "/category") == told(answers[0])
    assert [200, 200] == [each.status_code for each in answers[1:]]  # what nobody has mapped is the customer's to see


@pytest.mark.parametrize("path", PATHS)
def test_a_purpose_that_was_just_added_is_known_at_once_and_to_its_own_organization_only(
    api: TestClient, platform: Platform, reader: dict[str, str], shop: Organization, path: str
) -> None:
    other, key = make.service(platform, make.organization(platform), "profiles:read"), f"{shop.slug}-own"

    def ask(headers: dict[str, str]) -> int:
        answer = PATHS[path](api, headers, "p_x", key, None)
        return int(answer.status_code)

    before = ask(reader)
    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        extension.add_purpose(session, shop.slug, key, files.shipped().purposes["advice"])

    assert (422, 422) == (before, ask(other))
    assert ask(reader) in {200, 404}
    assert 422 == ask(other)
