"""A customer's receipts: the proof in five forms, for them alone, and waiting for it."""

import json
import re
from base64 import b64decode
from dataclasses import dataclass, field, replace
from datetime import timedelta
from importlib import resources
from typing import Any
from uuid import UUID, uuid4

import jsonschema_rs
import pytest
from starlette.testclient import TestClient

from cdp import clock
from cdp.log import sequencer
from cdp.platform import Platform
from cdp.tables import Organization
from consent import verify
from consent.checkpoints import Checkpoint
from consent.notes import Algorithm, Key, Signer
from consent.receipts import Receipt
from consent.verify import Trust
from tests import make
from tests.consent.log import vectors

FORMS = {
    "tlog-proof": "text/plain; charset=utf-8",
    "json-ld": "application/ld+json",
    "kantara": "application/json",
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
}


@dataclass
class Kept:
    """A customer with an act of every sort that a customer has a part in, by kind."""

    person: make.Person
    organization: Organization
    acts: dict[str, UUID] = field(default_factory=dict)


@pytest.fixture(scope="module")
def kept(api: TestClient, platform: Platform, database_url: str) -> Kept:
    person, organization = make.person(platform), make.organization(platform)
    found = Kept(person, organization)
    wanted = {"organization": organization.slug, "purpose": "advice", "categories": ["contact", "health"], "days": 20}
    given = api.post("/v1/me/grants", json=wanted, headers=person.headers).json()
    change = f"/v1/me/grants/{given['grant_id']}"
    until = (clock.now() + timedelta(days=25)).isoformat()
    assert 200 == api.patch(change, json={"expires_at": until}, headers=person.headers).status_code
    assert 200 == api.patch(change, json={"categories": ["contact"]}, headers=person.headers).status_code
    assert 200 == api.post(f"{change}/revoke", headers=person.headers).status_code
    objected = {"organization": organization.slug, "purpose": "direct-marketing"}
    assert 201 == api.post("/v1/me/objections", json=objected, headers=person.headers).status_code
    asked = make.access_request(platform, organization, person.customer_id)
    refusal = f"/v1/me/access-requests/{asked}/refuse"
    assert 200 == api.post(refusal, headers=person.headers).status_code
    begun = clock.now() - timedelta(minutes=1)
    ended = begun + timedelta(seconds=30)
    make.grant(platform, person, organization, purpose="research", at=begun, expires_at=ended)
    sequencer.step(platform)
    listed = api.get("/v1/me/receipts", headers=person.headers).json()["receipts"]
    for each in reversed(listed):
        found.acts.setdefault(each["kind"], UUID(each["receipt_id"]))
    return found


def get(api: TestClient, kept: Kept, kind: str, form: str, **rest: str) -> Any:
    path = f"/v1/me/receipts/{kept.acts[kind]}"
    return api.get(path, params={"format": form, **rest}, headers=kept.person.headers)


def trust(api: TestClient) -> Trust:
    return Trust(tuple(Key.from_vkey(line) for line in api.get("/log/consent/vkey").text.splitlines()))


KINDS = pytest.mark.parametrize("kind", ["grant", "extend", "narrow", "revoke", "object", "refuse", "expire"])


def test_every_act_has_a_receipt(api: TestClient, kept: Kept) -> None:
    listed = api.get("/v1/me/receipts", headers=kept.person.headers).json()

    assert {"grant", "extend", "narrow", "revoke", "object", "refuse", "expire"} == set(kept.acts)
    assert all(each["is_proven"] and each["index"] is not None for each in listed["receipts"])
    assert listed["next"] is None


@KINDS
def test_the_proof_holds_offline_and_says_what_happened(api: TestClient, kept: Kept, kind: str) -> None:
    answer = get(api, kept, kind, "tlog-proof")

    verdict = verify.verify_receipt(answer.content, trust(api))

    assert [] == verdict.failures
    assert kind == Receipt.from_bytes(answer.content).event.act.kind
    assert kept.acts[kind] == Receipt.from_bytes(answer.content).event.act_id
    assert len(answer.content) <= 2048


