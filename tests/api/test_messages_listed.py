"""Which registered messages a customer reads in their own: by the law, as a customer, or by a permission."""

import psycopg
import pytest
from starlette.testclient import TestClient

from cdp import clock
from cdp.copies import portability
from cdp.permissions import grants
from cdp.platform import Platform
from consent import acts as law
from tests import make
from tests.api.messaging import Company, check


@pytest.mark.parametrize("who", ["customer", "stranger"])
@pytest.mark.parametrize(
    ("topic", "reaches"),
    [
        ("recall", "everybody"),
        ("data-breach", "everybody"),
        ("service", "its customers"),
        ("appointments", "its customers"),
        ("news", "nobody"),
        ("offers", "nobody"),
        ("research", "nobody"),
        (None, "nobody"),
    ],
)
def test_who_revoked_everything_reads_what_the_law_demands_and_what_serves_a_customer(
    api: TestClient, platform: Platform, database_url: str, topic: str | None, reaches: str, who: str
) -> None:
    company = Company(api, platform, is_in_books=who == "customer")
    make.revoke(platform, company.person, company.organization)

    made = company.register(topic=topic)

    listed = api.get("/v1/me/messages", headers=company.person.headers).json()["messages"]
    with psycopg.connect(database_url) as connection:
        (is_kept,) = connection.execute(
            "select sealed is not null from message where message_id = %s", (made["message_id"],)
        ).fetchone() or (None,)
    assert is_kept is bool(listed) is (reaches == "everybody" or (who, reaches) == ("customer", "its customers"))
    rows = list(portability.take(platform, company.person.scope, at=clock.now()).rows("messages"))
    assert [made["message_id"]] == [each["message_id"] for each in rows]
    told = check(api, made["code"], company.person)
    assert ("yes", "to-you") == (told["answer"], told["why"])


def test_advertising_reaches_who_permits_it_and_ends_with_that(api: TestClient, platform: Platform) -> None:
    company = Company(api, platform)
    make.grant(platform, company.person, company.organization, purpose="direct-marketing")
    wanted = company.register(topic="news")["message_id"]
    make.revoke(platform, company.person, company.organization, purpose="direct-marketing")
    company.register(topic="news")

    listed = api.get("/v1/me/messages", headers=company.person.headers).json()["messages"]

    assert [wanted] == [each["message_id"] for each in listed]


def test_who_objected_to_service_reads_only_what_the_law_demands(api: TestClient, platform: Platform) -> None:
    company = Company(api, platform)
    act = law.Object(recipient=company.organization.organization_id, purpose="customer-care", at=clock.now())
    with platform.database.scoped(company.person.scope) as session:
        grants.record(session, company.person.scope, company.person.customer_id, act)

    company.register(topic="service")
    kept = company.register(topic="recall")["message_id"]

    listed = api.get("/v1/me/messages", headers=company.person.headers).json()["messages"]
    assert [kept] == [each["message_id"] for each in listed]
