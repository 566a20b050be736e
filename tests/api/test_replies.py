"""What customers say back: who gets it, what they see of before, by when a human answers, and that it stays theirs."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from cdp import clock, due_dates, erasure
from cdp.messages import replies
from cdp.platform import Platform
from tests import make
from tests.api.approaching import Sender


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
        before = (clock.now() - timedelta(days=1)).isoformat()
        desk.say(person.customer_id, channel="chat", sender="computer", subject="Verhuizing", at=before)
        found = api.get("/v1/me/interactions", headers=person.headers).json()["interactions"]
        return desk, person, found[0]["record_id"]

    def call(self, method: str, path: str) -> Any:
        """Call as the desk."""
        headers = make.service(self.platform, self.organization, "messages:register")
        return self.api.request(method, path, headers=headers)

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
def test_a_human_answers_by_the_end_of_the_next_working_day(asked: datetime, until: datetime) -> None:
    assert until == due_dates.working_days_after(asked, replies.DAYS)
