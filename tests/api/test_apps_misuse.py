"""What somebody tries with codes and tokens that are not theirs, or no longer good."""

from datetime import timedelta

import psycopg
import pytest
from joserfc.jwk import ECKey
from starlette.testclient import TestClient

from cdp import clients, clock
from cdp.log import sequencer
from cdp.oauth.redirects import UnfitAddress
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from tests import make
from tests.api import apps
from tests.api.oauth import proof


@pytest.fixture
def asking(platform: Platform) -> apps.App:
    return apps.app(platform)


@pytest.fixture
def person(platform: Platform) -> make.Person:
    return make.person(platform)


def _refreshed(api: TestClient, asking: apps.App, token: str) -> dict[str, str]:
    form = {"grant_type": "refresh_token", "refresh_token": token}
    found: dict[str, str] = api.post("/oauth/token", data=form, auth=asking.auth).json()
    return found


def test_a_code_that_comes_twice_ends_what_it_gave(
    api: TestClient, platform: Platform, asking: apps.App, person: make.Person
) -> None:
    code, subject = apps.code(api, asking, person), apps.subject(platform, asking, person)
    given = api.post("/oauth/token", data=asking.tells(code), auth=asking.auth).json()
    before = apps.reads(api, given["access_token"], subject)

    again = api.post("/oauth/token", data=asking.tells(code), auth=asking.auth)

    assert (200, 400, "invalid_grant") == (before, again.status_code, again.json()["error"])
    assert 401 == apps.reads(api, given["access_token"], subject)
    assert "invalid_grant" == _refreshed(api, asking, given["refresh_token"])["error"]


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"code_verifier": "x" * 43}, "invalid_grant"),
        ({"code_verifier": None}, "invalid_request"),
        ({"redirect_uri": "https://app.example.org/other"}, "invalid_grant"),
        ({"redirect_uri": None}, "invalid_grant"),
        ({"code": "cdp_co_" + "x" * 49}, "invalid_grant"),
        ({"code": None}, "invalid_request"),
    ],
    ids=["another verifier", "no verifier", "another address", "no address", "another code", "no code"],
)
def test_a_code_is_worth_nothing_without_the_rest(
    api: TestClient, asking: apps.App, person: make.Person, changed: dict[str, str | None], error: str
) -> None:
    code = apps.code(api, asking, person, "ja")

    answer = api.post("/oauth/token", data=asking.tells(**({"code": code} | changed)), auth=asking.auth)

    assert "access_token" not in answer.json()
    assert error == answer.json()["error"]


def test_another_client_gets_nothing_for_a_code(
    api: TestClient, platform: Platform, asking: apps.App, person: make.Person
) -> None:
    other = apps.app(platform, organization=asking.organization)
    code = apps.code(api, asking, person)

    stolen = api.post("/oauth/token", data=asking.tells(code), auth=other.auth)
    rightful = api.post("/oauth/token", data=asking.tells(code), auth=asking.auth)

    assert ("invalid_grant", 200) == (stolen.json()["error"], rightful.status_code)


def test_a_refresh_token_that_comes_twice_ends_the_family(
    api: TestClient, platform: Platform, asking: apps.App, person: make.Person
) -> None:
    first = apps.tokens(api, asking, person)
    second = _refreshed(api, asking, first["refresh_token"])
    subject = apps.subject(platform, asking, person)
    assert [200, 200] == [apps.reads(api, each["access_token"], subject) for each in (first, second)]
    assert first["refresh_token"] != second["refresh_token"]

    assert "invalid_grant" == _refreshed(api, asking, first["refresh_token"])["error"]

    assert [401, 401] == [apps.reads(api, each["access_token"], subject) for each in (first, second)]
    assert "invalid_grant" == _refreshed(api, asking, second["refresh_token"])["error"]


def test_what_is_revoked_wakes_no_more(
    api: TestClient, platform: Platform, asking: apps.App, person: make.Person
) -> None:
    given, subject = apps.tokens(api, asking, person), apps.subject(platform, asking, person)

    api.post(f"/v1/me/grants/{given['grant_id']}/revoke", headers=person.headers)
    after = apps.reads(api, given["access_token"], subject)
    again = apps.tokens(api, asking, person)

    assert (401, 401) == (after, apps.reads(api, given["access_token"], subject))
    assert "invalid_grant" == _refreshed(api, asking, given["refresh_token"])["error"]
    assert 200 == apps.reads(api, again["access_token"], subject)


