"""Rules over HTTP: an incoming record that a rule says yes to becomes a signal with the contact decision, explained."""

import asyncio
import json
import threading
import time
from base64 import urlsafe_b64decode
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from psycopg import sql
from starlette.testclient import TestClient

from cdp import clients, clock
from cdp.ingest.items import Kind
from cdp.platform import Platform
from cdp.rules import arrivals, firing, watching
from cdp.rules.arrivals import Waiting
from cdp.rules.firing import Round
from cdp.scope import OPERATOR
from cdp.signals.streams import Kind as Told
from tests import make
from tests.api.metering import PURPOSE, SECRET, ZERO, Grid, rule
from tests.cdp.signals import receiving
from tests.waiting import PATIENCE


def _claims(token: str) -> dict[str, Any]:
    body = token.split(".")[1]
    claims: dict[str, Any] = json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return claims


@pytest.fixture
def grid(api: TestClient, platform: Platform) -> Grid:
    return Grid(api, platform, "contact", "usage")


def test_a_record_that_a_rule_says_yes_to_fires_once_with_the_contact_decision(grid: Grid) -> None:
    assert 201 == grid.register().status_code
    grid.sends("meter-reading", {"value": 0, "secret": SECRET}, key="r-1")
    grid.sends("meter-reading", {"value": 7})
    grid.sends("meter-reading", {"value": 0, "secret": SECRET}, key="r-1")

    assert Round(2, 1) == grid.settled()

    (fired,) = grid.firings()
    assert (grid.service.slug, "meter reads zero", ZERO, ["record.properties"]) == (
        fired["organization"],
        fired["rule"],
        fired["expression"],
        fired["uses"],
    )
    assert fired["contact"]["allowed"] in {True, False}
    assert Round(0, 0) == grid.settled()
    assert 1 == len(grid.told())


def test_the_signal_carries_the_rule_and_the_decision_and_no_value(grid: Grid) -> None:
    grid.register()
    delivery = {"method": "urn:ietf:rfc:8936"}
    wanted = {"delivery": delivery, "events_requested": ["http://localhost:8000/events/rule-fired"]}
    stream = grid.api.post("/ssf/streams", json=wanted, headers=grid.headers).json()
    grid.sends("meter-reading", {"value": 0, "secret": SECRET})
    grid.settled()

    path = stream["delivery"]["endpoint_url"].removeprefix("http://localhost:8000")
    answer = grid.api.post(path, json={"returnImmediately": True}, headers=grid.headers).json()

    (token,) = answer["sets"].values()
    claims = _claims(token)
    (told,) = claims["events"].values()
    assert ("meter reads zero", "interaction/meter-reading") == (told["rule"], told["record"])
    assert {"allowed", "reason", "channels", "not_before", "must_say"} == told["contact"].keys()
    assert SECRET not in str(claims)
    assert grid.address not in str(claims)


@pytest.mark.parametrize("categories", [(), ("contact",), ("contact", "products")])
def test_what_is_not_granted_fires_nothing(api: TestClient, platform: Platform, categories: tuple[str, ...]) -> None:
    grid = Grid(api, platform, *categories)
    grid.register(expression="true")

    grid.sends("meter-reading", {"value": 0})

    assert 0 == grid.settled().fired
    assert [] == grid.firings()
    accesses = api.get("/v1/me/accesses", headers=grid.person.headers).json()["accesses"]
    assert [] == [each for each in accesses if each["path"] == "rules"]


def test_the_rules_of_a_program_that_ended_do_not_fire(grid: Grid) -> None:
    grid.register()
    with grid.platform.database.scoped(OPERATOR) as session:
        for each in clients.of_organization(session, grid.service.organization_id):
            clients.revoke(session, each.client_id, at=clock.now())

    grid.sends("meter-reading", {"value": 0})

    assert 0 == grid.settled().fired


