"""`Prefer: wait`: an act and a receipt wait for a signed checkpoint, and hold nothing meanwhile."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import psycopg
import pytest
from fastapi import Request
from sqlmodel import Session
from starlette.testclient import TestClient

from api import preferences
from cdp import clock
from cdp.log import sequencer, store
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from consent.errors import NotFound
from tests import make


@pytest.fixture
def worker(platform: Platform) -> Iterator[None]:
    """Sign in the background, as the worker does."""
    stop = threading.Event()

    def work() -> None:
        running = sequencer.Sequencer(platform)
        while not stop.wait(0.05):
            running.step()

    thread = threading.Thread(target=work)
    thread.start()
    yield
    stop.set()
    thread.join()


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let somebody wait for as long as the slowest machine takes."""
    monkeypatch.setattr(preferences, "LONGEST", 300)


def given(api: TestClient, platform: Platform, person: make.Person, prefer: str | None) -> Any:
    wanted = {"organization": make.organization(platform).slug, "purpose": "advice", "categories": ["contact"]}
    headers = person.headers | ({} if prefer is None else {"Prefer": prefer})
    return api.post("/v1/me/grants", json=wanted, headers=headers)


def attested(api: TestClient, platform: Platform, prefer: str | None) -> Any:
    shop, user, at = make.organization(platform), make.name("user"), clock.now()
    make.subject(platform, shop, user)
    wanted = {
        "user_id": user,
        "purpose": "service-provision",
        "categories": ["contact"],
        "expires_at": (at + timedelta(days=30)).isoformat(),
        "evidence": {"method": "paper", "at": (at - timedelta(days=1)).isoformat(), "document_hash": "ab" * 32},
    }
    headers = make.service(platform, shop, "grants:request") | ({} if prefer is None else {"Prefer": prefer})
    return api.post("/v1/grants/attested", json=wanted, headers=headers)


@pytest.mark.usefixtures("worker", "patient")
def test_an_act_waits_until_it_is_proven(api: TestClient, platform: Platform) -> None:
    person = make.person(platform)

    answer = given(api, platform, person, "wait=300")

    assert (201, "wait=300") == (answer.status_code, answer.headers["preference-applied"])
    assert "retry-after" not in answer.headers
    assert [True] == [
        each["is_proven"] for each in api.get("/v1/me/receipts", headers=person.headers).json()["receipts"]
    ]


