"""Berichten says in what something that was said strayed from what its customer had chosen, or its sender announced."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.portal.frame import Room
from api.portal.pages import messages as pages
from cdp import clock
from cdp.catalog.files import Language
from cdp.messages.manners import Manner
from cdp.platform import Platform
from consent.wish_strays import Stray
from tests import make
from tests.api.approaching import Sender, choose
from tests.portal.conftest import Enter
from tests.portal.inbox import PAGE, entry
from tests.portal.samples import messages as samples
from tests.portal.samples import world

QUIET = {"hours": {"zone": "Europe/Amsterdam", "quiet": [{"from": "00:00", "until": "24:00"}]}}
STRAYED = (
    "U had dit gestopt.",
    "U wilde dit niet op deze manier.",
    "U wilde op dit moment rust.",
    "U sprak liever een mens.",
)


@pytest.mark.parametrize(
    ("patch", "facts", "said"),
    [
        ({}, {"channel": "phone"}, []),
        ({"channels": {"service": []}}, {}, [0]),
        ({"contact": "none"}, {}, [0]),
        ({"contact": "none"}, {"topic": "recall"}, []),
        ({"channels": {"service": ["post"]}}, {}, [1]),
        ({"never": ["email"]}, {}, [1]),
        ({"never": ["phone"]}, {}, []),
        (QUIET, {"channel": "phone"}, [2]),
        (QUIET, {"channel": "email"}, []),
        ({"first": "human"}, {"channel": "phone", "sender": "computer"}, [3]),
        ({"first": "human"}, {"channel": "phone", "sender": "human"}, []),
        ({"first": "human"}, {"channel": "email", "sender": "computer"}, []),
        (QUIET | {"channels": {"service": []}}, {"channel": "phone"}, [0, 2]),
    ],
)
def test_what_was_said_otherwise_than_was_chosen_says_so(
    platform: Platform,
    portal: TestClient,
    enter: Enter,
    patch: dict[str, Any],
    facts: dict[str, Any],
    said: list[int],
) -> None:
    person, sender = make.person(platform), Sender.new(portal, platform)
    sender.grants(person)
    choose(platform, person, patch)
    sender.say(person.customer_id, **facts)
    browser = enter(person)

    listed = browser.get(PAGE).text
    opened = browser.get(entry(listed)).text

    assert said == [place for place, words in enumerate(STRAYED) if words in listed]
    assert said == [place for place, words in enumerate(STRAYED) if words in opened]
    assert ("Zij zeiden ons dit niet vooraf." in listed, "Zij zeiden ons dit niet vooraf." in opened) == (False, True)


def test_who_stops_something_later_makes_nothing_of_before_wrong(
    platform: Platform, portal: TestClient, enter: Enter
) -> None:
    person, sender = make.person(platform), Sender.new(portal, platform)
    sender.grants(person)
    sender.say(person.customer_id, at=(clock.now() - timedelta(hours=1)).isoformat())
    choose(platform, person, {"channels": {"service": []}})
    sender.say(person.customer_id)

    page = enter(person).get(PAGE).text

    assert 1 == page.count("U had dit gestopt.")


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({}, ""),
        ({"channel": "chat"}, "Het kwam niet op de manier die zij vooraf zeiden."),
        ({"sender": "computer"}, "Zij zeiden vooraf: een mens."),
        ({"at": "2026-01-01T00:00:00Z"}, "Het kwam niet op de tijd die zij vooraf zeiden."),
    ],
)
def test_what_was_said_otherwise_than_was_announced_says_so(
    platform: Platform, portal: TestClient, enter: Enter, told: dict[str, Any], words: str
) -> None:
    person, sender = make.person(platform), Sender.new(portal, platform)
    sender.grants(person)
    held = sender.ask(person.customer_id, channels=["email"], reservation={"key": "once"}).json()["reservation"]
    sender.say(person.customer_id, contact_id=held["contact_id"], **told)

    page = enter(person).get(PAGE).text

    assert (words or "strayed") in page if words else "strayed" not in page


@pytest.mark.parametrize(
    ("found", "speaker", "said"),
    [
        ((Stray.HOUR, "late"), "human", [Stray.HOUR]),
        ((Stray.WAY, "other-channel"), "human", [Stray.WAY]),
        ((Stray.SPEAKER, "other-speaker"), "computer", ["other-speaker"]),
        ((Stray.SPEAKER,), "computer", [Stray.SPEAKER]),
    ],
)
def test_one_thing_is_said_once(found: tuple[Manner, ...], speaker: str, said: list[Manner]) -> None:
    each = replace(samples.CHAT, speaker=speaker)
    mail = replace(samples.mail(Language.NL), manners={each.entry_id: found})

    page = pages.one(mail, world.frame(Language.NL, Room.MESSAGES), each)

    assert len(said) == len(page.line.strayed)