def test_what_expired_wakes_no_more(
    api: TestClient, platform: Platform, asking: apps.App, person: make.Person, database_url: str
) -> None:
    given, subject = apps.tokens(api, asking, person), apps.subject(platform, asking, person)

    with psycopg.connect(database_url) as connection:  # as time does it
        connection.execute(
            "update permission set expires_at = now() where customer_id = %s and expires_at is not null",
            (person.customer_id,),
        )
    sequencer.step(platform)
    apps.tokens(api, asking, person)

    assert 401 == apps.reads(api, given["access_token"], subject)
    assert "invalid_grant" == _refreshed(api, asking, given["refresh_token"])["error"]


@pytest.mark.parametrize("meanwhile", ["ended", "elsewhere"])
def test_an_app_that_is_gone_by_then_gets_no_yes(
    api: TestClient, platform: Platform, asking: apps.App, person: make.Person, meanwhile: str
) -> None:
    apps.enter(api, person)
    place = apps.opened(api, asking, authorization_details=apps.details())
    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        if meanwhile == "ended":
            clients.revoke(session, asking.client.client_id, at=clock.now())
        else:
            clients.lead_back(session, asking.client.client_id, redirects=["https://app.example.org/elsewhere"])

    answer = api.post(place, data={"antwoord": "alles"}, headers=apps.PAGE, follow_redirects=False)

    assert 404 == answer.status_code
    assert [] == api.get("/v1/me/grants", headers=person.headers).json()["grants"]


def test_an_app_that_leads_nowhere_any_more_does_not_act_by_itself(
    api: TestClient, platform: Platform, asking: apps.App
) -> None:
    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        clients.lead_back(session, asking.client.client_id, redirects=[], is_app_only=True)

    answer = api.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=asking.auth)

    assert (400, "unauthorized_client") == (answer.status_code, answer.json()["error"])


def test_a_token_of_a_client_that_ended_reads_nothing(
    api: TestClient, platform: Platform, asking: apps.App, person: make.Person
) -> None:
    given = apps.tokens(api, asking, person)

    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        clients.revoke(session, asking.client.client_id, at=clock.now())

    assert 401 == apps.reads(api, given["access_token"], apps.subject(platform, asking, person))


def test_a_new_secret_ends_the_families(
    api: TestClient, platform: Platform, asking: apps.App, person: make.Person
) -> None:
    given = apps.tokens(api, asking, person)

    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        clients.rotate(session, platform.fingerprints, asking.client.client_id, at=clock.now())

    assert 401 == apps.reads(api, given["access_token"], apps.subject(platform, asking, person))


def test_giving_the_refresh_token_back_ends_all_of_it(
    api: TestClient, platform: Platform, asking: apps.App, person: make.Person
) -> None:
    given = apps.tokens(api, asking, person)

    answer = api.post("/oauth/revoke", data={"token": given["refresh_token"]}, auth=asking.auth)

    assert (200, 401) == (
        answer.status_code,
        apps.reads(api, given["access_token"], apps.subject(platform, asking, person)),
    )


def test_a_token_of_one_customer_reads_no_other(
    api: TestClient, platform: Platform, asking: apps.App, person: make.Person
) -> None:
    other = make.person(platform)
    of_other = apps.tokens(api, asking, other)["access_token"]
    given = apps.tokens(api, asking, person)["access_token"]
    mine, theirs = (apps.subject(platform, asking, each) for each in (person, other))

    statuses = [apps.reads(api, given, mine), apps.reads(api, given, theirs), apps.reads(api, of_other, theirs)]

    assert [200, 404, 200] == statuses
    assert 403 == apps.reads(api, given, mine, "research")


def test_a_token_reads_for_the_purpose_of_its_yes_alone(
    api: TestClient, platform: Platform, asking: apps.App, person: make.Person
) -> None:
    make.grant(platform, person, asking.organization)
    given, subject = apps.tokens(api, asking, person), apps.subject(platform, asking, person)
    service = make.service(platform, asking.organization, "profiles:read")["Authorization"].removeprefix("Bearer ")

    found = {
        purpose: [apps.reads(api, each, subject, purpose) for each in (given["access_token"], service)]
        for purpose in ("advice", "customer-care")
    }

    assert {"advice": [200, 200], "customer-care": [403, 200]} == found


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/profiles/export?purpose=advice"),
        ("GET", "/v1/changes"),
        ("GET", "/v1/grants"),
        ("POST", "/v1/records"),
        ("POST", "/v1/track"),
    ],
)
def test_a_token_of_a_customer_opens_nothing_but_the_profile(
    api: TestClient, asking: apps.App, person: make.Person, method: str, path: str
) -> None:
    token = apps.tokens(api, asking, person)["access_token"]

    answer = api.request(
        method, path, headers={"Authorization": f"Bearer {token}"}, json={} if method == "POST" else None
    )

    assert answer.status_code in {401, 403}, answer.text


