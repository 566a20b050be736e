"""What a customer asks at the door, what the organization reads and answers there, and which letters go out."""

from typing import Any
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from cdp.mailroom.mail import Maildir
from cdp.platform import Platform
from cdp.tables import Organization
from tests import make

Json = dict[str, Any]


@pytest.fixture
def shop(platform: Platform) -> Organization:
    return make.organization(platform, privacy=make.email())


@pytest.fixture
def answering(platform: Platform, shop: Organization) -> dict[str, str]:
    return make.service(platform, shop, "demands:answer")


@pytest.fixture
def noor(platform: Platform, shop: Organization) -> make.Person:
    address = make.email()
    make.known_person(platform, shop, address)
    return make.person(platform, address=address)


def record(api: TestClient, person: make.Person, type: str) -> str:
    found = api.get("/v1/me/records", headers=person.headers).json()["records"]
    return str(next(each["record_id"] for each in found if each["type"] == type))


def own(api: TestClient, person: make.Person) -> list[Json]:
    found: list[Json] = api.get("/v1/me/demands", headers=person.headers).json()["demands"]
    return found


def test_a_correction_goes_to_the_source_and_comes_back_answered(
    api: TestClient, noor: make.Person, shop: Organization, answering: dict[str, str]
) -> None:
    path = f"/v1/me/records/{record(api, noor, 'first_name')}/correct"
    opened = api.post(
        path, json={"value": "Eleonora", "tell_source": True, "note": "Zo heet ik."}, headers=noor.headers
    ).json()

    (asked,) = api.get("/v1/demands", headers=answering).json()["demands"]
    reply = {"answer": "done", "reason": "corrected", "note": "Dank u wel."}
    answered = api.post(f"/v1/demands/{asked['demand_id']}/answer", json=reply, headers=answering)

    (seen,) = own(api, noor)
    assert opened == {"demand_id": asked["demand_id"]}
    assert ("Noor", "Eleonora", "Zo heet ik.") == (asked["said"], asked["wanted"], asked["note"])
    assert (200, "done") == (answered.status_code, answered.json()["state"])
    assert (shop.slug, "done", "Dank u wel.") == (seen["organization"], seen["state"], seen["answer_note"])
    assert [] == api.get("/v1/demands", headers=answering).json()["demands"]
    assert 1 == len(api.get("/v1/demands?answered=true", headers=answering).json()["demands"])


def test_the_organization_hears_by_a_letter_that_names_nobody(
    api: TestClient, noor: make.Person, shop: Organization, platform: Platform
) -> None:
    api.post(f"/v1/me/records/{record(api, noor, 'first_name')}/dispute", headers=noor.headers)
    api.app.state.outbox.settle()  # type: ignore[attr-defined]  # the application behind the client

    box = Maildir(platform.settings.home / "mail")
    (letter,) = [each for each in box.letters() if each["To"] == shop.details["privacy"]["email"]]
    assert "Een klant zegt dat een gegeven van u niet klopt." in letter.get_content()
    assert "Noor" not in letter.get_content()


def test_the_customer_hears_of_the_answer_in_their_own_language(
    api: TestClient, platform: Platform, shop: Organization, answering: dict[str, str]
) -> None:
    address = make.email()
    make.known_person(platform, shop, address)
    person = make.person(platform, address=address)
    api.patch("/v1/me", json={"address": "je"}, headers=person.headers)
    api.post(f"/v1/me/records/{record(api, person, 'first_name')}/dispute", headers=person.headers)
    (asked,) = api.get("/v1/demands", headers=answering).json()["demands"]

    reply = {"answer": "done", "reason": "corrected", "note": "geheim"}
    api.post(f"/v1/demands/{asked['demand_id']}/answer", json=reply, headers=answering)
    api.app.state.outbox.settle()  # type: ignore[attr-defined]  # the application behind the client

    box = Maildir(platform.settings.home / "mail")
    letters = [each for each in box.letters() if each["To"] == address and "antwoord" in str(each["Subject"])]
    assert ["Er is antwoord op je verzoek"] == [str(each["Subject"]) for each in letters]
    assert f"/gegevens/verzoeken/{asked['demand_id']}" in letters[0].get_content()
    assert "geheim" not in letters[0].get_content()


