"""Berichten: what it says that a human gets to see who is asked for, held to what they get."""

import re

import pytest
from starlette.testclient import TestClient

from cdp.platform import Platform
from tests import make
from tests.api.approaching import Sender
from tests.portal.conftest import Enter
from tests.portal.inbox import PAGE, entry

_SHUT = "Van uw laatste gesprekken ziet die wanneer en waarover, niet wat er is gezegd."


def _opened(sender: Sender) -> str:
    return f"Ook ziet die wat {sender.organization.name} over uw laatste gesprekken opschreef."


@pytest.mark.parametrize(
    ("categories", "purpose", "is_ended", "is_open"),
    [
        (("contact", "conversations"), "customer-care", False, True),
        (("contact",), "customer-care", False, False),
        (("contact", "conversations"), "advice", False, False),
        (("contact", "conversations"), "customer-care", True, False),
    ],
    ids=["open", "another kind", "another purpose", "ended"],
)
def test_the_page_says_of_the_words_of_before_what_the_organization_gets(  # one row of the table, each by name
    platform: Platform,
    portal: TestClient,
    enter: Enter,
    categories: tuple[str, ...],
    purpose: str,
    *,
    is_ended: bool,
    is_open: bool,
) -> None:
    person, sender = make.person(platform), Sender.new(portal, platform)
    sender.grants(person, *categories, purpose=purpose)
    if purpose != "customer-care":
        sender.grants(person)
    sender.say(person.customer_id, channel="chat")
    if is_ended:
        make.revoke(platform, person, sender.organization)
    browser, desk = enter(person), make.service(platform, sender.organization, "messages:register")
    place = entry(browser.get(PAGE).text)

    page = browser.get(place).text
    browser.post(f"{place}/antwoord", data={"mens": "ja"})
    (reply,) = portal.get("/v1/replies", headers=desk).json()["replies"]

    assert [is_open, not is_open] == [words in page for words in (_opened(sender), _SHUT)]
    assert [is_open] == [each["details"] is not None for each in reply["before"]]
    allowed = f'<a href="/organisaties/{sender.organization.slug}">Wilt u dat wel?'
    assert (allowed in page) is not is_open


def test_what_a_human_sees_is_said_of_the_button_that_asks_for_one_alone(
    platform: Platform, portal: TestClient, enter: Enter
) -> None:
    person, sender = make.person(platform), Sender.new(portal, platform)
    sender.grants(person)
    sender.say(person.customer_id, channel="chat")
    browser = enter(person)

    page = browser.get(entry(browser.get(PAGE).text)).text

    (described,) = re.findall(r'<(\w+)[^>]*aria-describedby="mens"[^>]*>([^<]*)<', page)
    assert ("button", "Vraag om een mens") == described
    assert "niets te herhalen" not in page
