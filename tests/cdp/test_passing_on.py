"""A right value reaches its source only when the customer says so, and each time it does stands in the log."""

from uuid import UUID

import pytest

from cdp import clock, demand_answers, demands
from cdp.demand_answers import Answer, Reply
from cdp.own import accesses
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.tables import Organization
from tests import make
from tests.cdp.demanding import TELLING, answer, asked, do, record, shown, values


@pytest.fixture
def shop(platform: Platform) -> Organization:
    return make.organization(platform)


@pytest.fixture
def noor(platform: Platform, shop: Organization) -> make.Person:
    address = make.email()
    make.known_person(platform, shop, address, user=f"user-{address}")
    return make.person(platform, address=address)


def test_a_correction_that_stays_here_is_shown_to_no_source(
    platform: Platform, noor: make.Person, shop: Organization
) -> None:
    with platform.database.scoped(noor.scope) as session:
        name, at = record(platform, noor), clock.now()
        assert demands.correct(platform, session, name, "Eleonora", tell_source=False, note="Niets.", at=at) is None

    assert {"Noor", "Eleonora"} == values(platform, noor)
    assert ([], []) == (asked(platform, noor), shown(platform, shop, only_open=False))
    assert [] == looks(platform, noor)


def looks(platform: Platform, person: make.Person) -> list[tuple[UUID | None, str, str, list[str], int]]:
    with platform.database.scoped(person.scope) as session:
        found = accesses.of_customer(session, until=clock.now(), limit=100, with_own=False)
    return [(each.organization, each.path, each.reason, each.released, each.records) for each in found]


def test_each_time_a_source_reads_the_right_value_stands_in_the_log(
    platform: Platform, noor: make.Person, shop: Organization
) -> None:
    do(platform, noor, TELLING, record(platform, noor), "Eleonora")
    do(platform, noor, demands.dispute, record(platform, noor, "subscription"))
    before = looks(platform, noor)

    shown(platform, shop)
    shown(platform, shop)

    line = (shop.organization_id, "demands", "asked-to-correct", ["contact"], 1)
    assert ([], [line, line]) == (before, looks(platform, noor))


def test_an_answer_reads_nothing_of_what_the_customer_said(
    platform: Platform, noor: make.Person, shop: Organization
) -> None:
    demand = do(platform, noor, TELLING, record(platform, noor), "Eleonora")

    answer(platform, shop, demand, Reply(Answer.DONE, "corrected"))
    with platform.database.scoped(Scope(Principal.SOURCE, shop.organization_id)) as session:
        found = demand_answers.find(session, platform.ring, demand, at=clock.now())

    assert (None, "", []) == (found.wanted, found.note, looks(platform, noor))


def test_a_correction_that_was_taken_back_is_shown_no_more(
    platform: Platform, noor: make.Person, shop: Organization
) -> None:
    demand = do(platform, noor, TELLING, record(platform, noor), "Eleonora")
    with platform.database.scoped(noor.scope) as session:
        demands.withdraw(session, demand, at=clock.now())

    (seen,) = shown(platform, shop, only_open=False)

    assert (None, "", []) == (seen.wanted, seen.note, looks(platform, noor))
