"""The log as its owner reads it: every line once, narrowed by every filter, and in numbers by week."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from cdp import clock
from cdp.cursors import NEWEST_FIRST
from cdp.own import looked, looks
from cdp.own.looked import Line, Search, Wanted
from cdp.platform import Platform
from cdp.reads.reading import Asker
from consent.errors import Refused
from tests import make
from tests.cdp.dossiers import Reads
from tests.cdp.own.looking import look, program


@pytest.fixture
def noor(platform: Platform) -> make.Person:
    return make.person(platform)


def read(platform: Platform, person: make.Person, wanted: Wanted = looked.EVERYTHING, **rest: int) -> list[Line]:
    with platform.database.scoped(person.scope) as session:
        return looked.lines(session, wanted, until=clock.now(), limit=rest.get("limit", 100))


def test_every_read_through_the_vault_is_exactly_one_line(platform: Platform) -> None:
    source, address = make.organization(platform), make.email()
    make.known_person(platform, source, address)
    person = make.person(platform, address=address)
    allowed, refused = make.granted(platform, person, "contact"), make.organization(platform)
    with Reads(platform) as reads:
        reads.profile(Asker(allowed.organization_id, "test", "advice"), person.customer_id)
        reads.profile(Asker(allowed.organization_id, "test", "advice"), person.customer_id)
        with pytest.raises(Refused):
            reads.profile(Asker(refused.organization_id, "test", "advice"), person.customer_id)

    seen = read(platform, person)

    expected = [(allowed.organization_id, True)] * 2 + [(refused.organization_id, False)]
    assert sorted(expected) == sorted((each.organization, each.is_seen) for each in seen)
    assert 3 == len({each.access_id for each in seen})


def test_each_filter_leaves_what_fits(platform: Platform, noor: make.Person, database_url: str) -> None:
    bank, shop = make.organization(platform), make.organization(platform)
    desk, planner = program(platform, bank, is_human=True), program(platform, shop, is_human=False)
    now = clock.now()
    by_desk = look(database_url, noor, bank, client=desk, purpose="research", category="financial")
    by_planner = look(database_url, noor, shop, client=planner, at=now - timedelta(days=10))
    unknown = look(database_url, noor, shop, at=now - timedelta(days=20), outcome="refused")
    taken = look(database_url, noor, None, path="export")
    page = look(database_url, noor, None, path="page:log")

    cases: list[tuple[Wanted, set[UUID]]] = [
        (Wanted(), {by_desk, by_planner, unknown, taken}),
        (Wanted(who="human"), {by_desk}),
        (Wanted(who="computer"), {by_planner, unknown}),
        (Wanted(who="self"), {taken, page}),
        (Wanted(organization=shop.organization_id), {by_planner, unknown}),
        (Wanted(category="financial"), {by_desk}),
        (Wanted(outcome="stopped"), {unknown}),
        (Wanted(outcome="seen"), {by_desk, by_planner, taken}),
        (Wanted(since=now - timedelta(days=15)), {by_desk, by_planner, taken}),
        (Wanted(search=Search()), set()),
        (Wanted(search=Search(organizations=[bank.organization_id])), {by_desk}),
        (Wanted(search=Search(clients=[planner])), {by_planner}),
        (Wanted(search=Search(purposes=["research"])), {by_desk}),
        (Wanted(search=Search(categories=["financial"])), {by_desk}),
        (Wanted(who="computer", outcome="stopped", organization=shop.organization_id), {unknown}),
    ]

    assert [found for _, found in cases] == [
        {each.access_id for each in read(platform, noor, wanted)} for wanted, _ in cases
    ]


def test_a_line_says_which_program_and_whether_people_use_it(
    platform: Platform, noor: make.Person, database_url: str
) -> None:
    bank = make.organization(platform)
    look(database_url, noor, bank, client=program(platform, bank, is_human=True))
    look(database_url, noor, bank, client=program(platform, make.organization(platform), is_human=True))

    assert {("Klantenservice", True), (None, False)} == {(each.program, each.is_human) for each in read(platform, noor)}


def test_pages_follow_each_other_without_a_gap(platform: Platform, noor: make.Person, database_url: str) -> None:
    bank, at = make.organization(platform), clock.now()
    made = {look(database_url, noor, bank, at=at) for _ in range(7)}

    seen: list[UUID] = []
    place = NEWEST_FIRST
    with platform.database.scoped(noor.scope) as session:
        while page := looked.lines(session, after=place, until=clock.now(), limit=3):
            seen += [each.access_id for each in page]
            place = page[-1].place

    assert (7, made) == (len(seen), set(seen))


def test_weeks_count_people_computers_and_who_was_stopped(
    platform: Platform, noor: make.Person, database_url: str
) -> None:
    bank = make.organization(platform)
    desk = program(platform, bank, is_human=True)
    monday = datetime(2026, 11, 15, 23, tzinfo=UTC)  # midnight in the Netherlands
    until = monday + timedelta(days=5)
    for at in (monday + timedelta(hours=1), monday - timedelta(minutes=1)):
        look(database_url, noor, bank, client=desk, at=at)
        look(database_url, noor, bank, at=at)
        look(database_url, noor, bank, at=at, outcome="refused")
    look(database_url, noor, bank, at=monday - timedelta(days=60))
    look(database_url, noor, None, path="export", at=monday)

    with platform.database.scoped(noor.scope) as session:
        found = looked.weeks(session, looked.mondays(until, 3), until=until)

    assert [(0, 0, 0), (1, 1, 1), (1, 1, 1)] == [(each.human, each.computer, each.stopped) for each in found]
    assert monday == found[-1].begins


def test_the_weeks_and_the_organizations_count_the_same_looks(
    platform: Platform, noor: make.Person, database_url: str
) -> None:
    bank, until = make.organization(platform), clock.now() + timedelta(minutes=1)
    for path in ("lookup", "decision", "profile", "interactions", "batch"):
        look(database_url, noor, bank, path=path)
    look(database_url, noor, bank, path="lookup", outcome="refused")

    with platform.database.scoped(noor.scope) as session:
        weeks = looked.weeks(session, looked.mondays(until, 2), until=until)
        each = looks.recent(session, since=until - timedelta(days=7), until=until)

    assert (3, 1) == (sum(week.human + week.computer for week in weeks), sum(week.stopped for week in weeks))
    assert (3, 1) == (sum(one.released for one in each.values()), sum(one.refused for one in each.values()))


def test_a_stranger_sees_no_line(platform: Platform, noor: make.Person, database_url: str) -> None:
    look(database_url, noor, make.organization(platform))

    assert [] == read(platform, make.person(platform))


def test_a_word_is_found_however_it_is_written() -> None:
    called = [("a", "Boekhandel De Vuurtoren"), ("b", "Woonvast")]

    assert ["a"] == looked.matching("vuurTOREN", called)


def test_weeks_begin_on_monday_at_midnight_whatever_the_season() -> None:
    at = datetime(2026, 11, 4, 12, tzinfo=UTC)

    assert ["2026-10-18T22:00:00+00:00", "2026-10-25T23:00:00+00:00", "2026-11-01T23:00:00+00:00"] == [
        each.astimezone(UTC).isoformat() for each in looked.mondays(at, 3)
    ]
