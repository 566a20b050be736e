"""Programs get tokens by client credentials, and a token is worth nothing the moment it or its client ends."""

from base64 import b64encode
from datetime import timedelta

import psycopg
import pytest
from starlette.testclient import TestClient

from cdp import clients, clock
from cdp.clients import NewClient
from cdp.oauth import access_tokens
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from tests import make

OPERATOR = Scope(Principal.OPERATOR)
GRANT = {"grant_type": "client_credentials"}
BOTH = ("profiles:read", "records:write")


@pytest.fixture(scope="module")
def client(platform: Platform) -> NewClient:
    return _client(platform)


def _client(platform: Platform, *scopes: str) -> NewClient:
    owner = make.organization(platform)
    with platform.database.scoped(OPERATOR) as session:
        return clients.create(
            session,
            platform.fingerprints,
            organization=owner.organization_id,
            name="Backend",
            scopes=scopes or BOTH,
            at=clock.now(),
        )


def _basic(user: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + b64encode(f"{user}:{password}".encode()).decode()}


def _token(api: TestClient, client: NewClient) -> str:
    answer = api.post("/oauth/token", data=GRANT, headers=_basic(client.client_id, client.client_secret))
    return str(answer.json()["access_token"])


def _use(api: TestClient, token: str) -> int:
    answer: int = api.get("/v1/grants", headers={"Authorization": f"Bearer {token}"}).status_code
    return answer


def test_a_client_gets_a_token_by_basic_authentication(api: TestClient, client: NewClient) -> None:
    response = api.post("/oauth/token", data=GRANT, headers=_basic(client.client_id, client.client_secret))

    answer = response.json()
    assert (200, "Bearer", 600) == (response.status_code, answer["token_type"], answer["expires_in"])
    assert "profiles:read records:write" == answer["scope"]
    assert 3 == len(answer["access_token"].split("."))
    assert ("no-store", "no-cache") == (response.headers["cache-control"], response.headers["pragma"])


def test_a_client_gets_a_token_by_the_form(api: TestClient, client: NewClient) -> None:
    form = GRANT | {"client_id": client.client_id, "client_secret": client.client_secret}

    assert 200 == api.post("/oauth/token", data=form).status_code


def test_a_token_holds_the_narrower_scope_that_was_asked_for(api: TestClient, client: NewClient) -> None:
    response = api.post(
        "/oauth/token",
        data=GRANT | {"scope": "profiles:read"},
        headers=_basic(client.client_id, client.client_secret),
    )

    assert "profiles:read" == response.json()["scope"]


def test_a_client_cannot_ask_for_more_than_it_has(api: TestClient, client: NewClient) -> None:
    response = api.post(
        "/oauth/token",
        data=GRANT | {"scope": "profiles:read audit:read"},
        headers=_basic(client.client_id, client.client_secret),
    )

    assert (400, "invalid_scope") == (response.status_code, response.json()["error"])


def test_a_wrong_secret_and_an_unknown_client_are_answered_alike(api: TestClient, client: NewClient) -> None:
    another = _other_secret(client)
    wrong = api.post("/oauth/token", data=GRANT, headers=_basic(client.client_id, another))
    unknown = api.post("/oauth/token", data=GRANT, headers=_basic("c-nobody", another))
    by_form = api.post("/oauth/token", data=GRANT | {"client_id": "c-nobody", "client_secret": another})

    assert (401, "invalid_client") == (wrong.status_code, wrong.json()["error"])
    assert wrong.content == unknown.content == by_form.content
    assert _without_id(wrong.headers) == _without_id(unknown.headers) == _without_id(by_form.headers)


def _other_secret(client: NewClient) -> str:
    from cdp.keys import tokens  # noqa: PLC0415 -- only this fact needs a secret of nobody

    return tokens.new(tokens.Prefix.CLIENT_SECRET)


def _without_id(headers: object) -> dict[str, str]:
    return {name: value for name, value in dict(headers).items() if name != "x-request-id"}  # type: ignore[call-overload]  # headers are a mapping


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, "invalid_request"),
        ({"grant_type": ""}, "invalid_request"),
        ({"scope": "profiles:read"}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "pass\u00e9\u0000word"}, "unsupported_grant_type"),
        ({"grant_type": ["client_credentials", "client_credentials"]}, "invalid_request"),
        ({"grant_type": "client_credentials", "scope": "x" * 2_000}, "invalid_request"),
        ({"grant_type": "client_credentials", "scope": "\u0000"}, "invalid_scope"),
    ],
    ids=range(8),
)
def test_a_bad_form_is_an_oauth_error(api: TestClient, client: NewClient, form: dict[str, str], error: str) -> None:
    response = api.post("/oauth/token", data=form, headers=_basic(client.client_id, client.client_secret))

    assert (400, error) == (response.status_code, response.json()["error"])


@pytest.mark.parametrize(
    "header", ["Basic", "Basic !", "Basic /w==", "Basic " + "A" * 5_000, "Bearer x", "Basic \u00e9"]
)
def test_a_broken_authorization_header_is_no_client(api: TestClient, header: str) -> None:
    response = api.post("/oauth/token", data=GRANT, headers={"Authorization": header.encode("latin-1")})

    assert (401, "invalid_client") == (response.status_code, response.json()["error"])


def test_a_json_body_is_refused(api: TestClient) -> None:
    assert (400, "invalid_request") == (
        (answer := api.post("/oauth/token", json=GRANT)).status_code,
        answer.json()["error"],
    )


