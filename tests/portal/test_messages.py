"""Berichten, on a real database: who said what, who spoke, and how a kind is stopped and comes back."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.portal.frame import Room
from api.portal.pages import message_words
from api.portal.pages import messages as pages
from cdp import clock
from cdp.catalog.files import Language
from cdp.contact import wishes
from cdp.ingest.items import Kind
from cdp.platform import Platform
from consent.wishes import Choices, Wishes
from tests import make
from tests.api.approaching import Sender, choose
from tests.api.messaging import TEXT, Company
from tests.portal.conftest import Enter
from tests.portal.inbox import PAGE, entry
from tests.portal.samples import messages as samples
from tests.portal.samples import world


def own(platform: Platform, person: make.Person) -> dict[str, Any]:
    with platform.database.scoped(person.scope) as session:
        return wishes.own(session)


def said(portal: TestClient, platform: Platform, **facts: Any) -> tuple[Sender, make.Person]:
    """Return an organization that said something to somebody."""
    person, sender = make.person(platform), Sender.new(portal, platform)
    sender.grants(person)
    assert "recorded" == sender.say(person.customer_id, **facts).json()["results"][0]["outcome"]
    return sender, person


def test_messages_and_contacts_of_every_channel_stand_in_one_list_with_who_spoke(
    platform: Platform, portal: TestClient, enter: Enter
) -> None:
    company = Company(portal, platform)
    company.register(topic="account", speaker="computer")
    sender = Sender.new(portal, platform)
    sender.grants(company.person)
    for days, channel, speaker in ((2, "phone", "human"), (3, "post", "computer")):
        at = (clock.now() - timedelta(days=days)).isoformat()
        sender.say(company.person.customer_id, channel=channel, sender=speaker, at=at)

    page = enter(company.person).get(PAGE).text

    assert (company.organization.name in page, sender.organization.name in page) == (True, True)
    assert ["computer", "human", "computer"] == re.findall(r'<li id="b\w+" class="(\w+)"', page)
    assert all(each in page for each in ("U sprak een mens.", "Een computer stuurde dit.", "Brief", "Telefoongesprek"))
    assert 3 == page.count('<h2 class="day">')


@pytest.mark.parametrize("type_", ["chat", "chatbot", "phone", "video-call"])
def test_with_a_computer_that_talks_somebody_spoke(type_: str) -> None:
    talk = samples.entry("vuurtoren", "talk", kind="conversation", type=type_, channel=type_, speaker="computer")
    frame = world.frame(Language.NL, Room.MESSAGES, here=PAGE)

    assert "U sprak een computer." == pages.one(samples.mail(Language.NL), frame, talk).line.who


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"channel": "phone", "at": world.AT, "until": world.AT + timedelta(minutes=30)}, "U spreekt een mens."),
        ({"channel": "phone", "at": world.AT - timedelta(minutes=30), "until": world.AT}, "U sprak een mens."),
        ({"channel": "email", "direction": "inbound"}, "U stuurde dit."),
        ({"channel": "email", "direction": "inbound", "speaker": None}, "U stuurde dit."),
        ({"channel": "phone", "direction": "inbound"}, "U sprak een mens."),
        ({"channel": "email"}, "Een mens stuurde dit."),
    ],
)
def test_who_spoke_is_said_by_when_and_by_who_began(facts: dict[str, Any], says: str) -> None:
    mail = samples.mail(Language.NL)

    assert says == message_words.who(mail.speech, samples.entry("vuurtoren", "talk", **{"speaker": "human"} | facts))


def test_a_message_is_opened_with_its_text_and_that_it_is_real(
    platform: Platform, portal: TestClient, enter: Enter
) -> None:
    company = Company(portal, platform)
    company.register(topic="account")
    browser = enter(company.person)

    page = browser.get(entry(browser.get(PAGE).text)).text

    assert f"Dit is echt. {company.organization.name} meldde het bij ons." in page
    assert TEXT in page


@pytest.mark.parametrize(("channel", "is_talk"), [("phone", True), ("in-person", True), ("email", False)])
def test_of_a_call_it_is_not_said_that_its_text_stands_elsewhere(channel: str, *, is_talk: bool) -> None:
    call = samples.entry("vuurtoren", "call", channel=channel, speaker="human")

    page = pages.one(samples.mail(Language.NL), world.frame(Language.NL, Room.MESSAGES), call)

    talk = "Het gaat om een gesprek. Wat er gezegd wordt, staat niet hier."
    assert (talk if is_talk else "De tekst staat niet hier. Die staat in het bericht zelf.") == page.bare


def test_that_a_declared_human_was_a_computer_is_reported_once(
    platform: Platform, portal: TestClient, enter: Enter
) -> None:
    company = Company(portal, platform)
    made = company.register(topic="account", speaker="human")
    browser = enter(company.person)
    place = entry(browser.get(PAGE).text)

    before = browser.get(place).text
    told, again = (browser.post(f"{place}/was-een-computer") for _ in range(2))
    (report,) = portal.get("/v1/message-reports", headers=company.program).json()["reports"]

    assert [True, False] == [f'action="{place}/was-een-computer"' in page for page in (before, told.text)]
    assert "Bedankt. De organisatie krijgt uw melding." in told.text
    assert "U meldde dat dit een computer was." in told.text
    assert 200 == again.status_code
    assert ("was-a-computer", made["message_id"]) == (report["kind"], report["message_id"])


def test_that_a_computer_spoke_in_a_conversation_is_reported_once(
    platform: Platform, portal: TestClient, enter: Enter
) -> None:
    sender, person = said(portal, platform, channel="phone", sender="human")
    browser, desk = enter(person), make.service(platform, sender.organization, "messages:register", "grants:request")
    place = entry(browser.get(PAGE).text)

    before = browser.get(place).text
    told, again = (browser.post(f"{place}/was-een-computer") for _ in range(2))
    (report,) = portal.get("/v1/message-reports", headers=desk).json()["reports"]
    changes = portal.get("/v1/changes", headers=desk).json()["changes"]

    assert [True, False] == [f'action="{place}/was-een-computer"' in page for page in (before, told.text)]
    assert "U meldde dat dit een computer was." in told.text
    assert 200 == again.status_code
    assert ("was-a-computer", place.rpartition("/")[2]) == (report["kind"], report["message_id"])
    assert ["speaker"] == [each["kind"] for each in changes if each["kind"] == "speaker"]
    make.anchored(platform)


def test_of_a_conversation_it_is_said_who_is_known_and_not_that_it_is_real(
    platform: Platform, portal: TestClient, enter: Enter
) -> None:
    browser = enter(said(portal, platform, channel="phone", sender="human")[1])

    page = browser.get(entry(browser.get(PAGE).text)).text

    assert "Wij weten wie deze organisatie is" in page
    assert not any(words in page for words in ("Echtheid", "gecontroleerd", "Dit is echt."))


@pytest.mark.parametrize(
    ("channel", "speaker", "code"),
    [("phone", "computer", "not-declared-human"), ("in-person", "human", "face-to-face")],
)
def test_who_was_no_computer_behind_a_human_in_a_conversation_is_not_reported_as_one(
    platform: Platform, portal: TestClient, enter: Enter, channel: str, speaker: str, code: str
) -> None:
    _, person = said(portal, platform, channel=channel, sender=speaker)
    browser = enter(person)
    place = entry(browser.get(PAGE).text)

    told = portal.post(f"/v1/me/messages/{place.rpartition('/')[2]}/was-a-computer", headers=person.headers)

    assert "was-een-computer" not in browser.get(place).text
    assert (409, code) == (told.status_code, told.json()["code"])


@pytest.mark.parametrize(
    ("days", "speaker"), [(0, "computer"), (1, "human")], ids=["said to be a computer", "still to come"]
)
def test_what_is_no_computer_behind_a_human_cannot_be_reported_as_one(
    platform: Platform, portal: TestClient, enter: Enter, days: int, speaker: str
) -> None:
    company = Company(portal, platform)
    company.register(topic="account", speaker=speaker, at=(clock.now() + timedelta(days=days)).isoformat())
    browser = enter(company.person)

    page = browser.get(entry(browser.get(PAGE).text)).text

    assert "was-een-computer" not in page


def test_a_kind_is_stopped_in_one_click_and_comes_back_as_it_was(
    platform: Platform, portal: TestClient, enter: Enter
) -> None:
    sender, person = said(portal, platform)
    organization = str(sender.organization.organization_id)
    choose(platform, person, {"exceptions": {organization: {"channels": {"service": ["email"]}}}})
    browser = enter(person)
    before = own(platform, person)

    told = browser.post(f"{entry(browser.get(PAGE).text)}/stop").text
    stopped, asked = own(platform, person), sender.ask(person.customer_id).json()
    (undo,) = re.findall(rf'action="({PAGE}/[0-9a-f-]+/terug)"', told)
    browser.post(undo)

    assert "Deze soort stopt." in told
    assert "Deze soort is gestopt." in told
    assert {organization: {"channels": {"service": []}}} == stopped["exceptions"]
    assert (False, "topic-off") == (asked["allowed"], asked["reason"])
    assert before == own(platform, person)


def test_what_was_not_chosen_before_is_not_chosen_after(platform: Platform, portal: TestClient, enter: Enter) -> None:
    _, person = said(portal, platform)
    browser = enter(person)
    place = entry(browser.get(PAGE).text)

    for step in ("stop", "stop", "terug", "terug"):
        assert 200 == browser.post(f"{place}/{step}").status_code

    assert {} == own(platform, person)


def test_what_has_no_topic_is_stopped_by_its_channel_in_one_click_and_comes_back(
    platform: Platform, portal: TestClient, enter: Enter
) -> None:
    sender, address, user = Sender.new(portal, platform), make.email(), make.name("user")
    make.known_person(platform, sender.organization, address, user=user)
    person = make.person(platform, address=address)
    sender.grants(person)
    talk = make.item(Kind.INTERACTION, "phone", {"properties": {}}, user=user, key=make.name("call"))
    make.delivery(platform, sender.organization, talk)
    choose(platform, person, {"first": "human"})
    browser, organization = enter(person), str(sender.organization.organization_id)
    place, ways = entry(browser.get(PAGE).text), {"channels": ["phone", "email"], "sender": "human"}

    before = sender.ask(person.customer_id, **ways).json()["channels"]
    told = browser.post(f"{place}/stop").text
    stopped, asked = own(platform, person), sender.ask(person.customer_id, **ways).json()["channels"]
    one = browser.get(f"/voorkeuren/contact?voor={sender.organization.slug}").text
    (undo,) = re.findall(rf'action="({PAGE}/[0-9a-f-]+/terug)"', told)
    browser.post(undo)

    assert ("Dit stopt." in told, "Contact via telefoon is gestopt." in told) == (True, True)
    assert {organization: {"never": ["phone"]}} == stopped["exceptions"]
    assert ({"phone", "email"}, ["email"]) == (set(before), asked)
    assert 'value="phone" aria-pressed="true"' in one
    assert {"first": "human"} == own(platform, person)


_HERE = world.identity("vuurtoren")


@pytest.mark.parametrize(
    ("topic", "chosen", "is_undone"),
    [
        ("account", Wishes(exceptions={_HERE: Choices(channels={"account": ()})}), True),
        ("account", Wishes(general=Choices(is_silent=True)), False),
        ("account", Wishes(never=frozenset({"email", "app", "post"})), False),
        ("offers", Wishes(), False),
        (None, Wishes(exceptions={_HERE: Choices(never=frozenset({"email"}))}), True),
        (None, Wishes(never=frozenset({"email"})), False),
    ],
    ids=["its kind", "everything", "every channel", "nobody chose it", "its channel", "its channel for all"],
)
def test_what_was_stopped_here_is_taken_back_here_and_nothing_else(
    topic: str | None, chosen: Wishes, *, is_undone: bool
) -> None:
    mail = replace(samples.mail(Language.NL), chosen=chosen)
    each = samples.entry("vuurtoren", "bill", topic=topic)

    page = pages.one(mail, world.frame(Language.NL, Room.MESSAGES), each)

    assert ("", True, is_undone) == (page.line.stop, bool(page.line.stopped), bool(page.line.undo))


def test_the_choice_about_a_message_leaves_out_a_channel_that_is_never_used() -> None:
    mail = replace(samples.mail(Language.NL), chosen=Wishes(never=frozenset({"app"})))

    page = pages.one(mail, world.frame(Language.NL, Room.MESSAGES), samples.BILL)

    assert "Zij mogen u hierover bereiken via: e-mail en brief." == page.choice


def test_what_the_law_demands_has_no_button_and_does_not_stop(
    platform: Platform, portal: TestClient, enter: Enter
) -> None:
    _, person = said(portal, platform, topic="recall")
    browser = enter(person)
    listed = browser.get(PAGE).text

    refused = browser.post(f"{entry(listed)}/stop")

    assert "Stop deze soort" not in listed
    assert 409 == refused.status_code
    assert {} == own(platform, person)


def test_nobody_sees_or_stops_what_was_said_to_somebody_else(
    platform: Platform, portal: TestClient, enter: Enter
) -> None:
    _, person = said(portal, platform)
    place = entry(enter(person).get(PAGE).text)
    browser = enter(make.person(platform))

    answers = [browser.get(place), browser.post(f"{place}/stop"), browser.post(f"{place}/terug")]

    assert [404] * 3 == [each.status_code for each in answers]
    assert "Nog niemand stuurde u iets." in browser.get(PAGE).text


def test_a_long_list_goes_on_without_a_gap(platform: Platform, portal: TestClient, enter: Enter) -> None:
    sender, person = said(portal, platform)
    start = datetime(2026, 1, 1, 12, tzinfo=UTC)
    for number in range(13):
        sender.say(person.customer_id, at=(start + timedelta(hours=number // 2)).isoformat())
    browser = enter(person)

    first = browser.get(PAGE).text
    (after,) = re.findall(rf'href="({PAGE}\?na=[^"]+)"', first)
    second = browser.get(after).text

    found = [re.findall(r'<li id="(b\w+)"', page) for page in (first, second)]
    assert [10, 4] == [len(each) for each in found]
    assert 14 == len({*found[0], *found[1]})
    assert 422 == enter(make.person(platform)).get(after).status_code


def test_what_is_longer_ago_stands_under_its_month_with_its_day() -> None:
    old = [samples.entry("vuurtoren", f"{days}", at=world.AT - timedelta(days=days)) for days in (0, 6, 8, 12, 30)]
    frame = world.frame(Language.NL, Room.MESSAGES, here=PAGE)

    page = pages.listed(samples.mail(Language.NL), frame, old)

    assert [
        ("Vandaag, zaterdag 21 november", ["14:30"]),
        ("Zondag 15 november", ["14:30"]),
        ("November 2026", ["13 nov, 14:30", "9 nov, 14:30"]),
        ("Oktober 2026", ["22 okt, 15:30"]),
    ] == [(day.title, [line.clock for line in day.lines]) for day in page.days]


def test_a_human_is_asked_for_and_the_page_shows_by_when(platform: Platform, portal: TestClient, enter: Enter) -> None:
    _, person = said(portal, platform)
    browser = enter(person)
    place = entry(browser.get(PAGE).text)

    nothing = browser.post(f"{place}/antwoord", data={"tekst": " "})
    much = browser.post(f"{place}/antwoord", data={"tekst": "Bel mij. " * 300}).text
    page = browser.post(f"{place}/antwoord", data={"tekst": "Bel mij terug.", "mens": "ja"}).text

    assert (422, True) == (nothing.status_code, "Typ eerst wat u wilt zeggen." in nothing.text)
    assert ("Maak het korter" in much, "Bel mij. " * 300 in much) == (True, True)
    assert 'aria-invalid="true" aria-describedby="fout"' in much
    assert "Verstuurd. De organisatie krijgt het meteen." in page
    assert "Bel mij terug." in page
    assert "Een mens antwoordt uiterlijk op" in page


def test_what_an_organization_wrote_down_for_the_customer_says_who_wrote_it(
    platform: Platform, portal: TestClient, enter: Enter
) -> None:
    sender, person = said(portal, platform)
    (talk,) = sender.say(person.customer_id, channel="chat").json()["results"]
    desk = make.service(platform, sender.organization, "messages:register")
    handed = {"type": "chat", "key": talk["contact_id"], "text": "Belt liever met een mens."}
    assert 201 == portal.post("/v1/handovers", json=handed, headers=desk).status_code
    browser = enter(person)

    theirs = browser.get(entry(browser.get(PAGE).text)).text
    page = browser.post(f"{entry(browser.get(PAGE).text)}/antwoord", data={"tekst": "Bel mij terug."}).text

    words = f"{sender.organization.name} schreef dit op, niet u."
    assert "Belt liever met een mens." in theirs
    assert (1, 1) == (theirs.count(f"<strong>{words}</strong>"), page.count(f"<strong>{words}</strong>"))
    assert "Bel mij terug." in page


def test_who_asked_for_a_human_sees_on_the_first_page_by_when_until_it_is_answered(
    platform: Platform, portal: TestClient, enter: Enter
) -> None:
    sender, person = said(portal, platform)
    browser = enter(person)
    place = entry(browser.get(PAGE).text)
    before = browser.get("/").text
    browser.post(f"{place}/antwoord", data={"tekst": "Bel mij terug.", "mens": "ja"})

    page = browser.get("/").text
    desk = make.service(platform, sender.organization, "messages:register")
    (reply,) = portal.get("/v1/replies", headers=desk).json()["replies"]
    portal.post(f"/v1/replies/{reply['reply_id']}/done", headers=desk)

    assert ["U vroeg om een mens" in each for each in (before, page, browser.get("/").text)] == [False, True, False]
    assert "Een mens antwoordt uiterlijk op" in page
    assert f'href="{place}"' in page
