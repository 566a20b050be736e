"""Answering, stopping, giving back and changing, without a script: each form is one act, and the next page tells it."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.portal.routes import plain
from cdp import clock
from cdp.permissions import grants
from cdp.platform import Platform
from cdp.tables import Organization, Permission
from consent import acts as law
from tests import make
from tests.portal.conftest import Enter


def _grant(platform: Platform, person: make.Person, to: Organization, *categories: str) -> str:
    act = law.Grant(
        recipient=to.organization_id,
        purpose="advice",
        at=clock.now(),
        categories=frozenset(categories or ("contact", "usage")),
        sources=None,
        expires_at=clock.now() + timedelta(days=30),
    )
    with platform.database.scoped(person.scope) as session:
        grants.record(session, person.scope, person.customer_id, act)
    return str(grants.grant_id(person.customer_id, to.organization_id, "advice"))


def _standing(platform: Platform, person: make.Person) -> Permission:
    with platform.database.scoped(person.scope) as session:
        (found,) = grants.standing(session)
        session.expunge(found)
        return found


def _acts(platform: Platform, person: make.Person) -> list[str]:
    with platform.database.scoped(person.scope) as session:
        return [act.kind for act in grants.history(session, grants.standing(session)[0])]


def test_stopping_takes_effect_and_the_next_page_tells_it_once(platform: Platform, enter: Enter) -> None:
    person, recipient = make.person(platform), make.organization(platform)
    grant = _grant(platform, person, recipient)
    browser = enter(person)

    page = browser.post(f"/toegang/{grant}/stoppen").text
    again = browser.get("/organisaties").text

    assert "revoked" == _standing(platform, person).stopped
    assert f"{recipient.name} ziet uw gegevens niet meer." in page
    assert f'action="/toegang/{grant}/terug"' in page
    assert "ziet uw gegevens niet meer." not in again


def test_undoing_is_a_new_act_and_gives_back_exactly_what_stood(platform: Platform, enter: Enter) -> None:
    person, recipient = make.person(platform), make.organization(platform)
    grant = _grant(platform, person, recipient)
    before = _standing(platform, person)
    browser = enter(person)
    browser.post(f"/toegang/{grant}/stoppen")

    browser.post(f"/toegang/{grant}/terug")

    after = _standing(platform, person)
    assert ["grant", "revoke", "grant"] == _acts(platform, person)
    assert (before.categories, before.expires_at, None) == (after.categories, after.expires_at, after.stopped)


def test_there_is_nothing_to_undo_while_it_stands(platform: Platform, enter: Enter) -> None:
    person, recipient = make.person(platform), make.organization(platform)
    grant = _grant(platform, person, recipient)

    answer = enter(person).post(f"/toegang/{grant}/terug")

    assert 409 == answer.status_code
    assert "Dit kan nu niet meer" in answer.text
    assert ["grant"] == _acts(platform, person)


def test_one_kind_of_data_is_switched_off_and_on(platform: Platform, enter: Enter) -> None:
    person, recipient = make.person(platform), make.organization(platform)
    grant = _grant(platform, person, recipient)
    browser = enter(person)

    browser.post(f"/toegang/{grant}/soort", data={"uit": "usage"})
    less = _standing(platform, person).categories
    browser.post(f"/toegang/{grant}/soort", data={"aan": "address"})

    assert ["contact"] == less
    assert ["address", "contact"] == sorted(_standing(platform, person).categories)
    assert ["grant", "narrow", "extend"] == _acts(platform, person)


def test_switching_the_last_kind_off_stops_everything(platform: Platform, enter: Enter) -> None:
    person, recipient = make.person(platform), make.organization(platform)
    grant = _grant(platform, person, recipient, "contact")

    page = enter(person).post(f"/toegang/{grant}/soort", data={"uit": "contact"}).text

    assert "ziet uw gegevens niet meer." in page
    assert "revoked" == _standing(platform, person).stopped


@pytest.mark.parametrize(("days", "kind"), [(10, "narrow"), (180, "extend")])
def test_the_end_moves(platform: Platform, enter: Enter, days: int, kind: str) -> None:
    person, recipient = make.person(platform), make.organization(platform)
    grant = _grant(platform, person, recipient)

    enter(person).post(f"/toegang/{grant}/tot", data={"dagen": str(days)})

    end = _standing(platform, person).expires_at
    assert end is not None
    assert abs(end - clock.now() - timedelta(days=days)) < timedelta(minutes=1)
    assert ["grant", kind] == _acts(platform, person)


def test_only_what_the_organization_has_itself_is_left(platform: Platform, enter: Enter) -> None:
    person, recipient = make.person(platform), make.organization(platform)
    grant = _grant(platform, person, recipient)

    enter(person).post(f"/toegang/{grant}/alleen-eigen")

    assert [recipient.organization_id] == _standing(platform, person).sources


def test_an_objection_holds(platform: Platform, enter: Enter) -> None:
    person, recipient = make.person(platform), make.organization(platform)
    grant = _grant(platform, person, recipient)

    enter(person).post(f"/toegang/{grant}/bezwaar")

    assert "objected" == _standing(platform, person).stopped


def test_everything_stops_at_once(platform: Platform, enter: Enter) -> None:
    person, one, two = make.person(platform), make.organization(platform), make.organization(platform)
    _grant(platform, person, one)
    _grant(platform, person, two)
    browser = enter(person)

    before, page = browser.get("/alles-stoppen").text, browser.post("/alles-stoppen").text

    assert "Ja, stop alles" in before
    assert "Niemand ziet nu nog iets van u." in page


def test_a_request_is_refused_from_the_list_in_one_click(platform: Platform, enter: Enter) -> None:
    person, asking = make.person(platform), make.organization(platform)
    make.access_request(platform, asking, person.customer_id)
    browser = enter(person)
    (action,) = re.findall(r'action="(/verzoeken/[0-9a-f-]+/weigeren)"', browser.get("/").text)

    page = browser.post(action).text

    assert f"{asking.name} krijgt geen toegang." in page
    assert "refused" == _standing(platform, person).stopped


def test_a_request_is_allowed_as_a_whole(platform: Platform, enter: Enter) -> None:
    person, asking = make.person(platform), make.organization(platform)
    request = make.access_request(platform, asking, person.customer_id)

    page = enter(person).post(f"/verzoeken/{request}", data={"antwoord": "alles", "dagen": "30"}).text

    assert f"{asking.name} mag tot " in page
    assert ["contact"] == _standing(platform, person).categories


def test_a_part_of_nothing_is_asked_again_and_changes_nothing(platform: Platform, enter: Enter) -> None:
    person, asking = make.person(platform), make.organization(platform)
    request = make.access_request(platform, asking, person.customer_id)

    answer = enter(person).post(f"/verzoeken/{request}", data={"antwoord": "deel", "dagen": "30"})

    assert 422 == answer.status_code
    assert "<title>Fout: " in answer.text
    assert "Kies minstens 1 soort gegevens. Of kies Weigeren." in answer.text
    with platform.database.scoped(person.scope) as session:
        assert [] == grants.standing(session)


def test_something_of_a_special_kind_asks_for_a_fresh_proof(platform: Platform, enter: Enter) -> None:
    person, recipient = (
        make.person(platform, proven_at=clock.now() - timedelta(minutes=20)),
        make.organization(platform),
    )
    given = {"doel": "advice", "soort": "health", "dagen": "30"}
    browser = enter(person)

    answer = browser.post(f"/organisaties/{recipient.slug}/toestaan", data=given, follow_redirects=False)

    assert 303 == answer.status_code
    assert answer.headers["location"].startswith("/bevestigen")
    with platform.database.scoped(person.scope) as session:
        assert [] == grants.standing(session)


def test_access_is_given_without_being_asked(platform: Platform, enter: Enter) -> None:
    person, recipient = make.person(platform), make.organization(platform)
    given = {"doel": "advice", "soort": ["contact", "usage"], "dagen": "30"}

    page = enter(person).post(f"/organisaties/{recipient.slug}/toestaan", data=given).text

    assert "2 van 8 soorten gegevens" in page
    assert ["contact", "usage"] == sorted(_standing(platform, person).categories)


@pytest.mark.parametrize(
    "changed", [{"doel": "adv\0ice"}, {"doel": "x" * 5_000}, {"soort": "\0"}, {"dagen": "9" * 5_000}]
)
def test_a_form_that_nobody_made_allows_nothing(platform: Platform, enter: Enter, changed: dict[str, str]) -> None:
    person, recipient = make.person(platform), make.organization(platform)
    given = {"doel": "advice", "soort": "contact", "dagen": "30"}

    answer = enter(person).post(f"/organisaties/{recipient.slug}/toestaan", data=given | changed)

    assert 422 == answer.status_code
    with platform.database.scoped(person.scope) as session:
        assert [] == grants.standing(session)


def test_another_customer_s_ids_are_nothing(platform: Platform, enter: Enter) -> None:
    anna, bram, recipient = make.person(platform), make.person(platform), make.organization(platform)
    grant, request = _grant(platform, anna, recipient), make.access_request(platform, recipient, anna.customer_id)
    browser = enter(bram)

    answers = {
        path: browser.post(path, data=given, follow_redirects=False).status_code
        for path, given in {
            f"/toegang/{grant}/stoppen": {},
            f"/toegang/{grant}/terug": {},
            f"/toegang/{grant}/soort": {"uit": "usage"},
            f"/toegang/{grant}/tot": {"dagen": "10"},
            f"/toegang/{grant}/alleen-eigen": {},
            f"/toegang/{grant}/bezwaar": {},
            f"/verzoeken/{request}": {"antwoord": "alles"},
            f"/verzoeken/{request}/weigeren": {},
        }.items()
    }

    assert {404} == set(answers.values())
    assert 404 == browser.get(f"/verzoeken/{request}").status_code
    assert ["grant"] == _acts(platform, anna)


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "", "Origin": "https://evil.example"},
    ],
)
def test_a_form_of_another_site_does_nothing(platform: Platform, enter: Enter, headers: dict[str, str]) -> None:
    person, recipient = make.person(platform), make.organization(platform)
    grant = _grant(platform, person, recipient)
    browser = enter(person)

    answers = [
        browser.post(path, headers=headers).status_code
        for path in (f"/toegang/{grant}/stoppen", "/alles-stoppen", "/taal", f"/toegang/{grant}/bezwaar")
    ]

    assert {403} == set(answers)
    assert ["grant"] == _acts(platform, person)


def test_the_language_is_kept_in_the_dossier_and_nobody_is_led_away(platform: Platform, enter: Enter) -> None:
    browser = enter(make.person(platform))

    answer = browser.post("/taal", data={"taal": "nl@je", "verder": "//evil.example/x"}, follow_redirects=False)

    assert "/" == answer.headers["location"]
    assert "Niemand mag nu iets van jou zien." in browser.get("/organisaties").text


@pytest.mark.parametrize(
    "place",
    [
        *("//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "/ok\r\nX: y", "é"),
        *("/..//evil.example", "/.//evil.example", "/meer//evil.example", "/meer/../x", "/%5Cevil.example", "/%2fevil"),
    ],
)
def test_only_our_own_pages_are_led_to(portal: TestClient, place: str) -> None:
    answer = portal.post("/taal", data={"taal": "en", "verder": place}, follow_redirects=False)

    assert "/" == answer.headers["location"]


@pytest.mark.parametrize("place", ["/", "/meer", "/logboek/regels?vanaf=2026-01-01//..&x=%2F#onder", "/over-ons.html"])
def test_a_page_of_ours_is_led_to(portal: TestClient, place: str) -> None:
    answer = portal.post("/taal", data={"taal": "en", "verder": place}, follow_redirects=False)

    assert place == answer.headers["location"]


def test_help_is_there_for_everybody(portal: TestClient) -> None:
    portal.cookies.clear()

    assert "Hulp en contact" in portal.get("/hulp").text


HELPERS: dict[str, tuple[dict[str, Any], str]] = {
    "the one for help first": (
        {"portal_help": "help@example.org", "operator_mail": "op@example.org"},
        "help@example.org",
    ),
    "else the operator's": ({"operator_mail": "op@example.org", "is_demo": True}, "op@example.org"),
    "the demo has one": ({"is_demo": True}, "hulp@mijn-klant.example.org"),
    "never the sender's": ({"mail_from": "mijn.klant <noreply@example.org>"}, ""),
}


@pytest.mark.parametrize("case", HELPERS)
def test_help_names_only_an_address_that_somebody_reads(platform: Platform, case: str) -> None:
    given, expected = HELPERS[case]
    bare: dict[str, Any] = {"portal_help": None, "operator_mail": None, "is_demo": False}

    assert expected == plain.help_address(replace(platform.settings, **bare | given))


def test_a_request_says_how_long_it_asks_for(platform: Platform, enter: Enter) -> None:
    person, asking = make.person(platform), make.organization(platform)
    request = make.access_request(platform, asking, person.customer_id)

    page = enter(person).get(f"/verzoeken/{request}").text

    assert re.search(r"Ze vragen \d+ maand", page)
