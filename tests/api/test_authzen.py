"""The decision point over HTTP: what it answers is what a read would answer, and it tells nobody of anybody else."""

import json
from collections.abc import Callable

import psycopg
import pytest
from starlette.testclient import TestClient

from cdp.platform import Platform
from tests import make
from tests.api.gateways import CARE, EVALUATION, EVALUATIONS, Gateway, Json


def answer(*, decision: bool, reason: str) -> Json:
    return {"decision": decision, "context": {"reason": reason}}


@pytest.fixture
def gateway(api: TestClient, platform: Platform) -> Gateway:
    return Gateway(api, platform)


@pytest.mark.parametrize(
    ("categories", "expected"),
    [
        (["contact"], answer(decision=True, reason="granted")),
        (["products", "contact"], answer(decision=True, reason="granted")),
        ([], answer(decision=True, reason="granted")),
        (["financial"], answer(decision=False, reason="category-not-granted")),
        (["contact", "financial"], answer(decision=False, reason="category-not-granted")),
        (["made-up"], answer(decision=False, reason="category-unknown")),
    ],
    ids=["one", "two", "any", "another", "one of two", "unknown"],
)
def test_yes_means_that_everything_asked_for_is_open(gateway: Gateway, categories: list[str], expected: Json) -> None:
    gateway.grant()

    assert expected == gateway.ask(gateway.question(*categories))


def test_a_revocation_is_in_the_next_answer(gateway: Gateway) -> None:
    gateway.grant()
    before = gateway.ask(gateway.question("contact"))

    make.revoke(gateway.platform, gateway.person, gateway.organization)

    assert (True, answer(decision=False, reason="revoked")) == (
        before["decision"],
        gateway.ask(gateway.question("contact")),
    )


def test_time_ends_a_permission_without_a_job(gateway: Gateway, database_url: str) -> None:
    gateway.grant()
    with psycopg.connect(database_url) as connection:  # time cannot be waited for
        connection.execute(
            "update permission set expires_at = now() - interval '1 second' where recipient_id = %s",
            (gateway.organization.organization_id,),
        )

    assert answer(decision=False, reason="expired") == gateway.ask(gateway.question("contact"))


def test_a_source_that_is_not_granted_is_refused(gateway: Gateway) -> None:
    bank, shop = make.organization(gateway.platform), make.organization(gateway.platform)
    gateway.grant(None, "contact", sources=frozenset({bank.organization_id}))

    told = {
        slug: gateway.ask(gateway.question("contact", source=slug)) for slug in (bank.slug, shop.slug, "nobody-at-all")
    }

    assert [True, False, False] == [each["decision"] for each in told.values()]
    assert ["granted", "source-not-granted", "source-not-granted"] == [
        each["context"]["reason"] for each in told.values()
    ]


def test_who_is_nobody_is_answered_as_who_granted_nothing(gateway: Gateway) -> None:
    never = gateway.post(EVALUATION, gateway.question("contact"))
    stranger = gateway.platform.profile_ids.profile_id(
        gateway.person.customer_id, make.organization(gateway.platform).organization_id
    )
    nobody = [gateway.post(EVALUATION, gateway.question("contact", profile=each)) for each in ("p_x", stranger, "é")]

    assert {(200, never.content)} == {(each.status_code, each.content) for each in nobody}
    assert answer(decision=False, reason="never-granted") == never.json()
    assert {tuple(sorted(set(each.headers) - {"x-request-id"})) for each in [never, *nobody]} == {
        tuple(sorted(set(never.headers) - {"x-request-id"}))
    }


def test_another_organization_learns_nothing_by_naming_ours(gateway: Gateway, api: TestClient) -> None:
    gateway.grant()
    other = Gateway(api, gateway.platform)

    told = [
        other.post(EVALUATION, gateway.question("contact")).json(),
        other.post(EVALUATION, other.question("contact", profile=gateway.profile())).json(),
    ]

    assert [answer(decision=False, reason="subject-unknown"), answer(decision=False, reason="never-granted")] == told


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"action": {"name": "delete"}}, "action-unknown"),
        ({"resource": {"type": "account", "id": "1"}}, "resource-unknown"),
        ({"subject": {"type": "user", "id": "alice@example.org"}}, "subject-unknown"),
        ({"context": {"purpose": "made-up"}}, "purpose-unknown"),
        ({"context": {"purpose": "Not A Key"}}, "purpose-unknown"),
        ({"context": {}}, "purpose-missing"),
    ],
    ids=["action", "resource", "subject", "purpose", "not a key", "no purpose"],
)
def test_what_nobody_can_be_allowed_is_a_no(gateway: Gateway, change: Json, reason: str) -> None:
    gateway.grant()

    assert answer(decision=False, reason=reason) == gateway.ask(gateway.question("contact") | change)


def test_a_program_of_the_house_is_a_subject_if_it_may_read(gateway: Gateway, api: TestClient) -> None:
    gateway.grant()
    reading = make.service(gateway.platform, gateway.organization, "profiles:read")
    found = gateway.post("/access/v1/search/subject", gateway.question("contact") | {"subject": {"type": "client"}})
    (client,) = found.json()["results"]

    own = gateway.ask(gateway.question("contact") | {"subject": client})
    foreign = Gateway(api, gateway.platform).ask(gateway.question("contact") | {"subject": client})

    assert (True, False) == (own["decision"], foreign["decision"])
    assert 200 == api.post(EVALUATION, json=gateway.question("contact"), headers=reading).status_code


