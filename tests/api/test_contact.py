"""Asking whether customers may be approached, and telling what was said: what organizations and customers see of it."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from cdp import clock, ids
from cdp.copies import portability
from cdp.ingest.items import Identifier, IdentifierType, Kind
from cdp.platform import Platform
from tests import make
from tests.api.approaching import Sender, choose


@pytest.fixture(scope="module")
def sender(api: TestClient, platform: Platform) -> Sender:
    return Sender.new(api, platform)


def named(platform: Platform, sender: Sender, **names: str) -> make.Person:
    """Return a customer of whom the sender's own records tell these names, and who lets it contact them."""
    address, user = make.email(), make.name("user")
    known = (Identifier(IdentifierType.EMAIL, address, verified=True),)
    items = [make.item(Kind.ATTRIBUTES, name, value, user=user) for name, value in names.items()]
    proof = make.item(Kind.ATTRIBUTES, "email", address, user=user, identifiers=known)
    make.delivery(platform, sender.organization, proof, *items)
    person = make.person(platform, address=address)
    sender.grants(person)
    return person


NAMES = {"first_name": "Anna", "name_prefix": "de", "last_name": "Boer"}


@pytest.mark.parametrize(
    ("patch", "names", "expected"),
    [
        ({}, NAMES, ("nl", "Geachte Anna de Boer,", "Met vriendelijke groet,")),
        ({"address": "je"}, NAMES, ("nl", "Beste Anna,", "Hartelijke groet,")),
        ({"address": "je", "greeting": "whole"}, NAMES, ("nl", "Beste Anna de Boer,", "Hartelijke groet,")),
        ({"language": "en"}, NAMES, ("en", "Dear Anna de Boer,", "Kind regards,")),
        (
            {"greeting": "other", "name": "dokter De Boer"},
            NAMES,
            ("nl", "Geachte dokter De Boer,", "Met vriendelijke groet,"),
        ),
        ({"language": "en", "greeting": "other", "name": "Doc"}, {}, ("en", "Dear Doc,", "Kind regards,")),
        ({}, {}, ("nl", "Geachte klant,", "Met vriendelijke groet,")),
        ({"address": "je"}, {}, ("nl", "Beste klant,", "Hartelijke groet,")),
    ],
)
def test_a_customer_is_addressed_in_their_language_and_form(
    sender: Sender, platform: Platform, patch: dict[str, Any], names: dict[str, str], expected: tuple[str, ...]
) -> None:
    person = named(platform, sender, **names)
    choose(platform, person, patch)

    told = sender.ask(person.customer_id).json()

    assert expected == tuple(told[key] for key in ("language", "salutation", "closing"))


def test_a_name_of_a_source_that_was_not_granted_is_not_said(
    api: TestClient, sender: Sender, platform: Platform
) -> None:
    person, other = named(platform, sender, first_name="Anna", last_name="Boer"), Sender.new(api, platform)
    make.grant(platform, person, other.organization, sources=frozenset({other.organization.organization_id}))

    assert "Geachte klant," == other.ask(person.customer_id).json()["salutation"]


def test_what_customers_say_of_their_name_is_told_where_their_own_words_are_granted(
    api: TestClient, sender: Sender, platform: Platform
) -> None:
    person, other = named(platform, sender, first_name="Anna", last_name="Boer"), Sender.new(api, platform)
    choose(platform, person, {"pronunciation": "rijmt op boer", "greeting": "other", "name": "Annemoon"})
    make.grant(platform, person, other.organization, sources=frozenset({other.organization.organization_id}))

    told = [each.ask(person.customer_id).json() for each in (sender, other)]

    assert ["rijmt op boer", None] == [each["pronunciation"] for each in told]
    assert [True, False] == ["Annemoon" in each["salutation"] for each in told]


def test_how_a_name_is_said_and_which_words_are_wanted_is_told_to_whom_contact_is_open_for(
    api: TestClient, sender: Sender, platform: Platform
) -> None:
    person, other = named(platform, sender, **NAMES), Sender.new(api, platform)
    silent = named(platform, sender, **NAMES)
    choose(platform, person, {"pronunciation": "rijmt op kroon", "reading_level": "easy"})
    make.grant(platform, person, other.organization, categories=frozenset({"products"}))

    told = [
        sender.ask(person.customer_id).json(),
        sender.ask(silent.customer_id).json(),
        other.ask(person.customer_id).json(),
    ]

    assert ["rijmt op kroon", None, None] == [each["pronunciation"] for each in told]
    assert ["easy", None, None] == [each["reading_level"] for each in told]


def test_what_has_to_be_said_is_said_in_words(sender: Sender, platform: Platform) -> None:
    person = named(platform, sender)
    choose(platform, person, {"address": "je", "first": "human"})

    told = sender.ask(person.customer_id, sender="computer").json()["must_say"]

    assert [
        {"code": "computer-speaks", "words": "Dit komt van een computer, niet van een mens."},
        {"code": "human-possible", "words": "Spreek je liever een mens? Dat kan."},
    ] == told