@KINDS
def test_one_changed_byte_of_a_receipt_is_found(api: TestClient, kept: Kept, kind: str) -> None:
    content, given = get(api, kept, kind, "tlog-proof").content, trust(api)

    missed = []
    for place in range(len(content)):
        changed = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        if verify.verify_receipt(changed, given).holds:
            missed.append(place)

    assert [] == missed


@KINDS
def test_a_receipt_is_small_in_a_log_of_a_million_leaves(api: TestClient, kept: Kept, kind: str) -> None:
    """With a path of twenty hashes, a size of seven digits and a witness under the checkpoint."""
    receipt = Receipt.from_bytes(get(api, kept, kind, "tlog-proof").content)
    checkpoint = Checkpoint("localhost/consent", 1_048_575, b"r" * 32)
    witness = Signer.from_seed("witness.example/w1", b"w" * 32, Algorithm.COSIGNATURE)
    log = Signer.from_seed("localhost/consent", b"l" * 32)
    note = checkpoint.signed(log).signed(witness.cosign(checkpoint.to_text(), at=1_800_000_000))
    large = replace(receipt.proof, index=1_048_574, hashes=(b"h" * 32,) * 20, checkpoint=note.to_bytes())

    assert len(large.to_bytes()) <= 2048


@KINDS
@pytest.mark.parametrize("form", FORMS)
def test_a_receipt_can_be_had_in_every_form(api: TestClient, kept: Kept, kind: str, form: str) -> None:
    answer = get(api, kept, kind, form)

    assert (200, FORMS[form]) == (answer.status_code, answer.headers["content-type"])
    assert "no-store" == answer.headers["cache-control"]
    assert f"-{kind}." in answer.headers["content-disposition"]


@KINDS
def test_the_other_forms_carry_the_same_proof(api: TestClient, kept: Kept, kind: str) -> None:
    proof = get(api, kept, kind, "tlog-proof").content

    assert proof == b64decode(get(api, kept, kind, "json-ld").json()["tlog:proof"])
    assert proof == b64decode(get(api, kept, kind, "kantara").json()["proof"])
    assert proof.decode() in get(api, kept, kind, "html").text.replace("&#43;", "+")


@KINDS
def test_every_term_in_a_receipt_exists_in_dpv(api: TestClient, kept: Kept, kind: str) -> None:
    terms = json.loads(resources.files("consent").joinpath("dpv_terms.json").read_text())
    known = {term for part in ("properties", "classes", "purposes", "personal_data") for term in terms[part]}

    document = {**get(api, kept, kind, "json-ld").json(), "@context": {}}

    assert set() == set(re.findall(r'"((?:dpv|pd|eu-gdpr):[^"]+)"', json.dumps(document))) - known


@vectors.needed
@KINDS
def test_a_receipt_is_a_kantara_consent_receipt(api: TestClient, kept: Kept, kind: str) -> None:
    text = (vectors.FOLDER / "kantara/CR_v1_1/kantara-consent-receipt-v1_1-schema.json").read_text()
    schema = json.loads(re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE))

    jsonschema_rs.validate(schema, get(api, kept, kind, "kantara").json())


def test_the_words_are_in_the_language_that_is_asked_for(api: TestClient, kept: Kept) -> None:
    assert "You gave permission" in get(api, kept, "grant", "html", language="en").text
    assert "U gaf toestemming" in get(api, kept, "grant", "html", language="nl").text
    assert "U gaf toestemming" in get(api, kept, "grant", "html").text
    assert "Health" in json.dumps(get(api, kept, "extend", "json-ld", language="en").json())


