"""Organisaties, on a real database: what somebody decided is what they see."""

import re
from datetime import timedelta

import psycopg
import pytest
from starlette.testclient import TestClient

from api.portal.pages import plates
from cdp import clock, directory
from cdp.catalog.files import Language
from cdp.permissions import grants
from cdp.platform import Platform
from cdp.tables import Organization
from consent import acts as law
from tests import make
from tests.portal.asked import asked_about
from tests.portal.conftest import PAGE, Enter
from tests.portal.samples import world

PURPOSES = ("advice", "research", "customer-care", "personalisation", "direct-marketing", "fraud-prevention")


def _grant(platform: Platform, person: make.Person, to: Organization, *, days: int = 30) -> None:
    at = clock.now()
    act = law.Grant(
        recipient=to.organization_id,
        purpose="advice",
        at=at,
        categories=frozenset({"contact", "usage"}),
        sources=None,
        expires_at=at + timedelta(days=days),
    )
    with platform.database.scoped(person.scope) as session:
        grants.record(session, person.scope, person.customer_id, act)


def test_somebody_new_reads_that_nobody_sees_anything(platform: Platform, enter: Enter) -> None:
    page = enter(make.person(platform)).get("/organisaties")

    assert 200 == page.status_code
    assert "Niemand mag nu iets van u zien." in page.text


def test_a_permission_stands_there_with_what_it_opens(platform: Platform, enter: Enter) -> None:
    person, recipient = make.person(platform), make.organization(platform)
    _grant(platform, person, recipient)

    page = enter(person).get("/organisaties").text

    assert "1 organisatie mag iets van u zien." in page
    assert f'href="/organisaties/{recipient.slug}"' in page
    assert "2 van 8 soorten gegevens" in page
    assert "Nog nooit." in page


def test_who_asks_stands_at_the_top(platform: Platform, enter: Enter) -> None:
    person, asking = make.person(platform), make.organization(platform, is_verified=False)
    request = make.access_request(platform, asking, person.customer_id)

    page = enter(person).get("/organisaties").text

    assert f'href="/verzoeken/{request}"' in page
    assert "Wij kennen deze afzender niet" in page


def _age(database_url: str, recipient: Organization, days: int = 100) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "update permission set chosen_at = now() - make_interval(days => %s) where recipient_id = %s",
            (days, recipient.organization_id),
        )


def test_after_ninety_days_it_is_asked_whether_it_is_right_with_two_equal_answers(
    platform: Platform, enter: Enter, database_url: str
) -> None:
    person, kept, stopped = make.person(platform), make.organization(platform), make.organization(platform)
    for each in (kept, stopped):
        _grant(platform, person, each)
    portal = enter(person)
    before = portal.get("/organisaties").text
    for each in (kept, stopped):
        _age(database_url, each)

    page, overview = portal.get("/organisaties").text, portal.get("/").text
    keep, stop = (grants.grant_id(person.customer_id, each.organization_id, "advice") for each in (kept, stopped))
    done = [portal.post(f"/toegang/{keep}/behouden"), portal.post(f"/toegang/{stop}/stoppen")]

    assert "Klopt het nog?" not in before
    assert 2 == page.count("U gaf dit 100 dagen geleden. Klopt het nog?") == page.count(">Nee, stoppen<")
    assert "Er wachten 2 dingen op u." in overview
    assert "2 keer gaf u 90 dagen geleden toegang." in overview
    assert [200, 200] == [each.status_code for each in done]
    assert "Klopt het nog?" not in portal.get("/organisaties").text
    assert "1 organisatie mag iets van u zien." in portal.get("/organisaties").text


def test_the_menu_counts_all_that_waits_on_every_page(platform: Platform, enter: Enter, database_url: str) -> None:
    asked = asked_about(platform, database_url)
    person, old, ending, stopped = asked.person, *(make.organization(platform) for _ in range(3))
    for each in (old, ending, stopped):
        _grant(platform, person, each)
    _age(database_url, old)
    _end_soon(database_url, ending, stopped)
    make.revoke(platform, person, stopped, purpose="advice")
    make.access_request(platform, make.organization(platform), person.customer_id)
    portal = enter(person)
    badge = re.compile(r'class="tick">(\d+)<')

    overview = portal.get("/").text

    assert "Er wachten 4 dingen op u." in overview
    assert [["4"], ["4"]] == [badge.findall(each) for each in (overview, portal.get("/gegevens").text)]
    portal.post(f"/bent-u-dit/{asked.subject}", data={"antwoord": "nee"})
    assert ["3"] == badge.findall(portal.get("/voorkeuren").text)


def test_nothing_waits_for_somebody_new(platform: Platform, enter: Enter) -> None:
    assert 'class="tick"' not in enter(make.person(platform)).get("/").text


def _end_soon(database_url: str, *recipients: Organization) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "update permission set expires_at = now() + interval '3 days' where recipient_id = any (%s)",
            ([each.organization_id for each in recipients],),
        )


