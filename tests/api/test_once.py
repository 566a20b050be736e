"""A write with an Idempotency-Key: done once, answered each time as the first time, and told to nobody else."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

import psycopg
import pytest
from starlette.testclient import TestClient

from cdp import clock
from cdp.ingest.items import Kind
from cdp.permissions import access_requests
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.tables import Organization
from tests import make

Answer = tuple[int, bytes]


@dataclass(frozen=True, slots=True)
class Stage:
    """A customer who is known to a shop, and what each may send."""

    platform: Platform
    api: TestClient
    person: make.Person
    shop: Organization
    service: dict[str, str]

    def grant(self) -> str:
        """Return a live grant of the customer to the shop."""
        wanted = {"organization": self.shop.slug, "purpose": "customer-care", "categories": ["contact", "products"]}
        found: str = self.api.post("/v1/me/grants", json=wanted, headers=self.person.headers).json()["grant_id"]
        return found

    def request(self) -> str:
        """Return what the shop asked the customer."""
        with self.platform.database.scoped(Scope(Principal.SOURCE, self.shop.organization_id)) as session:
            asked = access_requests.ask(
                session,
                customer=self.person.customer_id,
                organization=self.shop.organization_id,
                purpose="advice",
                categories=frozenset({"contact"}),
                days=30,
                notice={"nl": "Om een advies te maken."},
                at=clock.now(),
            )
        return str(asked)

    def record(self) -> str:
        """Return a record that the shop holds."""
        make.delivery(self.platform, self.shop, make.item(Kind.PRODUCT, "contract", {"a": 1}, user="u-1", key="c-1"))
        records = self.api.get("/v1/me/records", headers=self.person.headers).json()["records"]
        return next(str(each["record_id"]) for each in records if each["kind"] == "product")

    def subject(self) -> str:
        """Return how the shop knows the customer."""
        return str(self.api.get("/v1/me/sources", headers=self.person.headers).json()["sources"][0]["subject_id"])

    def mapped(self) -> str:
        """Let the shop map an attribute."""
        self.api.put("/v1/catalog/attributes/shoe_size", json=ATTRIBUTE, headers=self.service)
        return ""

    def stated(self) -> str:
        """Let the customer state something."""
        self.api.put("/v1/me/attributes/nickname", json={"value": "K"}, headers=self.person.headers)
        return ""


@pytest.fixture
def stage(platform: Platform, api: TestClient) -> Stage:
    shop, address = make.organization(platform), make.email()
    make.known_person(platform, shop, address, user="u-1")
    person = make.person(platform, address=address)
    service = make.service(platform, shop, "grants:request", "catalog:write", "records:write", "profiles:read")
    return Stage(platform, api, person, shop, service)


def none(_: Stage) -> str:
    return ""


def grant_body(stage: Stage) -> object:
    return {"organization": stage.shop.slug, "purpose": "advice", "categories": ["contact"]}


def attested(_: Stage) -> object:
    at = clock.now()
    return {
        "user_id": "u-1",
        "purpose": "customer-care",
        "categories": ["contact"],
        "expires_at": (at + timedelta(days=30)).isoformat(),
        "evidence": {
            "method": "paper",
            "at": (at - timedelta(days=1)).isoformat(),
            "document_hash": "a" * 64,
        },
    }


Case = tuple[str, str, Callable[[Stage], str], Callable[[Stage], object]]
ATTRIBUTE = {"category": "personal", "label": {"nl": "Maat", "en": "Size"}, "type": "integer"}
OF_CUSTOMERS: list[Case] = [
    ("POST", "/v1/me/grants", none, grant_body),
    ("PATCH", "/v1/me/grants/{}", Stage.grant, lambda _: {"categories": ["contact"]}),
    ("POST", "/v1/me/grants/{}/revoke", Stage.grant, none),
    ("POST", "/v1/me/grants/revoke-all", Stage.grant, none),
    ("POST", "/v1/me/objections", none, lambda stage: {"organization": stage.shop.slug, "purpose": "advice"}),
    ("POST", "/v1/me/access-requests/{}/approve", Stage.request, none),
    ("POST", "/v1/me/access-requests/{}/refuse", Stage.request, none),
    ("PUT", "/v1/me/attributes/nickname", none, lambda _: {"value": "K"}),
    ("DELETE", "/v1/me/attributes/nickname", Stage.stated, none),
    ("POST", "/v1/me/records/{}/dispute", Stage.record, none),
    ("POST", "/v1/me/identity/{}/unlink", Stage.subject, none),
    ("PATCH", "/v1/me", none, lambda _: {"language": "en"}),
    ("POST", "/v1/me/sessions/end-all", none, none),
    ("POST", "/v1/logout", none, none),
    ("DELETE", "/v1/me", none, none),
]
OF_SERVICES: list[Case] = [
    ("POST", "/v1/grants/attested", none, attested),
    ("PUT", "/v1/catalog/attributes/shoe_size", none, lambda _: ATTRIBUTE),
    ("DELETE", "/v1/catalog/attributes/shoe_size", Stage.mapped, none),
    (
        "POST",
        "/v1/records",
        none,
        lambda _: {"items": [{"kind": "interaction", "type": "chat", "subject": {"user_id": "u"}}]},
    ),
]


def twice(stage: Stage, case: Case, headers: dict[str, str], *, key: str | None = None) -> tuple[Answer, Answer]:
    method, path, arrange, body_of = case
    path, body = path.format(arrange(stage)), body_of(stage)
    keyed = {**headers, "Idempotency-Key": key or make.name("key")}
    first, again = (stage.api.request(method, path, json=body or None, headers=keyed) for _ in range(2))
    return (first.status_code, first.content), (again.status_code, again.content)


@pytest.mark.parametrize("case", OF_CUSTOMERS, ids=lambda case: f"{case[0]} {case[1]}")
def test_a_customers_write_is_done_once_and_answered_twice(stage: Stage, case: Case, database_url: str) -> None:
    def acts() -> object:
        with psycopg.connect(database_url) as connection:
            return connection.execute("select count(*), max(at) from act").fetchone()

    first, again = twice(stage, case, stage.person.headers)
    after = acts()

    assert first[0] in {200, 201, 204}, first
    assert first == again
    assert after == acts()


@pytest.mark.parametrize("case", OF_SERVICES, ids=lambda case: f"{case[0]} {case[1]}")
def test_a_services_write_is_done_once_and_answered_twice(stage: Stage, case: Case) -> None:
    first, again = twice(stage, case, stage.service)

    assert first[0] in {200, 201}, first
    assert first == again


def test_one_act_comes_of_one_key(stage: Stage) -> None:
    case: Case = ("POST", "/v1/me/grants", none, grant_body)

    (_, body), _ = twice(stage, case, stage.person.headers)

    (grant,) = stage.api.get("/v1/me/grants", headers=stage.person.headers).json()["grants"]
    history = stage.api.get(f"/v1/me/grants/{grant['grant_id']}", headers=stage.person.headers).json()
    assert ["grant"] == [act["kind"] for act in history["acts"]]
    assert grant["grant_id"].encode() in body


def test_of_calls_at_once_one_is_done(stage: Stage) -> None:
    headers = {**stage.person.headers, "Idempotency-Key": make.name("key")}
    body = grant_body(stage)

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: stage.api.post("/v1/me/grants", json=body, headers=headers), range(8)))
    last = stage.api.post("/v1/me/grants", json=body, headers=headers)

    (grant,) = stage.api.get("/v1/me/grants", headers=stage.person.headers).json()["grants"]
    history = stage.api.get(f"/v1/me/grants/{grant['grant_id']}", headers=stage.person.headers).json()
    assert 1 == len(history["acts"])
    assert {201} <= {each.status_code for each in answers} <= {201, 409}
    assert {"already-done"} >= {each.json()["code"] for each in answers if each.status_code == 409}
    assert (201, grant) == (last.status_code, last.json())


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/v1/me/grants", {"purpose": "research"}),
        ("POST", "/v1/me/objections", {}),
        ("POST", "/v1/me/grants?", None),
        ("PUT", "/v1/me/attributes/nickname", None),
    ],
)
def test_a_key_is_for_one_call(stage: Stage, method: str, path: str, body: dict[str, object] | None) -> None:
    headers = {**stage.person.headers, "Idempotency-Key": "the-same"}
    wanted = {"organization": stage.shop.slug, "purpose": "advice", "categories": ["contact"]}
    stage.api.post("/v1/me/grants", json=wanted, headers=headers)

    other = stage.api.request(method, path, json=wanted if body is None else wanted | body, headers=headers)

    if path == "/v1/me/grants?":  # the same address, written otherwise
        assert 201 == other.status_code
    else:
        assert (409, "idempotency-key-reused") == (other.status_code, other.json()["code"])


def test_a_key_is_one_callers_own(stage: Stage, platform: Platform) -> None:
    other = make.person(platform)
    headers = [each | {"Idempotency-Key": "1"} for each in (stage.person.headers, other.headers)]

    given = [stage.api.post("/v1/me/grants", json=grant_body(stage), headers=each) for each in headers]

    assert [201, 201] == [each.status_code for each in given]
    assert given[0].json()["grant_id"] != given[1].json()["grant_id"]


def test_two_programs_of_an_organization_may_use_the_same_key(stage: Stage, platform: Platform) -> None:
    other = make.service(platform, stage.shop, "catalog:write")
    key = {"Idempotency-Key": "1"}

    first = stage.api.put("/v1/catalog/attributes/shoe_size", json=ATTRIBUTE, headers=stage.service | key)
    second = stage.api.put("/v1/catalog/attributes/hat_size", json=ATTRIBUTE, headers=other | key)

    assert [200, 200] == [first.status_code, second.status_code]


def test_a_call_that_failed_may_be_made_again(stage: Stage) -> None:
    headers = {**stage.person.headers, "Idempotency-Key": "failed-first"}
    path = "/v1/me/attributes/nickname"

    failed = stage.api.delete(path, headers=headers)
    stage.stated()
    done = stage.api.delete(path, headers=headers)

    assert (404, 204) == (failed.status_code, done.status_code)


def test_what_was_done_and_not_answered_is_not_done_again(stage: Stage, database_url: str) -> None:
    headers = {**stage.person.headers, "Idempotency-Key": make.name("key")}
    stage.api.post("/v1/me/grants", json=grant_body(stage), headers=headers)
    with psycopg.connect(database_url, autocommit=True) as connection:  # as a crash before the answer leaves it
        connection.execute("update idempotency set status = null, answer = null")

    again = stage.api.post("/v1/me/grants", json=grant_body(stage), headers=headers)

    assert (409, "already-done") == (again.status_code, again.json()["code"])


def test_an_answer_lies_sealed_and_its_key_lies_nowhere(stage: Stage, database_url: str) -> None:
    key = make.name("key")
    case: Case = ("PATCH", "/v1/me", none, lambda _: {"language": "en"})

    (_, body), _ = twice(stage, case, stage.person.headers, key=key)

    with psycopg.connect(database_url) as connection:
        kept = b"".join(
            bytes(row[0]) for row in connection.execute("select row_to_json(i)::text::bytea from idempotency i")
        )
    assert b"emails" in body
    assert not [each for each in (b"emails", key.encode()) if each in kept or each.hex().encode() in kept]


def test_a_lookup_is_never_answered_from_what_was_kept(stage: Stage) -> None:
    grant = stage.grant()
    wanted = {"identifiers": [{"type": "user_id", "value": "u-1"}], "purpose": "customer-care"}
    headers = {**stage.service, "Idempotency-Key": make.name("key")}

    before = stage.api.post("/v1/profiles/lookup", json=wanted, headers=headers)
    stage.api.post(f"/v1/me/grants/{grant}/revoke", headers=stage.person.headers)
    after = stage.api.post("/v1/profiles/lookup", json=wanted, headers=headers)

    assert (200, 404) == (before.status_code, after.status_code)


def test_who_may_not_ask_is_not_answered_from_what_was_kept(stage: Stage) -> None:
    headers = {**stage.person.headers, "Idempotency-Key": "1"}
    stage.api.post("/v1/me/grants", json=grant_body(stage), headers=headers)
    stage.api.post("/v1/logout", headers=stage.person.headers)

    again = stage.api.post("/v1/me/grants", json=grant_body(stage), headers=headers)

    assert 401 == again.status_code


@pytest.mark.parametrize("key", [b"", b"k" * 201, b"two words", b"\xc3\xa9", b"tab\tbed"])
def test_a_key_that_cannot_be_one_is_told(stage: Stage, key: bytes) -> None:
    headers = {name.encode(): value.encode() for name, value in stage.person.headers.items()} | {
        b"Idempotency-Key": key
    }

    answer = stage.api.post("/v1/me/grants", json=grant_body(stage), headers=headers)

    assert (422, "bad-idempotency-key") == (answer.status_code, answer.json()["code"])


def test_every_write_of_a_customer_or_a_service_is_described_with_its_key(api: TestClient) -> None:
    described = {
        f"{method.upper()} {path}"
        for path, operations in api.get("/openapi/v1.json").json()["paths"].items()
        for method, operation in operations.items()
        if any(each.get("name") == "Idempotency-Key" for each in operation.get("parameters", []))
    }

    tried = {f"{method} {path}" for method, path, *_ in OF_CUSTOMERS + OF_SERVICES}
    assert not [each for each in described if each.startswith("GET ")]
    assert len(described) >= len(tried)