@pytest.mark.parametrize("asked", [{}, {"topic": "recall", "purpose": "service-provision"}])
@pytest.mark.parametrize("at", ["2026-03-10T10:00:00Z", "2026-03-10T23:30:00Z"])
def test_somebody_unknown_and_somebody_who_granted_nothing_are_answered_alike(
    sender: Sender, platform: Platform, asked: dict[str, Any], at: str
) -> None:
    ungranted = make.person(platform)
    choose(platform, ungranted, {"hours": {"quiet": [{"from": "09:00", "until": "20:00"}]}, "language": "en"})
    whom = [sender.id_of(ungranted.customer_id), sender.id_of(uuid4()), "p_forged", ""]

    told = [
        sender.api.post(
            "/v1/contact/decide",
            json={**sender.facts, "channels": ["phone"], "sender": "human", "at": at, "profile_id": each, **asked},
            headers=sender.headers,
        )
        for each in whom
    ]

    assert {200} == {each.status_code for each in told}
    assert 1 == len({json.dumps({**each.json(), "profile_id": ""}) for each in told})


def test_many_are_answered_in_their_order_each_by_itself(sender: Sender, platform: Platform) -> None:
    people = [make.person(platform) for _ in range(4)]
    for each in people[::2]:
        sender.grants(each)

    told = sender.ask(*(each.customer_id for each in people)).json()["decisions"]

    assert [sender.id_of(each.customer_id) for each in people] == [each["profile_id"] for each in told]
    assert ["welcome", "not-granted"] * 2 == [each["reason"] for each in told]


def test_those_who_chose_alike_are_told_apart_by_what_is_their_own(sender: Sender, platform: Platform) -> None:
    people = [named(platform, sender, first_name=each) for each in ("Anna", "Bram", "Cato")]
    for each in people:
        choose(platform, each, {"address": "je", "caps": {"service": {"most": 1, "days": 7}}})
    sender.say(people[0].customer_id)

    told = sender.ask(*(each.customer_id for each in people)).json()["decisions"]

    assert ["cap-reached", "welcome", "welcome"] == [each["reason"] for each in told]
    assert [None, "Beste Bram,", "Beste Cato,"] == [each["salutation"] for each in told]


def test_the_customer_sees_who_asked(api: TestClient, sender: Sender, platform: Platform) -> None:
    granted, ungranted = make.person(platform), make.person(platform)
    sender.grants(granted)
    sender.ask(granted.customer_id, ungranted.customer_id)

    (told,), (kept,) = (
        api.get("/v1/me/accesses", headers=each.headers).json()["accesses"] for each in (granted, ungranted)
    )

    assert ("contact", "released", ["contact"]) == (told["path"], told["outcome"], told["released"])
    assert ("contact", "refused", "never-granted") == (kept["path"], kept["outcome"], kept["reason"])


def test_what_was_said_stands_in_the_dossier_with_who_spoke(
    api: TestClient, sender: Sender, platform: Platform
) -> None:
    person, stranger = named(platform, sender), make.person(platform)

    for each in (person, stranger):
        sender.say(each.customer_id, channel="post", sender="computer", subject="Uw vraag")

    for each in (person, stranger):
        (told,) = api.get("/v1/me/interactions", headers=each.headers).json()["interactions"]
        assert ("letter", "post", "computer", "outbound") == tuple(
            told[key] for key in ("type", "channel", "speaker", "direction")
        )
        assert {"topic": "service", "purpose": "customer-care"} == told["value"]["properties"]


def test_what_was_said_unasked_counts_all_the_same(sender: Sender, platform: Platform) -> None:
    person = make.person(platform)
    choose(platform, person, {"caps": {"service": {"most": 1, "days": 7}}})
    sender.grants(person)

    (kept,) = sender.say(person.customer_id, key="mail-1").json()["results"]
    (again,) = sender.say(person.customer_id, key="mail-1").json()["results"]

    assert ("recorded", "unasked", "repeated") == (kept["outcome"], kept["manner"], again["outcome"])
    assert kept["contact_id"] == again["contact_id"]
    assert "cap-reached" == sender.ask(person.customer_id).json()["reason"]


def test_nothing_is_kept_of_what_was_said_to_nobody(sender: Sender) -> None:
    told = [
        {"profile_id": each, "topic": "service", "channel": "email", "sender": "human"}
        for each in ("p_x", sender.id_of(ids.row()))
    ]

    answer = sender.api.post("/v1/contacts", json={"contacts": told}, headers=sender.headers).json()

    assert [{"outcome": "unknown", "contact_id": None, "manner": None}] * 2 == answer["results"]


