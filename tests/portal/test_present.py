"""Laat uzelf zien: a page with a code that works once, for an organization that was granted something."""

import re

import pytest

from api.portal import places
from cdp.platform import Platform
from cdp.reads import presentations
from tests import make
from tests.portal.conftest import Enter


def test_the_code_on_the_page_names_me(platform: Platform, enter: Enter) -> None:
    person, shop = make.person(platform), make.organization(platform)
    make.grant(platform, person, shop)
    page = enter(person).post(places.PRESENT)
    code = re.search(r'class="token"><span aria-hidden="true">([0-9A-Z ]{9})<', page.text)
    assert code is not None

    answer = enter(person).post(
        "/v1/presentations/exchange",
        json={"code": code[1], "purpose": "customer-care"},
        headers=make.service(platform, shop, "profiles:read"),
    )

    expected = platform.profile_ids.profile_id(person.customer_id, shop.organization_id)
    assert {"profile_id": expected} == answer.json()
    assert "no-store" in page.headers["cache-control"]


def test_there_is_no_code_before_one_asks(platform: Platform, enter: Enter) -> None:
    page = enter(make.person(platform)).get(places.PRESENT).text

    assert 'class="token"' not in page


def test_too_many_codes_are_refused_in_words(platform: Platform, enter: Enter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presentations, "MOST_IN_AN_HOUR", 0)

    answer = enter(make.person(platform)).post(places.PRESENT)

    assert 429 == answer.status_code
    assert "U maakte veel codes." in answer.text