@pytest.mark.usefixtures("worker", "patient")
@pytest.mark.parametrize("error", [NotFound(), psycopg.OperationalError()])
def test_who_waits_is_told_also_when_there_was_no_log_yet_or_no_database_for_a_moment(
    api: TestClient, platform: Platform, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    errors, newest = [error, error], store.newest

    def fails_twice(session: Session, log: store.Log) -> store.Signed | None:
        if errors:
            raise errors.pop()
        return newest(session, log)

    monkeypatch.setattr(preferences, "store", SimpleNamespace(**vars(store) | {"newest": fails_twice}))

    answer = given(api, platform, make.person(platform), "wait=300")

    assert (201, []) == (answer.status_code, errors)


def test_an_act_that_is_not_proven_in_time_is_accepted(api: TestClient, platform: Platform) -> None:
    person = make.person(platform)

    answer = given(api, platform, person, "wait=1")

    assert (202, "1", "wait=1") == (
        answer.status_code,
        answer.headers["retry-after"],
        answer.headers["preference-applied"],
    )
    assert "live" == answer.json()["state"]


@pytest.mark.usefixtures("patient")
def test_a_receipt_that_is_not_there_yet_is_told_and_then_waited_for(api: TestClient, platform: Platform) -> None:
    person = make.person(platform)
    act = make.grant(platform, person, make.organization(platform))
    path = f"/v1/me/receipts/{act}?format=tlog-proof"
    early = api.get(path, headers=person.headers)
    waited = api.get(path, headers=person.headers | {"Prefer": "wait=1"})

    signing = threading.Timer(0.3, sequencer.step, [platform])
    signing.start()
    late = api.get(path, headers=person.headers | {"Prefer": "wait=300"})
    signing.join()

    assert [202, 202, 200] == [each.status_code for each in (early, waited, late)]
    assert {"receipt_id": str(act), "is_proven": False} == early.json() == waited.json()
    assert "1" == early.headers["retry-after"] == waited.headers["retry-after"]
    assert [None, "wait=1", "wait=300"] == [each.headers.get("preference-applied") for each in (early, waited, late)]


@pytest.mark.parametrize(
    ("prefer", "seconds"),
    [
        (None, 0),
        ("wait=2", 2),
        ("WAIT=2", 2),
        ('wait="2"', 2),
        ("respond-async, wait=3", 3),
        ("wait=3; foo=bar", 3),
        ("wait=999999", preferences.LONGEST),
        ("wait=9999999", 0),
        ("wait=-1", 0),
        ("wait=0", 0),
        ("wait=1.5", 0),
        ("wait", 0),
        ("return=minimal", 0),
        ("wait=٣", 0),
        ("," * 100 + "wait=2", 0),
    ],
)
def test_a_preference_is_read_as_the_standard_says_or_not_at_all(prefer: str | None, seconds: int) -> None:
    headers = [] if prefer is None else [(b"prefer", prefer.encode("utf-8"))]

    assert seconds == preferences.seconds(Request({"type": "http", "headers": headers}))


@pytest.mark.usefixtures("worker", "patient")
def test_an_attested_grant_waits_until_it_is_proven(api: TestClient, platform: Platform) -> None:
    answer = attested(api, platform, "wait=300")

    assert (201, "wait=300") == (answer.status_code, answer.headers["preference-applied"])
    with platform.database.scoped(Scope(Principal.SEQUENCER)) as session:
        assert store.is_signed(session, UUID(answer.json()["act_id"]))


def test_an_attested_grant_that_is_not_proven_in_time_is_accepted(api: TestClient, platform: Platform) -> None:
    answer = attested(api, platform, "wait=1")

    assert (202, "1") == (answer.status_code, answer.headers["retry-after"])
    assert answer.json()["act_id"]
    assert 201 == attested(api, platform, None).status_code


@pytest.mark.usefixtures("patient")
def test_a_refusal_waits_for_nothing(api: TestClient, platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    waited = list[float]()

    async def until(_: preferences.Signed, __: object, *, seconds: float) -> bool:
        waited.append(seconds)
        return True

    monkeypatch.setattr(preferences.Signed, "until", until)
    person = make.person(platform)
    wanted = {"organization": "nobody-here", "purpose": "advice", "categories": ["contact"]}
    given(api, platform, person, "wait=300")
    before = list(waited)

    answer = api.post("/v1/me/grants", json=wanted, headers=person.headers | {"Prefer": "wait=300"})

    assert 404 == answer.status_code
    assert "preference-applied" not in answer.headers
    assert [300] == before == waited


@pytest.mark.usefixtures("patient")
def test_who_waits_holds_no_connection(api: TestClient, platform: Platform) -> None:
    """More wait than there are connections, and another call is answered meanwhile."""
    person, organization = make.person(platform), make.organization(platform)
    act = make.grant(platform, person, organization)
    many = platform.settings.pool_size * 3
    path, answers = f"/v1/me/receipts/{act}?format=tlog-proof", []

    def wait() -> None:
        answers.append(api.get(path, headers=person.headers | {"Prefer": "wait=300"}).status_code)

    threads = [threading.Thread(target=wait) for _ in range(many)]
    for thread in threads:
        thread.start()
    others = [api.get("/v1/me/grants", headers=person.headers).status_code for _ in range(5)]
    assert [] == answers
    sequencer.step(platform)
    for thread in threads:
        thread.join()

    assert [200] * 5 == others
    assert [200] * many == answers
