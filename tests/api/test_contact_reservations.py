"""What is kept free for an organization: once under a key, until it ends, is cancelled or was said."""

from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from starlette.testclient import TestClient

from cdp import clock
from cdp.platform import Platform
from tests import make
from tests.api.approaching import Sender, choose

WEEKLY = {"caps": {"service": {"most": 1, "days": 7}}}


@pytest.fixture(scope="module")
def sender(api: TestClient, platform: Platform) -> Sender:
    return Sender.new(api, platform)


@pytest.fixture
def person(sender: Sender, platform: Platform) -> make.Person:
    made = make.person(platform)
    choose(platform, made, WEEKLY)
    sender.grants(made)
    return made


def held(key: str = "spring", **rest: Any) -> dict[str, Any]:
    return {"reservation": {"key": key} | rest}


def ended(database_url: str, contact_id: str) -> None:
    """Let a reservation have ended, as only time does."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "update contact set until = now() - interval '1 second' where contact_id = %s", (contact_id,)
        )


def test_what_is_reserved_counts_for_others(sender: Sender, person: make.Person) -> None:
    assert sender.ask(person.customer_id, **held()).json()["allowed"]

    other = sender.ask(person.customer_id, **held("summer")).json()

    assert (False, "cap-reached", None) == (other["allowed"], other["reason"], other["reservation"])
    assert "cap-reached" == sender.ask(person.customer_id).json()["reason"]


def test_a_reservation_is_the_same_under_its_key_and_counts_once(sender: Sender, person: make.Person) -> None:
    first = sender.ask(person.customer_id, **held()).json()["reservation"]

    second = sender.ask(person.customer_id, **held()).json()["reservation"]

    assert first["contact_id"] == second["contact_id"]
    assert first["expires_at"] <= second["expires_at"]


def test_a_cancelled_reservation_counts_for_nothing(sender: Sender, person: make.Person) -> None:
    reserved = sender.ask(person.customer_id, **held()).json()["reservation"]["contact_id"]
    path, whose = f"/v1/contact/reservations/{reserved}/cancel", {"profile_id": sender.id_of(person.customer_id)}

    answers = [sender.api.post(path, json=whose, headers=sender.headers).json() for _ in range(2)]

    assert [{"cancelled": True}, {"cancelled": False}] == answers
    assert sender.ask(person.customer_id, **held("summer")).json()["allowed"]


def test_nobody_cancels_what_another_organization_reserved(
    api: TestClient, sender: Sender, platform: Platform, person: make.Person
) -> None:
    reserved = sender.ask(person.customer_id, **held()).json()["reservation"]["contact_id"]
    other = Sender.new(api, platform)
    path, whose = f"/v1/contact/reservations/{reserved}/cancel", {"profile_id": other.id_of(person.customer_id)}

    assert {"cancelled": False} == api.post(path, json=whose, headers=other.headers).json()
    assert "cap-reached" == sender.ask(person.customer_id).json()["reason"]


def test_what_is_said_under_the_id_of_another_organization_counts_all_the_same(
    api: TestClient, sender: Sender, platform: Platform, person: make.Person, database_url: str
) -> None:
    """Otherwise two organizations that work together would never reach a cap."""
    reserved = sender.ask(person.customer_id, **held()).json()["reservation"]["contact_id"]
    other = Sender.new(api, platform)
    other.grants(person)

    (kept,) = other.say(person.customer_id, contact_id=reserved).json()["results"]
    other.say(person.customer_id, contact_id=reserved)

    assert ("recorded", "unasked") == (kept["outcome"], kept["manner"])
    assert "cap-reached" == other.ask(person.customer_id).json()["reason"]
    with psycopg.connect(database_url) as connection:
        counted = connection.execute(
            "select count(*) from contact where customer_id = %s and organization_id = %s and manner = 'unasked'",
            (person.customer_id, other.organization.organization_id),
        )
        assert (1,) == counted.fetchone()
    assert "as-allowed" == sender.say(person.customer_id, contact_id=reserved).json()["results"][0]["manner"]


def test_a_reservation_that_has_ended_counts_for_nothing(
    sender: Sender, person: make.Person, database_url: str
) -> None:
    reserved = sender.ask(person.customer_id, **held()).json()["reservation"]["contact_id"]
    ended(database_url, reserved)

    assert sender.ask(person.customer_id, **held("summer")).json()["allowed"]


def test_what_was_said_under_a_reservation_stands_as_allowed_and_is_not_said_again(
    sender: Sender, person: make.Person
) -> None:
    reserved = sender.ask(person.customer_id, **held()).json()["reservation"]["contact_id"]

    first, second = (sender.say(person.customer_id, contact_id=reserved).json()["results"] for _ in range(2))

    assert [{"outcome": "recorded", "contact_id": reserved, "manner": "as-allowed"}] == first
    assert [{"outcome": "repeated", "contact_id": reserved, "manner": "as-allowed"}] == second
    assert "already-done" == sender.ask(person.customer_id, **held()).json()["reason"]
    assert "cap-reached" == sender.ask(person.customer_id, **held("summer")).json()["reason"]


@pytest.mark.parametrize(
    ("told", "manner"),
    [
        ({"channel": "chat"}, "other-channel"),
        ({"sender": "computer"}, "other-speaker"),
        ({"at": "2020-01-01T00:00:00Z"}, "late"),
        ({"at": "2100-01-01T00:00:00Z"}, "as-allowed"),  # from the future: said now
    ],
)
def test_what_was_said_otherwise_stands_as_what_it_was(
    sender: Sender, person: make.Person, told: dict[str, Any], manner: str
) -> None:
    reserved = sender.ask(person.customer_id, **held()).json()["reservation"]["contact_id"]

    (kept,) = sender.say(person.customer_id, contact_id=reserved, **told).json()["results"]

    assert ("recorded", manner) == (kept["outcome"], kept["manner"])


def test_what_comes_after_the_end_of_its_reservation_is_late(
    sender: Sender, person: make.Person, database_url: str
) -> None:
    reserved = sender.ask(person.customer_id, **held()).json()["reservation"]["contact_id"]
    ended(database_url, reserved)

    (kept,) = sender.say(person.customer_id, contact_id=reserved, at=clock.now().isoformat()).json()["results"]

    assert "late" == kept["manner"]


def test_a_reservation_ends_before_the_hours_in_which_it_may_disturb(sender: Sender, platform: Platform) -> None:
    person, now = make.person(platform), clock.now()
    soon = now + timedelta(minutes=5)
    quiet = {"from": soon.strftime("%H:%M"), "until": (soon + timedelta(hours=1)).strftime("%H:%M")}
    choose(platform, person, {"hours": {"zone": "UTC", "quiet": [quiet]}})
    sender.grants(person)

    by_phone = sender.ask(person.customer_id, channels=["phone"], **held(seconds=3600)).json()["reservation"]
    by_mail = sender.ask(person.customer_id, channels=["email"], **held("letter", seconds=3600)).json()["reservation"]

    assert datetime.fromisoformat(by_phone["expires_at"]) == soon.replace(second=0, microsecond=0)
    assert datetime.fromisoformat(by_mail["expires_at"]) > now + timedelta(minutes=59)


def test_a_customer_who_is_asked_about_twice_at_once_counts_once(sender: Sender, platform: Platform) -> None:
    person = make.person(platform)
    choose(platform, person, {"caps": {"service": {"most": 2, "days": 7}}})
    sender.grants(person)

    told = sender.ask(person.customer_id, person.customer_id, **held()).json()["decisions"]
    other = sender.ask(person.customer_id, **held("summer")).json()
    third = sender.ask(person.customer_id, **held("autumn")).json()

    assert [True, True, True, False] == [each["allowed"] for each in (*told, other, third)]
    assert 1 == len({each["reservation"]["contact_id"] for each in told})


@pytest.mark.parametrize("days", [-1, 32])
def test_only_what_is_near_can_be_reserved(sender: Sender, person: make.Person, days: int) -> None:
    at = (clock.now() + timedelta(days=days)).isoformat()

    answer = sender.ask(person.customer_id, at=at, **held())

    assert (422, "moment-out-of-reach", "/at") == (
        answer.status_code,
        *(answer.json()[key] for key in ("code", "field")),
    )
