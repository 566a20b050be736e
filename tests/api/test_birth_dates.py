"""A birth date that cannot be is no correction, by whatever way it comes; what a source says is taken as it is."""

from datetime import date, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from cdp import clock, due_dates
from cdp.ingest.items import Identifier, IdentifierType, Kind
from cdp.platform import Platform
from tests import make

AHEAD = "2961-03-12"


@pytest.fixture
def noor(platform: Platform) -> make.Person:
    """Return somebody of whom a source says that they are still to be born."""
    address = make.email()
    known = (Identifier(IdentifierType.EMAIL, address, verified=True),)
    said = make.item(Kind.ATTRIBUTES, "birth_date", AHEAD, user=make.name("user"), identifiers=known)
    make.delivery(platform, make.organization(platform), said)
    return make.person(platform, address=address)


def day(ahead: int, *, years_ago: int = 0) -> str:
    """Return a day so many days from today, as the Dutch count days, so many years ago."""
    today = clock.now().astimezone(due_dates.ZONE).date()
    first = date(today.year - years_ago, today.month, 1)  # every month has a first, in every year
    return (first + timedelta(days=today.day - 1 + ahead)).isoformat()


def records(api: TestClient, person: make.Person, name: str) -> list[dict[str, Any]]:
    found = api.get("/v1/me/records", headers=person.headers).json()["records"]
    return [each for each in found if each["type"] == name]


@pytest.mark.parametrize("name", ["birth_date", "geboortedatum", "birthDate"])
@pytest.mark.parametrize(("ahead", "years_ago"), [(2, 0), (400, 0), (-2, 130)])
def test_a_day_on_which_nobody_who_lives_can_have_been_born_is_refused(
    api: TestClient, noor: make.Person, name: str, ahead: int, years_ago: int
) -> None:
    value = day(ahead, years_ago=years_ago)

    answer = api.put(f"/v1/me/attributes/{name}", json={"value": value}, headers=noor.headers)

    told = answer.json()
    assert (422, "unfit-value", "/value") == (answer.status_code, told["code"], told["field"])
    assert "date of birth" in told["detail"]
    assert value not in answer.text
    assert [AHEAD] == [each["value"] for each in records(api, noor, "birth_date")]


@pytest.mark.parametrize(
    ("name", "ahead", "years_ago"), [("birth_date", -1, 0), ("birth_date", 2, 130), ("moved_in_on", 30, 0)]
)
def test_a_day_that_has_been_is_kept_and_days_of_other_things_may_lie_ahead(
    api: TestClient, noor: make.Person, name: str, ahead: int, years_ago: int
) -> None:
    value = day(ahead, years_ago=years_ago)

    answer = api.put(f"/v1/me/attributes/{name}", json={"value": value}, headers=noor.headers)

    assert 200 == answer.status_code
    assert value in {each["value"] for each in records(api, noor, name)}


def test_the_correction_of_a_record_is_held_against_the_same_rule_and_not_passed_on(
    api: TestClient, noor: make.Person
) -> None:
    (said,) = records(api, noor, "birth_date")

    answer = api.post(
        f"/v1/me/records/{said['record_id']}/correct",
        json={"value": "2961-03-13", "tell_source": True},
        headers=noor.headers,
    )

    assert (422, "/value") == (answer.status_code, answer.json()["field"])
    assert "2961" not in answer.text
    assert [AHEAD] == [each["value"] for each in records(api, noor, "birth_date")]
    assert [] == api.get("/v1/me/demands", headers=noor.headers).json()["demands"]


@pytest.mark.parametrize("value", ["19840312", "1984-W11-1", "1984-3-12", "12-03-1984"])
def test_a_day_is_written_in_one_way(api: TestClient, noor: make.Person, value: str) -> None:
    answer = api.put("/v1/me/attributes/birth_date", json={"value": value}, headers=noor.headers)

    assert (422, "/value") == (answer.status_code, answer.json()["field"])
