"""Access requests: what a customer sees of them, and what each answer leads to."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from starlette.testclient import TestClient

from cdp import clock
from cdp.permissions import access_requests
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.tables import Organization
from tests import make

PATH = "/v1/me/access-requests"


def ask(
    platform: Platform,
    person: make.Person,
    shop: Organization,
    *,
    at: datetime | None = None,
    days: int = 90,
    notice: Mapping[str, object] | None = None,
) -> UUID:
    with platform.database.scoped(Scope(Principal.SOURCE, shop.organization_id)) as session:
        return access_requests.ask(
            session,
            customer=person.customer_id,
            organization=shop.organization_id,
            purpose="advice",
            categories=frozenset({"address", "usage"}),
            days=days,
            notice={"nl": "Om een advies te maken."} if notice is None else notice,
            at=at or clock.now(),
        )


@pytest.mark.parametrize(
    "notice",
    [
        {},
        {"because": "a reason"},
        {"nl": "Beste kees@example.org, mogen wij?"},
        {"nl": "Uw nummer 06 1234 5678 klopt niet."},
        {"nl": "a" * 1001},
        {"nl": ["geen tekst"]},
    ],
)
def test_a_notice_about_one_person_is_refused(platform: Platform, notice: dict[str, object]) -> None:
    with pytest.raises(access_requests.UnfitNotice):
        ask(platform, make.person(platform), make.organization(platform), notice=notice)


def test_an_organization_has_a_few_notices_for_everybody(api: TestClient, platform: Platform) -> None:
    person, shop = make.person(platform), make.organization(platform)
    for number in range(access_requests.MOST_NOTICES):
        ask(platform, person, shop, notice={"nl": f"Reden {number}"})

    ask(platform, person, shop, notice={"nl": "Reden 0"})

    assert access_requests.MOST_NOTICES + 1 == len(api.get(PATH, headers=person.headers).json()["requests"])
    with pytest.raises(access_requests.TooManyNotices):
        ask(platform, person, shop, notice={"nl": "Nog een reden"})


def answer(api: TestClient, person: make.Person, request: UUID, verb: str, body: Mapping[str, object]) -> int:
    status: int = api.post(f"{PATH}/{request}/{verb}", json=dict(body), headers=person.headers).status_code
    return status


def state(api: TestClient, person: make.Person) -> str:
    (request,) = api.get(PATH, headers=person.headers).json()["requests"]
    return str(request["state"])


@pytest.mark.parametrize(
    ("verb", "body", "expected", "categories"),
    [
        ("approve", {}, "approved", ["address", "usage"]),
        ("approve", {"categories": ["address"]}, "narrowed", ["address"]),
        ("refuse", {}, "refused", []),
    ],
)
def test_an_answer_becomes_an_act(
    api: TestClient, platform: Platform, verb: str, body: dict[str, object], expected: str, categories: list[str]
) -> None:
    person, shop = make.person(platform), make.organization(platform)
    request = ask(platform, person, shop)

    status = answer(api, person, request, verb, body)

    (grant,) = api.get("/v1/me/grants", headers=person.headers).json()["grants"]
    assert (200, expected, categories) == (status, state(api, person), grant["categories"])


def test_approving_without_a_body_allows_all_that_was_asked(api: TestClient, platform: Platform) -> None:
    person, shop = make.person(platform), make.organization(platform)

    answered = api.post(f"{PATH}/{ask(platform, person, shop)}/approve", headers=person.headers)

    assert (200, "approved") == (answered.status_code, state(api, person))


def test_an_answer_cannot_give_more_than_was_asked(api: TestClient, platform: Platform) -> None:
    person, shop = make.person(platform), make.organization(platform)
    request = ask(platform, person, shop)

    status = answer(api, person, request, "approve", {"categories": ["address", "health"]})

    assert (422, "pending") == (status, state(api, person))


def test_a_request_is_answered_once(api: TestClient, platform: Platform) -> None:
    person, shop = make.person(platform), make.organization(platform)
    request = ask(platform, person, shop)

    statuses = [answer(api, person, request, verb, {}) for verb in ("refuse", "approve")]

    assert ([200, 409], "refused") == (statuses, state(api, person))


def test_nobody_answers_for_another(api: TestClient, platform: Platform) -> None:
    person, stranger, shop = make.person(platform), make.person(platform), make.organization(platform)
    request = ask(platform, person, shop)

    status = answer(api, stranger, request, "approve", {})

    assert (404, "pending") == (status, state(api, person))
    assert [] == api.get(PATH, headers=stranger.headers).json()["requests"]


def test_not_answering_is_no(api: TestClient, platform: Platform) -> None:
    person, shop = make.person(platform), make.organization(platform)
    request = ask(platform, person, shop, at=clock.now() - timedelta(days=15))

    status = answer(api, person, request, "approve", {})

    assert (409, "expired") == (status, state(api, person))


def test_an_answer_never_lengthens_what_stood(api: TestClient, platform: Platform) -> None:
    person, shop = make.person(platform), make.organization(platform)
    standing = {"organization": shop.slug, "purpose": "advice", "categories": ["contact"], "days": 10}
    before = api.post("/v1/me/grants", json=standing, headers=person.headers).json()

    answer(api, person, ask(platform, person, shop), "approve", {})

    (grant,) = api.get("/v1/me/grants", headers=person.headers).json()["grants"]
    assert (["address", "contact", "usage"], before["expires_at"]) == (grant["categories"], grant["expires_at"])


def test_an_answer_gives_no_longer_than_the_purpose_allows(api: TestClient, platform: Platform) -> None:
    person, shop = make.person(platform), make.organization(platform)

    status = answer(api, person, ask(platform, person, shop, days=366), "approve", {})

    (grant,) = api.get("/v1/me/grants", headers=person.headers).json()["grants"]
    lasts = datetime.fromisoformat(grant["expires_at"]) - datetime.fromisoformat(grant["since"])
    assert (200, timedelta(days=365)) == (status, lasts)
