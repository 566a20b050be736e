"""An organization asks at the door how a conversation was; the customer answers there, and figures come out."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from api.routes import figures
from cdp.listening import statistics
from cdp.platform import Platform
from cdp.tables import Organization
from tests import make
from tests.cdp.listening import talks
from tests.cdp.listening.talks import ALL_WELL, KIND

Json = dict[str, Any]
GRANT = frozenset({"contact", "conversations"})


@pytest.fixture(scope="module")
def shop(platform: Platform) -> Organization:
    return make.organization(platform)


@pytest.fixture(scope="module")
def program(platform: Platform, shop: Organization) -> dict[str, str]:
    return make.service(platform, shop, "surveys:ask", "metrics:read")


def talked(platform: Platform, shop: Organization) -> talks.Talk:
    talk = talks.talked(platform, shop, grants=False)
    make.grant(platform, talk.person, shop, categories=GRANT)
    return talk


def ask(api: TestClient, program: dict[str, str], talk: talks.Talk, **other: Any) -> tuple[int, Json]:
    answer = api.post("/v1/surveys", json={"type": KIND, "key": talk.key} | other, headers=program)
    return answer.status_code, answer.json()


def test_a_survey_is_asked_once_and_answered_with_one_tap_each(
    api: TestClient, platform: Platform, shop: Organization, program: dict[str, str]
) -> None:
    talk = talked(platform, shop)

    status, asked = ask(api, program, talk)
    again = ask(api, program, talk)
    path = f"/v1/me/surveys/{asked['survey_id']}"
    api.patch(path, json={"solved": True}, headers=talk.person.headers)
    tapped = api.patch(path, json={"recommend": 8}, headers=talk.person.headers)

    assert (201, "asked", ["email"]) == (status, asked["reason"], asked["channels"])
    assert asked["link"].endswith(f"/enquetes/{asked['survey_id']}")
    assert (200, "asked-before", asked["survey_id"]) == (again[0], again[1]["reason"], again[1]["survey_id"])
    assert (True, None, 8, True) == tuple(tapped.json()[name] for name in ("solved", "heard", "recommend", "open"))
    (listed,) = api.get("/v1/me/surveys", headers=talk.person.headers).json()["surveys"]
    assert (shop.slug, 8) == (listed["organization"], listed["recommend"])


def test_who_wants_no_questions_by_this_channel_is_not_asked(
    api: TestClient, platform: Platform, shop: Organization, program: dict[str, str]
) -> None:
    talk = talked(platform, shop)

    status, asked = ask(api, program, talk, channels=["phone"])

    assert (200, None, None, []) == (status, asked["survey_id"], asked["link"], asked["channels"])
    assert asked["reason"] not in {"asked", "not-granted"}


def test_who_granted_nothing_is_not_asked(
    api: TestClient, platform: Platform, shop: Organization, program: dict[str, str]
) -> None:
    status, asked = ask(api, program, talks.talked(platform, shop, grants=False))

    assert (200, None, "not-granted") == (status, asked["survey_id"], asked["reason"])


def test_an_interaction_of_nobody_or_of_another_organization_is_unknown(
    api: TestClient, platform: Platform, shop: Organization, program: dict[str, str]
) -> None:
    elsewhere = talked(platform, make.organization(platform))
    nobody = talks.Talk(elsewhere.person, shop, "none", "none")

    for each in (elsewhere, nobody):
        status, answer = ask(api, program, each)
        assert (404, "interaction-unknown") == (status, answer["code"])


@pytest.mark.parametrize("answer", [{}, {"recommend": 11}, {"recommend": True}, {"solved": 1}, {"other": True}])
def test_an_answer_that_does_not_fit_is_refused(
    api: TestClient, platform: Platform, shop: Organization, program: dict[str, str], answer: Json
) -> None:
    talk = talked(platform, shop)
    _, asked = ask(api, program, talk)

    refused = api.patch(f"/v1/me/surveys/{asked['survey_id']}", json=answer, headers=talk.person.headers)

    assert 422 == refused.status_code


def test_declining_ends_it(api: TestClient, platform: Platform, shop: Organization, program: dict[str, str]) -> None:
    talk = talked(platform, shop)
    _, asked = ask(api, program, talk)
    path = f"/v1/me/surveys/{asked['survey_id']}"

    declined = api.post(f"{path}/decline", headers=talk.person.headers)
    late = api.patch(path, json={"solved": True}, headers=talk.person.headers)

    assert (204, 409, "survey-closed") == (declined.status_code, late.status_code, late.json()["code"])


def test_figures_of_ten_people_come_with_their_intervals(api: TestClient, platform: Platform) -> None:
    shop = make.organization(platform)
    reading = make.service(platform, shop, "metrics:read")
    people = [talks.answered(platform, shop, ALL_WELL) for _ in range(10)]

    before = api.get("/v1/metrics/service", headers=reading).json()
    make.revoke(platform, people[0].person, shop)
    after = api.get("/v1/metrics/service", headers=reading).json()

    whole = before["groups"][0]
    assert ("all", 10, 1.0, 100.0) == (
        whole["by"],
        whole["answers"],
        whole["solved"]["value"],
        whole["recommend"]["value"],
    )
    assert whole["solved"]["low"] == pytest.approx(0.7225, abs=5e-5)
    assert (None, None) == (after["groups"][0]["answers"], after["groups"][0]["recommend"])


@pytest.mark.parametrize("yes", [1, 3, 5, 7])
def test_figures_say_no_more_than_four_decimals(yes: int) -> None:
    solved = figures.ShareView.model_validate(statistics.share(yes, 11), from_attributes=True)
    recommend = figures.ScoreView.model_validate(statistics.score([10] * yes + [0] * (11 - yes)), from_attributes=True)

    parts = solved.value, solved.low, solved.high, recommend.promoters, recommend.passives, recommend.detractors
    assert [round(each, 4) for each in parts] == [*parts]
    points = recommend.value, recommend.low, recommend.high
    assert [round(each, 2) for each in points] == [*points]


def test_an_organization_reads_how_right_its_own_data_are(api: TestClient, platform: Platform) -> None:
    shop = make.organization(platform)
    talks.talked(platform, shop)

    found = api.get("/v1/metrics/quality", headers=make.service(platform, shop, "metrics:read")).json()

    (name,) = found["attributes"]
    assert (1, "first_name", 1, 0) == (found["subjects"], name["attribute"], name["known"], name["missing"])
    assert (None, None, None) == (name["disputed"], name["corrected"], name["conflicting"])


def test_each_scope_opens_its_own_and_no_other(api: TestClient, platform: Platform, shop: Organization) -> None:
    asking, reading = (make.service(platform, shop, scope) for scope in ("surveys:ask", "metrics:read"))

    assert 403 == api.post("/v1/surveys", json={"type": "a", "key": "b"}, headers=reading).status_code
    assert 403 == api.get("/v1/metrics/service", headers=asking).status_code
    assert 403 == api.get("/v1/metrics/quality", headers=asking).status_code
