"""Verzoek: what would really be shared stands there before the answer, of every kind."""

import re
from datetime import timedelta

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from cdp import clock, organizations
from cdp.ingest.items import Kind
from cdp.permissions import notices
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.tables import Act, Organization
from tests import make
from tests.api.asking import PATH, Asker, by_email
from tests.portal.conftest import Enter


@pytest.fixture
def shop(platform: Platform) -> Organization:
    return make.organization(platform)


def test_products_and_contacts_are_counted_and_the_newest_shown(
    platform: Platform, enter: Enter, shop: Organization
) -> None:
    address, user, at = make.email(), make.name("user"), clock.now()
    make.known_person(platform, shop, address, user=user)
    products = [
        make.item(
            Kind.PRODUCT,
            "subscription",
            {"plan": f"Plan {n}"},
            user=user,
            key=f"k{n}",
            occurred_at=at - timedelta(days=n),
        )
        for n in range(5)
    ]
    talks = [
        make.item(
            Kind.INTERACTION,
            "phone",
            {"subject": f"Vraag {n}"},
            user=user,
            key=f"t{n}",
            occurred_at=at - timedelta(days=n),
        )
        for n in range(6)
    ]
    make.delivery(platform, shop, *products, *talks)
    person = make.person(platform, address=address)
    request = make.access_request(
        platform, make.organization(platform), person.customer_id, "products", "conversations"
    )

    page = enter(person).get(f"/verzoeken/{request}").text

    assert re.search(r"Nu 6 gegevens[^<]*[.] Bijvoorbeeld:", page)
    assert re.search(r"Nu \d+ contacten en bezoeken[.] Bijvoorbeeld:", page)
    assert [True, True, False, False, False] == [f"Plan {n}" in page for n in range(5)]
    assert "basis" in page  # it came last, with the person
    assert [True] * 3 + [False] * 3 == [f"Vraag {n}" in page for n in range(6)]


def test_what_is_not_there_is_said(platform: Platform, enter: Enter) -> None:
    person = make.person(platform)
    request = make.access_request(platform, make.organization(platform), person.customer_id, "products")

    page = enter(person).get(f"/verzoeken/{request}").text

    assert "Hier staat nu niets in. Later misschien wel." in page


def test_the_page_says_who_is_not_verified_any_more(platform: Platform, enter: Enter, shop: Organization) -> None:
    person = make.person(platform)
    request = make.access_request(platform, shop, person.customer_id)
    browser = enter(person)

    before = browser.get(f"/verzoeken/{request}").text
    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        organizations.unverify(session, shop.organization_id)
    after = browser.get(f"/verzoeken/{request}").text

    warning = "Geef deze afzender geen gegevens."
    assert [False, True] == [warning in each for each in (before, after)]


def test_the_customer_reads_what_happens_to_who_says_no_and_the_act_keeps_it(
    platform: Platform, portal: TestClient, enter: Enter, shop: Organization
) -> None:
    address = make.email()
    person = make.person(platform, address=address)
    consequences = {"nl": "U betaalt meer.", "nl@je": "Je betaalt meer."}
    request = Asker(platform, portal, shop).ask(identifiers=by_email(address), consequences=consequences)
    browser = enter(person)

    page = browser.get(f"/verzoeken/{request}").text
    browser.post(f"/verzoeken/{request}", data={"antwoord": "alles"})

    assert "Testbedrijf zegt over weigeren: ‘U betaalt meer.’" in page
    assert "Een mens bekijkt uw gegevens." in page
    with platform.database.scoped(person.scope) as session:
        (kept,) = [each.evidence for each in session.exec(select(Act))]
    assert kept["text"].endswith("Wij maken een advies.\n\nU betaalt meer.")
    assert notices.fits(kept)


def test_a_request_that_was_taken_back_is_not_asked_any_more(
    platform: Platform, portal: TestClient, enter: Enter, shop: Organization
) -> None:
    address = make.email()
    person, asker = make.person(platform, address=address), Asker(platform, portal, shop)
    request = asker.ask(identifiers=by_email(address))
    portal.delete(f"{PATH}/{request}", headers=asker.headers)

    page = enter(person).get(f"/verzoeken/{request}").text

    assert "Testbedrijf vraagt dit niet meer. U hoeft niets te doen." in page
    assert "Alles toestaan" not in page
