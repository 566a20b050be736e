"""Registering messages: what comes back is signed, stands in the log, and never says whether somebody is here."""

import hashlib
import json
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from starlette.testclient import TestClient

from cdp import clock
from cdp.messages import codes, texts
from cdp.platform import Platform
from tests import make
from tests.api.approaching import Sender
from tests.api.messaging import TEXT, Company, domain, publish

DIGEST = texts.digest(TEXT).hex()


@pytest.fixture(scope="module")
def company(api: TestClient, platform: Platform) -> Company:
    return Company(api, platform)


def test_what_was_registered_is_signed_and_can_be_checked_without_us(api: TestClient, company: Company) -> None:
    made = company.register()
    keys = KeySet.import_key_set(api.get("/v1/messages/keys").json())

    statement = jwt.decode(made["signed"], keys, algorithms=["ES256"])

    said = statement.claims
    assert "message+jwt" == statement.header["typ"]
    assert (company.slug, "email", company.mailbox, "human", DIGEST, made["link"], made["message_id"], True) == (
        *(said[each] for each in ("organization", "channel", "sender", "speaker", "text", "check", "jti", "to_one")),
    )
    assert company.profile not in json.dumps(said)


def test_what_was_registered_stands_in_the_consent_log(company: Company, platform: Platform, database_url: str) -> None:
    make.anchored(platform)
    made = company.register()
    make.anchored(platform)

    digest = hashlib.sha256(made["signed"].encode()).hexdigest()
    with psycopg.connect(database_url) as connection:
        found = connection.execute(
            "select count(*) from opening where position(convert_to(%s, 'UTF8') in body) > 0", (digest,)
        ).fetchone()
    assert (1,) == found


def test_the_code_the_link_and_the_picture_say_the_same(company: Company) -> None:
    made = company.register()

    assert codes.typed(made["code"]) == codes.typed(made["link"])
    assert made["svg"].startswith("<svg")


@pytest.mark.parametrize("whom", ["known", "unknown", "stranger", "many"])
def test_whoever_it_is_to_the_answer_is_the_same(
    company: Company, platform: Platform, database_url: str, whom: str
) -> None:
    stranger = make.email()
    make.person(platform, address=stranger)
    named: dict[str, dict[str, Any]] = {
        "known": {"profile_id": company.profile},
        "unknown": {"user_id": make.name()},
        "stranger": {"identifiers": [{"type": "email", "value": stranger}]},
        "many": {},
    }

    answer = company.post(**named[whom])

    assert (201, {"message_id", "code", "link", "svg", "signed", "expires_at"}) == (
        answer.status_code,
        set(answer.json()),
    )
    with psycopg.connect(database_url) as connection:
        kept = connection.execute(
            "select customer_id <> '00000000-0000-0000-0000-000000000000', sealed is not null from message"
            " where message_id = %s",
            (answer.json()["message_id"],),
        ).fetchone()
    assert (whom == "known", whom == "known") == kept  # a stranger's address makes nobody a reader


def test_neither_the_text_nor_the_code_is_kept_where_somebody_reads_them(company: Company, database_url: str) -> None:
    text = f"Iets heel eigens {make.name()}"
    made = company.register(text=text)

    with psycopg.connect(database_url) as connection:
        row = connection.execute(
            "select m::text from message m where message_id = %s", (made["message_id"],)
        ).fetchone()
    assert row is not None
    for secret in (text, made["code"], made["code"].replace("-", ""), texts.digest(text).hex()):
        for form in (secret, secret.encode().hex()):
            assert form.lower() not in row[0].lower()


def test_the_customer_reads_what_was_sent_and_nobody_else_does(
    api: TestClient, company: Company, platform: Platform
) -> None:
    made = company.register(topic="service")
    hashed = company.register(text=None, text_hash=DIGEST)

    mine = api.get("/v1/me/messages", headers=company.person.headers).json()["messages"]
    others = api.get("/v1/me/messages", headers=make.person(platform).headers).json()["messages"]

    found = {each["message_id"]: each for each in mine}
    assert (TEXT, "service", company.slug) == (
        found[made["message_id"]]["text"],
        found[made["message_id"]]["topic"],
        found[made["message_id"]]["organization"],
    )
    assert found[hashed["message_id"]]["text"] is None
    assert [] == others


def test_messages_come_by_page_the_newest_first(api: TestClient, platform: Platform) -> None:
    company = Company(api, platform)
    sent = [company.register()["message_id"] for _ in range(5)]
    found, after = [], None

    for _ in range(3):
        asked = {"limit": 2} | ({"after": after} if after else {})
        page = api.get("/v1/me/messages", params=asked, headers=company.person.headers).json()
        found += [each["message_id"] for each in page["messages"]]
        after = page["next"]

    assert sent[::-1] == found


