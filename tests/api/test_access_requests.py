"""Access requests by API: who hears of them, what becomes of them, and what nobody learns from asking."""

from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from starlette.testclient import TestClient

from api.principals import platform_of
from cdp import clock, erasure
from cdp.ingest.items import Identifier, IdentifierType, Kind
from cdp.platform import Platform
from tests import make
from tests.api.asking import PATH, Asker, body, by_email, waiting

ME = "/v1/me/access-requests"


@pytest.fixture
def asker(platform: Platform, api: TestClient) -> Asker:
    return Asker(platform, api)


@pytest.fixture
def somebody(platform: Platform) -> tuple[make.Person, str]:
    """Return a customer and the address with which they log in."""
    address = make.email()
    return make.person(platform, address=address), address


def answer(api: TestClient, person: make.Person, request: str, verb: str, **said: Any) -> int:
    status: int = api.post(f"{ME}/{request}/{verb}", json=said, headers=person.headers).status_code
    return status


@pytest.fixture
def few(platform: Platform, api: TestClient) -> Iterator[None]:
    """Let a verified organization ask three people in a day, any other two."""
    app: Any = api.app
    settings = replace(platform.settings, requests_per_day=3, requests_per_day_unverified=2)
    app.dependency_overrides[platform_of] = lambda: replace(platform, settings=settings)
    yield
    app.dependency_overrides.pop(platform_of)


def age(database_url: str, request: str, days: int) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "update access_request set asked_at = asked_at - %(ago)s * interval '1 day', due_at = due_at"
            " - %(ago)s * interval '1 day', answered_at = answered_at - %(ago)s * interval '1 day'"
            " where request_id = %(request)s",
            {"ago": days, "request": request},
        )


def test_what_is_asked_waits_for_the_customer_and_its_texts_have_hashes(
    api: TestClient, asker: Asker, somebody: tuple[make.Person, str]
) -> None:
    person, address = somebody

    status, answered = asker.post(identifiers=by_email(address))

    texts = body()["notice"]
    assert (202, "pending") == (status, answered["state"])
    assert {"request_id", "state", "asked_at", "due_at", "notice_hashes"} == answered.keys()
    assert {each: sha256(said.encode()).hexdigest() for each, said in texts.items()} == answered["notice_hashes"]
    assert [answered["request_id"]] == waiting(api, person)


def test_a_person_is_named_by_profile_id_by_own_name_or_by_identifiers(
    api: TestClient, platform: Platform, asker: Asker
) -> None:
    address, user = make.email(), make.name("user")
    make.known_person(platform, asker.organization, address, user=user)
    person = make.person(platform, address=address)

    for purpose, way in (
        ("advice", {"profile_id": asker.profile_id(person)}),
        ("research", {"user_id": user}),
        ("customer-care", {"identifiers": by_email(address)}),
        ("personalisation", {"identifiers": [{"type": "user_id", "value": user}, *by_email(address)]}),
    ):
        asker.ask(purpose=purpose, **way)

    assert 4 == len(waiting(api, person))


@pytest.mark.parametrize(
    ("verb", "said", "state", "categories"),
    [
        ("approve", {}, "approved", ["contact", "products"]),
        ("approve", {"categories": ["contact"]}, "narrowed", ["contact"]),
    ],
)
def test_a_yes_tells_whose_it_is_and_what_was_granted(  # what one answer leads to
    api: TestClient,
    asker: Asker,
    somebody: tuple[make.Person, str],
    verb: str,
    said: dict[str, Any],
    state: str,
    categories: list[str],
) -> None:
    person, address = somebody
    request = asker.ask(identifiers=by_email(address))
    before = asker.get(request)

    assert 200 == answer(api, person, request, verb, **said)

    found = asker.get(request)
    (grant,) = api.get("/v1/me/grants", headers=person.headers).json()["grants"]
    assert (None, state) == (before["granted"], found["state"])
    assert {
        "profile_id": asker.profile_id(person),
        "grant_id": grant["grant_id"],
        "categories": categories,
        "expires_at": grant["expires_at"],
    } == found["granted"]


def test_a_no_tells_nothing_but_no(api: TestClient, asker: Asker, somebody: tuple[make.Person, str]) -> None:
    person, address = somebody
    request = asker.ask(identifiers=by_email(address))

    answer(api, person, request, "refuse")

    found = asker.get(request)
    assert ("refused", None) == (found["state"], found["granted"])
    assert found["answered_at"] is not None


