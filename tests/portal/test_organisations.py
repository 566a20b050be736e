"""Organisaties, on a real database: what somebody decided is what they see."""

from datetime import timedelta

from starlette.testclient import TestClient

from cdp import clock, grants
from cdp.platform import Platform
from cdp.tables import Organization
from consent import acts as law
from tests import make
from tests.portal.conftest import PAGE, Enter


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
