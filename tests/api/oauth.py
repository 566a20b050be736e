"""Programs for the tests of the authorization server: with keys of their own, and proofs of what they hold."""

import hashlib
import json
import secrets
import warnings
from datetime import timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from joserfc import jws
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey
from joserfc.util import urlsafe_b64encode
from starlette.testclient import TestClient

from cdp import clients, clock
from cdp.clients import NewClient
from cdp.oauth.client_keys import ALL_ALGORITHMS, ASSERTION_TYPE
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from tests import make

ISSUER = "http://localhost:8000"


def key_for(algorithm: str) -> ECKey | OKPKey | RSAKey:
    """Return a fresh key that signs with `algorithm`."""
    if algorithm == "ES256":
        return ECKey.generate_key("P-256")
    return OKPKey.generate_key("Ed25519") if algorithm in {"EdDSA", "Ed25519"} else RSAKey.generate_key(2048)


def short_rsa() -> RSAKey:
    """Return a key that is too short to be believed, whatever the library thinks of it."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 -- what has to be refused
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return RSAKey(key, key)


def public(*keys: Key) -> dict[str, Any]:
    """Return the key set that a client registers."""
    return {"keys": [each.as_dict(private=False) for each in keys]}


def with_key(platform: Platform, key: Key, *algorithms: str, scopes: tuple[str, ...] = ("grants:request",)) -> str:
    """Return a client of a fresh organization that signs with `key`."""
    owner = make.organization(platform).organization_id
    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        return clients.create_with_keys(
            session,
            organization=owner,
            name="Backend",
            scopes=scopes,
            keys=public(key),
            algorithms=algorithms,
            at=clock.now(),
        )


def with_secret(platform: Platform, *scopes: str, is_bound: bool = False) -> NewClient:
    """Return a client of a fresh organization that has a secret."""
    owner = make.organization(platform).organization_id
    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        return clients.create(
            session,
            platform.fingerprints,
            organization=owner,
            name="Backend",
            scopes=scopes or ("grants:request",),
            is_bound=is_bound,
            at=clock.now(),
        )


def claims(client_id: str, **changed: Any) -> dict[str, Any]:
    """Return what a good assertion says, with some of it changed: a time from now on, and None leaves out."""
    now = _seconds(timedelta())
    said = {
        "iss": client_id,
        "sub": client_id,
        "aud": ISSUER,
        "jti": secrets.token_hex(8),
        "iat": now,
        "exp": now + 60,
    }
    return _said(said | changed)


def _said(words: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in words.items() if value is not None}
    return {name: _seconds(value) if isinstance(value, timedelta) else value for name, value in kept.items()}


def _seconds(later: timedelta) -> int:
    return int((clock.now() + later).timestamp())


def signed(said: dict[str, Any], key: Key, algorithm: str, **header: Any) -> str:
    """Return the claims signed with any algorithm, fit or not."""
    return _compact({"alg": algorithm, **header}, said, key)


def _compact(header: dict[str, Any], said: dict[str, Any], key: Key) -> str:
    """Return it signed, also with what the library itself would not write: half of a pair in a text."""
    return jws.serialize_compact(header, json.dumps(said).encode(), key, algorithms=[*ALL_ALGORITHMS, header["alg"]])


def asked_with(api: TestClient, assertion: str, path: str = "/oauth/token", **more: str) -> Any:
    """Return the answer to a token request with this assertion."""
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": assertion,
        **more,
    }
    return api.post(path, data=form)


def proof(
    key: Key,
    method: str,
    path: str,
    *,
    nonce: str | None,
    token: str | None = None,
    header: dict[str, Any] | None = None,
    **changed: Any,
) -> str:
    """Return a DPoP proof, with some of it changed: a time from now on, and None leaves out."""
    said: dict[str, Any] = {
        "jti": secrets.token_hex(8),
        "htm": method,
        "htu": ISSUER + path,
        "iat": timedelta(),
        "nonce": nonce,
        "ath": None if token is None else urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).decode(),
    }
    kept = _said(said | changed)
    shown = {"typ": "dpop+jwt", "alg": "ES256", "jwk": key.as_dict(private=False)} | (header or {})
    return _compact(_said(shown), kept, key)
