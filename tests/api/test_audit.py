"""The auditor's door: who sees what of the logs, in which form, and the file that is checked offline."""

import csv
import io
import json
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from cdp import clock
from cdp.log import audit
from cdp.platform import Platform
from tests import make
from tests.api.auditing import listed
from tests.api.conftest import Audited

# ------------------------------------------------------------------------- who sees what


def test_the_platforms_auditor_sees_every_act_and_every_access(api: TestClient, audited: Audited) -> None:
    acts = listed(api, "acts", audited.whole)
    accesses = listed(api, "accesses", audited.whole)

    assert [
        (audited.shop.slug, "grant", "customer-care"),
        (audited.bank.slug, "grant", "advice"),
        (audited.shop.slug, "grant", "research"),
        (audited.shop.slug, "revoke", "customer-care"),
    ] == [(each["organization"], each["act"], each["purpose"]) for each in acts]
    assert [
        (audited.shop.slug, "released", "customer-care"),
        (audited.bank.slug, "released", "advice"),
        (audited.bank.slug, "refused", "research"),
        (audited.shop.slug, "refused", "customer-care"),
        (None, "released", None),
    ] == [
        (each["organization"], each["outcome"], each["purpose"])
        for each in accesses
        if each["principal"] in {"service", "customer"}
    ]


def test_what_customers_wish_is_no_act_that_an_auditor_lists(
    platform: Platform, api: TestClient, audited: Audited
) -> None:
    before = listed(api, "acts", audited.whole)
    person = make.person(platform)
    api.patch("/v1/me/preferences", json={"first": "human"}, headers=person.headers)
    make.logged(platform)

    assert before == listed(api, "acts", audited.whole)


def test_what_customers_ask_under_the_law_is_no_act_that_an_auditor_lists(
    platform: Platform, api: TestClient, audited: Audited
) -> None:
    before = listed(api, "acts", audited.whole)
    address, source = make.email(), make.organization(platform)
    make.known_person(platform, source, address)
    person = make.person(platform, address=address)
    (name,) = (
        each["record_id"]
        for each in api.get("/v1/me/records", headers=person.headers).json()["records"]
        if each["type"] == "first_name"
    )
    asked = api.post(f"/v1/me/records/{name}/erase", json={}, headers=person.headers)
    make.logged(platform)

    assert asked.is_success
    assert before == listed(api, "acts", audited.whole)


def test_a_read_cites_the_act_that_allowed_it(api: TestClient, audited: Audited) -> None:
    leaves = {each["leaf"]: each for each in listed(api, "acts", audited.whole)}
    released = [each for each in listed(api, "accesses", audited.whole, outcome="released") if each["grant"]]

    assert 2 == len(released)
    assert {(each["organization"], each["purpose"]) for each in released} == {
        (leaves[each["grant"]]["organization"], leaves[each["grant"]]["purpose"]) for each in released
    }


@pytest.mark.parametrize("what", ["acts", "accesses"])
def test_an_organizations_auditor_sees_that_organization_only(api: TestClient, audited: Audited, what: str) -> None:
    seen = {
        name: {each["organization"] for each in listed(api, what, headers)} - {None}
        for name, headers in (("shop", audited.of_shop), ("bank", audited.of_bank))
    }

    assert {"shop": {audited.shop.slug}, "bank": {audited.bank.slug}} == seen
    assert [] == listed(api, what, audited.of_shop, organization=audited.bank.slug)


def test_an_organizations_auditor_does_not_see_what_customers_read_of_themselves(
    api: TestClient, audited: Audited
) -> None:
    assert [] == [each for each in listed(api, "accesses", audited.of_shop) if each["principal"] == "customer"]


def test_customers_are_pseudonyms(api: TestClient, audited: Audited) -> None:
    said = (
        api.get("/v1/audit/acts", headers=audited.whole).text
        + api.get("/v1/audit/accesses", headers=audited.whole).text
    )

    assert str(audited.anna.customer_id) not in said
    assert "Noor" not in said


def test_two_organizations_auditors_have_no_name_in_common(api: TestClient, audited: Audited) -> None:
    names = {
        owner: {each["customer"] for what in ("acts", "accesses") for each in listed(api, what, headers)} - {None}
        for owner, headers in (("shop", audited.of_shop), ("bank", audited.of_bank), ("whole", audited.whole))
    }

    assert names["shop"]
    assert names["bank"]
    assert not names["shop"] & names["bank"]
    assert names["shop"] | names["bank"] < names["whole"]  # and the names under which customers read of themselves


