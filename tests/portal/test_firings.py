"""Regels: the customer reads which rule of which organization fired about what of theirs, and why."""

from html import unescape

import pytest
from starlette.testclient import TestClient

from api.portal import places
from api.portal.frame import Room
from api.portal.pages import firings, log_words
from api.portal.routes import firings as routes
from cdp import clock
from cdp.catalog import files
from cdp.catalog.files import Language
from cdp.contact import preferences
from cdp.platform import Platform
from cdp.rules import explaining
from tests import make
from tests.api.metering import Grid
from tests.portal.conftest import Enter
from tests.portal.samples import firings as samples
from tests.portal.samples import log, world


def test_the_rule_the_organization_the_record_and_why_are_told(
    platform: Platform, portal: TestClient, enter: Enter
) -> None:
    grid = Grid(portal, platform, "contact", "usage")
    grid.register()
    grid.sends("meter-reading", {"value": 0})
    grid.settled()
    stranger = make.person(platform)

    browser = enter(grid.person)
    page, look = (unescape(browser.get(each).text) for each in (places.LOG_RULES, places.LOG))
    other = unescape(enter(stranger).get(places.LOG_RULES).text)

    told = ("meter reads zero", grid.service.name, "Waarde", "record.properties.value == 0")
    assert all(each in page for each in told)
    assert "Een regel keek mee." in look
    assert f'href="{places.LOG_RULES}"' in look
    assert ("meter reads zero" in other, "Er paste nog niets bij een regel." in other) == (False, True)


@pytest.mark.parametrize(
    ("lines", "pages"), [(3, [3]), (2, [2, 1])], ids=["exactly a page, and no empty one behind it", "a page and a rest"]
)
def test_a_list_goes_on_as_long_as_something_follows(
    portal: TestClient, enter: Enter, platform: Platform, monkeypatch: pytest.MonkeyPatch, lines: int, pages: list[int]
) -> None:
    person = _somebody_of_whom_three_fired(portal, platform).person
    monkeypatch.setattr(routes, "LINES", lines)
    browser, place = enter(person), places.LOG_RULES
    seen: list[int] = []

    while place and len(seen) < 9:
        text = browser.get(place).text
        seen.append(text.count('class="plate"'))
        place = text.partition('class="btn" href="')[2].partition('"')[0]

    assert pages == seen


def test_the_list_is_told_in_parts_of_which_no_firing_is_left_out_or_told_twice(
    portal: TestClient, platform: Platform
) -> None:
    grid = _somebody_of_whom_three_fired(portal, platform)

    with platform.database.scoped(grid.person.scope) as session:
        whole = explaining.own(session, limit=9)
        one_by_one = [explaining.own(session, after=each.place, limit=1) for each in whole]

    assert 3 == len({each.firing_id for each in whole})
    assert sorted(whole, key=lambda each: each.place, reverse=True) == whole
    assert [[each] for each in whole[1:]] + [[]] == one_by_one


def _somebody_of_whom_three_fired(portal: TestClient, platform: Platform) -> Grid:
    grid = Grid(portal, platform, "contact", "usage")
    grid.register()
    for _ in range(3):
        grid.sends("meter-reading", {"value": 0})
    grid.settled()
    return grid


def test_as_many_changes_as_a_page_holds_have_no_page_behind_them(
    enter: Enter, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = make.person(platform)
    for address in ("je", "u"):
        with platform.database.scoped(person.scope) as session:
            preferences.change(platform, session, {"address": address}, at=clock.now())
    seen = []
    for lines in (1, 2):
        monkeypatch.setattr("api.portal.routes.wish_parts.LINES", lines)
        seen.append("?na=" in enter(person).get(places.WISH_RECEIPTS).text)

    assert [True, False] == seen


def test_whether_they_might_reach_the_customer_is_told_as_it_was_then() -> None:
    page = firings.firings(
        world.speech(Language.NL),
        world.frame(Language.NL, Room.LOG),
        world.NAMES,
        files.shipped(),
        [samples.fired("woonvast", 2), samples.fired("woonvast", 3, contact={"allowed": False, "reason": "topic-off"})],
    )

    assert [
        "Toen mochten zij u hierover bereiken via: e-mail en telefoon.",
        "Toen mochten zij u hierover niet bereiken. U wilt hierover niets.",
    ] == [each.contact for each in page.entries]


def test_a_look_of_a_rule_that_was_stopped_tells_what_it_wanted() -> None:
    speech, stopped = world.speech(Language.NL), {"outcome": "refused", "released": [], "reason": "revoked"}
    looks = [log.line("woonvast", hours=1, path="rules", **each) for each in ({}, stopped)]

    assert ["Een regel keek mee. Die zag:", "Wilde zien:"] == [
        log_words.what(speech, files.shipped(), each) for each in looks
    ]