def test_a_client_gets_no_login_by_itself(api: TestClient, asking: apps.App) -> None:
    form = {"grant_type": "client_credentials"}

    usual = api.post("/oauth/token", data=form, auth=asking.auth)
    login = api.post("/oauth/token", data={**form, "scope": "openid"}, auth=asking.auth)

    assert ("profiles:read", "invalid_scope") == (usual.json()["scope"], login.json()["error"])


def test_a_pushed_request_is_taken_once_and_by_its_client(
    api: TestClient, platform: Platform, asking: apps.App, person: make.Person
) -> None:
    apps.enter(api, person)
    other = apps.app(platform)
    uri = apps.pushed(api, asking).json()["request_uri"]

    def come(client_id: str) -> int:
        words = {"client_id": client_id, "request_uri": uri}
        status: int = api.get("/oauth/authorize", params=words, headers=apps.PAGE, follow_redirects=False).status_code
        return status

    assert [400, 303, 400] == [come(each.client.client_id) for each in (other, asking, asking)]


def test_a_pushed_request_lapses(
    api: TestClient, asking: apps.App, person: make.Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    apps.enter(api, person)
    monkeypatch.setattr("cdp.oauth.requests.PUSHED_SECONDS", -1)
    words = {"client_id": asking.client.client_id, "request_uri": apps.pushed(api, asking).json()["request_uri"]}

    assert 400 == api.get("/oauth/authorize", params=words, headers=apps.PAGE, follow_redirects=False).status_code


def test_a_code_lapses(api: TestClient, asking: apps.App, person: make.Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cdp.oauth.families.CODE", timedelta(seconds=-1))

    assert "invalid_grant" == apps.tokens(api, asking, person, "ja")["error"]


def test_a_code_that_is_bound_to_a_key_needs_that_key(api: TestClient, asking: apps.App, person: make.Person) -> None:
    key, other = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")
    nonce = None
    codes = [apps.code(api, asking, person, dpop_jkt=key.thumbprint()) for _ in range(3)]

    def shown(code: str, held: ECKey | None) -> dict[str, str]:
        headers = {} if held is None else {"DPoP": proof(held, "POST", "/oauth/token", nonce=nonce)}
        answer = api.post("/oauth/token", data=asking.tells(code), auth=asking.auth, headers=headers)
        found: dict[str, str] = answer.json() | {"nonce": answer.headers.get("dpop-nonce", "")}
        return found

    nonce = shown(codes[0], key)["nonce"]

    assert "invalid_grant" == shown(codes[0], None)["error"]
    assert "invalid_grant" == shown(codes[1], other)["error"]
    given = shown(codes[2], key)
    assert "DPoP" == given["token_type"]
    assert "invalid_grant" == _refreshed(api, asking, given["refresh_token"])["error"]


def test_introspection_names_the_customer_as_the_organization_does_and_tells_others_nothing(
    api: TestClient, platform: Platform, asking: apps.App, person: make.Person
) -> None:
    token = apps.tokens(api, asking, person)["access_token"]

    ours = api.post("/oauth/introspect", data={"token": token}, auth=asking.auth).json()
    theirs = api.post("/oauth/introspect", data={"token": token}, auth=apps.app(platform).auth).json()

    assert (apps.subject(platform, asking, person), {"active": False}) == (ours["sub"], theirs)


@pytest.mark.parametrize(
    "address",
    [
        "http://app.example.org/back",
        "https://app.example.org/back#here",
        "https://anna@app.example.org/back",
        "javascript:alert(1)",
        "https://",
        "https://app.example.org/ back",
        "https://app.example.org/back;x",
        "//app.example.org/back",
    ],
)
def test_an_address_that_is_unfit_is_not_registered(platform: Platform, asking: apps.App, address: str) -> None:
    with pytest.raises(UnfitAddress), platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        clients.lead_back(session, asking.client.client_id, redirects=[address])