UNFIT: list[tuple[dict[str, Any], str, str | None]] = [
    ({"channel": "pigeon"}, "unfit-message", "/channel"),
    ({"topic": "nothing-like-it"}, "unfit-message", "/topic"),
    ({"sender": None}, "unfit-message", "/sender"),
    ({"sender": "info@elsewhere.example"}, "unknown-sender", "/sender"),
    ({"sender": "+31201234567"}, "unknown-sender", "/sender"),
    ({"sender": "?"}, "unknown-sender", "/sender"),
    ({"text": None}, "unfit-message", "/text_hash"),
    ({"text_hash": "0" * 64}, "unfit-message", "/text_hash"),
    ({"at": "2020-01-01T00:00:00Z"}, "unfit-message", "/at"),
    ({"at": "2120-01-01T00:00:00Z"}, "unfit-message", "/at"),
    ({"until": "2020-01-01T00:00:00Z"}, "unfit-message", "/until"),
    ({"until": "2120-01-01T00:00:00Z"}, "unfit-message", "/until"),
    ({"speaker": "both"}, "unfit", None),
    ({"user_id": "a", "profile_id": "b"}, "nobody-named", None),
    ({"unknown": 1}, "unfit", None),
]


@pytest.mark.parametrize(("facts", "code", "field"), UNFIT)
def test_a_message_that_makes_no_sense_is_refused(
    company: Company, facts: dict[str, Any], code: str, field: str | None
) -> None:
    answer = company.post(**facts)

    assert 422 == answer.status_code, answer.text
    if code != "unfit":
        assert (code, field) == (answer.json()["code"], answer.json()["field"])


def test_a_profile_id_that_was_made_for_another_is_not_there(
    api: TestClient, company: Company, platform: Platform
) -> None:
    other = Company(api, platform)

    assert 404 == company.post(profile_id=other.profile).status_code


def test_a_sender_of_another_organization_is_not_yours_to_use(
    api: TestClient, company: Company, platform: Platform
) -> None:
    other = Company(api, platform)

    assert "unknown-sender" == company.post(sender=other.mailbox).json()["code"]


def test_the_same_call_with_its_key_registers_once(api: TestClient, company: Company) -> None:
    headers = company.program | {"Idempotency-Key": make.name()}
    body = {"channel": "post", "speaker": "computer", "text": TEXT}

    first, second = (api.post("/v1/messages", json=body, headers=headers).json() for _ in range(2))

    assert first == second


class TestSenders:
    """What organizations publish, and what only the operator gives."""

    def admin(self, api: TestClient, platform: Platform, organization: Any = None) -> Any:
        organization = organization or make.organization(platform)
        headers = make.service(platform, organization, "org:admin")
        return lambda method, **facts: api.request(method, "/v1/organization/senders", headers=headers, **facts)

    def test_one_that_nobody_checked_counts_for_nothing(self, api: TestClient, platform: Platform) -> None:
        organization = make.organization(platform)
        ask, name = self.admin(api, platform, organization), domain()

        said = ask("POST", json={"kind": "domain", "value": name.upper()})

        assert (201, name, None) == (said.status_code, said.json()["value"], said.json()["checked_at"])
        assert [] == api.get("/v1/senders", params={"organization": organization.slug}).json()["senders"]
        program = make.service(platform, organization, "messages:register")
        body = {"channel": "email", "sender": f"a@{name}", "speaker": "human", "text": TEXT}
        assert "unknown-sender" == api.post("/v1/messages", json=body, headers=program).json()["code"]

    def test_an_address_in_a_checked_domain_counts_at_once(self, api: TestClient, company: Company) -> None:
        ask = self.admin(api, company.platform, company.organization)

        said = ask("POST", json={"kind": "email", "value": f"klant@mail.{company.domain}", "is_complete": True})

        assert said.json()["checked_at"] is not None

    @pytest.mark.parametrize("value", ["{}", "mail.{}", "info@{}", "info@post.{}"])
    def test_what_another_has_or_a_part_of_it_is_taken(
        self, api: TestClient, company: Company, platform: Platform, value: str
    ) -> None:
        kind = "email" if "@" in value else "domain"

        said = self.admin(api, platform)("POST", json={"kind": kind, "value": value.format(company.domain)})

        assert (409, "sender-taken") == (said.status_code, said.json()["code"])

    def test_what_another_has_a_part_of_is_taken(self, api: TestClient, platform: Platform) -> None:
        name = domain()
        publish(platform, make.organization(platform), "email", f"info@mail.{name}")

        said = self.admin(api, platform)("POST", json={"kind": "domain", "value": name})

        assert "sender-taken" == said.json()["code"]

    def test_it_can_be_taken_back_and_is_then_free(self, api: TestClient, platform: Platform) -> None:
        ask, name = self.admin(api, platform), domain()
        ask("POST", json={"kind": "domain", "value": name})

        gone = [ask("DELETE", params={"kind": "domain", "value": name}).status_code for _ in range(2)]

        assert [204, 404] == gone
        assert [] == ask("GET").json()["senders"]

    @pytest.mark.parametrize(
        ("kind", "value"),
        [
            ("domain", "nl"),
            ("domain", "co.uk"),
            ("domain", "gmail.com"),
            ("domain", "info@x.example"),
            ("domain", "127.0.0.1"),
            ("email", "nobody"),
            ("phone", "12"),
            ("phone", "bel ons"),
            ("name", "1"),
            ("name", "12345"),
            ("name", "a\u202eb"),
            ("name", "x" * 65),
        ],
    )
    def test_what_is_nobodys_own_is_refused(self, api: TestClient, platform: Platform, kind: str, value: str) -> None:
        said = self.admin(api, platform)("POST", json={"kind": kind, "value": value})

        assert (422, "unfit-sender", "/value") == (said.status_code, said.json()["code"], said.json()["field"])


