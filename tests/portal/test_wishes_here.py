"""Voorkeuren for one organization alone: its hours and who speaks first go before what holds for everybody."""

import re
from typing import Any, Final

import pytest
from starlette.testclient import TestClient

from cdp.contact import wishes
from cdp.platform import Platform
from tests import make
from tests.api.approaching import Sender, choose, moment
from tests.portal.conftest import Enter

PAGE: Final = "/voorkeuren/contact"
HOURS: Final = "/voorkeuren/tijden"
NIGHT: Final = "2027-03-09 23:30"
QUIET: Final = [{"days": [1, 2, 3, 4, 5, 6, 7], "from": "20:00", "until": "09:00"}]
ALWAYS: Final = "welkom|1,2,3,4,5,6,7|00:00|24:00"


@pytest.fixture(scope="module")
def shop(platform: Platform, portal: TestClient) -> Sender:
    return Sender.new(portal, platform)


@pytest.fixture
def person(platform: Platform, shop: Sender) -> make.Person:
    """Somebody who wants quiet at night, and a human first, from everybody."""
    person = make.person(platform)
    shop.grants(person)
    choose(platform, person, {"hours": {"quiet": QUIET}, "first": "human"})
    return person


def exception(platform: Platform, person: make.Person, shop: Sender) -> Any:
    with platform.database.scoped(person.scope) as session:
        return wishes.own(session).get("exceptions", {}).get(str(shop.organization.organization_id), {})


def told(shop: Sender, person: make.Person, at: str) -> tuple[str, list[str]]:
    asked = {"purpose": "customer-care", "topic": "service", "channels": ["phone"], "sender": "computer"}
    answer = shop.ask(person.customer_id, at=moment(at), **asked).json()
    return answer["reason"], [each["code"] for each in answer["must_say"]]


def test_one_organization_may_call_at_hours_of_its_own(
    platform: Platform, enter: Enter, shop: Sender, person: make.Person
) -> None:
    voor = {"voor": shop.organization.slug}
    portal = enter(person)
    before = portal.get(HOURS, params=voor).text

    page = portal.post(HOURS + "/vast", data={"tijd": ALWAYS, **voor}).text
    here = portal.get(PAGE, params=voor).text

    assert {"hours": {"welcome": [{"days": [1, 2, 3, 4, 5, 6, 7], "from": "00:00", "until": "24:00"}]}} == exception(
        platform, person, shop
    )
    assert f"Wanneer mag {shop.organization.name} u storen?" in before
    assert "Dan niet: Elke dag van 20:00 tot 09:00 de dag erna." in before
    assert "Welke klok geldt?" not in before  # a clock alone chooses no hours
    assert f"Deze tijden gelden alleen voor {shop.organization.name}." in page
    assert "Dan mag het: Elke dag, de hele dag." in here
    assert ("welcome", ["computer-speaks", "human-possible"]) == told(shop, person, NIGHT)


def test_the_clock_that_holds_for_everybody_is_named_where_it_holds_here(
    platform: Platform, enter: Enter, shop: Sender, person: make.Person
) -> None:
    voor = {"voor": shop.organization.slug}
    portal = enter(person)
    usual = portal.get(HOURS, params=voor).text
    choose(platform, person, {"hours": {"zone": "Europe/Lisbon", "quiet": QUIET}})
    moved = portal.get(HOURS, params=voor).text

    chosen = portal.post(HOURS + "/vast", data={"tijd": ALWAYS, **voor}).text

    assert "De klok van Amsterdam geldt." in usual
    assert "De klok van Lissabon geldt." in moved
    assert '<option value="Europe/Lisbon" selected>Lissabon</option>' in chosen
    assert "geldt." not in portal.get(HOURS).text  # it is chosen there


