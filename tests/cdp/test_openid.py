"""An issuer that does not answer as it should costs nobody else their time."""

import json
from collections.abc import Mapping

import pytest

from cdp import outside
from cdp.openid import ExternalFailed, Registration, RelyingParty
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
