"""Aanbiedingen: why somebody sees an offer, in plain words, and their last word on it."""

from datetime import timedelta
from typing import Any

import pytest

from api.portal import places
from cdp import clock
from cdp.ingest.items import Identifier, IdentifierType, Kind
from cdp.platform import Platform
from cdp.tables import Organization
from tests import make
from tests.portal.conftest import Enter

PURPOSE = "direct-marketing"
INCOME = 24_007_391  # no number that the name of something made here has in it


class Told:
    """Somebody to whom a shop may advertise, with an offer that was chosen by their income and one for everybody."""

    def __init__(self, platform: Platform, enter: Enter) -> None:
        self.platform = platform
        self.shop: Organization = make.organization(platform)
        address, user = make.email(), make.name("user")
        self.person = make.person(platform, address=address)
        verified = (Identifier(IdentifierType.EMAIL, address, verified=True),)
        income = make.item(Kind.ATTRIBUTES, "income", INCOME, user=user, identifiers=verified)
        make.delivery(platform, self.shop, income)
        extent = frozenset({"contact", "financial"})
        make.grant(platform, self.person, self.shop, purpose=PURPOSE, categories=extent)
        self.door = enter(self.person)
        self.program = make.service(platform, self.shop, "offers:manage")
        self.register("attributes.income > 2000", kind="energy", title={"nl": "Stroom van het dak"})
        self.register("true", kind="travel", title={"nl": "Naar zee"})

    def register(self, expression: str, **rest: Any) -> None:
        until = (clock.now() + timedelta(days=9)).isoformat()
        offer = {"purpose": PURPOSE, "valid_until": until, "expression": expression} | rest
        assert 201 == self.door.post("/v1/offers", json=offer, headers=self.program).status_code

    def chosen(self) -> int:
        profile = self.platform.profile_ids.profile_id(self.person.customer_id, self.shop.organization_id)
        asked = {"profile_ids": [profile], "purpose": PURPOSE}
        (one,) = self.door.post("/v1/offers/decide", json=asked, headers=self.program).json()["customers"]
        return len(one["offers"])

    def page(self) -> str:
        text: str = self.door.get(places.OFFERS).text
        return text


@pytest.fixture
def told(platform: Platform, enter: Enter) -> Told:
    return Told(platform, enter)


def test_before_anything_is_chosen_the_page_says_so(told: Told) -> None:
    assert "Er is nog niets voor u uitgekozen." in told.page()


def test_the_page_says_what_was_chosen_by_whom_and_what_was_looked_at(told: Told) -> None:
    told.chosen()

    page = told.page()

    assert "Stroom van het dak" in page
    assert "Waarom zie ik dit?" in page
    assert f"{told.shop.name} keek of dit bij u past." in page
    assert "<li>Inkomen</li>" in page
    assert f"{told.shop.name} biedt dit iedereen aan." in page
    assert str(INCOME) not in page


def test_one_button_refuses_a_kind_for_ever_and_another_takes_that_back(told: Told) -> None:
    assert 2 == told.chosen()

    answer = told.door.post(places.OFFERS + "/soort", data={"soort": "energy"}, follow_redirects=False)

    assert 303 == answer.status_code
    assert "Deze soort krijgt u niet meer." in told.page()
    assert 1 == told.chosen()
    told.door.post(places.OFFERS + "/soort", data={"soort": "energy", "antwoord": "weer"})
    assert 2 == told.chosen()


def test_one_button_switches_off_what_is_personal_and_on_again(told: Told) -> None:
    told.door.post(places.OFFERS + "/op-maat", data={"antwoord": "uit"})

    assert 1 == told.chosen()
    assert "Dit staat uit." in told.page()
    told.door.post(places.OFFERS + "/op-maat", data={"antwoord": "weer"})
    assert 2 == told.chosen()


def test_a_kind_that_there_is_not_cannot_be_refused(told: Told) -> None:
    assert 422 == told.door.post(places.OFFERS + "/soort", data={"soort": "weather"}).status_code
