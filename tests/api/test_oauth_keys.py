"""Programs prove themselves with a key of their own, once for each assertion (RFC 7523), and tokens can be checked."""

import hmac
import json
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey
from joserfc.util import urlsafe_b64encode
from starlette.testclient import TestClient

from cdp import clients, clock
from cdp.oauth import client_keys, signing_keys
from cdp.oauth.client_keys import UnfitAlgorithm, UnfitKeys
from cdp.oauth.signing_keys import Use
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from tests import make
from tests.api import oauth

KEY = ECKey.generate_key("P-256")
OTHER = ECKey.generate_key("P-256")
OPERATOR, DOORMAN = Scope(Principal.OPERATOR), Scope(Principal.DOORMAN)


@pytest.fixture(scope="module")
def client_id(platform: Platform) -> str:
    return oauth.with_key(platform, KEY)


@pytest.mark.parametrize("algorithm", client_keys.ALL_ALGORITHMS)
def test_a_client_signs_with_each_algorithm(api: TestClient, platform: Platform, algorithm: str) -> None:
    key = oauth.key_for(algorithm)
    client = oauth.with_key(platform, key, algorithm)

    answer = oauth.asked_with(api, oauth.signed(oauth.claims(client), key, algorithm))

    assert 200 == answer.status_code, answer.text
    token = answer.json()["access_token"]
    assert 200 == api.get("/v1/grants", headers={"Authorization": f"Bearer {token}"}).status_code


def test_rs256_is_for_who_asks_for_it(api: TestClient, platform: Platform) -> None:
    key = RSAKey.generate_key(2048)
    client = oauth.with_key(platform, key)

    answer = oauth.asked_with(api, oauth.signed(oauth.claims(client), key, "RS256"))

    assert (401, "invalid_client") == (answer.status_code, answer.json()["error"])


@pytest.mark.parametrize("path", ["/oauth/token", "/token"])
@pytest.mark.parametrize("audience", [oauth.ISSUER, f"{oauth.ISSUER}/oauth/token", ["elsewhere", oauth.ISSUER]])
def test_we_are_the_audience_by_name_or_address(
    api: TestClient, client_id: str, path: str, audience: str | list[str]
) -> None:
    said = oauth.claims(client_id, aud=audience)

    assert 200 == oauth.asked_with(api, oauth.signed(said, KEY, "ES256"), path).status_code


def test_an_assertion_is_taken_once(api: TestClient, client_id: str) -> None:
    assertion = oauth.signed(oauth.claims(client_id), KEY, "ES256")

    assert [200, 401] == [oauth.asked_with(api, assertion).status_code for _ in range(2)]


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "c-somebody"},
        {"sub": "c-somebody"},
        {"sub": 7},
        {"aud": "https://elsewhere.example"},
        {"aud": None},
        {"aud": {}},
        {"exp": timedelta(seconds=-600)},
        {"exp": timedelta(seconds=3_600)},
        {"exp": None},
        {"exp": "soon"},
        {"exp": 1e300},
        {"exp": True},
        {"nbf": timedelta(seconds=600)},
        {"iat": timedelta(seconds=600)},
        {"iat": "now"},
        {"jti": None},
        {"jti": ""},
        {"jti": "x" * 300},
        {"jti": "\ud800"},
    ],
    ids=ascii,
)
def test_an_assertion_that_says_something_else_is_no_proof(
    api: TestClient, client_id: str, changed: dict[str, Any]
) -> None:
    answer = oauth.asked_with(api, oauth.signed(oauth.claims(client_id, **changed), KEY, "ES256"))

    assert (401, "invalid_client") == (answer.status_code, answer.json()["error"])


def test_what_another_key_signed_is_no_proof(api: TestClient, client_id: str) -> None:
    assert 401 == oauth.asked_with(api, oauth.signed(oauth.claims(client_id), OTHER, "ES256")).status_code


def test_a_public_key_is_no_secret(api: TestClient, client_id: str) -> None:
    said = [json.dumps(each).encode() for each in ({"alg": "HS256"}, oauth.claims(client_id))]
    text = b".".join(urlsafe_b64encode(each) for each in said)
    made = hmac.digest(KEY.as_pem(private=False), text, "sha256")
    assertion = b".".join((text, urlsafe_b64encode(made))).decode()

    assert 401 == oauth.asked_with(api, assertion).status_code


