"""A fact that no entry can say stops nobody else, is seen by everybody, and is told once it can be."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import psycopg
import pytest
from prometheus_client.parser import text_string_to_metric_families

from api.metrics import Metrics
from cdp import recovery
from cdp.database import sql
from cdp.log import aside, database_check, gauges, sequencer, store
from cdp.platform import Platform
from cdp.tables import Organization
from consent.types import CUSTOMER_SOURCE
from tests import make
from tests.cdp.leaving import erase, known_to, resend, verified
from tests.cdp.log import bundles
from tests.cdp.log.attesting import attested

Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def shop(platform: Platform) -> Organization:
    return make.organization(platform)


@pytest.fixture
def ask(platform: Platform, database_url: str) -> Iterator[Ask]:
    """Return a hand that spoils and mends facts behind the product's back; in the end nothing is set aside."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")
        yield connection.execute
        for table in ("act", "access"):
            connection.execute(f"update {table} set client_id = null where client_id = 'two words'".encode())
    aside.release(platform)
    sequencer.step(platform)
    assert [] == aside.facts(platform)


def spoil(ask: Ask, table: str, customer: UUID) -> None:
    """Give what is known of somebody a client that no entry can name."""
    ask(f"update {table} set client_id = 'two words' where customer_id = %s", (customer,))


def mend(ask: Ask, table: str, customer: UUID) -> None:
    ask(f"update {table} set client_id = null where customer_id = %s", (customer,))


def told(ask: Ask, customer: UUID) -> int:
    found = ask(
        "select count(*) from opening o join pseudonym p using (pseudonym) where p.customer_id = %s", (customer,)
    )
    return int(found.fetchone()[0])


def test_an_act_that_no_entry_can_say_waits_with_what_comes_after_it_and_nobody_else_does(
    platform: Platform, shop: Organization, ask: Ask
) -> None:
    person, other = make.person(platform), make.person(platform)
    sequencer.step(platform)
    bundles.grant(platform, person, shop)
    spoil(ask, "act", person.customer_id)
    bundles.read_own(platform, person)
    bundles.revoke(platform, person, shop)
    before = told(ask, person.customer_id), told(ask, other.customer_id)
    bundles.grant(platform, other, shop)
    bundles.read_own(platform, other)

    verdict = bundles.settled_verdict(platform)
    bundles.read_own(platform, person)  # comes later, and waits, too
    sequencer.step(platform)

    assert (before[0], before[1] + 2) == (told(ask, person.customer_id), told(ask, other.customer_id))
    assert [] == verdict.failures
    assert 3 == verdict.checked["held_aside"]
    assert "3 facts are set aside: they happened, and no log tells of them yet" in verdict.cautions
    held = aside.facts(platform)
    assert [("consent", "act")] * 2 + [("access", "access")] * 2 == [(each.log, each.fact) for each in held]
    assert "client is missing or has another form" == held[0].reason
    assert {aside.BEHIND} == {each.reason for each in held[1:]}


def test_what_was_set_aside_is_told_in_its_order_once_it_can_be(
    platform: Platform, shop: Organization, ask: Ask
) -> None:
    person = make.person(platform)
    bundles.grant(platform, person, shop)
    spoil(ask, "act", person.customer_id)
    bundles.revoke(platform, person, shop)
    bundles.read_own(platform, person)
    waiting = bundles.settled_verdict(platform).checked["held_aside"]

    assert 3 == aside.release(platform)
    assert waiting == bundles.settled_verdict(platform).checked["held_aside"]  # and is not said again
    mend(ask, "act", person.customer_id)
    sequencer.step(platform)
    assert 3 == len(aside.facts(platform))
    assert 3 == aside.release(platform)
    verdict = bundles.settled_verdict(platform)

    assert [] == verdict.failures
    assert waiting - 3 == verdict.checked["held_aside"]
    assert verdict.checked["told_late"] >= 3
    assert 3 <= told(ask, person.customer_id)
    assert [] == bundles.verdict(platform, organization=shop.organization_id).failures
    assert [] == [each for each in database_check.check(platform).differences if "set aside" in each.said]


def test_a_read_that_no_entry_can_say_keeps_nobody_waiting(platform: Platform, shop: Organization, ask: Ask) -> None:
    person = make.person(platform)
    bundles.grant(platform, person, shop)
    bundles.read_own(platform, person)
    spoil(ask, "access", person.customer_id)
    sequencer.step(platform)
    bundles.read_own(platform, person)
    bundles.revoke(platform, person, shop)

    verdict = bundles.settled_verdict(platform)

    assert [] == verdict.failures
    assert [("access", "access")] == [(each.log, each.fact) for each in aside.facts(platform)]


@pytest.mark.parametrize("spoiled", ["grant", "attest"])
def test_a_merge_of_two_of_whom_an_act_is_set_aside_waits_for_it(
    platform: Platform, shop: Organization, ask: Ask, spoiled: str
) -> None:
    first, address = known_to(platform, make.organization(platform))
    bundles.grant(platform, first, shop)
    guest, _ = attested(platform, shop)
    found = ask("select customer_id from act where kind = %s order by at desc", (spoiled,)).fetchone()
    spoil(ask, "act", found[0])
    sequencer.step(platform)
    resend(platform, shop, guest, **verified(address))

    assert [] == bundles.settled_verdict(platform).failures
    both = ask("select customer_id, other_id from act where kind = 'merge' order by at desc").fetchone()
    merges = ask("select held from act join consent_outbox using (customer_id, seq) where kind = 'merge'").fetchall()
    assert [(aside.BEHIND,)] == merges
    waiting = {customer for row in ask(sql("log_held_customers")).fetchall() for customer in row}
    assert {first.customer_id, found[0], *both} <= waiting

    mend(ask, "act", found[0])
    aside.release(platform)
    assert [] == bundles.settled_verdict(platform).failures
    assert [] == aside.facts(platform)


