"""Preferences over HTTP: everything can be read, changed and taken back, and every change leaves a receipt."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from cdp.log import store
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from consent.verify import Trust, verify_receipt
from tests import make
from tests.api.approaching import Sender

PATH = "/v1/me/preferences"
EVERYTHING: dict[str, Any] = {
    "language": "en",
    "address": "je",
    "greeting": "other",
    "name": "Bram",
    "pronunciation": "as in bramble",
    "reading_level": "easy",
    "print": "large",
    "theme": "dark",
    "reminders": "none",
    "receipts": "mail",
    "first": "human",
    "never": ["phone"],
    "channels": {"service": ["email", "chat"], "offers": []},
    "caps": {"service": {"most": 2, "days": 7}},
    "hours": {
        "zone": "Europe/Lisbon",
        "welcome": [{"days": [1, 2, 3, 4, 5], "from": "09:00", "until": "17:00"}],
        "quiet": [{"days": [6, 7], "from": "22:00", "until": "08:00"}],
    },
    "offers": {"wanted": ["energy"], "unwanted": ["gambling"], "personal": "off"},
    "contact": "none",
}


def changed(api: TestClient, person: make.Person, patch: dict[str, Any]) -> Any:
    answer = api.patch(PATH, json=patch, headers=person.headers)
    assert 200 == answer.status_code, answer.text
    return answer.json()


def test_every_preference_can_be_chosen_read_and_taken_back(platform: Platform, api: TestClient) -> None:
    person, shop = make.person(platform), make.organization(platform)
    here = {"contact": "none", "channels": {"service": []}, "hours": EVERYTHING["hours"], "first": "human"}
    wanted = {**EVERYTHING, "exceptions": {shop.slug: here}}

    first = changed(api, person, wanted)
    read = api.get(PATH, headers=person.headers).json()
    last = changed(api, person, dict.fromkeys(wanted))

    assert wanted == first["chosen"] == read["chosen"]
    assert {} == last["chosen"]
    assert None not in {first["receipt_id"], last["receipt_id"]}


@pytest.mark.parametrize(
    ("patch", "now"),
    [
        ({}, ["email", "phone"]),
        ({"never": ["email"]}, ["phone"]),
        ({"never": ["email", "phone"]}, []),
        ({"contact": "none"}, []),
        ({"channels": {"service": []}}, []),
    ],
)
def test_what_holds_is_what_the_decision_obeys(
    platform: Platform, api: TestClient, patch: dict[str, Any], now: list[str]
) -> None:
    person, sender = make.person(platform), Sender.new(api, platform)
    sender.grants(person)
    changed(api, person, {"channels": {"service": ["email", "phone"]}})

    told = changed(api, person, patch) if patch else api.get(PATH, headers=person.headers).json()
    decided = sender.ask(person.customer_id, channels=["phone", "post", "email"]).json()

    assert now == told["channels_now"]["service"] == decided["channels"]
    assert "recall" not in told["channels_now"]


def test_what_is_left_out_stays(platform: Platform, api: TestClient) -> None:
    person = make.person(platform)
    changed(api, person, {"channels": {"service": ["post"]}, "first": "computer"})

    after = changed(api, person, {"channels": {"news": ["email"]}, "first": None})

    assert {"channels": {"service": ["post"], "news": ["email"]}} == after["chosen"]


def test_what_the_law_demands_is_told_with_its_reason_and_stays_on(platform: Platform, api: TestClient) -> None:
    person = make.person(platform)

    read = api.get(PATH, headers=person.headers).json()
    off = api.patch(PATH, json={"channels": {"recall": []}}, headers=person.headers)
    capped = api.patch(PATH, json={"caps": {"recall": {"most": 1, "days": 9}}}, headers=person.headers)
    liked = changed(api, person, {"channels": {"recall": ["post"]}})

    assert {"recall", "contract-change", "data-breach", "payment-arrears"} == {
        each["topic"] for each in read["required"]
    }
    assert all(each["reason"] and each["name"] for each in read["required"])
    assert [(409, "demanded-by-law")] * 2 == [(each.status_code, each.json()["code"]) for each in (off, capped)]
    assert {"recall": ["post"]} == liked["chosen"]["channels"]


@pytest.mark.parametrize(
    ("chosen", "code", "field"),
    [
        ({"hours": {"quiet": [{"from": "08:00", "until": "08:00"}]}}, "bad-hours", "/hours/quiet/0"),
        ({"hours": {"zone": "Mars/Olympus"}}, "zone-unknown", "/hours/zone"),
        ({"channels": {"service": ["email", "email"]}}, "not-a-wish", "/channels/service"),
    ],
)
def test_what_is_wrong_with_an_exception_is_told_by_the_name_of_the_organization(
    platform: Platform, api: TestClient, chosen: dict[str, Any], code: str, field: str
) -> None:
    person, shop = make.person(platform), make.organization(platform)

    answer = api.patch(PATH, json={"exceptions": {shop.slug: chosen}}, headers=person.headers)

    assert (422, code) == (answer.status_code, answer.json()["code"])
    assert f"/exceptions/{shop.slug}{field}" == answer.json()["field"]
    assert {} == api.get(PATH, headers=person.headers).json()["chosen"]


@pytest.mark.parametrize("first", ["a robot of theirs", "HUMAN", "", 7, ["human"]])
def test_who_cannot_speak_first_at_one_organization_is_told_by_its_field_and_not_repeated(
    platform: Platform, api: TestClient, first: object
) -> None:
    person, shop = make.person(platform), make.organization(platform)

    answer = api.patch(PATH, json={"exceptions": {shop.slug: {"first": first}}}, headers=person.headers)

    problem = answer.json()
    assert (422, "invalid", "/exceptions/first") == (answer.status_code, problem["code"], problem["field"])
    assert "this is one of 'human' or 'computer'" == problem["detail"]
    assert "robot" not in answer.text
    assert "HUMAN" not in answer.text
    assert {} == api.get(PATH, headers=person.headers).json()["chosen"]


@pytest.mark.parametrize(
    ("patch", "status", "code"),
    [
        ({}, 422, "not-a-wish"),
        ({"mood": "good"}, 422, None),
        ({"channels": {"gossip": ["email"]}}, 422, "unknown-choice"),
        ({"channels": {"service": ["pigeon"]}}, 422, "unknown-choice"),
        ({"never": ["pigeon"]}, 422, "unknown-choice"),
        ({"offers": {"wanted": ["castles"]}}, 422, "unknown-choice"),
        ({"offers": {"wanted": ["energy"], "unwanted": ["energy"]}}, 422, "bad-key"),
        ({"hours": {"zone": "Mars/Olympus"}}, 422, "zone-unknown"),
        ({"hours": {"quiet": [{"from": "08:00", "until": "08:00"}]}}, 422, "bad-hours"),
        ({"exceptions": {"nobody-at-all": {"contact": "none"}}}, 404, "not-found"),
        ({"name": "  "}, 422, "unfit-name"),
    ],
)
def test_what_cannot_be_chosen_is_refused_and_changes_nothing(
    platform: Platform, api: TestClient, patch: dict[str, Any], status: int, code: str | None
) -> None:
    person = make.person(platform)

    answer = api.patch(PATH, json=patch, headers=person.headers)

    assert status == answer.status_code
    assert code in {None, answer.json()["code"]}
    assert {} == api.get(PATH, headers=person.headers).json()["chosen"]


def test_a_change_has_a_receipt_that_holds_offline(platform: Platform, api: TestClient) -> None:
    person = make.person(platform)
    receipt = changed(api, person, {"channels": {"offers": []}})["receipt_id"]
    path = f"{PATH}/changes/{receipt}"

    waiting = api.get(path, headers=person.headers)
    make.logged(platform)
    proof = api.get(path, headers=person.headers)
    told = api.get(path, params={"format": "json"}, headers=person.headers).json()
    (listed,) = api.get(f"{PATH}/changes", headers=person.headers).json()["changes"]

    with platform.database.scoped(Scope(Principal.VISITOR)) as session:
        keys = store.current(session, store.CONSENT).keys
    assert (202, "1") == (waiting.status_code, waiting.headers["Retry-After"])
    assert [] == verify_receipt(proof.content, Trust(keys)).failures
    assert {"channels": {"offers": []}} == told["set"] == listed["set"]
    assert (receipt, True) == (listed["receipt_id"], listed["is_proven"])


def test_changes_are_listed_a_page_at_a_time_and_are_ones_own(platform: Platform, api: TestClient) -> None:
    person, other = make.person(platform), make.person(platform)
    for first in ("human", "computer", "human"):
        changed(api, person, {"first": first})
    wish = changed(api, other, {"first": "human"})["receipt_id"]

    one = api.get(f"{PATH}/changes", params={"limit": 2}, headers=person.headers).json()
    two = api.get(f"{PATH}/changes", params={"limit": 2, "after": one["next"]}, headers=person.headers).json()
    foreign = api.get(f"{PATH}/changes/{wish}", headers=person.headers)

    said = [each["set"]["first"] for each in one["changes"] + two["changes"]]
    assert (["human", "computer", "human"], None) == (said, two["next"])
    assert 404 == foreign.status_code


def test_the_language_chosen_elsewhere_is_an_act_too(platform: Platform, api: TestClient) -> None:
    person = make.person(platform)

    api.patch("/v1/me", json={"language": "en", "address": "u"}, headers=person.headers)

    (listed,) = api.get(f"{PATH}/changes", headers=person.headers).json()["changes"]
    assert {"language": "en", "address": "u"} == listed["set"]