class TestReports:
    """What customers report reaches the organization."""

    def test_a_false_message_reaches_who_is_posed_as_without_a_name(self, api: TestClient, platform: Platform) -> None:
        company, person = Company(api, platform), make.person(platform)
        body = {"organization": company.slug, "channel": "email", "sender": "Bank <info@elsewhere.example>"}

        made = api.post("/v1/me/message-reports", json=body, headers=person.headers)

        assert 201 == made.status_code, made.text
        (found,) = api.get("/v1/message-reports", headers=company.program).json()["reports"]
        assert (made.json()["report_id"], "false-message", "email", "info@elsewhere.example") == (
            found["report_id"],
            found["kind"],
            found["sender_kind"],
            found["sender"],
        )
        assert str(person.customer_id) not in json.dumps(found)

    def test_a_declared_human_that_was_a_computer_is_reported_once_and_stands_in_the_log(
        self, api: TestClient, platform: Platform, database_url: str
    ) -> None:
        company = Company(api, platform)
        message = company.register()["message_id"]
        path = f"/v1/me/messages/{message}/was-a-computer"

        told = [api.post(path, headers=company.person.headers) for _ in range(2)]

        assert [(201, None), (409, "reported-before")] == [(each.status_code, each.json().get("code")) for each in told]
        (found,) = api.get("/v1/message-reports", headers=company.program).json()["reports"]
        assert ("was-a-computer", message) == (found["kind"], found["message_id"])
        (mine,) = api.get("/v1/me/messages", headers=company.person.headers).json()["messages"]
        assert mine["reported_at"] is not None
        with psycopg.connect(database_url) as connection:
            waiting = connection.execute(
                "select count(*) from consent_outbox where fact = 'message' and fact_id = %s", (found["report_id"],)
            ).fetchone()
        assert (1,) == waiting
        make.anchored(platform)

    def test_nobody_reports_a_message_that_is_not_theirs_or_that_said_it_was_a_computer(
        self, api: TestClient, platform: Platform
    ) -> None:
        company = Company(api, platform)
        human, honest = company.register()["message_id"], company.register(speaker="computer")["message_id"]
        other = make.person(platform)

        strange = api.post(f"/v1/me/messages/{human}/was-a-computer", headers=other.headers)
        fair = api.post(f"/v1/me/messages/{honest}/was-a-computer", headers=company.person.headers)

        assert (404, "not-declared-human") == (strange.status_code, fair.json()["code"])

    def test_of_a_conversation_it_is_reported_by_whose_it_is(self, api: TestClient, platform: Platform) -> None:
        sender, person, other = Sender.new(api, platform), make.person(platform), make.person(platform)
        sender.grants(person)
        for speaker in ("human", "computer"):
            sender.say(person.customer_id, channel="phone", sender=speaker)
        talks = api.get("/v1/me/interactions", headers=person.headers).json()["interactions"]
        ids = {each["speaker"]: each["record_id"] for each in talks}

        told = [
            api.post(f"/v1/me/messages/{ids[speaker]}/was-a-computer", headers=who.headers)
            for who, speaker in ((other, "human"), (person, "computer"), (person, "human"), (person, "human"))
        ]

        assert [404, 409, 201, 409] == [each.status_code for each in told]
        assert ["not-declared-human", "reported-before"] == [told[place].json()["code"] for place in (1, 3)]

    def test_the_organization_hears_of_both_as_signals(self, api: TestClient, platform: Platform) -> None:
        company = Company(api, platform)
        api.post(f"/v1/me/messages/{company.register()['message_id']}/was-a-computer", headers=company.person.headers)
        api.post("/v1/me/message-reports", json={"organization": company.slug}, headers=company.person.headers)

        program = make.service(platform, company.organization, "grants:request")
        changes = api.get("/v1/changes", headers=program).json()["changes"]

        kinds = [(each["kind"], each["profile_id"] == company.profile) for each in changes]
        assert {("speaker", True), ("forgery", False)} <= set(kinds)

    def test_a_customer_reports_so_much_in_a_day(
        self, api: TestClient, platform: Platform, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        company, body = Company(api, platform), {}
        body = {"organization": company.slug}
        told = [
            api.post("/v1/me/message-reports", json=body, headers=company.person.headers).status_code for _ in range(21)
        ]
        later = clock.now() + timedelta(hours=25)

        assert [201] * 20 + [429] == told
        monkeypatch.setattr(clock, "now", lambda: later)
        again = make.person(platform)
        assert 201 == api.post("/v1/me/message-reports", json=body, headers=again.headers).status_code