@pytest.mark.parametrize("path", ["acts", "accesses", "bundle"])
def test_only_an_auditor_comes_in(api: TestClient, platform: Platform, audited: Audited, path: str) -> None:
    program = make.service(platform, audited.shop, "profiles:read", "records:write", "grants:request")

    askers = {"nobody": {}, "customer": audited.anna.headers, "program": program}
    answers = {name: api.get(f"/v1/audit/{path}", headers=each).status_code for name, each in askers.items()}

    assert {"nobody": 401, "customer": 401, "program": 403} == answers


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"purpose": "customer-care"}, 2),
        ({"purpose": "fraud-prevention"}, 0),
        ({"act": "revoke"}, 1),
        ({"since": "2020-01-01T00:00:00Z"}, 4),
        ({"until": "2020-01-01T00:00:00Z"}, 0),
    ],
)
def test_acts_can_be_narrowed(api: TestClient, audited: Audited, query: dict[str, str], count: int) -> None:
    assert count == len(listed(api, "acts", audited.whole, **query))


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"outcome": "refused"}, 2),
        ({"outcome": "refused", "purpose": "research"}, 1),
        ({"outcome": "unknown"}, 0),
        ({"until": "2020-01-01T00:00:00Z"}, 0),
    ],
)
def test_accesses_can_be_narrowed(api: TestClient, audited: Audited, query: dict[str, str], count: int) -> None:
    assert count == len(listed(api, "accesses", audited.whole, **query))


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"organization": "nobody-here"}, 404),
        ({"organization": "' or 1=1"}, 422),
        ({"limit": "0"}, 422),
        ({"limit": "1001"}, 422),
        ({"since": "yesterday"}, 422),
        ({"act": "steal"}, 422),
        ({"format": "xml"}, 422),
        ({"after": "x"}, 422),
        ({"outcome": "refused"}, 422),
    ],
)
def test_what_cannot_be_asked_is_told(api: TestClient, audited: Audited, query: dict[str, str], status: int) -> None:
    assert status == api.get("/v1/audit/acts", params=query, headers=audited.whole).status_code


def test_a_list_goes_on_behind_a_cursor_that_only_its_owner_can_use(api: TestClient, audited: Audited) -> None:
    seen: list[int] = []
    after: str | None = None
    while True:
        query = {"limit": 1} | ({"after": after} if after else {})
        page = api.get("/v1/audit/acts", params=query, headers=audited.whole).json()
        seen += [each["index"] for each in page["acts"]]
        if (after := page["next"]) is None:
            break
        stolen = api.get("/v1/audit/acts", params={"after": after}, headers=audited.of_shop)
        elsewhere = api.get("/v1/audit/accesses", params={"after": after}, headers=audited.whole)
        assert [422, 422] == [stolen.status_code, elsewhere.status_code]

    assert seen == [each["index"] for each in listed(api, "acts", audited.whole)]


def test_a_page_of_something_rare_ends_before_it_costs_much(
    api: TestClient, audited: Audited, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "SCANNED", 2)
    found, pages, after = [], 0, None
    while pages == 0 or after is not None:
        query = {"act": "revoke"} | ({"after": after} if after else {})
        page = api.get("/v1/audit/acts", params=query, headers=audited.whole).json()
        found += page["acts"]
        after, pages = page["next"], pages + 1

    assert 1 == len(found)
    assert pages > 2


# ------------------------------------------------------------------------- in which form


def test_lines_and_tables_say_the_same_as_json(api: TestClient, audited: Audited) -> None:
    plain = listed(api, "acts", audited.whole)
    lines = api.get("/v1/audit/acts?format=ndjson", headers=audited.whole)
    table = api.get("/v1/audit/acts", headers=audited.whole | {"Accept": "text/csv"})

    assert plain == [json.loads(line) for line in lines.text.splitlines()]
    rows = list(csv.DictReader(io.StringIO(table.text.removeprefix("\ufeff"))))
    assert [each["leaf"] for each in plain] == [each["leaf"] for each in rows]
    assert ["application/x-ndjson", "text/csv; charset=utf-8"] == [
        each.headers["content-type"] for each in (lines, table)
    ]


@pytest.mark.parametrize("form", ["csv", "ndjson"])
def test_the_next_page_of_lines_and_tables_stands_in_a_link(api: TestClient, audited: Audited, form: str) -> None:
    path, seen = f"/v1/audit/acts?format={form}&limit=3", 0
    while path:
        answer = api.get(path, headers=audited.whole)
        seen += len(answer.text.splitlines()) - (form == "csv")
        path = answer.headers.get("link", "").partition(">")[0].removeprefix("<")

    assert 4 == seen


def test_a_form_that_there_is_not_is_told(api: TestClient, audited: Audited) -> None:
    answer = api.get("/v1/audit/acts", headers=audited.whole | {"Accept": "application/pdf"})

    assert (406, "not-acceptable") == (answer.status_code, answer.json()["code"])


def test_a_period_is_from_a_moment_on_and_before_another(api: TestClient, audited: Audited) -> None:
    acts = listed(api, "acts", audited.whole)
    moment = acts[1]["at"]

    assert acts[:1] == listed(api, "acts", audited.whole, until=moment)
    assert acts[1:] == listed(api, "acts", audited.whole, since=moment)
    assert [] == listed(api, "acts", audited.whole, since=(clock.now() + timedelta(days=1)).isoformat())