def test_unknown_unclaimed_ambiguous_and_unverified_people_are_answered_like_anybody(
    api: TestClient, platform: Platform, asker: Asker, somebody: tuple[make.Person, str], database_url: str
) -> None:
    person, address = somebody
    unclaimed, stated = make.email(), make.email()
    make.known_person(platform, make.organization(platform), unclaimed)
    second = make.email()
    make.person(platform, address=second)
    loose = (Identifier(IdentifierType.EMAIL, stated, verified=False),)
    user = make.name("user")
    proven = make.email()
    make.known_person(platform, asker.organization, proven, user=user)
    make.person(platform, address=proven)
    make.delivery(
        platform, asker.organization, make.item(Kind.ATTRIBUTES, "first_name", "N", user=user, identifiers=loose)
    )
    named = [
        by_email(address),
        by_email(make.email()),
        by_email(unclaimed),
        by_email(address, second),
        by_email(stated),
    ]

    answers = [asker.post(identifiers=each) for each in named]

    assert {202} == {status for status, _ in answers}
    assert 1 == len({(*(each["notice_hashes"].items()), each["state"], *each) for _, each in answers})
    seen = [asker.get(each["request_id"]) for _, each in answers]
    own = {"request_id", "asked_at", "due_at"}
    assert 1 == len({str({k: v for k, v in each.items() if k not in own}) for each in seen})
    assert [answers[0][1]["request_id"]] == waiting(api, person)
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(
            "select customer_id from access_request where organization_id = %s order by asked_at, request_id",
            (asker.organization.organization_id,),
        ).fetchall()
    assert [person.customer_id, *[UUID(int=0)] * 4] == [each for (each,) in rows]
    for each in answers:
        age(database_url, each[1]["request_id"], 15)
    assert {"expired"} == {asker.get(each["request_id"])["state"] for _, each in answers}


def test_an_id_that_was_not_made_for_the_organization_is_404(
    api: TestClient, platform: Platform, asker: Asker, somebody: tuple[make.Person, str]
) -> None:
    stolen = Asker(platform, api).profile_id(somebody[0])

    assert [404, 404] == [asker.post(profile_id=each)[0] for each in (stolen, "p_nothing")]
    assert [] == waiting(api, somebody[0])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"profile_id": "p_x", "user_id": "u"}, "nobody-named"),
        ({"identifiers": None}, "nobody-named"),
        ({"notice": {"en": "Advice."}}, "invalid"),
        ({"notice": {"nl": "Beste kees@example.org"}}, "unfit-notice"),
        ({"notice": {"nl": " "}}, "unfit-notice"),
        ({"consequences": {"nl": "Bel 06 1234 5678"}}, "unfit-notice"),
        ({"consequences": {}}, "invalid"),
        ({"notice": {"nl": "Een reden", "de": "Ein Grund"}}, "invalid"),
        ({"by": "alien"}, "invalid"),
        ({"days": 367}, "invalid"),
        ({"purpose": "world-peace"}, "purpose-unknown"),
        ({"categories": ["unmapped"]}, "not-grantable"),
        ({"categories": ["shoe-size"]}, "category-unknown"),
        ({"sources": ["nobody-of-this-name"]}, "not-found"),
        ({"identifiers": [{"type": "email", "value": "no address"}]}, "invalid"),
    ],
)
def test_what_makes_no_sense_is_refused(asker: Asker, change: dict[str, Any], code: str) -> None:
    status, answered = asker.post(**change)

    assert (404 if code == "not-found" else 422, code) == (status, answered["code"])


def test_one_request_for_a_purpose_waits_at_a_time(
    api: TestClient, asker: Asker, somebody: tuple[make.Person, str]
) -> None:
    person, address = somebody
    first = asker.ask(identifiers=by_email(address))

    again = asker.post(identifiers=by_email(address))
    otherwise = asker.ask(profile_id=asker.profile_id(person))
    nobody = make.email()
    asker.ask(identifiers=by_email(nobody))
    about_nobody = asker.post(identifiers=by_email(nobody))

    assert (409, "already-asked") == (again[0], again[1]["code"])
    assert (409, "already-asked") == (about_nobody[0], about_nobody[1]["code"])
    assert [first] == waiting(api, person)
    assert "pending" == asker.get(otherwise)["state"]


def test_nobody_is_asked_again_within_ninety_days_of_a_no(
    api: TestClient, asker: Asker, somebody: tuple[make.Person, str], database_url: str
) -> None:
    person, address = somebody
    first = asker.ask(profile_id=asker.profile_id(person))
    answer(api, person, first, "refuse")

    by_the_same_name = asker.post(profile_id=asker.profile_id(person))
    by_another = asker.ask(identifiers=by_email(address))
    for_another_purpose = asker.ask(profile_id=asker.profile_id(person), purpose="research")
    seen = waiting(api, person)
    age(database_url, first, 91)
    later = asker.ask(profile_id=asker.profile_id(person))

    assert (409, "asked-again-too-soon") == (by_the_same_name[0], by_the_same_name[1]["code"])
    assert "pending" == asker.get(by_another)["state"]
    assert [for_another_purpose] == seen
    assert {for_another_purpose, later} == set(waiting(api, person))


