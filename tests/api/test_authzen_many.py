"""Many decisions in one call, and searches: in order, as far as they go, and never of anybody else."""

import json
from typing import Any, Final

import pytest
from starlette.testclient import TestClient

from cdp.platform import Platform
from tests import make
from tests.api.gateways import CARE, EVALUATIONS, Gateway, Json

SEARCH: Final = "/access/v1/search"


@pytest.fixture
def gateway(api: TestClient, platform: Platform) -> Gateway:
    return Gateway(api, platform)


def _semantic(name: str) -> Json:
    return {"options": {"evaluations_semantic": name}}


def _told(answer: Any) -> list[bool]:
    assert 200 == answer.status_code, answer.text
    return [each["decision"] for each in answer.json()["evaluations"]]


@pytest.mark.parametrize(
    ("semantic", "asked", "expected"),
    [
        ({}, "yny", [True, False, True]),
        (_semantic("execute_all"), "nyn", [False, True, False]),
        (_semantic("deny_on_first_deny"), "yyny", [True, True, False]),
        (_semantic("deny_on_first_deny"), "yyy", [True, True, True]),
        (_semantic("deny_on_first_deny"), "yxy", [True, False]),
        (_semantic("permit_on_first_permit"), "nnyn", [False, False, True]),
        (_semantic("permit_on_first_permit"), "nxoxy", [False, False, False, False, True]),
        (_semantic("permit_on_first_permit"), "nnn", [False, False, False]),
    ],
)
def test_answers_come_in_order_as_far_as_they_go(
    gateway: Gateway, api: TestClient, semantic: Json, asked: str, expected: list[bool]
) -> None:
    gateway.grant()
    questions = {
        "y": gateway.question("contact"),
        "n": gateway.question("usage"),
        "o": gateway.question("contact", purpose="advice"),
        "x": gateway.question("contact") | {"action": {"name": "write"}},
    }

    told = _told(gateway.post(EVALUATIONS, {"evaluations": [questions[each] for each in asked]} | semantic))
    log = api.get("/v1/me/accesses", headers=gateway.person.headers).json()["accesses"]

    assert expected == told
    assert len(expected) - asked[: len(expected)].count("x") == len(log)  # what was not answered was not asked


def test_what_the_whole_call_says_counts_where_a_part_says_nothing(gateway: Gateway) -> None:
    other = make.person(gateway.platform)
    gateway.grant()
    whole = gateway.question("contact")
    parts = [{}, {"resource": {"type": "profile", "id": gateway.profile(other)}}, {"context": {"purpose": "advice"}}]

    assert [True, False, False] == _told(gateway.post(EVALUATIONS, whole | {"evaluations": parts}))


@pytest.mark.parametrize("more", [{}, {"evaluations": []}, {"evaluations": None}], ids=["absent", "empty", "null"])
def test_without_evaluations_it_is_a_single_question(gateway: Gateway, more: Json) -> None:
    gateway.grant()

    told = gateway.post(EVALUATIONS, gateway.question("contact") | more)

    assert {"decision": True, "context": {"reason": "granted"}} == told.json()


@pytest.mark.parametrize(
    "spoil",
    [
        {"evaluations": [{}] * 1_001},
        {"evaluations": {}},
        {"evaluations": [{"resource": {"type": "profile", "id": "p", "properties": {"source": "a\0b"}}}]},
        {"evaluations": [{"more": json.loads("[" * 200 + "]" * 200)}]},
        {"evaluations": [7]},
        {"options": {"evaluations_semantic": "whatever"}},
        {"options": []},
        {"subject": None},
        {"evaluations": [{"context": {"purpose": f"p{number}"}} for number in range(17)]},
    ],
    ids=["too many", "no list", "nul", "deep", "no object", "semantic", "options", "subject", "purposes"],
)
def test_a_call_that_cannot_be_read_is_400(gateway: Gateway, spoil: Json) -> None:
    told = gateway.post(EVALUATIONS, {"evaluations": [{}]} | gateway.question("contact") | spoil)

    assert (400, str) == (told.status_code, type(told.json()))
    assert "whatever" not in told.text


def test_a_part_that_lacks_something_is_named_by_its_place(gateway: Gateway) -> None:
    whole = gateway.question("contact")
    subject = whole.pop("subject")

    told = gateway.post(EVALUATIONS, whole | {"evaluations": [{"subject": subject}, {}]})

    assert (400, True) == (told.status_code, "$.evaluations[1]" in told.json())


def test_a_thousand_are_answered_at_once(gateway: Gateway) -> None:
    gateway.grant()
    parts = [{} if place % 2 else {"resource": {"type": "profile", "id": f"p_{place}"}} for place in range(1_000)]

    assert [False, True] * 500 == _told(gateway.post(EVALUATIONS, gateway.question("contact") | {"evaluations": parts}))