@pytest.mark.parametrize("assertion", ["x", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", "é.é.é", "[" * 7_000])
def test_what_is_no_assertion_is_no_client(api: TestClient, assertion: str) -> None:
    assert 401 == oauth.asked_with(api, assertion).status_code


def test_a_client_with_a_secret_does_not_sign_and_one_with_a_key_has_none(
    api: TestClient, platform: Platform, client_id: str
) -> None:
    keeper = oauth.with_secret(platform)
    signed = oauth.asked_with(api, oauth.signed(oauth.claims(keeper.client_id), KEY, "ES256"))
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": keeper.client_secret}

    assert [401, 401] == [signed.status_code, api.post("/oauth/token", data=form).status_code]


def test_a_client_proves_itself_in_one_way(api: TestClient, platform: Platform, client_id: str) -> None:
    keeper = oauth.with_secret(platform)
    assertion = oauth.signed(oauth.claims(client_id), KEY, "ES256")

    answer = oauth.asked_with(api, assertion, client_secret=keeper.client_secret)

    assert (400, "invalid_request") == (answer.status_code, answer.json()["error"])


def test_the_client_that_is_named_beside_the_assertion_is_the_one_in_it(api: TestClient, client_id: str) -> None:
    said = oauth.claims(client_id)

    assert 401 == oauth.asked_with(api, oauth.signed(said, KEY, "ES256"), client_id="c-another").status_code
    assert 200 == oauth.asked_with(api, oauth.signed(said, KEY, "ES256"), client_id=client_id).status_code


def test_a_revoked_client_signs_in_vain(api: TestClient, platform: Platform) -> None:
    client = oauth.with_key(platform, KEY)
    with platform.database.scoped(OPERATOR) as session:
        clients.revoke(session, client, at=clock.now())

    assert 401 == oauth.asked_with(api, oauth.signed(oauth.claims(client), KEY, "ES256")).status_code


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"keys": []},
        {"keys": "x"},
        {"keys": [{}]},
        {"keys": [{"kty": "EC"}]},
        {"keys": [KEY.as_dict(private=True)]},
        {"keys": [ECKey.generate_key("P-384").as_dict(private=False)]},
        {"keys": [oauth.short_rsa().as_dict(private=False)]},
        {"keys": [OctKey.generate_key(256).as_dict(private=True)]},
        {"keys": [KEY.as_dict(private=False)] * 11},
        {"keys": [{"kty": "EC", "x": "x" * 20_000}]},
        {"jwks_uri": "https://somewhere.example"},
    ],
    ids=range(12),
)
def test_keys_that_are_not_fit_are_refused(platform: Platform, keys: dict[str, Any]) -> None:
    owner = make.organization(platform).organization_id
    with pytest.raises(UnfitKeys) as refused, platform.database.scoped(OPERATOR) as session:
        clients.create_with_keys(
            session, organization=owner, name="x", scopes=["grants:request"], keys=keys, at=clock.now()
        )

    assert "/jwks" == refused.value.field


@pytest.mark.parametrize("algorithm", ["none", "HS256", "ES384", "rs256"])
def test_algorithms_that_are_not_fit_are_refused(platform: Platform, algorithm: str) -> None:
    with pytest.raises(UnfitAlgorithm):
        oauth.with_key(platform, KEY, algorithm)


def test_others_can_check_a_token(api: TestClient, client_id: str) -> None:
    token = oauth.asked_with(api, oauth.signed(oauth.claims(client_id), KEY, "ES256")).json()["access_token"]

    keys = KeySet.import_key_set(api.get("/oauth/jwks").json())
    read = jwt.decode(token, keys, algorithms=["ES256"])

    assert ("at+jwt", "ES256") == (read.header["typ"], read.header["alg"])
    assert {client_id} == {read.claims["client_id"], read.claims["sub"]}
    assert {oauth.ISSUER} == {read.claims["iss"], read.claims["aud"]}
    assert ("grants:request", 600) == (read.claims["scope"], read.claims["exp"] - read.claims["iat"])


def test_a_new_key_signs_and_the_old_one_is_published_for_a_day(api: TestClient, platform: Platform) -> None:
    with platform.database.scoped(DOORMAN) as session:
        old = signing_keys.newest(session, platform.ring, at=clock.now()).key_id
    with platform.database.scoped(OPERATOR) as session:
        new = signing_keys.rotate(session, platform.ring, at=clock.now())

    published = [each["kid"] for each in api.get("/oauth/jwks").json()["keys"]]
    with platform.database.scoped(DOORMAN) as session:
        assert new == signing_keys.newest(session, platform.ring, at=clock.now()).key_id
        later = [
            each.key_id for each in signing_keys.published(session, at=clock.now() + signing_keys.PUBLISHED[Use.TOKENS])
        ]
    assert [new, old] == published[:2]
    assert [new] == later


def test_the_private_half_is_neither_published_nor_readable(
    api: TestClient, platform: Platform, database_url: str
) -> None:
    oauth.with_secret(platform)
    with psycopg.connect(database_url) as connection:
        rows = connection.execute("select public, sealed from signing_key").fetchall()

    assert all("d" not in key for key in api.get("/oauth/jwks").json()["keys"])
    assert rows
    assert all(b"PRIVATE" not in sealed and "d" not in public for public, sealed in rows)
