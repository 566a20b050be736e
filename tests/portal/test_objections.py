"""Global Privacy Control: kept once, shown, offered as an objection, and never an act by itself."""

import json

from sqlmodel import select
from starlette.testclient import TestClient

from cdp.platform import Platform
from cdp.tables import Act
from tests import make
from tests.portal.conftest import Enter

SAYS = {"Sec-GPC": "1"}
OFFER = "Bezwaar maken bij iedereen"


def kinds(platform: Platform, person: make.Person) -> list[tuple[str, str]]:
    with platform.database.scoped(person.scope) as session:
        return sorted((each.kind, each.purpose) for each in session.exec(select(Act)))


def test_the_signal_is_kept_with_its_first_day_and_only_when_it_is_said(platform: Platform, enter: Enter) -> None:
    person = make.person(platform)
    browser = enter(person)

    before = [browser.get("/voorkeuren", headers=each).text for each in ({}, {"Sec-GPC": "0"})]
    said = browser.get("/voorkeuren", headers=SAYS).text
    after = browser.get("/voorkeuren").text

    assert [False, False, True, True] == ["Uw browser zei op" in each for each in (*before, said, after)]
    assert "Niemand mag uw gegevens nu voor reclame gebruiken." in said
    assert OFFER not in said


def test_one_click_objects_wherever_advertising_is_open(platform: Platform, enter: Enter) -> None:
    person = make.person(platform)
    for purpose in ("direct-marketing", "personalisation", "advice"):
        make.granted(platform, person, "contact", purpose=purpose)
    browser = enter(person)

    page = browser.get("/voorkeuren", headers=SAYS).text
    untouched = kinds(platform, person)
    browser.post("/voorkeuren/reclame")
    after = browser.get("/voorkeuren").text

    assert OFFER in page
    assert {"grant"} == {kind for kind, _ in untouched}
    objected = {purpose for kind, purpose in kinds(platform, person) if kind == "object"}
    assert {"direct-marketing", "personalisation"} == objected
    assert OFFER not in after


def test_the_site_says_that_it_listens(portal: TestClient) -> None:
    answer = portal.get("/.well-known/gpc.json")

    assert (200, True) == (answer.status_code, json.loads(answer.text)["gpc"])
    assert answer.headers["content-type"].startswith("application/json")
