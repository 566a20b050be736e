"""What a customer read before an act: in the act, in the log and on the receipt, in the language that they read."""

import json
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import psycopg
import pytest
from starlette.testclient import TestClient

from cdp import clock
from cdp.log import store
from cdp.own import dossier
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.tables import Organization
from consent.receipts import Receipt
from tests import make

SPOKEN = [
    ({}, "nl", "{name} geeft u advies dat bij u past.", "Om u te helpen."),
    ({"address": "je"}, "nl", "{name} geeft je advies dat bij je past.", "Om u te helpen."),
    ({"language": "en"}, "en", "{name} gives you advice that suits you.", "Om u te helpen."),
]
"""How a customer is spoken to, its language, the purpose in it, and a notice that is there in Dutch only."""
CASES = pytest.mark.parametrize(("details", "tongue", "why", "because"), SPOKEN, ids=["u", "je", "english"])


@dataclass(frozen=True)
class Asked:
    """A customer and an organization that asked them for something."""

    person: make.Person
    shop: Organization
    request: UUID


def asked(platform: Platform, details: dict[str, str]) -> Asked:
    person, shop = make.person(platform), make.organization(platform)
    with platform.database.scoped(person.scope) as session:
        dossier.adapt(session, details)
    return Asked(person, shop, make.access_request(platform, shop, person.customer_id))


def receipts(api: TestClient, platform: Platform, person: make.Person) -> dict[str, Any]:
    """Return the newest receipt of each kind of act, as JSON-LD."""
    make.logged(platform)
    listed = api.get("/v1/me/receipts", headers=person.headers).json()["receipts"]
    return {each["kind"]: of(api, person, each["receipt_id"], "json-ld").json() for each in reversed(listed)}


def of(api: TestClient, person: make.Person, receipt: str, form: str) -> Any:
    return api.get(f"/v1/me/receipts/{receipt}", params={"format": form}, headers=person.headers)


@CASES
@pytest.mark.parametrize("answer", ["approve", "refuse"])
def test_an_answer_carries_the_purpose_and_what_the_organization_said(  # each case by name
    api: TestClient, platform: Platform, answer: str, details: dict[str, str], tongue: str, why: str, because: str
) -> None:
    here = asked(platform, details)
    path = f"/v1/me/access-requests/{here.request}/{answer}"
    assert 200 == api.post(path, headers=here.person.headers).status_code

    (receipt,) = receipts(api, platform, here.person).values()

    text = f"{why.format(name=here.shop.name)}\n\n{because}"
    assert (f"urn:sha256:{sha256(text.encode()).hexdigest()}", tongue, text) == (
        receipt["dpv:hasNotice"]["dct:identifier"],
        receipt["dpv:hasNotice"]["dct:language"],
        receipt["dpv:hasNotice"]["dct:description"],
    )


@CASES
def test_every_act_without_a_request_carries_the_purpose(  # each case by name
    api: TestClient, platform: Platform, details: dict[str, str], tongue: str, why: str, because: str
) -> None:
    here = asked(platform, details)
    wanted = {"organization": here.shop.slug, "purpose": "advice", "categories": ["contact", "products"], "days": 20}
    given = api.post("/v1/me/grants", json=wanted, headers=here.person.headers).json()
    path = f"/v1/me/grants/{given['grant_id']}"
    until = (clock.now() + timedelta(days=25)).isoformat()
    assert 200 == api.patch(path, json={"expires_at": until}, headers=here.person.headers).status_code
    assert 200 == api.patch(path, json={"categories": ["contact"]}, headers=here.person.headers).status_code
    assert 200 == api.post(f"{path}/revoke", headers=here.person.headers).status_code
    objection = {"organization": here.shop.slug, "purpose": "advice"}
    assert 201 == api.post("/v1/me/objections", json=objection, headers=here.person.headers).status_code

    found = receipts(api, platform, here.person)

    text = why.format(name=here.shop.name)
    assert {"grant", "extend", "narrow", "revoke", "object"} == set(found)
    assert {(text, tongue)} == {
        (each["dpv:hasNotice"]["dct:description"], each["dpv:hasNotice"]["dct:language"]) for each in found.values()
    }
    assert because not in json.dumps(found)


def test_a_notice_has_a_version_and_a_date(api: TestClient, platform: Platform) -> None:
    here = asked(platform, {})
    make.grant(platform, here.person, here.shop)

    notice = receipts(api, platform, here.person)["grant"]["dpv:hasNotice"]

    assert notice["dct:identifier"].removeprefix("urn:sha256:").startswith(notice["dct:hasVersion"])
    assert "xsd:dateTime" == notice["dct:date"]["@type"]


def test_every_form_of_a_receipt_shows_what_was_read_and_the_proof_its_hash(
    api: TestClient, platform: Platform
) -> None:
    here = asked(platform, {"language": "en"})
    act = make.grant(platform, here.person, here.shop, purpose="advice")
    make.logged(platform)
    text = f"{here.shop.name} gives you advice that suits you."

    forms = {form: of(api, here.person, str(act), form) for form in ("tlog-proof", "kantara", "html", "pdf")}

    event = Receipt.from_bytes(forms["tlog-proof"].content).event
    hashed = sha256(text.encode()).hexdigest()
    assert (hashed, "en") == (event.notice_hash, event.language)
    assert {"sha256": hashed, "language": "en", "text": text} == forms["kantara"].json()["notice"]
    assert "What you read" in forms["html"].text
    assert text in forms["html"].text
    assert forms["pdf"].content.startswith(b"%PDF")


def test_a_text_that_was_changed_afterwards_is_not_shown_as_read(
    api: TestClient, platform: Platform, database_url: str
) -> None:
    here = asked(platform, {})
    act = make.grant(platform, here.person, here.shop, purpose="advice")
    make.logged(platform)
    with psycopg.connect(database_url, autocommit=True) as owner:
        owner.execute("set session_replication_role = replica")
        changed = """update act set evidence = jsonb_set(evidence, '{text}', '"Alles mag."') where act_id = %s"""
        assert 1 == owner.execute(changed, (act,)).rowcount

    forms = {form: of(api, here.person, str(act), form).text for form in ("json-ld", "kantara", "html")}

    assert [] == [form for form, text in forms.items() if "Alles mag." in text]
    assert "urn:sha256:" in forms["json-ld"]


def test_what_nobody_read_has_no_notice(api: TestClient, platform: Platform) -> None:
    here, begun = asked(platform, {}), clock.now() - timedelta(minutes=1)
    make.grant(platform, here.person, here.shop, at=begun, expires_at=begun + timedelta(seconds=30))

    found = receipts(api, platform, here.person)

    assert "dct:identifier" in found["grant"]["dpv:hasNotice"]
    assert "dct:identifier" not in found["expire"]["dpv:hasNotice"]
    with platform.database.scoped(Scope(Principal.AUDITOR)) as session:
        log = store.current(session, store.CONSENT)
        bodies = [each.opening.body for each in store.entries(session, log, 0, log.size)]
    assert [] == [body for body in bodies if here.shop.name.encode() in body]  # the hash alone is told
