"""Verzoek: what would really be shared stands there before the answer, of every kind."""

import re
from datetime import timedelta

import pytest

from cdp import clock
from cdp.ingest.items import Kind
from cdp.platform import Platform
from cdp.tables import Organization
from tests import make
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