def test_the_words_are_as_the_customer_wants_to_be_addressed(api: TestClient, platform: Platform) -> None:
    person = make.person(platform)
    api.patch("/v1/me", json={"address": "je"}, headers=person.headers)
    act = make.grant(platform, person, make.organization(platform))
    make.logged(platform)

    said = api.get(f"/v1/me/receipts/{act}?format=html", headers=person.headers).text

    assert "Je gaf toestemming" in said


def test_a_page_is_let_do_nothing_by_the_browser(api: TestClient, kept: Kept) -> None:
    policy = get(api, kept, "grant", "html").headers["content-security-policy"]

    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "script" not in policy


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        (None, FORMS["tlog-proof"]),
        ("*/*", FORMS["tlog-proof"]),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", FORMS["html"]),
        ("application/pdf", FORMS["pdf"]),
        ("application/ld+json", FORMS["json-ld"]),
        ("application/json", FORMS["kantara"]),
        ("application/*", FORMS["json-ld"]),
        ("application/pdf;q=0.2, text/html;q=0.5", FORMS["html"]),
        ("text/html;q=0, */*", FORMS["tlog-proof"]),
    ],
)
def test_the_form_is_what_the_asker_likes_best(
    api: TestClient, kept: Kept, accept: str | None, content_type: str
) -> None:
    headers = kept.person.headers | ({} if accept is None else {"Accept": accept})

    answer = api.get(f"/v1/me/receipts/{kept.acts['grant']}", headers=headers)

    assert (200, content_type) == (answer.status_code, answer.headers["content-type"])
    assert "Accept" in answer.headers["vary"]


@pytest.mark.parametrize("accept", ["image/png", "text/html;q=0", "application/x-tar, image/*", "text/html;q=x"])
def test_a_form_that_there_is_not_is_told(api: TestClient, kept: Kept, accept: str) -> None:
    answer = api.get(f"/v1/me/receipts/{kept.acts['grant']}", headers=kept.person.headers | {"Accept": accept})

    assert (406, "not-acceptable") == (answer.status_code, answer.json()["code"])


@pytest.mark.parametrize("form", FORMS)
def test_nobody_gets_somebody_elses_receipt(api: TestClient, platform: Platform, kept: Kept, form: str) -> None:
    other = make.person(platform)

    path = f"/v1/me/receipts/{kept.acts['grant']}?format={form}"
    answers = [api.get(path, headers=each) for each in (other.headers, {}, {"Authorization": "Bearer x"})]
    unknown = api.get(f"/v1/me/receipts/{uuid4()}", headers=other.headers)

    assert [404, 401, 401] == [each.status_code for each in answers]
    assert {**unknown.json(), "request_id": ""} == {**answers[0].json(), "request_id": ""}
    assert [] == api.get("/v1/me/receipts", headers=other.headers).json()["receipts"]


def test_an_organization_has_no_receipts(api: TestClient, platform: Platform, kept: Kept) -> None:
    scopes = ("profiles:read", "grants:request", "audit:read")
    program = make.service(platform, kept.organization, *scopes)

    assert 401 == api.get(f"/v1/me/receipts/{kept.acts['grant']}", headers=program).status_code


def test_the_list_goes_on_behind_a_cursor_that_only_its_owner_can_use(
    api: TestClient, platform: Platform, kept: Kept
) -> None:
    seen: list[str] = []
    after = None
    while True:
        query = {"limit": 2} | ({"after": after} if after else {})
        page = api.get("/v1/me/receipts", params=query, headers=kept.person.headers).json()
        seen += [each["receipt_id"] for each in page["receipts"]]
        if (after := page["next"]) is None:
            break
        stolen = api.get("/v1/me/receipts", params=query | {"after": after}, headers=make.person(platform).headers)
        assert (422, "bad-cursor") == (stolen.status_code, stolen.json()["code"])

    assert len(set(seen)) == len(seen) == len(kept.acts) + 1
    whole = api.get("/v1/me/receipts", headers=kept.person.headers).json()["receipts"]
    assert [each["receipt_id"] for each in whole] == seen