def test_keeping_what_is_over_or_another_s_changes_nothing(platform: Platform, enter: Enter) -> None:
    anna, bram, recipient = make.person(platform), make.person(platform), make.organization(platform)
    _grant(platform, anna, recipient)
    given = grants.grant_id(anna.customer_id, recipient.organization_id, "advice")

    assert 404 == enter(bram).post(f"/toegang/{given}/behouden").status_code
    enter(anna).post(f"/toegang/{given}/stoppen")
    assert 409 == enter(anna).post(f"/toegang/{given}/behouden").status_code


def test_a_long_list_is_shown_page_by_page_and_nobody_is_lost(platform: Platform, enter: Enter) -> None:
    person = make.person(platform)
    recipients = {make.organization(platform).slug for _ in range(4)}
    with platform.database.scoped(person.scope) as session:
        known = directory.names(session)
        for recipient in recipients:
            for purpose in PURPOSES:
                at = clock.now()
                act = law.Grant(
                    recipient=known.organization(recipient),
                    purpose=purpose,
                    at=at,
                    categories=frozenset({"contact"}),
                    sources=None,
                    expires_at=at + timedelta(days=30),
                )
                grants.record(session, person.scope, person.customer_id, act)
    portal = enter(person)

    first, second, beyond, stopped = (
        portal.get(path).text
        for path in ("/organisaties", "/organisaties?pagina=2", "/organisaties?pagina=99", "/organisaties/gestopt")
    )

    found = [set(re.findall(r'class="plate hue\d" id="(\w+)"', each)) for each in (first, second)]
    assert ([20, 4], 24) == ([len(each) for each in found], len(found[0] | found[1]))
    assert 'href="/organisaties?pagina=2"' in first
    assert "Pagina 2 van 2" in second
    assert "Pagina 2 van 2" in beyond
    assert "Pagina" not in stopped


@pytest.mark.parametrize("number", ["0", "-1", "x", "10001"])
def test_a_page_number_that_is_none_is_told_kindly(platform: Platform, enter: Enter, number: str) -> None:
    assert 422 == enter(make.person(platform)).get(f"/organisaties?pagina={number}").status_code


def test_what_another_customer_decided_is_not_there(platform: Platform, enter: Enter) -> None:
    anna, bram, recipient = make.person(platform), make.person(platform), make.organization(platform)
    _grant(platform, anna, recipient)

    assert recipient.slug not in enter(bram).get("/organisaties").text


def test_who_is_not_logged_in_is_led_to_the_login_and_back(portal: TestClient) -> None:
    answer = portal.get("/organisaties", follow_redirects=False)

    assert 303 == answer.status_code
    assert answer.headers["location"].endswith("?verder=%2Forganisaties")


def test_a_session_that_ended_leads_to_the_login(portal: TestClient) -> None:
    answer = portal.get("/organisaties", headers={"Cookie": "cdp_session=cdp_se_none"}, follow_redirects=False)

    assert 303 == answer.status_code


def test_a_page_is_stored_by_nobody_and_loads_only_from_us(platform: Platform, enter: Enter) -> None:
    headers = enter(make.person(platform)).get("/organisaties").headers

    assert "no-store" == headers["cache-control"]
    assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'; style-src 'self';")


def test_an_unknown_address_is_a_page_to_a_person_and_a_document_to_a_program(portal: TestClient) -> None:
    page, document = portal.get("/nergens"), portal.get("/nergens", headers={"Accept": "application/json"})

    assert (404, 404) == (page.status_code, document.status_code)
    assert "Deze pagina is er niet" in page.text
    assert "application/problem+json" == document.headers["content-type"]


def test_a_program_gets_a_document_also_when_it_asks_for_a_page(portal: TestClient) -> None:
    assert "application/problem+json" == portal.get("/v1/nowhere", headers=PAGE).headers["content-type"]


def test_a_file_is_kept_for_a_year(portal: TestClient) -> None:
    path = portal.app.state.portal.statics.url("portal.css")  # type: ignore[attr-defined]  # the client knows only ASGI

    answer = portal.get(path)

    assert 200 == answer.status_code
    assert "public, max-age=31536000, immutable" == answer.headers["cache-control"]
    assert 404 == portal.get("/static/portal.000000000000.css").status_code


def test_what_was_changed_later_was_given_when_it_was_given() -> None:
    narrowed = world.grant("vuurtoren", "advice", "address", ago=60, changed_at=world.AT - timedelta(days=5))

    said = plates.ground(world.speech(Language.NL), narrowed, "Boekhandel De Vuurtoren")

    assert f"op {world.speech(Language.NL).date(narrowed.since)}." in said
    assert narrowed.since != narrowed.changed_at


def test_stopping_and_objecting_are_told_apart_where_both_can_be_done_and_in_help(
    platform: Platform, enter: Enter
) -> None:
    person, recipient = make.person(platform), make.organization(platform)
    _grant(platform, person, recipient)
    browser = enter(person)

    pages = [browser.get(place).text for place in (f"/organisaties/{recipient.slug}", "/hulp")]

    for page, name in zip(pages, (recipient.name, "de organisatie"), strict=True):
        assert f"Toegang stoppen: {name} ziet niets meer, tot u weer ja zegt." in page
        assert f"Bezwaar maken: {name} mag uw gegevens hier niet meer voor gebruiken, ook niet buiten ons." in page
