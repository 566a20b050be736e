"""The whole story of contact in a real browser: choices are heard, a forgery is found out, and stop is stop."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect
from starlette.testclient import TestClient

from cdp.platform import Platform
from tests import make
from tests.api.messaging import Company
from tests.portal.visiting import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FORGED = "Beste klant, wij hebben een nieuw nummer. Betaal daarop uw rekening."


class Campaign(Company):
    """An organization that a customer granted their contact data, and that wants to write to them."""

    def decide(self) -> dict[str, Any]:
        """Ask how the customer may be approached by a computer."""
        asked = {"profile_id": self.profile, "purpose": "customer-care", "topic": "service", "sender": "computer"}
        headers = make.service(self.platform, self.organization, "contacts:write")
        answer = self.api.post("/v1/contact/decide", json=asked | {"channels": ["phone", "email"]}, headers=headers)
        assert 200 == answer.status_code, answer.text
        told: dict[str, Any] = answer.json()
        return told


def campaign(platform: Platform, api: TestClient, visitor: Visitor) -> Campaign:
    """Return an organization that the visitor granted their contact data."""
    found = Campaign(api, platform)
    found.person = visitor.person
    make.grant(platform, visitor.person, found.organization)
    return found


def choose(visitor: Visitor) -> None:
    """Choose: je, a human first, by e-mail about a question, and never by phone."""
    page = visitor.go("/voorkeuren")
    page.get_by_text("Taal en naam", exact=True).click()
    page.get_by_role("button", name="Met ‘je’").click()
    page.get_by_role("button", name="Liever een mens").click()
    page = visitor.go("/voorkeuren/contact")
    page.get_by_text("Jouw vraag of klacht", exact=True).click()
    block = page.locator("#service")
    for channel, chosen in (("email", "liefst"), ("phone", ""), ("chat", ""), ("post", "")):
        block.locator(f"select[name={channel}]").select_option(chosen)
    block.locator("button[value=bewaar]").click()
    page.locator("button[name=manier][value=phone]").click()


def check(visitor: Visitor, given: str) -> Page:
    """Ask on the page whether something is real."""
    page = visitor.go("/echt")
    page.get_by_label("Plak of typ hier wat je kreeg").fill(given)
    page.get_by_role("button", name="Controleer").click()
    return page


def test_chosen_told_checked_stopped_and_left_alone(platform: Platform, portal: TestClient, visitor: Visitor) -> None:
    company = campaign(platform, portal, visitor)

    choose(visitor)
    told = company.decide()
    made = company.register(topic="service", speaker="computer")
    expect(check(visitor, made["code"]).get_by_role("heading", level=1)).to_have_text(
        f"Ja, dit is echt van {company.organization.name}"
    )
    expect(check(visitor, f"{FORGED} {made['code']}").get_by_role("heading", level=1)).to_have_text(
        f"Nee, dit is niet van {company.organization.name}"
    )
    page = visitor.go("/berichten")
    expect(page.get_by_text("Een computer stuurde dit.")).to_be_visible()
    page.get_by_role("button", name="Stop deze soort").click()
    expect(page.get_by_role("status").first).to_contain_text("Deze soort stopt.")
    after = company.decide()

    assert (True, ["email"]) == (told["allowed"], told["channels"])
    assert ["Dit komt van een computer, niet van een mens.", "Spreek je liever een mens? Dat kan."] == [
        each["words"] for each in told["must_say"]
    ]
    assert (False, "topic-off") == (after["allowed"], after["reason"])