def test_their_hours_are_chosen_taken_away_and_taken_back(
    platform: Platform, enter: Enter, shop: Sender, person: make.Person
) -> None:
    voor = {"voor": shop.organization.slug}
    portal = enter(person)
    wrong = portal.post(HOURS, data={"soort": "stil", "van": "12:00", "tot": "12:00", "dag": ["2"], **voor})
    portal.post(HOURS, data={"soort": "stil", "van": "12:00", "tot": "13:00", "dag": ["2"], **voor})
    portal.post(HOURS, data={"soort": "welkom", "van": "09:00", "tot": "17:00", "dag": ["2"], **voor})
    portal.post(HOURS + "/klok", data={"klok": "Europe/Lisbon", **voor})
    portal.post(HOURS + "/weg", data={"soort": "welkom", "tijd": "2|09:00|17:00", **voor})

    chosen = exception(platform, person, shop)
    noon = told(shop, person, "2027-03-09 13:30")  # a Tuesday, half past twelve in Lisbon
    back = portal.post(HOURS + "/gewoon", data=voor).text

    assert (422, True) == (wrong.status_code, "Vul 2 tijden in die niet gelijk zijn." in wrong.text)
    assert {"hours": {"zone": "Europe/Lisbon", "quiet": [{"days": [2], "from": "12:00", "until": "13:00"}]}} == chosen
    assert ("outside-hours", []) == noon
    assert {} == exception(platform, person, shop)
    assert "Nu gelden hier uw gewone tijden." in back
    assert "outside-hours" == told(shop, person, NIGHT)[0]


def test_with_their_last_hours_goes_their_clock(
    platform: Platform, enter: Enter, shop: Sender, person: make.Person
) -> None:
    voor, window = {"voor": shop.organization.slug}, {"soort": "stil", "tijd": "2|12:00|13:00"}
    portal = enter(person)
    portal.post(HOURS, data={"soort": "stil", "van": "12:00", "tot": "13:00", "dag": ["2"], **voor})
    portal.post(HOURS + "/klok", data={"klok": "Europe/Lisbon", **voor})

    portal.post(HOURS + "/weg", data=window | voor)

    assert {} == exception(platform, person, shop)


def test_a_computer_may_speak_first_at_one_organization(
    platform: Platform, enter: Enter, shop: Sender, person: make.Person
) -> None:
    voor = {"voor": shop.organization.slug}
    portal = enter(person)
    before = portal.get(PAGE, params=voor).text

    portal.post(PAGE + "/spreker", data={"spreker": "computer", **voor})
    chosen, listed = exception(platform, person, shop), portal.get(PAGE).text
    day = told(shop, person, "2027-03-09 13:30")
    portal.post(PAGE + "/spreker", data={"spreker": "", **voor})

    assert "Zoals voor iedereen: liever een mens" in before
    assert {"first": "computer"} == chosen
    assert "1 eigen keuze" in listed
    assert ("welcome", ["computer-speaks"]) == day
    assert {} == exception(platform, person, shop)


def test_the_proofs_say_what_was_chosen_for_whom(enter: Enter, shop: Sender, person: make.Person) -> None:
    voor, name = {"voor": shop.organization.slug}, shop.organization.name
    portal = enter(person)
    portal.post(PAGE + "/spreker", data={"spreker": "computer", **voor})
    portal.post(HOURS + "/vast", data={"tijd": ALWAYS, **voor})
    portal.post(HOURS + "/gewoon", data=voor)
    portal.patch("/v1/me/preferences", json={"exceptions": {shop.organization.slug: None}}, headers=person.headers)

    page = portal.get("/voorkeuren/bewijzen").text

    said = [f"Bij {name}: {what}<" for what in ("zoals voor iedereen", "Tijden", "Tijden", "Mens of computer")]
    assert said == re.findall(rf"Bij {re.escape(name)}: [^<]*<", page)
    assert "Mens of computer en Tijden<" in page  # for everybody


def test_nothing_is_chosen_for_who_is_not_there(platform: Platform, enter: Enter, person: make.Person) -> None:
    portal = enter(person)

    answers = [
        portal.get(HOURS, params={"voor": "nobody-at-all"}),
        portal.post(HOURS + "/vast", data={"tijd": ALWAYS, "voor": "nobody-at-all"}),
        portal.post(HOURS + "/gewoon", data={"voor": "nobody-at-all"}),
        portal.post(PAGE + "/spreker", data={"spreker": "human", "voor": "nobody-at-all"}),
        portal.post(PAGE + "/spreker", data={"spreker": "cat"}),
    ]

    assert [404, 404, 404, 404, 422] == [each.status_code for each in answers]