def test_after_a_revocation_no_rule_sees_anything(grid: Grid) -> None:
    grid.register()
    grid.sends("meter-reading", {"value": 0})
    make.revoke(grid.platform, grid.person, grid.service, purpose=PURPOSE)

    assert Round(1, 0) == grid.settled()


def test_that_rules_looked_stands_in_the_access_log(grid: Grid) -> None:
    grid.register(expression="false")
    grid.sends("meter-reading", {"value": 0})
    grid.settled()

    accesses = grid.api.get("/v1/me/accesses", headers=grid.person.headers).json()["accesses"]

    (line,) = [each for each in accesses if each["path"] == "rules"]
    assert (grid.service.slug, ["usage"], "released") == (line["organization"], line["released"], line["outcome"])


def test_a_record_of_another_type_is_read_for_no_rule(grid: Grid) -> None:
    grid.register(expression="true")

    grid.sends("appointment", {"value": 0})

    assert Round(0, 0) == grid.settled()


def test_a_rule_that_ended_says_nothing(grid: Grid) -> None:
    made = grid.register().json()["rule_id"]

    assert 200 == grid.api.delete(f"/v1/rules/{made}", headers=grid.headers).status_code
    grid.sends("meter-reading", {"value": 0})

    assert 0 == grid.settled().fired
    (kept,) = grid.api.get("/v1/rules", headers=grid.headers).json()["rules"]
    assert kept["ended_at"] is not None


def test_products_and_facts_have_rules_too(api: TestClient, platform: Platform) -> None:
    grid = Grid(api, platform, "contact", "products", "personal")
    late = "timestamp(record.properties.due) < now"
    grid.register(name="late", records=["product/order"], expression=late)
    grid.register(name="moved", records=["attributes/language"], expression="record.value == 'en'")
    due = (clock.now() - timedelta(days=1)).isoformat()
    order = make.item(Kind.PRODUCT, "order", {"due": due}, user=grid.user, key="o-1")
    make.delivery(platform, grid.network, order, make.item(Kind.ATTRIBUTES, "language", "en", user=grid.user))

    grid.settled()

    assert {"late", "moved"} == {each["rule"] for each in grid.firings()}


