"""The catalog over HTTP: open to read, and each organization's own to map."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from cdp.catalog import files
from cdp.ingest.items import Kind
from cdp.platform import Platform
from cdp.tables import Organization
from tests import make

LABEL = {"nl": "Schoenmaat", "en": "Shoe size"}
WANTED = {"category": "personal", "label": LABEL, "type": "integer"}
PATH = "/v1/catalog/attributes/shoeSize"


@pytest.fixture
def source(platform: Platform) -> Organization:
    return make.organization(platform)


@pytest.fixture
def headers(platform: Platform, source: Organization) -> dict[str, str]:
    return make.service(platform, source, "catalog:write")


def test_anybody_sees_the_catalog_in_every_language(api: TestClient) -> None:
    seen = api.get("/v1/catalog").json()

    assert set(files.shipped().categories) == {each["category"] for each in seen["categories"]}
    assert set(files.shipped().purposes) == {each["purpose"] for each in seen["purposes"]}
    texts = [each["name"] for each in seen["categories"] + seen["purposes"]]
    texts += [each["label"] for each in seen["attributes"] + seen["types"]]
    assert {("nl", "nl@je", "en")} == {tuple(text) for text in texts}
    assert all(all(text.values()) for text in texts)


def test_mapping_re_files_and_unmapping_undoes_it(
    api: TestClient, platform: Platform, source: Organization, headers: dict[str, str]
) -> None:
    make.delivery(platform, source, make.item(Kind.ATTRIBUTES, "shoe_size", 43, user="user-1"))

    mapped = api.put(PATH, json=WANTED, headers=headers)
    seen = api.get(PATH, headers=headers)
    unmapped = api.delete(PATH, headers=headers)
    gone = api.get(PATH, headers=headers)

    entry = {"kind": "attributes", "name": "shoe_size"}
    assert entry | {"category": "personal", "refiled": 1, "is_done": True} == mapped.json()
    assert entry | {"category": "personal", "label": LABEL | {"nl@je": "Schoenmaat"}, "is_own": True} == seen.json()
    assert entry | {"category": "unmapped", "refiled": 1, "is_done": True} == unmapped.json()
    assert (404, "mapping-unknown") == (gone.status_code, gone.json()["code"])


def test_a_type_is_mapped_as_the_source_spells_it(api: TestClient, headers: dict[str, str]) -> None:
    path = "/v1/catalog/types/interaction/Shoe Fitted"

    mapped = api.put(path, json={"category": "usage", "label": LABEL}, headers=headers)

    assert ("shoe-fitted", "usage") == (mapped.json()["name"], mapped.json()["category"])
    assert api.get(path, headers=headers).json()["is_own"]
    assert 200 == api.delete(path, headers=headers).status_code


def test_what_the_platform_files_is_seen_and_is_not_own(api: TestClient, headers: dict[str, str]) -> None:
    seen = api.get("/v1/catalog/attributes/voornaam", headers=headers).json()

    assert ("first_name", "contact", False) == (seen["name"], seen["category"], seen["is_own"])


def test_one_organization_s_mapping_is_not_another_s(
    api: TestClient, platform: Platform, headers: dict[str, str]
) -> None:
    api.put(PATH, json=WANTED, headers=headers)
    other = make.service(platform, make.organization(platform), "catalog:write")

    assert 404 == api.get(PATH, headers=other).status_code
    assert 404 == api.delete(PATH, headers=other).status_code


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        (PATH, WANTED | {"category": "nothing"}, 422, "category-unknown"),
        (PATH, WANTED | {"category": "No!"}, 422, "invalid"),
        (PATH, WANTED | {"is_queryable": True}, 422, "invalid"),
        (PATH, WANTED | {"label": {"nl": "", "en": "x"}}, 422, "invalid"),
        ("/v1/catalog/attributes/email", WANTED, 403, "category-fixed"),
        ("/v1/catalog/attributes/a%00b", WANTED, 400, "unreadable-request"),
        ("/v1/catalog/types/product/health-insurance", {"category": "products", "label": LABEL}, 403, "category-fixed"),
        ("/v1/catalog/types/attributes/x", {"category": "products", "label": LABEL}, 422, "invalid"),
    ],
)
def test_what_cannot_be_is_refused(
    api: TestClient, headers: dict[str, str], path: str, body: dict[str, Any], status: int, code: str
) -> None:
    answer = api.put(path, json=body, headers=headers)

    assert (status, code) == (answer.status_code, answer.json()["code"])


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_mapping_needs_its_own_permission(
    api: TestClient, platform: Platform, source: Organization, method: str
) -> None:
    body = {"json": WANTED} if method == "put" else {}
    without = make.service(platform, source, "records:write")

    assert 401 == api.request(method, PATH, **body).status_code
    assert 403 == api.request(method, PATH, headers=without, **body).status_code


def test_topics_channels_and_kinds_of_offers_are_everybodys_to_see(api: TestClient) -> None:
    shown = api.get("/v1/catalog").json()

    topics = {each["topic"]: each for each in shown["topics"]}
    assert ["email", "sms", "app", "phone", "chat", "post", "in-person", "virtual-reality"] == [
        each["channel"] for each in shown["channels"]
    ][:8]
    assert (True, True) == (topics["recall"]["is_required"], bool(topics["recall"]["reason"]["nl"]))
    assert (False, [], True) == tuple(topics["offers"][each] for each in ("is_required", "defaults", "is_advertising"))
    assert "energy" in {each["kind"] for each in shown["offer_kinds"]}


def test_an_organizations_own_topic_is_what_the_one_above_it_is(platform: Platform, api: TestClient) -> None:
    shop = make.organization(platform)
    headers, words = make.service(platform, shop, "catalog:write"), {"nl": "Folder", "en": "Leaflet"}
    key = f"{shop.slug}-leaflet"

    added = api.put(
        f"/v1/catalog/topics/{key}", json={"under": "offers", "name": words, "explanation": words}, headers=headers
    )
    listed = next(each for each in api.get("/v1/catalog").json()["topics"] if each["topic"] == key)

    assert (200, listed) == (added.status_code, added.json())
    assert ("offers", "direct-marketing", [], True, False) == tuple(
        listed[each] for each in ("under", "purpose", "defaults", "is_advertising", "is_required")
    )


@pytest.mark.parametrize(
    ("what", "body", "status", "code"),
    [
        ("topics/{slug}-x", {"under": "recall"}, 422, "unknown-topic"),
        ("topics/{slug}-x", {"under": "gossip"}, 422, "unknown-topic"),
        ("topics/{slug}-x", {"under": "news", "is_required": True}, 422, None),
        ("topics/news", {"under": "news"}, 403, "not-your-name"),
        ("channels/phone", {}, 403, "not-your-name"),
        ("channels/{slug}-x", {"is_disturbing": False}, 422, None),
    ],
)
def test_nobody_makes_an_own_topic_or_channel_of_what_is_not_theirs(  # a row, and who asks
    platform: Platform, api: TestClient, what: str, body: dict[str, object], status: int, code: str | None
) -> None:
    shop = make.organization(platform)
    words = {"nl": "Iets", "en": "Something"}
    texts = {"name": words} | ({"explanation": words} if what.startswith("topics") else {})

    answer = api.put(
        f"/v1/catalog/{what.format(slug=shop.slug)}",
        json=texts | body,
        headers=make.service(platform, shop, "catalog:write"),
    )

    assert status == answer.status_code
    assert code in {None, answer.json()["code"]}


def test_an_own_channel_keeps_to_hours_and_there_are_ten_at_most(platform: Platform, api: TestClient) -> None:
    shop = make.organization(platform)
    headers, body = make.service(platform, shop, "catalog:write"), {"name": {"nl": "Bord", "en": "Board"}}

    answers = [api.put(f"/v1/catalog/channels/{shop.slug}-c{n}", json=body, headers=headers) for n in range(11)]
    again = api.put(f"/v1/catalog/channels/{shop.slug}-c0", json=body, headers=headers)

    assert [200] * 10 + [409] == [each.status_code for each in answers]
    assert (True, 200) == (answers[0].json()["is_disturbing"], again.status_code)
