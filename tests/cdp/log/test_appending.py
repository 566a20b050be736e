"""What happens in the running system comes to stand in the logs, and an auditor accepts it."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from cdp import clock
from cdp.log import sequencer
from cdp.platform import Platform
from cdp.tables import Organization
from tests import make
from tests.cdp.leaving import erase, known_to, resend, verified
from tests.cdp.log import bundles
from tests.cdp.log.attesting import attested
from tests.cdp.traces import tables_with

Ask = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def shop(platform: Platform) -> Organization:
    return make.organization(platform)


@pytest.fixture
def bank(platform: Platform) -> Organization:
    return make.organization(platform)


@pytest.fixture
def ask(database_url: str) -> Iterator[Ask]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield lambda question, *facts: connection.execute(question, facts).fetchall()


def test_an_act_and_a_read_are_in_logs_that_an_auditor_accepts(platform: Platform, shop: Organization) -> None:
    person = make.person(platform)
    bundles.grant(platform, person, shop)
    bundles.read_own(platform, person)
    bundles.revoke(platform, person, shop)

    verdict = bundles.settled_verdict(platform)

    assert [] == verdict.failures
    assert verdict.checked["acts"] >= 2
    assert verdict.checked["reads"] >= 1
    assert 0 == bundles.count(platform, "consent_outbox") + bundles.count(platform, "access_outbox")


def test_a_merge_a_split_and_an_erasure_are_in_logs_that_an_auditor_accepts(
    platform: Platform, shop: Organization, bank: Organization, ask: Ask
) -> None:
    person, _ = known_to(platform, shop, bank)
    bundles.grant(platform, person, bank)
    other, address = known_to(platform, bank)
    bundles.grant(platform, other, shop, "contact", "products")
    bundles.read_own(platform, other)
    sequencer.step(platform)
    guest, _ = attested(platform, shop)
    resend(platform, shop, guest, **verified(address))
    assert ask("select 1 from act where kind = 'merge'")
    sequencer.step(platform)
    ((subject,),) = ask(
        "select l.subject_id from link l join act a on a.customer_id = l.customer_id where a.kind = 'merge'"
        " order by l.at desc, l.subject_id limit 1"
    )
    with platform.database.scoped(other.scope) as session:
        session.execute(
            text("select unlink_subject(:c, :s, :at)"), {"c": other.customer_id, "s": subject, "at": clock.now()}
        )
    assert ask("select 1 from act where kind = 'split'")
    assert [] == bundles.settled_verdict(platform).failures

    erase(platform, person)
    verdict = bundles.settled_verdict(platform)

    assert [] == verdict.failures
    assert verdict.checked["erasures"] >= 1
    assert verdict.checked["consent_erased"] >= 2

    erase(platform, other)
    assert [] == bundles.settled_verdict(platform).failures


def test_an_organizations_file_holds_and_does_not_tell_that_its_customer_joined(
    platform: Platform, shop: Organization, bank: Organization
) -> None:
    person, address = known_to(platform, bank)
    bundles.grant(platform, person, shop)
    guest, _ = attested(platform, shop)
    resend(platform, shop, guest, **verified(address))
    bundles.revoke(platform, person, shop)
    sequencer.step(platform)

    assert b'"event":"link"' in bundles.opened(platform, None)
    for each in (shop.organization_id, bank.organization_id):
        assert b'"event":"link"' not in bundles.opened(platform, each)
        assert [] == bundles.verdict(platform, organization=each).failures
    assert b'"event":"merge"' in bundles.opened(platform, shop.organization_id)


def test_an_erased_person_is_nowhere(platform: Platform, shop: Organization, ask: Ask) -> None:
    person, _ = known_to(platform, shop)
    bundles.grant(platform, person, shop)
    bundles.read_own(platform, person)
    sequencer.step(platform)
    ((names,),) = ask("select array_agg(pseudonym) from pseudonym where customer_id = %s", person.customer_id)
    assert 2 == len(names)
    assert len(ask("select 1 from opening where pseudonym = any(%s)", names)) >= 2

    erase(platform, person)
    sequencer.step(platform)

    assert [] == ask("select 1 from opening where pseudonym = any(%s)", names)
    assert [] == ask("select 1 from pseudonym where pseudonym = any(%s)", names)
    assert {"change"} == tables_with(ask, [person.customer_id])


def test_a_read_that_was_under_way_when_its_customer_left_is_logged_and_opened_by_nobody(
    platform: Platform, shop: Organization, ask: Ask
) -> None:
    person, _ = known_to(platform, shop)
    erase(platform, person)
    sequencer.step(platform)
    ask(
        "insert into access (customer_id, at, access_id, organization_id, principal, path, purpose, asked, released,"
        " records, outcome, reason) values (%s, now(), gen_random_uuid(), %s, 'service', 'profile', 'advice',"
        " '{contact}', '{contact}', 1, 'released', 'granted') returning 1",
        person.customer_id, shop.organization_id,
    )  # fmt: skip

    verdict = bundles.settled_verdict(platform)

    assert [] == verdict.failures
    assert verdict.checked["access_erased"] >= 1


def test_an_end_is_logged_with_its_true_time(platform: Platform, shop: Organization, ask: Ask) -> None:
    person = make.person(platform)
    begun = clock.now() - timedelta(minutes=3)
    end = begun + timedelta(minutes=2)
    bundles.grant(platform, person, shop, at=begun, until=end)

    assert 1 == sequencer.step(platform).expired
    assert 0 == sequencer.step(platform).expired
    assert [(end,)] == ask("select at from act where customer_id = %s and kind = 'expire'", person.customer_id)
    assert [] == bundles.verdict(platform).failures