def test_the_database_keeps_no_token_and_no_secret(api: TestClient, platform: Platform, database_url: str) -> None:
    client = _client(platform)
    token = _token(api, client)

    with psycopg.connect(database_url) as connection:
        rows = connection.execute(
            "select c::text from client c union all select t::text from access_token t"
        ).fetchall()

    stored = repr(rows)
    assert client.client_id in stored
    assert token not in stored
    assert client.client_secret not in stored


def test_a_revoked_token_is_refused_at_once(api: TestClient, platform: Platform) -> None:
    client = _client(platform, "grants:request")
    token, headers = _token(api, client), _basic(client.client_id, client.client_secret)
    before = _use(api, token)

    revoked = api.post("/oauth/revoke", data={"token": token, "token_type_hint": "refresh_token"}, headers=headers)

    assert (200, 200, 401) == (before, revoked.status_code, _use(api, token))


def test_a_client_cannot_revoke_the_token_of_another_and_learns_nothing(api: TestClient, platform: Platform) -> None:
    victim, other = _client(platform, "grants:request"), _client(platform)
    token = _token(api, victim)

    foreign = api.post("/oauth/revoke", data={"token": token}, headers=_basic(other.client_id, other.client_secret))
    rubbish = api.post("/oauth/revoke", data={"token": "x"}, headers=_basic(other.client_id, other.client_secret))

    assert (200, 200) == (foreign.status_code, rubbish.status_code)
    assert foreign.content == rubbish.content
    assert 200 == _use(api, token)


def test_revoking_needs_a_token_and_a_client(api: TestClient, client: NewClient) -> None:
    headers = _basic(client.client_id, client.client_secret)

    assert 400 == api.post("/oauth/revoke", data={"token": ""}, headers=headers).status_code
    assert 401 == api.post("/oauth/revoke", data={"token": "x"}).status_code


def test_a_revoked_client_loses_its_tokens_at_once(api: TestClient, platform: Platform) -> None:
    client = _client(platform, "grants:request")
    token = _token(api, client)

    with platform.database.scoped(OPERATOR) as session:
        clients.revoke(session, client.client_id, at=clock.now())

    refused = api.post("/oauth/token", data=GRANT, headers=_basic(client.client_id, client.client_secret))
    assert (401, 401) == (_use(api, token), refused.status_code)


def test_rotating_a_secret_ends_the_old_one_and_its_tokens(api: TestClient, platform: Platform) -> None:
    client = _client(platform, "grants:request")
    token = _token(api, client)

    with platform.database.scoped(OPERATOR) as session:
        fresh = clients.rotate(session, platform.fingerprints, client.client_id, at=clock.now())

    old = api.post("/oauth/token", data=GRANT, headers=_basic(client.client_id, client.client_secret))
    assert (401, 401) == (_use(api, token), old.status_code)
    assert 200 == _use(api, _token(api, fresh))


def test_a_token_ends_with_its_time(api: TestClient, platform: Platform, database_url: str) -> None:
    client = _client(platform, "grants:request")
    token = _token(api, client)

    with psycopg.connect(database_url) as connection:
        connection.execute(
            "update access_token set expires_at = statement_timestamp() where client_id = %s", (client.client_id,)
        )

    assert 401 == _use(api, token)


def test_a_token_lives_ten_minutes_at_most(platform: Platform, database_url: str) -> None:
    client, at = _client(platform), clock.now()
    with platform.database.scoped(Scope(Principal.DOORMAN)) as session:
        access_tokens.issue(session, platform, client.client_id, scopes=["profiles:read"], at=at, seconds=9_999)

    with psycopg.connect(database_url) as connection:
        wanted = "select expires_at - issued_at from access_token where client_id = %s"
        assert (timedelta(minutes=10),) == connection.execute(wanted, (client.client_id,)).fetchone()


def test_a_token_without_the_scope_is_told_so(api: TestClient, platform: Platform) -> None:
    response = api.get("/v1/grants", headers={"Authorization": f"Bearer {_token(api, _client(platform))}"})

    assert (403, "insufficient-scope") == (response.status_code, response.json()["code"])
    assert "insufficient_scope" in response.headers["www-authenticate"]


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer x", "Basic eDp5", "Bearer cdp_at_" + "a" * 49])
def test_what_is_no_token_is_nobody(api: TestClient, header: str) -> None:
    response = api.get("/v1/grants", headers={"Authorization": header})

    assert 401 == response.status_code
    assert response.headers["www-authenticate"].startswith("Bearer")


def test_an_organization_that_closed_has_no_token(api: TestClient, platform: Platform, database_url: str) -> None:
    client = _client(platform, "grants:request")
    token = _token(api, client)

    with psycopg.connect(database_url) as connection:
        connection.execute(
            "update organization o set closed_at = now() from client c"
            " where c.organization_id = o.organization_id and c.client_id = %s",
            (client.client_id,),
        )

    assert 401 == _use(api, token)


def test_the_metadata_names_endpoints_that_are_there(api: TestClient, platform: Platform) -> None:
    metadata = api.get("/.well-known/oauth-authorization-server").json()

    base = platform.settings.base_url
    assert base == metadata["issuer"]
    for name in ("token_endpoint", "revocation_endpoint", "pushed_authorization_request_endpoint"):
        assert 405 == api.get(metadata[name].removeprefix(base)).status_code
    assert ["client_credentials", "authorization_code", "refresh_token"] == metadata["grant_types_supported"]
    assert metadata == api.get("/.well-known/openid-configuration").json()
