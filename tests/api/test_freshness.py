"""Special categories need a fresh proof: seeing what they say, and opening them."""

from datetime import timedelta
from uuid import UUID

import psycopg
import pytest
from starlette.testclient import TestClient

from cdp import clock
from cdp.ingest.items import Identifier, IdentifierType, Kind
from cdp.permissions import access_requests, grants
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.tables import Organization
from tests import make

SECRET = "CANARYHEALTH"


@pytest.fixture
def person(platform: Platform) -> make.Person:
    """Return a customer with a fact about health and one that is ordinary."""
    address, source = make.email(), make.organization(platform)
    user, known = make.name("user"), (Identifier(IdentifierType.EMAIL, address, verified=True),)
    make.delivery(platform, source, make.item(Kind.ATTRIBUTES, "health_insurer", SECRET, user=user, identifiers=known))
    make.delivery(platform, source, make.item(Kind.ATTRIBUTES, "first_name", "Noor", user=user, identifiers=known))
    return make.person(platform, address=address)


@pytest.fixture
def stale(person: make.Person, database_url: str) -> make.Person:
    """Return the customer with a proof of an hour ago."""
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "update session set proven_at = now() - interval '1 hour' where customer_id = %s", (person.customer_id,)
        )
    return person


def records(api: TestClient, person: make.Person) -> dict[str, dict[str, object]]:
    """Return the customer's records by type."""
    found = api.get("/v1/me/records", headers=person.headers).json()["records"]
    return {each["type"]: each for each in found}


def own_reads(api: TestClient, person: make.Person) -> list[list[str]]:
    """Return the categories of the customer's own reads, newest first."""
    found = api.get("/v1/me/accesses", headers=person.headers, params={"own": "true"}).json()["accesses"]
    return [each["released"] for each in found if each["path"] == "records"]


def test_who_has_just_proven_it_sees_everything(api: TestClient, person: make.Person) -> None:
    found = records(api, person)

    assert (SECRET, False) == (found["health_insurer"]["value"], found["health_insurer"]["withheld"])
    assert "health" in own_reads(api, person)[0]


def test_who_proved_it_long_ago_sees_that_it_is_there_and_not_what_it_says(api: TestClient, stale: make.Person) -> None:
    found = records(api, stale)
    one = api.get(f"/v1/me/records/{found['health_insurer']['record_id']}", headers=stale.headers)

    assert (None, True) == (found["health_insurer"]["value"], found["health_insurer"]["withheld"])
    assert ("Noor", False) == (found["first_name"]["value"], found["first_name"]["withheld"])
    assert (200, True) == (one.status_code, SECRET not in one.text)
    assert ["health" in each for each in own_reads(api, stale)] == [False, False]


def wanted(organization: Organization, *categories: str) -> dict[str, object]:
    return {"organization": organization.slug, "purpose": "advice", "categories": categories, "days": 30}


@pytest.mark.parametrize(("category", "status"), [("health", 403), ("contact", 201)])
def test_a_grant_of_a_special_category_needs_a_fresh_proof(
    api: TestClient, platform: Platform, stale: make.Person, category: str, status: int
) -> None:
    given = wanted(make.organization(platform), category)

    answer = api.post("/v1/me/grants", headers=stale.headers, json=given)

    assert status == answer.status_code
    if status == 403:
        assert "fresh-login-needed" == answer.json()["code"]


def _granted(platform: Platform, person: make.Person) -> UUID:
    reader, at = make.organization(platform), clock.now()
    make.grant(
        platform,
        person,
        reader,
        purpose="advice",
        categories=frozenset({"contact", "health"}),
        expires_at=at + timedelta(days=9),
    )
    return grants.grant_id(person.customer_id, reader.organization_id, "advice")


def test_a_longer_grant_of_a_special_category_needs_a_fresh_proof_and_less_of_it_never(
    api: TestClient, platform: Platform, stale: make.Person
) -> None:
    place = f"/v1/me/grants/{_granted(platform, stale)}"
    later, sooner = ((clock.now() + timedelta(days=days)).isoformat() for days in (20, 5))

    answers = [
        api.patch(place, headers=stale.headers, json={"expires_at": later}),
        api.patch(place, headers=stale.headers, json={"expires_at": sooner}),
        api.post(f"{place}/revoke", headers=stale.headers),
    ]

    assert [403, 200, 200] == [each.status_code for each in answers]


def test_a_request_is_approved_with_a_fresh_proof_and_refused_without(
    api: TestClient, platform: Platform, stale: make.Person
) -> None:
    asking, at = make.organization(platform), clock.now()
    with platform.database.scoped(Scope(Principal.SOURCE, asking.organization_id)) as session:
        asked = access_requests.ask(
            session,
            customer=stale.customer_id,
            organization=asking.organization_id,
            purpose="advice",
            categories=frozenset({"health"}),
            days=30,
            notice={"nl": "Om u te helpen."},
            at=at,
        )
    place = f"/v1/me/access-requests/{asked}"

    answers = [api.post(f"{place}/{each}", headers=stale.headers) for each in ("approve", "refuse")]

    assert [403, 200] == [each.status_code for each in answers]