def test_pages_of_demands_follow_each_other(api: TestClient, noor: make.Person, answering: dict[str, str]) -> None:
    for type_ in ("first_name", "subscription"):
        api.post(f"/v1/me/records/{record(api, noor, type_)}/erase", json={}, headers=noor.headers)

    first = api.get("/v1/demands?limit=1", headers=answering).json()
    second = api.get("/v1/demands", params={"limit": 1, "after": first["next"]}, headers=answering).json()

    assert ["first_name", "subscription"] == [each["type"] for page in (first, second) for each in page["demands"]]


def test_a_demand_is_taken_back_once(api: TestClient, noor: make.Person) -> None:
    path = f"/v1/me/records/{record(api, noor, 'first_name')}/erase"
    demand = api.post(path, json={}, headers=noor.headers).json()["demand_id"]

    tried = [api.post(f"/v1/me/demands/{demand}/withdraw", headers=noor.headers).status_code for _ in range(2)]

    assert [204, 409] == tried


def test_others_find_nothing_there(api: TestClient, platform: Platform, noor: make.Person) -> None:
    name = record(api, noor, "first_name")
    demand = api.post(f"/v1/me/records/{name}/erase", json={}, headers=noor.headers).json()["demand_id"]
    stranger = make.person(platform)
    other = make.service(platform, make.organization(platform), "demands:answer")
    unfit = make.service(platform, make.organization(platform), "profiles:read")
    reply = {"answer": "refused", "reason": "is-right"}

    assert [404, 404, 404, 404] == [
        api.post(
            f"/v1/me/records/{name}/correct", json={"value": "x", "tell_source": True}, headers=stranger.headers
        ).status_code,
        api.post(f"/v1/me/records/{name}/erase", json={}, headers=stranger.headers).status_code,
        api.post(f"/v1/me/demands/{demand}/withdraw", headers=stranger.headers).status_code,
        api.post(f"/v1/demands/{demand}/answer", json=reply, headers=other).status_code,
    ]
    assert 404 == api.post(f"/v1/me/accesses/{uuid4()}/report", json={}, headers=noor.headers).status_code
    assert [] == own(api, stranger)
    assert 403 == api.get("/v1/demands", headers=unfit).status_code


@pytest.mark.parametrize(
    "reply",
    [
        {"answer": "done"},
        {"answer": "perhaps", "reason": "corrected"},
        {"answer": "done", "reason": "is-right"},
        {"answer": "refused", "reason": "kept-by-law"},
        {"answer": "refused", "reason": "kept-by-law", "kept_until": "soon"},
        {"answer": "done", "reason": "corrected", "note": "x" * 1_001},
        {"answer": "done", "reason": "corrected", "extra": 1},
    ],
)
def test_an_answer_that_makes_no_sense_is_refused(
    api: TestClient, noor: make.Person, answering: dict[str, str], reply: Json
) -> None:
    path = f"/v1/me/records/{record(api, noor, 'first_name')}/dispute"
    api.post(path, headers=noor.headers)
    (asked,) = api.get("/v1/demands", headers=answering).json()["demands"]

    assert 422 == api.post(f"/v1/demands/{asked['demand_id']}/answer", json=reply, headers=answering).status_code


def test_a_look_is_asked_about(api: TestClient, platform: Platform, noor: make.Person) -> None:
    reader = make.granted(platform, noor, "contact")
    profile = platform.profile_ids.profile_id(noor.customer_id, reader.organization_id)
    headers = make.service(platform, reader, "profiles:read", "demands:answer")
    assert 200 == api.get(f"/v1/profiles/{profile}?purpose=advice", headers=headers).status_code
    (line,) = api.get("/v1/me/accesses", headers=noor.headers).json()["accesses"]

    api.post(f"/v1/me/accesses/{line['access_id']}/report", json={"note": "Waarom?"}, headers=noor.headers)

    (asked,) = api.get("/v1/demands", headers=headers).json()["demands"]
    assert ("look", "Waarom?", profile, line["at"]) == (
        asked["kind"],
        asked["note"],
        asked["profile_id"],
        asked["looked_at"],
    )
