"""One decision at a time: asked plainly it is answered without the framework, by a token that holds at that instant."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

import psycopg
import pytest
from pydantic import ValidationError
from starlette.testclient import TestClient

from api import contact_views
from api.contact_views import ContactQuestion
from cdp.contact.approaching import Wanted
from cdp.contact.asking import Contacts
from cdp.credentials import CredentialEnded
from cdp.keys.tokens import Prefix
from cdp.platform import Platform
from cdp.reads.reading import Asker
from consent.wishes import Speaker
from tests import make
from tests.api.approaching import Sender

PLAIN: Final = '"profile_id":"p_1","purpose":"customer-care","topic":"service","channels":["email"],"sender":"human"'
MANY: Final = '"purpose":"customer-care","topic":"service","channels":["email"],"sender":"human","profile_ids":'
LOOKS: Final = b"select count(*) from access where path = 'contact'"


@pytest.mark.parametrize(
    "rest",
    ["", ',"urgency":"urgent"', ',"reservation":{"key":"a"}', ',"reservation":{"key":"a","seconds":30}',
     ',"reservation":null', ',"channels":["post","post"]'],
)  # fmt: skip
def test_a_plain_question_means_what_the_described_one_means(rest: str) -> None:
    body = f"{{{PLAIN}{rest}}}".encode()
    found = contact_views.plain(body)

    assert found is not None
    assert ContactQuestion.model_validate_json(body).wanted == found.wanted


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff", b"[]", b"{}", b'{"profile_id":"p_1"}']
    + [
        f"{{{PLAIN}{rest}}}".encode()
        for rest in (
            ',"more":1', ',"topic":"service\\n"', ',"topic":"A"', ',"purpose":""', ',"channels":[]', ',"sender":"x"',
            ',"channels":["e mail"]', ',"channels":[' + '"a",' * 16 + '"a"]', f',"profile_id":"{"x" * 65}"',
            ',"reservation":{"key":""}', ',"reservation":{"key":"a","seconds":29}',
            ',"reservation":{"key":"a","x":1}',
        )
    ],
)  # fmt: skip
def test_what_is_refused_is_never_plain(body: bytes) -> None:
    with pytest.raises(ValidationError):
        ContactQuestion.model_validate_json(body)
    assert contact_views.plain(body) is None


@pytest.mark.parametrize("ids", ['["p_1"]', '["p_1","p_1",""]', '["' + '","'.join(1_000 * ["p"]) + '"]'])
def test_a_plain_question_about_many_means_what_the_described_one_means(ids: str) -> None:
    body = f"{{{MANY}{ids}}}".encode()
    found, described = contact_views.plain(body), ContactQuestion.model_validate_json(body)

    assert found is not None
    assert (described.wanted, described.whom) == (found.wanted, found.whom)


@pytest.mark.parametrize(
    "ids",
    ["[]", "null", "[1]", '["' + "x" * 65 + '"]', '["' + '","'.join(1_001 * ["p"]) + '"]', '["p"],"profile_id":"p"'],
)
def test_a_question_about_many_that_is_refused_is_never_plain(ids: str) -> None:
    body = f"{{{MANY}{ids}}}".encode()

    with pytest.raises(ValidationError):
        ContactQuestion.model_validate_json(body)
    assert contact_views.plain(body) is None


@pytest.mark.parametrize("rest", [',"at":"2030-01-01T12:00:00Z"', ',"profile_ids":null'])
def test_what_is_unusual_is_for_the_framework(rest: str) -> None:
    assert contact_views.plain(f"{{{PLAIN}{rest}}}".encode()) is None


QUESTION: Final = {"purpose": "customer-care", "topic": "service", "channels": ["email"], "sender": "human"}


@pytest.mark.parametrize(
    "whom", [lambda profile: {"profile_id": profile}, lambda profile: {"profile_ids": [profile, "p_nobody", profile]}]
)
@pytest.mark.parametrize("headers", [{"Idempotency-Key": "once"}, {"Content-Type": "application/json; charset=utf-8"}])
def test_the_framework_answers_as_the_lean_door_does(
    api: TestClient, platform: Platform, headers: dict[str, str], whom: Callable[[str], dict[str, Any]]
) -> None:
    sender = Sender.new(api, platform)
    profile = sender.id_of(make.person(platform).customer_id)
    asked = QUESTION | whom(profile)

    lean = api.post("/v1/contact/decide", json=asked, headers=sender.headers)
    other = api.post("/v1/contact/decide", json=asked, headers=sender.headers | headers)

    assert (200, lean.content) == (other.status_code, other.content)


ENDS: Final = {
    "update access_token set revoked_at = now() where token_hash = %(token)s": (401, "credential-ended"),
    "update access_token set expires_at = now() where token_hash = %(token)s": (401, "credential-ended"),
    "update access_token set scopes = '{profiles:read}' where token_hash = %(token)s": (403, "insufficient-scope"),
    "update access_token set key_hash = sha256('a key') where token_hash = %(token)s": (401, "proof-failed"),
    "update client set organization_id = null where client_id ="
    " (select client_id from access_token where token_hash = %(token)s)": (403, "no-organization"),
}


@pytest.mark.parametrize("one", [True, False])
@pytest.mark.parametrize("end", ENDS)
def test_a_token_that_ended_decides_nothing(
    api: TestClient, platform: Platform, database_url: str, end: str, *, one: bool
) -> None:
    sender = Sender.new(api, platform)
    profile = sender.id_of(make.person(platform).customer_id)
    asked = QUESTION | ({"profile_id": profile} if one else {"profile_ids": [profile, profile]})
    token = platform.fingerprints.fingerprint(sender.headers["Authorization"][7:], Prefix.ACCESS_TOKEN)
    for _ in range(2):
        assert 200 == api.post("/v1/contact/decide", json=asked, headers=sender.headers).status_code
    with psycopg.connect(database_url, autocommit=True) as behind:
        before = behind.execute(LOOKS).fetchone()
        behind.execute(end.encode(), {"token": token})

        answer = api.post("/v1/contact/decide", json=asked, headers=sender.headers)

        assert ENDS[end] == (answer.status_code, answer.json()["code"])
        assert before == behind.execute(LOOKS).fetchone()


def test_a_question_with_a_token_of_nobody_is_not_decided(api: TestClient, platform: Platform) -> None:
    sender = Sender.new(api, platform)
    wanted = Wanted("service", ("email",), Speaker.HUMAN)

    async def ask() -> None:
        own = Platform.open(platform.settings)
        await own.database.open()
        try:
            contacts, asker = Contacts(own), Asker(sender.organization.organization_id, "a-program", "customer-care")
            assert not contacts.knows(asker, wanted)
            await contacts.decide(asker, wanted, ["p_nobody"])
            assert contacts.knows(asker, wanted)
            await contacts.decide_one(asker, wanted, "p_nobody", unverified_token=b"\x01")
        finally:
            await own.database.close()

    with pytest.raises(CredentialEnded):
        asyncio.run(ask())


def test_what_is_written_quickly_has_the_fields_that_are_described() -> None:
    quick, described = contact_views._Decision, contact_views.ContactDecision  # one is the other's bytes
    asked = {*contact_views.ContactQuestion.model_fields} - {"at"}  # what is asked for another moment is not plain

    assert [*described.model_fields] == [*quick.__struct_fields__]
    assert [*contact_views.ToSay.model_fields] == [*contact_views._Said.__struct_fields__]  # as above
    assert asked == {*contact_views.PlainQuestion.__struct_fields__}
