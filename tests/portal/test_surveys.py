"""A customer answers in the portal: by the link in a letter, after a login, with one button a question."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from cdp.platform import Platform
from cdp.tables import Organization
from tests import make
from tests.cdp.listening import talks

Enter = Callable[[make.Person], TestClient]


@pytest.fixture(scope="module")
def shop(platform: Platform) -> Organization:
    return make.organization(platform)


@pytest.fixture
def asked(platform: Platform, shop: Organization) -> tuple[make.Person, str]:
    """Return somebody who is asked, and where."""
    talk = talks.talked(platform, shop)
    return talk.person, f"/enquetes/{talks.ask(platform, talk).survey_id}"


def test_one_tap_answers_one_question(enter: Enter, asked: tuple[make.Person, str], platform: Platform) -> None:
    person, path = asked
    browser = enter(person)

    shown = browser.get(path).text
    said = [browser.post(path, data=tap) for tap in ({"opgelost": "ja"}, {"gehoord": "nee"}, {"aanraden": "10"})]

    assert 4 == shown.count('class="row taps"')
    assert "gekozen" not in shown
    assert [200] * 3 == [each.status_code for each in said]
    assert 3 == said[-1].text.count("gekozen")
    (survey,) = talks.surveys(platform, person)
    assert (True, None, False, 10) == (survey.solved, survey.smooth, survey.heard, survey.recommend)


def test_the_list_leads_to_what_is_asked(enter: Enter, asked: tuple[make.Person, str]) -> None:
    person, path = asked

    assert f'href="{path}"' in enter(person).get("/enquetes").text


def test_who_would_rather_not_is_left_alone(enter: Enter, asked: tuple[make.Person, str]) -> None:
    person, path = asked
    browser = enter(person)

    after = browser.post(f"{path}/niet").text

    assert "taps" not in after
    assert not re.search(r"/niet", after)


@pytest.mark.parametrize(
    "form", [{}, {"opgelost": "misschien"}, {"aanraden": "11"}, {"aanraden": "-1"}, {"aanraden": "ja"}]
)
def test_what_no_button_says_is_refused(
    enter: Enter, asked: tuple[make.Person, str], form: dict[str, Any], platform: Platform
) -> None:
    person, path = asked

    assert 422 == enter(person).post(path, data=form).status_code
    assert [None] == [each.answered_at for each in talks.surveys(platform, person)]


def test_the_link_in_a_letter_leads_there_after_a_login(portal: TestClient, asked: tuple[make.Person, str]) -> None:
    led = portal.get(asked[1], follow_redirects=False)

    assert 303 == led.status_code
    assert "verder=%2Fenquetes%2F" in led.headers["location"]
