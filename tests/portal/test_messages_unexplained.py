"""Berichten: of a contact of which nobody said what it was for, the page says so, with the customer's own choice."""

from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.portal.frame import Room
from api.portal.pages import messages as pages
from api.portal.pages.messages import MessagePage
from cdp.catalog.files import Language
from cdp.ingest.items import Kind
from cdp.platform import Platform
from consent.wishes import Choices, Wishes
from tests import make
from tests.api.approaching import Sender
from tests.portal.conftest import Enter
from tests.portal.inbox import PAGE, entry
from tests.portal.samples import messages as samples
from tests.portal.samples import world

_HERE = world.identity("vuurtoren")
_NEVER = Choices(never=frozenset({"phone"}))
_FREE = "U hebt contact via telefoon niet gestopt. Per onderwerp kan dat anders zijn."


def _page(chosen: Wishes | None = None, **facts: Any) -> MessagePage:
    talk = {"kind": "conversation", "type": "phone", "channel": "phone", "topic": None, "speaker": "human"} | facts
    mail = replace(samples.mail(Language.NL), chosen=chosen or Wishes())
    return pages.one(mail, world.frame(Language.NL, Room.MESSAGES), samples.entry("vuurtoren", "talk", **talk))


def _what_for(page: MessagePage) -> list[str]:
    return [each.value for each in page.facts if each.label == "Waarvoor"]


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({}, "Boekhandel De Vuurtoren zei niet waarvoor dit was."),
        ({"subject": "Verhuizing"}, "Boekhandel De Vuurtoren zei niet waarvoor dit was."),
        ({"topic": "unheard-of"}, "Wij weten niet waarvoor dit was."),
        ({"direction": "inbound"}, "U nam zelf contact op."),
        ({"topic": "service"}, "Klantenservice"),
    ],
    ids=["nothing said", "a subject alone", "an unknown topic", "the customer began", "a topic"],
)
def test_of_a_conversation_it_is_said_what_it_was_for_or_that_nobody_said_so(facts: dict[str, Any], says: str) -> None:
    assert [says] == _what_for(_page(**facts))


@pytest.mark.parametrize(
    ("chosen", "says"),
    [
        (Wishes(), _FREE),
        (Wishes(exceptions={world.identity("zonnewijzer"): _NEVER}), _FREE),
        (Wishes(exceptions={_HERE: _NEVER}), "U wilt van hen geen contact via telefoon."),
        (Wishes(never=frozenset({"phone"})), "U wilt van niemand contact via telefoon."),
        (Wishes(general=Choices(is_silent=True)), "U wilt van hen alleen wat moet van de wet."),
        (Wishes(exceptions={_HERE: Choices(is_silent=True)}), "U wilt van hen alleen wat moet van de wet."),
    ],
    ids=["nothing chosen", "of another", "off for them", "off for all", "silence", "silence for them"],
)
def test_without_a_topic_the_choice_about_channel_and_sender_stands_there_as_it_is_now(
    chosen: Wishes, says: str
) -> None:
    page = _page(chosen)

    assert (says, "/voorkeuren/contact?voor=vuurtoren") == (page.choice, page.change)


@pytest.mark.parametrize("facts", [{"direction": "inbound"}, {"channel": None, "type": "visit-of-a-kind"}])
def test_where_no_organization_used_a_channel_no_choice_is_named(facts: dict[str, Any]) -> None:
    assert "" == _page(**facts).choice


def test_a_registered_message_without_a_topic_says_what_it_said() -> None:
    page = _page(kind="message", type=None)

    assert (["Zij zeggen niet waarover dit gaat."], "") == (_what_for(page), page.choice)


def test_the_page_of_an_unexplained_contact_follows_the_choice_when_it_is_stopped(
    platform: Platform, portal: TestClient, enter: Enter
) -> None:
    sender, address, user = Sender.new(portal, platform), make.email(), make.name("user")
    make.known_person(platform, sender.organization, address, user=user)
    person = make.person(platform, address=address)
    talk = make.item(Kind.INTERACTION, "phone", {"properties": {}}, user=user, key=make.name("call"))
    make.delivery(platform, sender.organization, talk)
    browser = enter(person)
    place = entry(browser.get(PAGE).text)

    before = browser.get(place).text
    browser.post(f"{place}/stop")
    stopped = browser.get(place).text
    browser.post(f"{place}/terug")

    assert f"{sender.organization.name} zei niet waarvoor dit was." in before
    assert [_FREE in each for each in (before, stopped, browser.get(place).text)] == [True, False, True]
    assert "U wilt van hen geen contact via telefoon." in stopped
    assert f'href="/voorkeuren/contact?voor={sender.organization.slug}"' in stopped
