"""An issuer that does not answer as it should costs nobody else their time."""

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import BoundedSemaphore, Event
from urllib.parse import urlsplit

import pytest

from cdp import clock, outside
from cdp.logins import openid
from cdp.logins.openid import ExternalFailed, Registration, RelyingParty
from cdp.outside import Answer, Unreachable

ISSUER = "https://login.example.org"
FIT: Mapping[str, object] = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/ask",
    "token_endpoint": f"{ISSUER}/token",
    "jwks_uri": f"{ISSUER}/keys",
}


def _party() -> RelyingParty:
    registration = Registration(ISSUER, "cdp", None, "openid")
    return RelyingParty(registration, redirect_uri="https://cdp.example.org/terug", allow_private=False)


KEYS: Mapping[str, object] = {
    "keys": [{"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]  # RFC 8037 A.2
}


class Slow:
    """An issuer that, from when it is told to, answers nobody until it is let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.is_slow, self.asked, self.let_go = True, Event(), Event()
        monkeypatch.setattr(outside, "get", self.answer)
        monkeypatch.setattr(outside, "post", self.answer)

    def answer(self, url: str, *_: object, **__: object) -> Answer:
        if self.is_slow:
            self.asked.set()
            self.let_go.wait(300)
        return Answer(200, {}, json.dumps(KEYS if url.endswith("/keys") else FIT).encode())

    @contextmanager
    def busy(self, party: RelyingParty, *, is_answer: bool = False) -> Iterator[None]:
        """Keep one of us waiting for it."""
        with ThreadPoolExecutor(1) as hand:
            if is_answer:
                waits = hand.submit(party.claims, {"code": "c", "state": "s"}, secret="x", wanted="roles")
            else:
                waits = hand.submit(party._described)  # type: ignore[arg-type]  # whatever it says
            assert self.asked.wait(300)
            try:
                yield
            finally:
                self.let_go.set()
                assert waits.exception(300) is None or isinstance(waits.exception(), ExternalFailed)


def test_who_comes_while_a_known_issuer_is_asked_anew_does_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    issuer, party = Slow(monkeypatch), _party()
    issuer.is_slow = False
    party.address(state="s", secret="x")
    issuer.is_slow = True
    later = clock.now() + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: later)

    with issuer.busy(party):
        away = party.address(state="s", secret="x")

    assert "login.example.org" == urlsplit(away).hostname


def test_few_wait_for_an_issuer_that_nobody_knows_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openid, "_MOST_WAITING", 0)
    monkeypatch.setattr(openid, "_PATIENCE_SECONDS", 600)
    issuer, party = Slow(monkeypatch), _party()

    with ThreadPoolExecutor(1) as hand, issuer.busy(party):
        sent_away = hand.submit(party.address, state="s", secret="x").exception(300)

    assert isinstance(sent_away, ExternalFailed)


def test_few_answers_of_an_issuer_are_looked_at_beside_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openid, "_MOST_ANSWERS", 1)
    issuer, party = Slow(monkeypatch), _party()
    issuer.is_slow = False
    party.address(state="s", secret="x")
    issuer.is_slow = True

    with ThreadPoolExecutor(1) as hand, issuer.busy(party, is_answer=True):
        answer = {"code": "c", "state": "s"}
        sent_away = hand.submit(party.claims, answer, secret="x", wanted="roles").exception(300)

    assert isinstance(sent_away, ExternalFailed)


def test_slow_issuers_keep_few_of_us_waiting_all_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openid, "_TOGETHER", BoundedSemaphore(1))
    issuer, slow, other = Slow(monkeypatch), _party(), _party()

    with ThreadPoolExecutor(1) as hand, issuer.busy(slow):
        one_too_many = hand.submit(other.address, state="s", secret="x").exception(300)
    issuer.is_slow = False
    later = clock.now() + timedelta(minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)

    assert isinstance(one_too_many, ExternalFailed)
    assert other.address(state="s", secret="x").startswith(ISSUER)


def test_an_issuer_that_nobody_could_ask_for_others_kept_us_waiting_has_not_failed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(openid, "_TOGETHER", BoundedSemaphore(1))
    issuer, slow, other = Slow(monkeypatch), _party(), _party()

    with ThreadPoolExecutor(1) as hand, issuer.busy(slow):
        hand.submit(other.address, state="s", secret="x").exception(300)
    issuer.is_slow = False

    assert other.address(state="s", secret="x").startswith(ISSUER)


def test_who_waits_for_an_issuer_that_another_asks_counts_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openid, "_TOGETHER", BoundedSemaphore(1))
    monkeypatch.setattr(openid, "_PATIENCE_SECONDS", 600)
    issuer, party = Slow(monkeypatch), _party()

    with ThreadPoolExecutor(1) as hand, issuer.busy(party):
        one_too_many = hand.submit(party.address, state="s", secret="x").exception(300)

    assert isinstance(one_too_many, ExternalFailed)


def test_an_issuer_that_took_long_to_fail_rests_from_then_on(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, moment = list[str](), [datetime(2026, 5, 4, 10, tzinfo=UTC)]

    def fail(url: str, *_: object, **__: object) -> Answer:
        asked.append(url)
        moment[0] += timedelta(seconds=60)
        raise Unreachable

    monkeypatch.setattr(outside, "get", fail)
    monkeypatch.setattr(clock, "now", lambda: moment[0])
    party = _party()

    for _ in range(3):
        with pytest.raises(ExternalFailed):
            party.address(state="s", secret="x")

    assert 1 == len(asked)


def test_an_issuer_that_failed_is_not_asked_again_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def fail(url: str, *_: object, **__: object) -> Answer:
        asked.append(url)
        raise Unreachable

    monkeypatch.setattr(outside, "get", fail)
    party = _party()

    for _ in range(3):
        with pytest.raises(ExternalFailed):
            party.address(state="s", secret="x")

    assert 1 == len(asked)


@pytest.mark.parametrize(
    ("metadata", "keys"),
    [
        ({**FIT, "authorization_endpoint": None}, {"keys": []}),
        ({**FIT, "jwks_uri": 3}, {"keys": []}),
        (FIT, {}),
        (FIT, {"keys": 5}),
        (FIT, {"keys": [{"kty": "zz"}]}),
    ],
)
def test_an_issuer_that_describes_itself_badly_fails_as_any_other(
    monkeypatch: pytest.MonkeyPatch, metadata: Mapping[str, object], keys: Mapping[str, object]
) -> None:
    def answer(url: str, *_: object, **__: object) -> Answer:
        return Answer(200, {}, json.dumps(keys if url.endswith("/keys") else metadata).encode())

    monkeypatch.setattr(outside, "get", answer)

    with pytest.raises(ExternalFailed):
        _party().address(state="s", secret="x")
