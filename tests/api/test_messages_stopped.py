"""Stopping what was said by one call: its kind, or its channel where no kind is known."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from cdp.ingest.items import Direction, Kind
from cdp.platform import Platform
from tests import make
from tests.api.messaging import Company


def test_a_kind_is_stopped_in_one_call_and_only_of_who_sent_it(api: TestClient, platform: Platform) -> None:
    company = Company(api, platform)
    news, law = (company.register(topic=each)["message_id"] for each in ("news", "data-breach"))
    me = company.person.headers

    told = [api.post(f"/v1/me/messages/{each}/stop", headers=me) for each in (news, news, law)]

    assert [204, 204, 409] == [each.status_code for each in told]
    assert {"channels": {"news": []}} == exceptions(api, company)
    stranger = make.person(platform).headers
    assert 404 == api.post(f"/v1/me/messages/{news}/stop", headers=stranger).status_code


def test_what_has_no_topic_is_stopped_by_its_channel(api: TestClient, platform: Platform) -> None:
    company = Company(api, platform)
    bare = company.register()["message_id"]

    told = [api.post(f"/v1/me/messages/{bare}/stop", headers=company.person.headers) for _ in range(2)]

    assert [204, 204] == [each.status_code for each in told]
    assert {"never": ["email"]} == exceptions(api, company)


@pytest.mark.parametrize(
    ("topic", "direction", "status", "chosen"),
    [
        ("service", "outbound", 204, {"channels": {"service": []}}),
        (None, "outbound", 204, {"never": ["phone"]}),
        (None, "inbound", 409, {}),
        ("recall", "outbound", 409, {}),
    ],
    ids=["its topic", "its channel", "the customer called", "the law demands it"],
)
def test_a_conversation_is_stopped_as_a_message_is(
    api: TestClient, platform: Platform, topic: str | None, direction: str, status: int, chosen: dict[str, Any]
) -> None:
    company, user, address = Company(api, platform), make.name("user"), make.email()
    make.known_person(platform, company.organization, address, user=user)
    company.person = make.person(platform, address=address)
    said = {"properties": {"topic": topic} if topic else {}}
    talk = make.item(Kind.INTERACTION, "phone", said, user=user, key=make.name("call"), direction=Direction(direction))
    make.delivery(platform, company.organization, talk)
    listed = api.get("/v1/me/interactions", headers=company.person.headers).json()["interactions"]
    (held,) = [each for each in listed if each["type"] == "phone"]

    told = api.post(f"/v1/me/messages/{held['record_id']}/stop", headers=company.person.headers)

    assert (status, chosen) == (told.status_code, exceptions(api, company))


def exceptions(api: TestClient, company: Company) -> Any:
    """Return what its customer chose for this company alone."""
    chosen = api.get("/v1/me/preferences", headers=company.person.headers).json()["chosen"]
    return chosen.get("exceptions", {}).get(company.slug, {})
