"""Long answers end with what let them begin: their token, its program, or its organization."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from starlette.testclient import TestClient
from starlette.types import Message

from api.app import create_app
from api.errors import AnswerBroken
from cdp.platform import Platform
from cdp.reads import reading
from cdp.tables import Organization
from tests import make

PEOPLE = 8
QUESTION = {"purpose": "customer-care", "topic": "service", "channels": ["email"], "sender": "human"}
EXPORT = ("GET", "/v1/profiles/export", "purpose=customer-care", b"")
CAMPAIGN = ("POST", "/v1/contact/campaign", "", json.dumps(QUESTION).encode())
ENDED = {
    "token": "update access_token set revoked_at = now() from client c"
    " where access_token.client_id = c.client_id and c.organization_id = %s",
    "program": "update client set revoked_at = now() where organization_id = %s",
    "organization": "update organization set closed_at = now() where organization_id = %s",
}
EXPIRED = (
    "update access_token set expires_at = now() from client c"
    " where access_token.client_id = c.client_id and c.organization_id = %s"
)


@pytest.fixture
def shop(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> Organization:
    """Return an organization that many granted something, of whom an answer tells one at a time."""
    monkeypatch.setattr(reading, "SLICE", 1)
    monkeypatch.setattr(reading, "LISTED", 2)
    found = make.organization(platform)
    for _ in range(PEOPLE):
        make.grant(platform, make.person(platform), found)
    return found


@pytest.fixture
def app(platform: Platform) -> Iterator[TestClient]:
    with TestClient(create_app(platform), client=("127.0.0.1", 50000)) as client:
        yield client


@pytest.mark.parametrize("stream", [EXPORT, CAMPAIGN], ids=["export", "campaign"])
@pytest.mark.parametrize("ends", ENDED.values(), ids=ENDED)
def test_a_long_answer_breaks_off_when_what_let_it_begin_ended(
    app: TestClient, platform: Platform, database_url: str, shop: Organization, stream: Any, ends: str
) -> None:
    reader = _Slow(app, _headers(platform, shop), stream)

    with pytest.raises(AnswerBroken):
        reader.read(lambda: _change(database_url, ends, shop))

    assert 1 <= reader.lines <= 1 + 2 * reading.AHEAD < PEOPLE


@pytest.mark.parametrize("stream", [EXPORT, CAMPAIGN], ids=["export", "campaign"])
def test_a_long_answer_that_began_in_time_goes_on_after_its_token_expired(
    app: TestClient, platform: Platform, database_url: str, shop: Organization, stream: Any
) -> None:
    reader = _Slow(app, _headers(platform, shop), stream)

    reader.read(lambda: _change(database_url, EXPIRED, shop))

    assert PEOPLE == reader.lines


class _Slow:
    """Reads the first lines of an answer, lets something happen, and reads on."""

    def __init__(self, app: TestClient, headers: dict[str, str], stream: tuple[str, str, str, bytes]) -> None:
        method, path, query, self._body = stream
        told = {"host": "testserver", "content-type": "application/json"} | headers
        self._app, self.lines = app, 0
        self._scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(name.lower().encode(), value.encode()) for name, value in told.items()],
            "client": ("127.0.0.1", 50000),
            "server": ("testserver", 80),
            "state": {},
        }

    def read(self, meanwhile: Any) -> None:
        """Read all of it; `meanwhile` is done once after the first lines."""
        assert self._app.portal is not None
        self._app.portal.call(self._read, meanwhile)

    async def _read(self, meanwhile: Any) -> None:
        asked, has_happened = False, False

        async def receive() -> Message:
            nonlocal asked
            if asked:
                await asyncio.Event().wait()
            asked = True
            return {"type": "http.request", "body": self._body, "more_body": False}

        async def send(message: Message) -> None:
            nonlocal has_happened
            if message["type"] == "http.response.start":
                assert 200 == message["status"]
                return
            self.lines += message.get("body", b"").count(b"\n")
            if self.lines and not has_happened:
                has_happened = True
                await asyncio.to_thread(meanwhile)

        await self._app.app(self._scope, receive, send)


def _headers(platform: Platform, shop: Organization) -> dict[str, str]:
    return make.service(platform, shop, "profiles:read", "contacts:write")


def _change(url: str, statement: str, shop: Organization) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement, (shop.organization_id,))
