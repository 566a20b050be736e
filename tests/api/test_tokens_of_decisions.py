"""A token is looked at in the transaction that decides: one that ended since its last use is told nothing."""

import json
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import psycopg
import pytest
from httpx import Response
from starlette.testclient import TestClient

from cdp.keys.tokens import Prefix
from cdp.platform import Platform
from tests import make
from tests.api.gateways import EVALUATION, Gateway
from tests.api.token_ends import ENDS, OF_ITS_CLIENT

JSON: Final = "application/json"
ASKED: Final[dict[str, dict[str, Any]]] = {
    "whole": {},
    "of an unknown purpose": {"context": {"purpose": "nonsense"}},
    "of a thing that there is not": {"resource": {"type": "house", "id": "x"}},
    "no question": {"subject": None},
}


class Desk(NamedTuple):
    """A gateway whose token was just used, and a hand behind the wall."""

    gateway: Gateway
    token: bytes
    behind: psycopg.Connection[tuple[Any, ...]]

    def change(self, what: str) -> None:
        self.behind.execute(what.encode(), {"token": self.token})

    def asked(self) -> int:
        row = self.behind.execute("select count(*) from access where path = 'decision'").fetchone()
        assert row is not None
        return int(row[0])

    def ask(self, **changed: Any) -> Response:
        return self.gateway.post(EVALUATION, self.gateway.question("contact") | changed)


@pytest.fixture
def desk(api: TestClient, platform: Platform, database_url: str) -> Iterator[Desk]:
    gateway = Gateway(api, platform)
    gateway.grant()
    token = platform.fingerprints.fingerprint(gateway.headers["Authorization"][7:], Prefix.ACCESS_TOKEN)
    with psycopg.connect(database_url, autocommit=True) as behind:
        desk = Desk(gateway, token, behind)
        assert [200, 200] == [desk.ask().status_code for _ in range(2)]
        yield desk


@pytest.mark.parametrize("ended", ENDS)
@pytest.mark.parametrize("asked", ASKED)
def test_a_token_that_ended_is_refused_at_once_whatever_it_asks(desk: Desk, ended: str, asked: str) -> None:
    before = desk.asked()
    desk.change(ENDS[ended])

    answers = [desk.ask(**ASKED[asked]) for _ in range(2)]

    assert [401, 401] == [each.status_code for each in answers]
    assert before == desk.asked()


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ("update access_token set scopes = '{}' where token_hash = %(token)s", 403),
        ("update access_token set scopes = '{records:write}' where token_hash = %(token)s", 403),
        (f"update client set organization_id = null {OF_ITS_CLIENT}", 403),
        ("update access_token set key_hash = sha256('a key') where token_hash = %(token)s", 401),
    ],
)
def test_what_a_token_may_do_is_looked_at_with_it(desk: Desk, change: str, status: int) -> None:
    before = desk.asked()
    desk.change(change)

    assert status == desk.ask().status_code
    assert before == desk.asked()


def test_a_token_with_another_of_the_two_scopes_is_answered(desk: Desk) -> None:
    desk.change("update access_token set scopes = '{decisions:read,profiles:read}' where token_hash = %(token)s")
    both = [desk.ask().json()["decision"] for _ in range(2)]
    desk.change("update access_token set scopes = '{profiles:read}' where token_hash = %(token)s")

    assert [True, True, True] == [*both, desk.ask().json()["decision"]]


def test_a_program_that_changed_its_organization_asks_as_the_new_one(desk: Desk, platform: Platform) -> None:
    other = make.organization(platform).organization_id
    desk.change(f"update client set organization_id = '{other}' {OF_ITS_CLIENT}")

    assert {"decision": False, "context": {"reason": "subject-unknown"}} == desk.ask().json()


@pytest.mark.parametrize(
    ("content", "media", "status"),
    [
        (b"{", JSON, 400),
        (b"", JSON, 400),
        (b"{}", "text/plain", 415),
        (b'{"x": "' + b"a" * 1_100_000 + b'"}', JSON, 413),
        (json.dumps({"subject": {"type": "organization"}}).encode(), JSON, 400),
    ],
    ids=["broken", "empty", "text", "too large", "without an id"],
)
def test_a_body_that_is_no_question_is_refused_to_a_token_that_stands(
    desk: Desk, content: bytes, media: str, status: int
) -> None:
    told = desk.gateway.api.post(EVALUATION, content=content, headers=desk.gateway.headers | {"content-type": media})

    assert status == told.status_code
    assert isinstance(told.json(), str)