@pytest.mark.parametrize("table", ["act", "access"])
def test_who_leaves_takes_along_what_is_set_aside(platform: Platform, shop: Organization, ask: Ask, table: str) -> None:
    person, _ = known_to(platform, shop)
    bundles.grant(platform, person, shop)
    bundles.read_own(platform, person)
    spoil(ask, table, person.customer_id)
    sequencer.step(platform)
    count = len(aside.facts(platform))
    waiting = bundles.verdict(platform).checked["held_aside"]

    erase(platform, person)
    verdict = bundles.settled_verdict(platform)

    assert [] == verdict.failures
    assert count >= 1
    assert waiting - count == verdict.checked["held_aside"]
    assert [] == aside.facts(platform)
    assert 0 == told(ask, person.customer_id)
    left = "select count(*) from {} where customer_id = %s"
    for outbox in ("consent_outbox", "access_outbox"):
        assert (0,) == ask(left.format(outbox), (person.customer_id,)).fetchone()


def test_a_read_that_waits_behind_many_others_when_its_customer_leaves_does_not_wait_for_ever(
    platform: Platform, shop: Organization
) -> None:
    person, _ = known_to(platform, shop)
    sequencer.step(platform)
    for _ in range(3):
        bundles.read_own(platform, person)
    erase(platform, person)
    slow = sequencer.Sequencer(platform, at_most=2)
    while slow.step().more:
        pass

    assert 0 == bundles.count(platform, "access_outbox")
    assert [] == bundles.verdict(platform).failures


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ('{"kind": "link", "reason": "x", "subject": "no id"}', "the outbox says it in another form: ValueError"),
        ('{"kind": "link", "reason": "x"}', "the outbox says it in another form: KeyError"),
        ("null", "the outbox says it in another form: TypeError"),
        (
            f'{{"kind": "neither", "reason": "x", "subject": "{CUSTOMER_SOURCE}", "source": "{CUSTOMER_SOURCE}"}}',
            "ValueError",
        ),
    ],
)
def test_a_row_that_says_nothing_is_set_aside_in_words_that_repeat_nothing(
    platform: Platform, ask: Ask, facts: str, reason: str
) -> None:
    person = make.person(platform)
    sequencer.step(platform)
    ask(
        "insert into consent_outbox (fact, customer_id, fact_id, facts, at, salt)"
        " values ('link', %s, gen_random_uuid(), %s, now(), new_salt())",
        (person.customer_id, facts),
    )

    sequencer.step(platform)

    assert [reason] == [each.reason for each in aside.facts(platform)]
    ask("delete from consent_outbox where customer_id = %s", (person.customer_id,))


def test_a_wish_of_which_nothing_is_left_is_set_aside(platform: Platform, ask: Ask) -> None:
    person = make.person(platform)
    sequencer.step(platform)
    ask(
        "insert into consent_outbox (fact, customer_id, fact_id, facts, at, salt)"
        " values ('wish', %s, gen_random_uuid(), null, now(), new_salt())",
        (person.customer_id,),
    )

    sequencer.step(platform)

    assert ["AttributeError"] == [each.reason for each in aside.facts(platform)]
    ask("delete from consent_outbox where customer_id = %s", (person.customer_id,))


def test_an_act_of_a_moment_that_no_calendar_has_is_set_aside(platform: Platform, shop: Organization, ask: Ask) -> None:
    _, act = attested(platform, shop)
    customer = ask("select customer_id from act where kind = 'attest' order by at desc limit 1").fetchone()[0]
    dated = "update act set evidence = jsonb_set(evidence, '{at}', to_jsonb(%s::text)) where customer_id = %s"
    ask(dated, ("0001-01-01T00:00:00+14:00", customer))

    sequencer.step(platform)
    reasons = [each.reason for each in aside.facts(platform)]
    ask(dated, (act.evidence.at.isoformat(), customer))

    assert "OverflowError" in reasons


def test_what_is_set_aside_is_seen_by_the_check_the_gauges_and_the_monitor(
    platform: Platform, shop: Organization, ask: Ask
) -> None:
    person = make.person(platform)
    bundles.grant(platform, person, shop)
    spoil(ask, "act", person.customer_id)
    bundles.read_own(platform, person)
    sequencer.step(platform)

    said = [each.said for each in database_check.check(platform).differences]
    found = gauges.read(platform)
    exposed = text_string_to_metric_families(Metrics(platform.database).exposition(found).decode())

    assert 2 == len([each for each in said if "has been set aside since" in each])
    assert {store.CONSENT: 1, store.ACCESS: 1} == {each.log: each.held for each in found}
    assert {None} == {each.waiting_seconds for each in found}
    assert [1, 1] == [sample.value for each in exposed for sample in each.samples if sample.name == "cdp_log_held"]


def test_new_logs_know_nothing_of_what_the_old_ones_set_aside(
    platform: Platform, shop: Organization, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = make.person(platform)
    bundles.grant(platform, person, shop)
    bundles.read_own(platform, person)
    spoil(ask, "act", person.customer_id)
    sequencer.step(platform)
    monkeypatch.setattr(recovery, "why_it_stands_still", lambda _: "a test says so")
    recovery.recover(platform)
    mend(ask, "act", person.customer_id)

    verdict = bundles.settled_verdict(platform)

    assert [] == verdict.failures
    assert 0 == verdict.checked["held_aside"] + verdict.checked["told_late"]
    assert [] == aside.facts(platform)
