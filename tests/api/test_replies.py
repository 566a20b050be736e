"""What customers say back: who gets it, what they see of before, by when a human answers, and that it stays theirs."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from starlette.testclient import TestClient

from api.app import create_app
from cdp import clock, due_dates, erasure
from cdp.messages import replies
from cdp.platform import Platform
from tests import make
from tests.api.approaching import Sender, join
from tests.cdp.leaving import known_to
from tests.cdp.log import bundles


@pytest.fixture(scope="module")
def api(platform: Platform) -> Iterator[TestClient]:
    with TestClient(create_app(platform), raise_server_exceptions=False) as client:
        yield client


class Desk(Sender):
    """An organization that talked to a customer, and whose desk reads what customers say back."""

    @classmethod
    def open(cls, api: TestClient, platform: Platform) -> "Desk":
        """Return one that talked to nobody yet."""
        found = Sender.new(api, platform)
        return cls(found.api, found.platform, found.organization, found.headers)

    @classmethod
    def of(cls, api: TestClient, platform: Platform) -> tuple["Desk", make.Person, str]:
        """Return it with the customer, and the conversation that they had."""
        desk, person = cls.open(api, platform), make.person(platform)
        desk.grants(person)
        return desk, person, desk.writes_to(person)

    def writes_to(self, person: make.Person) -> str:
        """Record a chat of yesterday that a computer began, and return what it is called."""
        before = (clock.now() - timedelta(days=1)).isoformat()
        self.say(person.customer_id, channel="chat", sender="computer", subject="Verhuizing", at=before)
        found = self.api.get("/v1/me/interactions", headers=person.headers).json()["interactions"]
        talk: str = found[-1]["record_id"]
        return talk

    def call(self, method: str, path: str, **rest: Any) -> Any:
        """Call as the desk."""
        headers = make.service(self.platform, self.organization, "messages:register")
        return self.api.request(method, path, headers=headers, **rest)

    def hands_over(self, **facts: Any) -> Any:
        """Hand the customer of its chat over to a human."""
        return self.call("POST", "/v1/handovers", json={"type": "chat", "key": "chat-1"} | facts)

    @classmethod
    def chatting(cls, api: TestClient, platform: Platform) -> tuple["Desk", make.Person]:
        """Return it with a customer who began a chat, and what that was about."""
        desk = cls.open(api, platform)
        person, address = known_to(platform, desk.organization)
        desk._record_chat(address)
        return desk, person

    def _record_chat(self, user: str) -> None:
        told: dict[str, Any] = {"kind": "interaction", "type": "chat", "key": "chat-1", "subject": {"user_id": user}}
        told |= {"occurred_at": (clock.now() - timedelta(minutes=5)).isoformat(), "channel": "chat", "outcome": "open"}
        told |= {"properties": {"question": "Waar blijft de monteur?"}, "direction": "inbound", "speaker": "computer"}
        headers = make.service(self.platform, self.organization, "records:write")
        answer = self.api.post("/v1/records", json={"items": [told]}, headers=headers)
        assert "stored" == answer.json()["results"][0]["outcome"], answer.text

    def listed(self) -> list[dict[str, Any]]:
        """Return what waits at the desk."""
        found: list[dict[str, Any]] = self.call("GET", "/v1/replies").json()["replies"]
        return found


def say(api: TestClient, person: make.Person, about: str, **facts: Any) -> Any:
    """Say something back as a customer."""
    return api.post("/v1/me/replies", json={"about": about} | facts, headers=person.headers)


def test_who_takes_over_gets_what_was_said_before_and_the_customer_sees_by_when(
    platform: Platform, api: TestClient
) -> None:
    desk, person, talk = Desk.of(api, platform)

    made = say(api, person, talk, text="Mijn adres klopt niet.", wants_human=True)
    (waiting,) = desk.listed()
    own = api.get("/v1/me/replies", headers=person.headers).json()["replies"]

    assert 201 == made.status_code, made.text
    assert (desk.organization.slug, False) == (made.json()["organization"], made.json()["is_late"])
    assert ("Mijn adres klopt niet.", True, talk) == (waiting["text"], waiting["wants_human"], waiting["about"])
    assert desk.id_of(person.customer_id) == waiting["profile_id"]
    assert [("chat", "computer", "Verhuizing")] == [
        (each["type"], each["speaker"], each["subject"]) for each in waiting["before"]
    ]
    assert made.json()["due_at"] == waiting["due_at"] > made.json()["at"]
    assert [made.json()] == own


def test_the_words_of_before_come_with_a_grant_that_opens_them_and_go_with_it(
    platform: Platform, api: TestClient
) -> None:
    desk, person = Desk.chatting(api, platform)
    talk = desk.writes_to(person)
    say(api, person, talk, text="Mijn adres klopt niet.")
    say(api, person, talk, wants_human=True)

    shut = desk.listed()[1]["before"]
    desk.grants(person, "conversations")
    opened = desk.listed()[1]["before"]
    make.revoke(platform, person, desk.organization)
    revoked = desk.listed()[1]["before"]

    assert shut == revoked
    assert [("Verhuizing", None, None), (None, None, None), (None, "Mijn adres klopt niet.", None)] == [
        (each["subject"], each["text"], each["details"]) for each in shut
    ]
    assert {"question": "Waar blijft de monteur?"} == opened[1]["details"]
    assert ("open", "Mijn adres klopt niet.") == (opened[1]["outcome"], opened[2]["text"])


def test_the_log_says_that_it_was_said_and_by_which_grant_the_words_were_read(
    platform: Platform, api: TestClient, database_url: str
) -> None:
    desk, person, talk = Desk.of(api, platform)
    made = say(api, person, talk, wants_human=True).json()
    desk.listed()
    desk.grants(person, "conversations")
    desk.listed()

    with psycopg.connect(database_url) as connection:
        lines = connection.execute(
            "select a.reason, a.records, x.kind, a.act_id from access a left join act x using (customer_id, act_id)"
            " where a.customer_id = %s and a.path = 'reply' order by a.at, a.reason",
            (person.customer_id,),
        ).fetchall()
    said = ("addressed", 1, None, UUID(made["reply_id"]))
    assert [said, said] == [line for line in lines if line[0] == "addressed"]
    assert [("granted", 1, "grant")] == [line[:3] for line in lines if line[0] != "addressed"]


def test_who_asks_for_a_human_in_a_chat_is_handed_over_and_sees_it(platform: Platform, api: TestClient) -> None:
    desk, person = Desk.chatting(api, platform)

    made = desk.hands_over(text="Waar blijft de monteur?")
    (waiting,) = desk.listed()
    (own,) = api.get("/v1/me/replies", headers=person.headers).json()["replies"]

    assert 201 == made.status_code, made.text
    assert ("organization", True, "Waar blijft de monteur?") == (own["by"], own["wants_human"], own["text"])
    assert made.json()["reply_id"] == waiting["reply_id"] == own["reply_id"]
    assert made.json()["due_at"] == waiting["due_at"] == own["due_at"]
    assert [] == waiting["before"]
    talks = api.get("/v1/me/interactions", headers=person.headers).json()["interactions"]
    assert ["chat"] == [each["type"] for each in talks if each["record_id"] == own["about"]]


def test_what_the_organization_wrote_down_is_told_apart_from_what_the_customer_said(
    platform: Platform, api: TestClient
) -> None:
    desk, person = Desk.chatting(api, platform)
    about = desk.hands_over(text="Waar blijft de monteur?").json()["reply_id"]
    (own,) = api.get("/v1/me/replies", headers=person.headers).json()["replies"]
    say(api, person, own["about"], text="Ik ben er nog.")
    say(api, person, own["about"], wants_human=True)

    waiting = desk.listed()[-1]["before"]

    assert about == own["reply_id"]
    assert [("handover", "Waar blijft de monteur?"), ("reply", "Ik ben er nog.")] == [
        (each["type"], each["text"]) for each in waiting if each["text"]
    ]


def test_who_waits_already_waits_as_before(platform: Platform, api: TestClient) -> None:
    desk, _ = Desk.chatting(api, platform)

    first, second = desk.hands_over(), desk.hands_over(text="Nog steeds.")
    desk.call("POST", f"/v1/replies/{first.json()['reply_id']}/done")
    third = desk.hands_over(text="Weer.")

    assert first.json() == second.json()
    assert first.json()["reply_id"] != third.json()["reply_id"]
    assert ["Weer."] == [each["text"] for each in desk.listed()]


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"key": "chat-2"}, "interaction-unknown"),
        ({"type": "phone"}, "interaction-unknown"),
        ({"text": "a\x07b"}, "nothing-said"),
        ({"due_at": (clock.now() + timedelta(days=30)).isoformat()}, "due-too-late"),
        ({"due_at": (clock.now() - timedelta(days=1)).isoformat()}, "due-too-late"),
    ],
)
def test_what_cannot_be_handed_over_is_refused(
    facts: dict[str, Any], code: str, platform: Platform, api: TestClient
) -> None:
    desk, _ = Desk.chatting(api, platform)

    assert code == desk.hands_over(**facts).json()["code"]


def test_no_other_organization_hands_over(platform: Platform, api: TestClient) -> None:
    other = Desk.open(api, platform)
    Desk.chatting(api, platform)

    assert 404 == other.hands_over().status_code


def test_the_organization_says_by_when_a_human_answers(platform: Platform, api: TestClient) -> None:
    desk, person = Desk.chatting(api, platform)
    talk = desk.writes_to(person)
    office = make.service(platform, desk.organization, "org:admin")

    said = api.patch("/v1/organization", json={"answer_days": 3}, headers=office)
    soon = (clock.now() + timedelta(minutes=10)).isoformat()
    asked, handed = say(api, person, talk, wants_human=True).json(), desk.hands_over(due_at=soon).json()
    promised = due_dates.working_days_after(datetime.fromisoformat(asked["at"]), 3)

    assert 3 == said.json()["answer_days"] == api.get("/v1/organization", headers=office).json()["answer_days"]
    assert promised == datetime.fromisoformat(asked["due_at"]) > datetime.fromisoformat(handed["due_at"])
    assert [422] * 2 == [
        api.patch("/v1/organization", json={"answer_days": days}, headers=office).status_code for days in (-1, 6)
    ]
    assert 1 == api.patch("/v1/organization", json={"answer_days": None}, headers=office).json()["answer_days"]


def test_a_reply_goes_where_its_customer_goes(platform: Platform, api: TestClient, database_url: str) -> None:
    (desk, guest), host = Desk.chatting(api, platform), make.person(platform)
    desk.hands_over(text="Waar blijft de monteur?")

    join(database_url, guest, host)
    (waiting,) = desk.listed()

    assert desk.id_of(host.customer_id) == waiting["profile_id"]
    assert "Waar blijft de monteur?" == waiting["text"]


def test_an_answer_alone_brings_nothing_of_before(platform: Platform, api: TestClient) -> None:
    desk, person, talk = Desk.of(api, platform)

    say(api, person, talk, text="Dank u.")

    assert [("Dank u.", False, [])] == [(each["text"], each["wants_human"], each["before"]) for each in desk.listed()]


def test_taken_and_done_are_seen_by_the_customer_and_done_leaves_the_list(platform: Platform, api: TestClient) -> None:
    desk, person, talk = Desk.of(api, platform)
    place = f"/v1/replies/{say(api, person, talk, wants_human=True).json()['reply_id']}"

    answers = [desk.call("POST", f"{place}/taken").status_code]
    (taken,) = desk.listed()
    answers += [desk.call("POST", f"{place}/done").status_code for _ in range(2)]
    (own,) = api.get("/v1/me/replies", headers=person.headers).json()["replies"]

    assert [204] * 3 == answers
    assert taken["taken_at"] == own["taken_at"] is not None
    assert own["done_at"] is not None
    assert [] == desk.listed()


def test_every_reading_stands_in_the_log_of_the_customer(platform: Platform, api: TestClient) -> None:
    desk, person, talk = Desk.of(api, platform)
    say(api, person, talk, text="Dank u.")

    desk.listed()
    desk.listed()

    found = api.get("/v1/me/accesses", headers=person.headers).json()["accesses"]
    assert 2 == len([each for each in found if each["path"] == "reply"])


def test_the_organization_gets_a_signal_without_a_word_of_it(platform: Platform, api: TestClient) -> None:
    desk, person, talk = Desk.of(api, platform)
    headers = make.service(platform, desk.organization, "grants:request")

    say(api, person, talk, text="Dank u.")

    told = api.get("/v1/changes", headers=headers).text
    assert '"reply"' in told
    assert "Dank u." not in told


def test_nobody_else_reads_settles_or_answers(platform: Platform, api: TestClient) -> None:
    _, person, talk = Desk.of(api, platform)
    other, stranger = Desk.open(api, platform), make.person(platform)
    reply = say(api, person, talk, text="Dank u.").json()["reply_id"]

    assert 404 == say(api, stranger, talk, text="Dank u.").status_code
    assert [] == other.listed()
    assert [404, 404] == [other.call("POST", f"/v1/replies/{reply}/{end}").status_code for end in ("taken", "done")]
    assert [] == api.get("/v1/me/replies", headers=stranger.headers).json()["replies"]


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ({}, 422),
        ({"text": "   "}, 422),
        ({"text": "a\x00b"}, 400),
        ({"text": "a\x07b"}, 422),
        ({"text": "a" * 2_001}, 422),
        ({"text": "a", "extra": 1}, 422),
        ({"wants_human": "perhaps"}, 422),
        ({"text": "a" * 2_000}, 201),
        ({"wants_human": True}, 201),
    ],
)
def test_what_says_nothing_or_too_much_is_refused(
    platform: Platform, api: TestClient, facts: dict[str, Any], status: int
) -> None:
    _, person, talk = Desk.of(api, platform)

    assert status == say(api, person, talk, **facts).status_code


def test_who_says_very_much_waits_until_tomorrow(platform: Platform, api: TestClient) -> None:
    _, person, talk = Desk.of(api, platform)

    answers = [say(api, person, talk, text="Nog iets.").status_code for _ in range(replies.MOST + 1)]

    assert [201] * replies.MOST + [429] == answers


def test_who_leaves_takes_it_along(platform: Platform, api: TestClient) -> None:
    desk, person, talk = Desk.of(api, platform)
    say(api, person, talk, text="Dank u.")

    erasure.erase(platform, person.scope, at=clock.now())

    assert [] == desk.listed()


@pytest.mark.parametrize(
    ("asked", "until"),
    [
        (datetime(2026, 11, 20, 22, tzinfo=UTC), datetime(2026, 11, 23, 23, tzinfo=UTC)),  # a Friday: until Monday
        (datetime(2026, 11, 23, 9, tzinfo=UTC), datetime(2026, 11, 24, 23, tzinfo=UTC)),
        (datetime(2026, 12, 24, 9, tzinfo=UTC), datetime(2026, 12, 28, 23, tzinfo=UTC)),  # Christmas, and a weekend
    ],
)
def test_a_human_usually_answers_by_the_end_of_the_next_working_day(asked: datetime, until: datetime) -> None:
    assert until == due_dates.working_days_after(asked, due_dates.USUAL_ANSWER_DAYS)


@pytest.mark.parametrize(
    ("asked", "until"),
    [
        (datetime(2026, 11, 23, 9, tzinfo=UTC), datetime(2026, 11, 23, 23, tzinfo=UTC)),
        (datetime(2026, 11, 21, 9, tzinfo=UTC), datetime(2026, 11, 23, 23, tzinfo=UTC)),  # a Saturday: on Monday
    ],
)
def test_without_a_day_to_wait_a_human_answers_on_the_same_working_day(asked: datetime, until: datetime) -> None:
    assert until == due_dates.working_days_after(asked, 0)


def test_the_file_of_an_auditor_holds_with_what_was_said_read_and_merged(
    platform: Platform, api: TestClient, database_url: str
) -> None:
    desk, person, talk = Desk.of(api, platform)
    say(api, person, talk, wants_human=True)
    desk.listed()
    desk.grants(person, "conversations")
    desk.listed()
    host = make.person(platform)
    join(database_url, person, host)
    desk.listed()

    found = bundles.settled_verdict(platform)

    assert [] == found.failures
    assert found.checked["statements"] >= 1


def test_a_read_of_what_was_said_that_cites_nothing_said_is_noticed(
    platform: Platform, api: TestClient, database_url: str
) -> None:
    desk, person, talk = Desk.of(api, platform)
    say(api, person, talk, text="Dank u.")
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "insert into access (customer_id, at, access_id, organization_id, principal, path, purpose, asked,"
            " released, records, outcome, reason) values (%s, now(), gen_random_uuid(), %s, 'service', 'reply',"
            " 'customer-care', '{conversations}', '{conversations}', 1, 'released', 'addressed')",
            (person.customer_id, desk.organization.organization_id),
        )

    failures = bundles.settled_verdict(platform).failures

    assert ["it cites nothing that was said to who read it"] == [each.message for each in failures]