def test_a_call_with_a_key_is_kept_once(sender: Sender, platform: Platform) -> None:
    person = make.person(platform)
    sender.headers = sender.headers | {"Idempotency-Key": make.name("key")}

    first, second = (sender.say(person.customer_id) for _ in range(2))
    del sender.headers["Idempotency-Key"]

    assert 200 == first.status_code
    assert first.content == second.content


def test_nobody_else_sees_or_counts_what_an_organization_said(
    api: TestClient, sender: Sender, platform: Platform
) -> None:
    person, other = make.person(platform), Sender.new(api, platform)
    choose(platform, person, {"caps": {"service": {"most": 1, "days": 7}}})
    sender.grants(person)
    other.grants(person)
    sender.say(person.customer_id)

    assert ["cap-reached", "welcome"] == [each.ask(person.customer_id).json()["reason"] for each in (sender, other)]


def test_a_campaign_reaches_those_who_want_it_and_nobody_who_revoked(api: TestClient, platform: Platform) -> None:
    sender = Sender.new(api, platform)
    people = [make.person(platform) for _ in range(3)]
    for each in people:
        sender.grants(each)
    choose(platform, people[1], {"channels": {"service": []}})
    make.revoke(platform, people[2], sender.organization)
    asked = {**sender.facts, "channels": ["email"], "sender": "human"}

    def told(**rest: bool) -> list[tuple[str, str]]:
        answer = sender.api.post("/v1/contact/campaign", json=asked | rest, headers=sender.headers)
        return [(each["profile_id"], each["reason"]) for each in map(json.loads, answer.text.splitlines())]

    assert [(sender.id_of(people[0].customer_id), "welcome")] == told()
    assert {
        (sender.id_of(people[0].customer_id), "welcome"),
        (sender.id_of(people[1].customer_id), "topic-off"),
    } == set(told(with_refused=True))


@pytest.mark.parametrize(
    ("wrong", "status", "code", "field"),
    [
        ({"topic": "nothing"}, 422, "topic-unknown", "/topic"),
        ({"channels": ["pigeon"]}, 422, "channel-unknown", "/channels"),
        ({"purpose": "research"}, 422, "topic-for-other-purpose", "/purpose"),
        ({"purpose": "no-such-purpose"}, 422, "purpose-unknown", "/purpose"),
        ({"channels": []}, 422, "invalid", "/channels"),
        ({"sender": "ghost"}, 422, "invalid", "/sender"),
        ({"at": "2026-03-10T10:00:00"}, 422, "invalid", "/at"),
        ({"profile_id": None}, 422, "invalid", None),
        ({"profile_ids": ["p_x"]}, 422, "invalid", None),
        ({"reservation": {"key": "k", "seconds": 5}}, 422, "invalid", "/reservation/seconds"),
        ({"reservation": {"key": ""}}, 422, "invalid", "/reservation/key"),
        ({"more": 1}, 422, "invalid", None),
    ],
)
def test_what_cannot_be_asked_is_refused_with_its_field(
    sender: Sender, wrong: dict[str, Any], status: int, code: str, field: str | None
) -> None:
    answer = sender.ask(ids.row(), **wrong)

    assert (status, code) == (answer.status_code, answer.json()["code"])
    assert field in {None, answer.json().get("field")}


def test_only_a_program_that_may_contact_asks(api: TestClient, sender: Sender, platform: Platform) -> None:
    reader = make.service(platform, sender.organization, "profiles:read", "records:write")
    asked = {**sender.facts, "channels": ["email"], "sender": "human", "profile_id": "p_x"}

    assert [403, 401] == [
        api.post("/v1/contact/decide", json=asked, headers=headers).status_code for headers in (reader, {})
    ]


def test_a_permission_that_will_have_ended_is_none_for_then(sender: Sender, platform: Platform) -> None:
    person = make.person(platform)
    make.grant(platform, person, sender.organization)
    then = (clock.now() + timedelta(days=31)).isoformat()

    told = sender.ask(person.customer_id, at=then).json()

    assert (False, "not-granted", None) == (told["allowed"], told["reason"], told["salutation"])


def test_the_export_says_how_each_contact_was_made(sender: Sender, platform: Platform) -> None:
    person, at = named(platform, sender), clock.now()
    sender.say(person.customer_id, channel="post", sender="computer")
    held = sender.ask(person.customer_id, reservation={"key": "exported"}).json()["reservation"]
    sender.say(person.customer_id, contact_id=held["contact_id"])

    rows = list(portability.take(platform, person.scope, at=at).rows("contacts"))

    assert {("unasked", "computer"), ("as-allowed", "human")} == {(each["manner"], each["sender"]) for each in rows}
    assert {sender.organization.slug} == {each["organization"] for each in rows}
    assert {"made"} == {each["state"] for each in rows}