def _crowd(gateway: Gateway, count: int) -> set[str]:
    people = [make.person(gateway.platform) for _ in range(count)]
    for each in people:
        gateway.grant(each)
    return {gateway.profile(each) for each in people}


def _pages(gateway: Gateway, body: Json, limit: int) -> list[list[str]]:
    found, token = [], ""
    while True:
        told = gateway.post(f"{SEARCH}/resource", body | {"page": {"limit": limit, "token": token}})
        assert 200 == told.status_code, told.text
        found.append([each["id"] for each in told.json()["results"]])
        token = told.json()["page"]["next_token"]
        if not token:
            return found


def test_a_search_finds_those_who_are_open_a_page_at_a_time(gateway: Gateway) -> None:
    open_to_us = _crowd(gateway, 5)
    gateway.grant(None, "usage")  # open, but not for this

    pages = _pages(gateway, gateway.question("contact"), 2)

    assert [2, 2, 1] == [len(each) for each in pages]
    assert open_to_us == {each for page in pages for each in page}
    assert [] == _pages(gateway, gateway.question("contact", purpose="advice"), 2)[0]
    assert [] == _pages(gateway, gateway.question("contact", "financial"), 2)[0]


def test_every_page_looks_anew(gateway: Gateway) -> None:
    people = [make.person(gateway.platform) for _ in range(3)]
    for each in people:
        gateway.grant(each)
    body = gateway.question("contact")
    first = gateway.post(f"{SEARCH}/resource", body | {"page": {"limit": 1}}).json()

    for each in people:
        make.revoke(gateway.platform, each, gateway.organization)
    token = first["page"]["next_token"]
    second = gateway.post(f"{SEARCH}/resource", body | {"page": {"limit": 1, "token": token}}).json()

    assert (1, []) == (len(first["results"]), second["results"])


def test_a_page_belongs_to_its_search(gateway: Gateway, api: TestClient) -> None:
    _crowd(gateway, 2)
    body = gateway.question("contact")
    token = gateway.post(f"{SEARCH}/resource", body | {"page": {"limit": 1}}).json()["page"]["next_token"]
    page, other = {"page": {"limit": 1, "token": token}}, Gateway(api, gateway.platform)

    told = [
        gateway.post(f"{SEARCH}/resource", gateway.question("products") | page),
        gateway.post(f"{SEARCH}/subject", body | page),
        other.post(f"{SEARCH}/resource", other.question("contact") | page),
        gateway.post(f"{SEARCH}/resource", body | {"page": {"token": "made-up"}}),
        gateway.post(f"{SEARCH}/resource", body | {"page": {"limit": 0}}),
    ]

    assert [400] * 5 == [each.status_code for each in told]
    assert [str] * 5 == [type(each.json()) for each in told]


def test_what_a_search_finds_stands_in_the_persons_log(gateway: Gateway, api: TestClient) -> None:
    gateway.grant()

    _pages(gateway, gateway.question("contact"), 10)

    (line,) = api.get("/v1/me/accesses", headers=gateway.person.headers).json()["accesses"]
    assert ("decision", "released", ["contact"], []) == tuple(
        line[name] for name in ("path", "outcome", "asked", "released")
    )


def test_a_search_for_subjects_finds_own_programs_that_may_read(gateway: Gateway) -> None:
    for _ in range(3):
        make.service(gateway.platform, gateway.organization, "profiles:read")
    make.service(gateway.platform, gateway.organization, "records:write")
    make.service(gateway.platform, make.organization(gateway.platform), "profiles:read")
    body = gateway.question("contact") | {"subject": {"type": "client"}, "page": {"limit": 2}}
    closed = gateway.post(f"{SEARCH}/subject", body).json()
    gateway.grant()

    first = gateway.post(f"{SEARCH}/subject", body).json()
    token = first["page"]["next_token"]
    second = gateway.post(f"{SEARCH}/subject", body | {"page": {"limit": 2, "token": token}}).json()
    house = gateway.post(f"{SEARCH}/subject", body | {"subject": {"type": "organization"}}).json()

    assert ([], 2, 1, "") == (
        closed["results"],
        len(first["results"]),
        len(second["results"]),
        second["page"]["next_token"],
    )
    assert [{"type": "organization", "id": gateway.organization.slug}] == house["results"]


@pytest.mark.parametrize(("category", "expected"), [("contact", [{"name": "read"}]), ("usage", [])])
def test_what_may_be_done_is_reading_or_nothing(gateway: Gateway, category: str, expected: list[Json]) -> None:
    gateway.grant()
    body = gateway.question(category)
    del body["action"]

    assert expected == gateway.post(f"{SEARCH}/action", body).json()["results"]
    assert CARE == body["context"]["purpose"]
