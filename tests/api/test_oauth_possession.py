"""A token that is bound to a key is worth nothing without it (DPoP, RFC 9449), and nothing is proved twice."""

from datetime import timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey
from starlette.testclient import TestClient

from cdp import clock
from cdp.clients import NewClient
from cdp.oauth import proofs_of_possession
from cdp.platform import Platform
from tests import make
from tests.api import oauth

KEY = ECKey.generate_key("P-256")
OTHER = ECKey.generate_key("P-256")
TOKEN, GRANTS = "/oauth/token", "/v1/grants"


@pytest.fixture(scope="module")
def client(platform: Platform) -> NewClient:
    return oauth.with_secret(platform, "grants:request", "profiles:read")


@pytest.fixture
def nonce(platform: Platform) -> str:
    return proofs_of_possession.nonce(platform, at=clock.now())


def ask(api: TestClient, client: NewClient, *proofs: str) -> Any:
    form = {"grant_type": "client_credentials", "client_id": client.client_id, "client_secret": client.client_secret}
    return api.post(TOKEN, data=form, headers=[("DPoP", each) for each in proofs])


@pytest.fixture
def token(api: TestClient, client: NewClient, nonce: str) -> str:
    return str(ask(api, client, oauth.proof(KEY, "POST", TOKEN, nonce=nonce)).json()["access_token"])


def use(api: TestClient, token: str, *proofs: str, scheme: str = "DPoP", path: str = GRANTS) -> Any:
    headers = [("Authorization", f"{scheme} {token}"), *(("DPoP", each) for each in proofs)]
    return api.get(path, headers=headers)


def test_a_client_without_a_nonce_is_told_one_and_tries_again(api: TestClient, client: NewClient) -> None:
    first = ask(api, client, oauth.proof(KEY, "POST", TOKEN, nonce=None))
    nonce = first.headers["dpop-nonce"]
    second = ask(api, client, oauth.proof(KEY, "POST", TOKEN, nonce=nonce))
    token = second.json()["access_token"]
    third = use(api, token, oauth.proof(KEY, "GET", GRANTS, nonce=None, token=token))
    fourth = use(api, token, oauth.proof(KEY, "GET", GRANTS, nonce=third.headers["dpop-nonce"], token=token))

    assert (400, "use_dpop_nonce") == (first.status_code, first.json()["error"])
    assert (200, "DPoP") == (second.status_code, second.json()["token_type"])
    assert (401, "nonce-needed") == (third.status_code, third.json()["code"])
    assert 'DPoP realm="cdp", error="use_dpop_nonce"' in third.headers["www-authenticate"]
    assert 200 == fourth.status_code


def test_a_bound_token_says_to_which_key(api: TestClient, token: str) -> None:
    keys = jwt.decode(token, _key_of(api), algorithms=["ES256"]).claims

    assert KEY.thumbprint() == keys["cnf"]["jkt"]


def _key_of(api: TestClient) -> Any:
    return KeySet.import_key_set(api.get("/oauth/jwks").json())


