"""Is dit echt? A page for everybody; opening a link asks nothing, and only the button does."""

from collections.abc import Iterator

import psycopg
import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.portal import places
from cdp.messages import checking
from cdp.platform import Platform
from tests import make
from tests.api.messaging import TEXT, Company
from tests.portal.conftest import Enter

SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}


@pytest.fixture(autouse=True)
def _nobody_asked_before(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("delete from check_count")


@pytest.fixture(scope="module")
def door(platform: Platform) -> Iterator[TestClient]:
    """Return a browser that nobody is logged in with."""
    with TestClient(create_app(platform), client=("127.0.0.1", 50000), headers=SAME_ORIGIN) as client:
        yield client


@pytest.fixture(scope="module")
def company(door: TestClient, platform: Platform) -> Company:
    return Company(door, platform)


def ask(client: TestClient, given: str = "", **more: str) -> str:
    answer = client.post(places.REAL, data={"gegeven": given} | more)
    assert answer.status_code in {200, 429}, answer.text
    page: str = answer.text
    return page


def test_everybody_finds_the_question_in_the_footer(door: TestClient) -> None:
    assert 'href="/echt"' in door.get(places.HELP).text
    page = door.get(places.REAL)
    assert (200, True) == (page.status_code, "<h1>Is dit echt?</h1>" in page.text)


def test_a_stranger_gets_an_answer_that_does_not_say_to_whom_it_was(door: TestClient, company: Company) -> None:
    page = ask(door, company.register()["code"])

    assert "Ja, dit is echt van Testbedrijf" in page
    assert "stuurde een bericht met deze code." in page
    assert "Aan u" not in page


def test_who_it_was_sent_to_reads_that_it_was_to_them(company: Company, enter: Enter) -> None:
    page = ask(enter(company.person), company.register(speaker="computer")["code"])

    assert "heeft dit aan u gestuurd." in page
    assert "<dd>Aan u</dd>" in page
    assert "<dd>Een computer</dd>" in page


def test_opening_the_link_asks_nothing_so_that_machines_use_nothing_up(door: TestClient, company: Company) -> None:
    made = company.register()
    path = made["link"].removeprefix(company.platform.settings.base_url)

    pages = [door.get(path).text for _ in range(checking.MOST_ALONE + 1)]

    assert all(made["code"] in each and "Ja, dit is echt" not in each for each in pages)
    assert "Ja, dit is echt" in ask(door, made["code"])


def test_a_forged_text_is_a_no_and_can_be_reported(company: Company, enter: Enter, platform: Platform) -> None:
    mine = enter(company.person)
    page = ask(mine, f"{TEXT} En nu meteen betalen. {company.register()['code']}")
    assert "Nee, dit is niet van Testbedrijf" in page
    assert 'action="/echt/melden"' in page

    reported = mine.post(places.REAL_REPORT, data={"organisatie": company.slug, "afzender": "info@nep.example"})

    assert (200, True) == (reported.status_code, "Bedankt. De organisatie krijgt uw melding" in reported.text)
    program = make.service(platform, company.organization, "messages:register")
    found = mine.get("/v1/message-reports", headers=program).json()["reports"]
    assert ["info@nep.example"] == [each["sender"] for each in found]


def test_a_stranger_cannot_report_and_is_led_to_the_login(door: TestClient, company: Company) -> None:
    answer = door.post(places.REAL_REPORT, data={"organisatie": company.slug}, follow_redirects=False)

    assert (303, "/inloggen") == (answer.status_code, answer.headers["location"].split("?")[0])


def test_who_is_called_sees_who_is_calling(company: Company, enter: Enter) -> None:
    company.call()

    assert "Ja, Testbedrijf belt u nu" in ask(enter(company.person), bellen="1")


def test_what_poses_as_them_is_warned_of(door: TestClient, company: Company) -> None:
    page = ask(door, company.domain.replace(".example", ".com"))

    assert f"Pas op: dit lijkt op {company.domain} van Testbedrijf, maar is het niet." in page


def test_what_was_pasted_comes_back_as_text_and_as_nothing_else(door: TestClient) -> None:
    page = ask(door, "</textarea><script>alert(1)</script>", afzender='"><b>')

    assert "<script>alert" not in page
    assert '"><b>' not in page


def test_who_asks_too_often_is_told_so_in_words(door: TestClient) -> None:
    for _ in range(checking.MOST):
        ask(door, "x")

    assert "U controleerde veel." in ask(door, "x")


def test_who_asks_nothing_is_asked_for_what_they_got(door: TestClient, database_url: str) -> None:
    answers = [door.post(places.REAL, data={"gegeven": each}) for each in ("", " \n ")]

    with psycopg.connect(database_url) as connection:
        assert [] == connection.execute("select from check_count").fetchall()
    for answer in answers:
        assert (422, True) == (answer.status_code, "<title>Fout: " in answer.text)
        assert "Plak of typ eerst wat u kreeg." in answer.text
        assert 'aria-invalid="true" aria-describedby="fout wat"' in answer.text


def test_another_site_cannot_ask_in_somebodys_name(door: TestClient) -> None:
    answer = door.post(places.REAL, data={"gegeven": "x"}, headers={"Sec-Fetch-Site": "cross-site"})

    assert 403 == answer.status_code