def test_a_no_stays_one_when_two_dossiers_become_one(
    api: TestClient, platform: Platform, asker: Asker, somebody: tuple[make.Person, str], database_url: str
) -> None:
    (guest, _), host = somebody, make.person(platform)
    answer(api, guest, asker.ask(profile_id=asker.profile_id(guest)), "refuse")
    with psycopg.connect(database_url) as connection:
        merge = "update customer set merged_into = %s where customer_id = %s"
        connection.execute(merge, (host.customer_id, guest.customer_id))

    again = asker.ask(profile_id=asker.profile_id(host))

    assert ("pending", []) == (asker.get(again)["state"], waiting(api, host))


def test_a_name_that_reaches_somebody_else_was_asked_before_tells_nothing(
    platform: Platform, api: TestClient, asker: Asker, somebody: tuple[make.Person, str]
) -> None:
    """Whoever holds a profile id cannot find out by asking whose address it belongs to."""
    person, address = somebody
    stranger = make.person(platform)
    asker.ask(identifiers=by_email(address))

    answers = [asker.post(profile_id=asker.profile_id(each)) for each in (person, stranger)]
    again = [asker.post(profile_id=asker.profile_id(each)) for each in (person, stranger)]

    assert [202, 202] == [status for status, _ in answers]
    assert [409, 409] == [status for status, _ in again]


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize(("is_verified", "most"), [(True, 3), (False, 2)])
def test_an_organization_asks_only_so_many_people_in_a_day(
    platform: Platform, api: TestClient, most: int, *, is_verified: bool
) -> None:
    asker = Asker(platform, api, make.organization(platform, is_verified=is_verified))

    answers = [api.post(PATH, json=body(), headers=asker.headers) for _ in range(most + 1)]

    assert [*[202] * most, 429] == [each.status_code for each in answers]
    assert ("too-many-access-requests", "3600") == (answers[-1].json()["code"], answers[-1].headers["Retry-After"])


def test_a_request_is_taken_back_once_and_not_after_its_answer(
    api: TestClient, asker: Asker, somebody: tuple[make.Person, str]
) -> None:
    person, address = somebody
    request, nobodys = asker.ask(identifiers=by_email(address)), asker.ask()
    answered = asker.ask(identifiers=by_email(address), purpose="research")
    answer(api, person, answered, "approve")

    statuses = [
        api.delete(f"{PATH}/{each}", headers=asker.headers).status_code
        for each in (request, request, nobodys, nobodys, answered, str(uuid4()))
    ]

    assert [204, 409, 204, 409, 409, 404] == statuses
    assert ["withdrawn"] * 2 == [asker.get(each)["state"] for each in (request, nobodys)]
    assert ([], 409) == (waiting(api, person), answer(api, person, request, "approve"))


def test_the_list_has_pages_and_a_filter(api: TestClient, asker: Asker, somebody: tuple[make.Person, str]) -> None:
    person, address = somebody
    made = [asker.ask(identifiers=by_email(address)), *(asker.ask() for _ in range(3))]
    answer(api, person, made[0], "refuse")

    first = asker.listed(limit=3)
    rest = asker.listed(limit=3, after=first["next"])

    assert made == [each["request_id"] for page in (first, rest) for each in page["requests"]]
    assert rest["next"] is None
    assert made[1:] == [each["request_id"] for each in asker.listed(state="pending")["requests"]]
    assert made[:1] == [each["request_id"] for each in asker.listed(state="refused")["requests"]]
    assert [] == asker.listed(state="expired")["requests"]


def test_nobody_sees_or_takes_back_what_another_organization_asked(
    platform: Platform, api: TestClient, asker: Asker, somebody: tuple[make.Person, str]
) -> None:
    request, other = asker.ask(identifiers=by_email(somebody[1])), Asker(platform, api)

    statuses = [api.request(verb, f"{PATH}/{request}", headers=other.headers).status_code for verb in ("GET", "DELETE")]

    assert [404, 404] == statuses
    assert [] == other.listed()["requests"]
    assert "pending" == asker.get(request)["state"]


def test_the_same_call_under_its_key_asks_once(
    api: TestClient, asker: Asker, somebody: tuple[make.Person, str]
) -> None:
    sent = body(identifiers=by_email(somebody[1]))
    headers = asker.headers | {"Idempotency-Key": make.name("key")}

    answers = [api.post(PATH, json=sent, headers=headers) for _ in range(2)]

    assert (202, answers[0].content) == (answers[1].status_code, answers[1].content)
    assert 1 == len(asker.listed()["requests"])


def test_who_leaves_takes_what_was_answered_along_and_what_was_not_looks_as_before(
    platform: Platform, api: TestClient, asker: Asker, somebody: tuple[make.Person, str]
) -> None:
    person, address = somebody
    open_one = asker.ask(identifiers=by_email(address))
    answered = asker.ask(identifiers=by_email(address), purpose="research")
    answer(api, person, answered, "approve")

    erasure.erase(platform, person.scope, at=clock.now())

    assert "pending" == asker.get(open_one)["state"]
    assert 404 == api.get(f"{PATH}/{answered}", headers=asker.headers).status_code