BAD: dict[str, dict[str, Any]] = {
    "other method": {"htm": "DELETE"},
    "other path": {"htu": oauth.ISSUER + "/elsewhere"},
    "other host": {"htu": "http://elsewhere.example/oauth/token"},
    "no address": {"htu": None},
    "address of a number": {"htu": 7},
    "old": {"iat": timedelta(seconds=-3_600)},
    "of tomorrow": {"iat": timedelta(seconds=86_400)},
    "no moment": {"iat": None},
    "a moment in words": {"iat": "now"},
    "no id": {"jti": None},
    "a long id": {"jti": "x" * 300},
    "an id that is no text": {"jti": "\ud800"},
    "another kind": {"header": {"typ": "JWT"}},
    "no kind": {"header": {"typ": None}},
    "a private key": {"header": {"jwk": KEY.as_dict(private=True)}},
    "another's key": {"header": {"jwk": OTHER.as_dict(private=False)}},
    "no key": {"header": {"jwk": None}},
    "a critical word": {"header": {"crit": ["b64"], "b64": True}},
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_a_proof_of_something_else_gets_no_token(
    api: TestClient, client: NewClient, nonce: str, bad: dict[str, Any]
) -> None:
    answer = ask(api, client, oauth.proof(KEY, "POST", TOKEN, nonce=nonce, **bad))

    assert (400, "invalid_dpop_proof") == (answer.status_code, answer.json()["error"])


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_a_proof_of_something_else_opens_nothing(api: TestClient, token: str, nonce: str, bad: dict[str, Any]) -> None:
    answer = use(api, token, oauth.proof(KEY, "GET", GRANTS, nonce=nonce, token=token, **bad))

    assert (401, "proof-failed") == (answer.status_code, answer.json()["code"])


def test_a_proof_is_taken_once(api: TestClient, client: NewClient, token: str, nonce: str) -> None:
    asking = oauth.proof(KEY, "POST", TOKEN, nonce=nonce)
    using = oauth.proof(KEY, "GET", GRANTS, nonce=nonce, token=token)

    assert [200, 400] == [ask(api, client, asking).status_code for _ in range(2)]
    assert [200, 401] == [use(api, token, using).status_code for _ in range(2)]


def test_a_proof_of_a_stranger_is_not_kept(api: TestClient, client: NewClient, nonce: str) -> None:
    proof, stranger = oauth.proof(KEY, "POST", TOKEN, nonce=nonce), NewClient(client.client_id, "wrong")

    assert [401, 200, 400] == [ask(api, each, proof).status_code for each in (stranger, client, client)]


def test_a_proof_is_for_its_own_token_and_key(api: TestClient, client: NewClient, token: str, nonce: str) -> None:
    another = str(ask(api, client, oauth.proof(KEY, "POST", TOKEN, nonce=nonce)).json()["access_token"])
    proofs = [
        oauth.proof(KEY, "GET", GRANTS, nonce=nonce, token=another),
        oauth.proof(KEY, "GET", GRANTS, nonce=nonce),
        oauth.proof(OTHER, "GET", GRANTS, nonce=nonce, token=token),
    ]

    assert [401] * 3 == [use(api, token, each).status_code for each in proofs]


def test_a_bound_token_is_no_bearer_token_at_any_door(api: TestClient, token: str) -> None:
    shown = [use(api, token, scheme="Bearer", path=path) for path in (GRANTS, "/v1/profiles/p_x?purpose=research")]

    assert [401, 401] == [each.status_code for each in shown]
    assert ["proof-failed"] * 2 == [each.json()["code"] for each in shown]


def test_the_lean_door_takes_a_proof_as_well(api: TestClient, token: str, nonce: str) -> None:
    path = "/v1/profiles/p_x"
    shown = use(api, token, oauth.proof(KEY, "GET", path, nonce=nonce, token=token), path=f"{path}?purpose=research")

    assert 404 == shown.status_code


def test_a_proof_of_an_address_is_none_of_one_that_goes_on(api: TestClient, token: str, nonce: str) -> None:
    proof = oauth.proof(KEY, "GET", "/v1/profiles/p_x", nonce=nonce, token=token)

    assert 401 == use(api, token, proof, path="/v1/profiles/p_x%3Fy?purpose=research").status_code


def test_an_unbound_token_is_not_shown_as_a_bound_one(api: TestClient, platform: Platform, nonce: str) -> None:
    headers = make.service(platform, make.organization(platform), "grants:request")
    token = headers["Authorization"].removeprefix("Bearer ")

    assert 401 == use(api, token, oauth.proof(KEY, "GET", GRANTS, nonce=nonce, token=token)).status_code


def test_two_proofs_are_none(api: TestClient, token: str, nonce: str) -> None:
    proofs = [oauth.proof(KEY, "GET", GRANTS, nonce=nonce, token=token) for _ in range(2)]

    assert 401 == use(api, token, *proofs).status_code


@pytest.mark.parametrize("text", ["x", "a.b.c", "e30.e30.", "[" * 8_000, "é", "x" * 9_000])
def test_what_is_no_proof_proves_nothing(api: TestClient, client: NewClient, token: str, text: str) -> None:
    asked = api.post(
        TOKEN,
        data={"grant_type": "client_credentials", "client_id": client.client_id, "client_secret": client.client_secret},
        headers={"DPoP": text.encode("latin-1")},
    )
    used = api.get(GRANTS, headers={"Authorization": f"DPoP {token}", "DPoP": text.encode("latin-1")})

    assert (400, 401) == (asked.status_code, used.status_code)


@pytest.mark.parametrize("key", [OctKey.generate_key(256), oauth.short_rsa()])
def test_a_key_that_is_not_fit_proves_nothing(api: TestClient, client: NewClient, nonce: str, key: Any) -> None:
    algorithm = "HS256" if isinstance(key, OctKey) else "RS256"
    header = {"alg": algorithm, "jwk": key.as_dict(private=False)}

    assert 400 == ask(api, client, oauth.proof(key, "POST", TOKEN, nonce=nonce, header=header)).status_code


def test_a_nonce_of_another_time_or_house_is_none(api: TestClient, client: NewClient, platform: Platform) -> None:
    late = clock.now().timestamp() - proofs_of_possession.NONCE_SECONDS - 5
    old = platform.cursors.seal((int(late),), caller="dpop nonce")

    answers = [ask(api, client, oauth.proof(KEY, "POST", TOKEN, nonce=each)) for each in (old, "x", "é")]

    assert ["use_dpop_nonce"] * 3 == [each.json()["error"] for each in answers]


def test_a_nonce_of_a_machine_whose_clock_is_a_little_ahead_is_one(
    api: TestClient, client: NewClient, platform: Platform
) -> None:
    ahead = [proofs_of_possession.nonce(platform, at=clock.now() + timedelta(seconds=each)) for each in (20, 120)]

    answers = [ask(api, client, oauth.proof(KEY, "POST", TOKEN, nonce=each)) for each in ahead]

    assert [200, 400] == [each.status_code for each in answers]


def test_a_client_whose_tokens_are_bound_gets_no_other(api: TestClient, platform: Platform, nonce: str) -> None:
    careful = oauth.with_secret(platform, is_bound=True)

    assert 400 == ask(api, careful).status_code
    assert 200 == ask(api, careful, oauth.proof(KEY, "POST", TOKEN, nonce=nonce)).status_code