@pytest.mark.parametrize(
    ("rest", "code", "field"),
    [
        ({"expression": "record.kindd == 'a'"}, "expression-name-unknown", "/expression"),
        ({"expression": "attributes.income > 3"}, "expression-name-unknown", "/expression"),
        ({"expression": "record.type =="}, "expression-unreadable", "/expression"),
        ({"records": ["interaction/meter-reading", "product/unheard-of"]}, "record-unknown", "/records/1"),
        ({"topic": "unheard-of"}, "topic-unknown", "/topic"),
        ({"topic": "news"}, "topic-for-other-purpose", "/purpose"),
        ({"channels": ["pigeon"]}, "channel-unknown", "/channels"),
        ({"purpose": "unheard-of"}, "purpose-unknown", "/purpose"),
        ({"sender": "parrot"}, "invalid", "/sender"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(grid: Grid, rest: dict[str, Any], code: str, field: str) -> None:
    answer = grid.register(**rest)

    assert (422, code, field) == (answer.status_code, answer.json()["code"], answer.json()["field"])


def test_an_organization_has_its_own_rules_only(grid: Grid, api: TestClient, platform: Platform) -> None:
    made = grid.register().json()["rule_id"]
    other = Grid(api, platform, "contact")

    assert [] == api.get("/v1/rules", headers=other.headers).json()["rules"]
    assert 404 == api.delete(f"/v1/rules/{made}", headers=other.headers).status_code
    reader = make.service(platform, grid.service, "profiles:read")
    assert 403 == api.post("/v1/rules", json=rule(), headers=reader).status_code


def test_the_worker_asks_rules_by_itself_and_tells_within_a_second(grid: Grid) -> None:
    grid.register()
    stop, failures = threading.Event(), list[Exception]()
    hand = threading.Thread(
        target=watching.work, args=(grid.platform, stop), kwargs={"report": failures.append}, daemon=True
    )
    hand.start()
    try:
        grid.sends("meter-reading", {"value": 0})
        patience = time.monotonic() + PATIENCE
        while not grid.firings() and time.monotonic() < patience:
            stop.wait(0.05)
    finally:
        stop.set()
        hand.join()

    assert ["meter reads zero"] == [each["rule"] for each in grid.firings()]
    assert [] == failures


def test_what_waits_and_what_fired_goes_with_the_customer(grid: Grid, database_url: str) -> None:
    grid.register()
    grid.sends("meter-reading", {"value": 0})
    grid.settled()
    grid.sends("meter-reading", {"value": 0})

    assert 200 == grid.api.delete("/v1/me", headers=grid.person.headers).status_code

    with psycopg.connect(database_url) as connection:
        for table in ("rule_arrival", "firing"):
            count = sql.SQL("select count(*) from {} where customer_id = %s").format(sql.Identifier(table))
            assert (0,) == connection.execute(count, (grid.person.customer_id,)).fetchone()


def test_rules_that_take_long_are_asked_in_later_rounds_and_nothing_is_lost(
    grid: Grid, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(firing, "SECONDS", 1e-12)
    monkeypatch.setattr(firing, "LEAST", 1e-12)
    grid.register()
    grid.register(name="anything", expression="true")
    for _ in range(3):
        grid.sends("meter-reading", {"value": 0})

    first = grid.round()

    assert Round(0, 1, 3) == first
    assert Round(3, 5) == grid.settled()
    assert ["anything"] * 3 + ["meter reads zero"] * 3 == sorted(each["rule"] for each in grid.firings())


def test_what_is_left_of_a_round_comes_behind_what_is_new(grid: Grid, monkeypatch: pytest.MonkeyPatch) -> None:
    grid.register()
    grid.sends("meter-reading", {"value": 0}, key="r-1")
    grid.sends("meter-reading", {"value": 0}, key="r-2")
    with monkeypatch.context() as hasty:
        hasty.setattr(firing, "SECONDS", 1e-12)
        hasty.setattr(firing, "LEAST", 1e-12)
        assert 1 == grid.round().left
    grid.sends("meter-reading", {"value": 0}, key="r-3")

    new, left = asyncio.run(_waiting(grid.platform))

    assert (None, 1) == (new.left_to, len(left.left_to or ()))
    assert Round(2, 2) == grid.settled()


async def _waiting(platform: Platform) -> list[Waiting]:
    async with Platform.in_loop(platform.settings) as own:
        return await arrivals.waiting(own.database)


def test_a_webhook_is_told_by_whoever_asks_the_rules_also_when_a_transaction_stood_in_the_way(
    grid: Grid, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "TELLING", 3_600)  # of seconds, for the slowest machine
    vault, stop, failures = receiving.opened(grid.platform), threading.Event(), list[Exception]()
    grid.register()
    hand = threading.Thread(target=watching.work, args=(vault, stop), kwargs={"report": failures.append}, daemon=True)
    with receiving.receiving() as receiver, psycopg.connect(database_url) as before:
        receiving.stream(vault, grid.service, receiver.url, Told.WEBHOOK)
        before.execute("select pg_current_xact_id()")
        hand.start()
        try:
            grid.sends("meter-reading", {"value": 0})
            patience = time.monotonic() + PATIENCE
            while not grid.firings() and time.monotonic() < patience:
                stop.wait(0.05)
            before.commit()
            while "rule-fired" not in _types(receiver) and time.monotonic() < patience:
                stop.wait(0.05)
        finally:
            stop.set()
            hand.join()

    assert 1 == _types(receiver).count("rule-fired")
    assert [] == failures


def _types(receiver: receiving.Receiver) -> list[str]:
    return [each["type"] for each in receiving.bodies(list(receiver.told))]
