"""What a token is good for is told to its own organization, and to nobody else (RFC 7662)."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from cdp import clients, clock
from cdp.clients import NewClient
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from tests import make
from tests.api import oauth

INACTIVE = {"active": False}


@pytest.fixture(scope="module")
def client(platform: Platform) -> NewClient:
    return oauth.with_secret(platform)


def _form(client: NewClient, **more: str) -> dict[str, str]:
    return {"client_id": client.client_id, "client_secret": client.client_secret, **more}


def _token(api: TestClient, client: NewClient) -> str:
    return str(api.post("/oauth/token", data=_form(client, grant_type="client_credentials")).json()["access_token"])


def _asked(api: TestClient, client: NewClient, token: str) -> Any:
    answer = api.post("/oauth/introspect", data=_form(client, token=token, token_type_hint="anything"))
    assert 200 == answer.status_code
    return answer.json()


def test_its_own_organization_hears_what_a_token_is_good_for(api: TestClient, client: NewClient) -> None:
    told = _asked(api, client, _token(api, client))

    assert (True, client.client_id, "grants:request", "Bearer", oauth.ISSUER) == (
        told["active"],
        told["client_id"],
        told["scope"],
        told["token_type"],
        told["iss"],
    )
    assert 600 == told["exp"] - told["iat"]


def test_another_organization_hears_nothing_and_ends_nothing(
    api: TestClient, client: NewClient, platform: Platform
) -> None:
    stranger, token = oauth.with_secret(platform), _token(api, client)

    revoked = api.post("/oauth/revoke", data=_form(stranger, token=token))

    assert INACTIVE == _asked(api, stranger, token)
    assert 200 == revoked.status_code
    assert _asked(api, client, token)["active"]


@pytest.mark.parametrize("token", ["x", "eyJ.eyJ.x", "eyJhbGciOiJub25lIn0.e30.e30", "\u0000", "é"])
def test_what_is_no_token_of_ours_is_not_active(api: TestClient, client: NewClient, token: str) -> None:
    assert INACTIVE == _asked(api, client, token)


def test_a_token_that_ended_is_not_active(api: TestClient, client: NewClient) -> None:
    token = _token(api, client)
    api.post("/oauth/revoke", data=_form(client, token=token))

    assert INACTIVE == _asked(api, client, token)


def test_a_token_ends_with_its_client(api: TestClient, platform: Platform) -> None:
    owner = make.organization(platform).organization_id
    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        first, second = (
            clients.create(
                session,
                platform.fingerprints,
                organization=owner,
                name="x",
                scopes=["grants:request"],
                at=clock.now(),
            )
            for _ in range(2)
        )
    token = _token(api, first)
    assert _asked(api, second, token)["active"]

    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        clients.revoke(session, first.client_id, at=clock.now())

    assert INACTIVE == _asked(api, second, token)


def test_who_proves_nothing_hears_nothing(api: TestClient, client: NewClient) -> None:
    answer = api.post("/oauth/introspect", data={"token": _token(api, client), "client_id": client.client_id})

    assert (401, "invalid_client") == (answer.status_code, answer.json()["error"])


def test_the_token_is_missing(api: TestClient, client: NewClient) -> None:
    answer = api.post("/oauth/introspect", data=_form(client))

    assert (400, "invalid_request") == (answer.status_code, answer.json()["error"])