def test_the_purpose_may_stand_with_the_action(gateway: Gateway) -> None:
    gateway.grant()
    action = {"name": "read", "properties": {"purpose": CARE}}

    assert gateway.ask(gateway.question("contact", purpose=None) | {"action": action})["decision"]


def _gone(name: str) -> Callable[[Json], Json]:
    return lambda body: {key: value for key, value in body.items() if key != name}


@pytest.mark.parametrize(
    "spoil",
    [
        _gone("subject"),
        _gone("action"),
        _gone("resource"),
        lambda body: body | {"subject": {"type": "organization"}},
        lambda body: body | {"subject": {"id": "x"}},
        lambda body: body | {"action": {}},
        lambda body: body | {"resource": {"type": "profile"}},
        lambda body: body | {"resource": "p_1"},
        lambda body: body | {"subject": {"type": 7, "id": "x"}},
        lambda body: body | {"context": "now"},
        lambda body: body | {"subject": {"type": "organization", "id": ""}},
        lambda body: body | {"resource": {"type": "profile", "id": "p", "properties": {"categories": "contact"}}},
        lambda _: [],
        lambda _: "text",
    ],
)
@pytest.mark.parametrize("path", [EVALUATION, EVALUATIONS])
def test_what_cannot_be_read_is_400_with_a_sentence(gateway: Gateway, spoil: Callable[[Json], Json], path: str) -> None:
    told = gateway.post(path, spoil(gateway.question("contact")))

    assert (400, "application/json") == (told.status_code, told.headers["content-type"])
    assert isinstance(told.json(), str)
    assert told.json()


@pytest.mark.parametrize(
    ("content", "media", "status"),
    [
        (b"{", "application/json", 400),
        (b"", "application/json", 400),
        (b'{"subject": "\xff"}', "application/json", 400),
        (b"{}", "text/plain", 415),
        (b"a=b", "application/x-www-form-urlencoded", 415),
        (b'{"x": "' + b"a" * 1_100_000 + b'"}', "application/json", 413),
    ],
    ids=["broken", "empty", "not utf-8", "text", "form", "too large"],
)
def test_a_body_that_is_no_question_is_refused_with_a_sentence(
    gateway: Gateway, content: bytes, media: str, status: int
) -> None:
    told = gateway.api.post(EVALUATION, content=content, headers=gateway.headers | {"content-type": media})

    assert status == told.status_code
    assert isinstance(told.json(), str)


def test_unknown_fields_and_parameters_are_passed_over(gateway: Gateway) -> None:
    gateway.grant()
    body = gateway.question("contact") | {"more": 1}
    body["subject"] |= {"properties": {"department": "Sales"}, "colour": "red"}
    body["context"] |= {"time": "2026-01-01T00:00:00Z"}

    assert gateway.post(f"{EVALUATION}?x=1", body).json()["decision"]


def test_a_token_that_may_not_ask_is_told_as_oauth_tells_it(gateway: Gateway, api: TestClient) -> None:
    body, other = gateway.question("contact"), make.service(gateway.platform, gateway.organization, "records:write")

    told = [api.post(EVALUATION, json=body, headers=each) for each in ({}, {"Authorization": "Bearer x"}, other)]

    assert [401, 401, 403] == [each.status_code for each in told]
    assert [True] * 3 == [each.headers["www-authenticate"].startswith("Bearer ") for each in told]
    assert [str] * 3 == [type(each.json()) for each in told]


@pytest.mark.parametrize(
    ("given", "is_repeated"),
    [
        ("bfe9eb29-ab87-4ca3-be83-a1d5d8305716", True),
        ("call-17.of:gateway_3", True),
        ("x" * 128, True),
        ("x" * 129, False),
        ("a b", False),
        ("<script>", False),
    ],
)
@pytest.mark.parametrize("is_good", [True, False])
def test_the_callers_request_id_is_repeated_if_it_is_safe(
    gateway: Gateway, given: str, *, is_repeated: bool, is_good: bool
) -> None:
    told = gateway.post(EVALUATION, gateway.question("contact") if is_good else {}, **{"X-Request-ID": given})

    assert is_repeated == (given == told.headers["x-request-id"])
    assert 1 == len(told.headers.get_list("x-request-id"))


def test_the_person_sees_that_it_was_asked_and_what_came_of_it(gateway: Gateway, api: TestClient) -> None:
    gateway.ask(gateway.question("contact"))
    gateway.grant()
    gateway.ask(gateway.question("contact", "products"))
    gateway.post(EVALUATIONS, {"evaluations": [gateway.question("contact"), gateway.question("usage")]})

    log = api.get("/v1/me/accesses", headers=gateway.person.headers).json()["accesses"]

    assert {"decision"} == {each["path"] for each in log}
    assert [(["contact"], "refused", "never-granted"), (["contact", "products"], "released", "granted")] == [
        (each["asked"], each["outcome"], each["reason"]) for each in log[:1:-1]
    ]
    assert {("contact", "released"), ("usage", "refused")} == {(*each["asked"], each["outcome"]) for each in log[:2]}
    assert [[]] * 4 == [each["released"] for each in log]


def test_metadata_names_every_endpoint(api: TestClient, platform: Platform) -> None:
    told = api.get("/.well-known/authzen-configuration").json()

    base = platform.settings.base_url
    assert base == told["policy_decision_point"]
    assert {
        f"{base}/access/v1/{path}"
        for path in ("evaluation", "evaluations", "search/subject", "search/resource", "search/action")
    } == {value for name, value in told.items() if name.endswith("_endpoint")}
    assert json.dumps(told)
