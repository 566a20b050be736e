"""An organization's administrators keep what is its own, give no more than they may, and see nobody's profile."""

import logging
from typing import Any

import pytest
from joserfc.jwk import ECKey
from starlette.testclient import TestClient

from cdp import organization_details
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.tables import Organization
from tests import make
from tests.api import oauth

Headers = dict[str, str]
BASE = "/v1/organization"
MAY = ("profiles:read", "tracking_api:write")


def _office(platform: Platform, *may: str) -> tuple[Organization, Headers]:
    made = make.organization(platform)
    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        organization_details.put(session, made.organization_id, may=may)
    return made, make.service(platform, made, "org:admin")


def _login(api: TestClient, secret: dict[str, str]) -> Any:
    form = {"grant_type": "client_credentials", **secret}
    return api.post("/oauth/token", data=form)


def _jwks(key: ECKey) -> dict[str, Any]:
    return {"jwks": {"keys": [key.as_dict(private=False)]}}


def _programs(api: TestClient, office: Headers) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.get(f"{BASE}/clients", headers=office).json()["clients"]
    return found


GOOD = _jwks(ECKey.generate_key("P-256"))


def test_a_program_is_made_works_turns_and_ends(api: TestClient, platform: Platform) -> None:
    _, office = _office(platform, *MAY)

    made = api.post(f"{BASE}/clients", json={"name": "till", "scopes": ["profiles:read"]}, headers=office)
    first = _login(api, made.json())
    turned = api.post(f"{BASE}/clients/{made.json()['client_id']}/rotate", headers=office)
    old, new = _login(api, made.json()), _login(api, turned.json())
    listed = api.get(f"{BASE}/clients", headers=office)
    ended = api.delete(f"{BASE}/clients/{made.json()['client_id']}", headers=office)

    assert (201, 200, 200, 204) == (made.status_code, first.status_code, turned.status_code, ended.status_code)
    assert (401, 200) == (old.status_code, new.status_code)
    assert 401 == _login(api, turned.json()).status_code
    assert made.json()["client_secret"] not in listed.text
    assert ["org:admin", "profiles:read"] == sorted(each["scopes"][0] for each in listed.json()["clients"])


def test_a_program_that_signs_is_made_works_changes_its_keys_and_ends(api: TestClient, platform: Platform) -> None:
    _, office = _office(platform, *MAY)
    first, second = (ECKey.generate_key("P-256") for _ in range(2))

    def signed(client_id: str, key: ECKey) -> int:
        return int(oauth.asked_with(api, oauth.signed(oauth.claims(client_id), key, "ES256")).status_code)

    made = api.post(
        f"{BASE}/clients", json={"name": "till", "scopes": ["profiles:read"], **_jwks(first)}, headers=office
    )
    mine = made.json()["client_id"]
    before = signed(mine, first)
    changed = api.put(f"{BASE}/clients/{mine}/keys", json=_jwks(second), headers=office)
    after = [signed(mine, first), signed(mine, second)]
    shown = next(each for each in _programs(api, office) if each["client_id"] == mine)

    assert (201, {"client_id": mine, "client_secret": None}) == (made.status_code, made.json())
    assert (200, 204, [401, 200]) == (before, changed.status_code, after)
    assert (True, False) == (shown["has_keys"], shown["is_bound"])
    assert (204, 401) == (api.delete(f"{BASE}/clients/{mine}", headers=office).status_code, signed(mine, second))


def test_new_keys_end_what_the_old_ones_got(api: TestClient, platform: Platform) -> None:
    _, office = _office(platform, *MAY)
    key = ECKey.generate_key("P-256")
    made = api.post(f"{BASE}/clients", json={"name": "till", "scopes": ["profiles:read"], **_jwks(key)}, headers=office)
    mine = made.json()["client_id"]
    got = oauth.asked_with(api, oauth.signed(oauth.claims(mine), key, "ES256")).json()["access_token"]

    def asked() -> int:
        headers = {"Authorization": f"Bearer {got}"}
        return int(api.get("/v1/profiles/p_none?purpose=advice", headers=headers).status_code)

    before = asked()
    api.put(f"{BASE}/clients/{mine}/keys", json=_jwks(key), headers=office)

    assert (404, 401) == (before, asked())


def test_a_program_whose_tokens_are_bound_gets_no_other(api: TestClient, platform: Platform) -> None:
    _, office = _office(platform, *MAY)
    wanted = {"name": "till", "scopes": ["profiles:read"], "is_bound": True}

    made = api.post(f"{BASE}/clients", json=wanted, headers=office).json()

    assert (400, "invalid_request") == ((said := _login(api, made)).status_code, said.json()["error"])
    assert [True] == [each["is_bound"] for each in _programs(api, office) if each["client_id"] == made["client_id"]]


PRIVATE: dict[str, Any] = {"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"jwks": {}}, "unfit-keys"),
        ({"jwks": PRIVATE}, "unfit-keys"),
        ({"jwks": {"keys": [{"kty": "RSA", "n": "AQAB", "e": "AQAB"}]}}, "unfit-keys"),
        ({**GOOD, "algorithms": ["none"]}, "unfit-algorithm"),
        ({**GOOD, "algorithms": ["HS256"]}, "unfit-algorithm"),
    ],
)
def test_keys_that_are_not_fit_make_and_change_nothing(
    api: TestClient, platform: Platform, body: dict[str, Any], code: str
) -> None:
    _, office = _office(platform, *MAY)
    wanted = {"name": "till", "scopes": ["profiles:read"]}
    mine = api.post(f"{BASE}/clients", json=wanted | GOOD, headers=office).json()["client_id"]

    refused = [
        api.post(f"{BASE}/clients", json=wanted | body, headers=office),
        api.put(f"{BASE}/clients/{mine}/keys", json=body, headers=office),
    ]

    assert [(422, code)] * 2 == [(each.status_code, each.json()["code"]) for each in refused]
    assert 2 == len(_programs(api, office))


def test_a_program_with_a_secret_gets_no_key_beside_it(api: TestClient, platform: Platform) -> None:
    _, office = _office(platform, *MAY)
    made = api.post(f"{BASE}/clients", json={"name": "till", "scopes": ["profiles:read"]}, headers=office).json()

    refused = api.put(f"{BASE}/clients/{made['client_id']}/keys", json=GOOD, headers=office)

    assert (409, "has-a-secret") == (refused.status_code, refused.json()["code"])


def test_a_write_key_is_made_works_turns_and_ends(api: TestClient, platform: Platform) -> None:
    _, office = _office(platform, *MAY)
    event = {"userId": "u-1", "event": "Seen"}

    made = api.post(f"{BASE}/write-keys", json={"name": "site"}, headers=office).json()
    turned = api.post(f"{BASE}/write-keys/{made['key_id']}/rotate", headers=office).json()
    sent = [
        api.post("/v1/track", json=event, headers={"Authorization": f"Bearer {each['write_key']}"}).status_code
        for each in (made, turned)
    ]
    ended = api.delete(f"{BASE}/write-keys/{turned['key_id']}", headers=office)
    listed = api.get(f"{BASE}/write-keys", headers=office)

    assert ([401, 200], 204) == (sent, ended.status_code)
    assert [True, True] == [each["ended_at"] is not None for each in listed.json()["write_keys"]]
    assert turned["write_key"] not in listed.text


def test_details_change_piece_by_piece_and_what_it_may_give_does_not(api: TestClient, platform: Platform) -> None:
    made, office = _office(platform, *MAY)

    api.patch(BASE, json={"language": "en"}, headers=office)
    said = api.patch(BASE, json={"privacy_mail": "privacy@example.org"}, headers=office).json()
    refused = api.patch(BASE, json={"may": ["org:admin"]}, headers=office)

    assert (made.slug, "en", "privacy@example.org") == (said["slug"], said["language"], said["privacy_mail"])
    assert (422, sorted(MAY)) == (refused.status_code, api.get(BASE, headers=office).json()["may"])


def test_null_takes_back_what_was_said_and_nothing_else(api: TestClient, platform: Platform) -> None:
    _, office = _office(platform, *MAY)
    api.patch(BASE, json={"language": "en", "privacy_mail": "privacy@example.org"}, headers=office)

    without_language = api.patch(BASE, json={"language": None}, headers=office).json()
    without_both = api.patch(BASE, json={"privacy_mail": None}, headers=office).json()

    assert (None, "privacy@example.org") == (without_language["language"], without_language["privacy_mail"])
    assert (None, None, sorted(MAY)) == (without_both["language"], without_both["privacy_mail"], without_both["may"])


@pytest.mark.parametrize("scopes", [["org:admin"], ["audit:read"], ["profiles:read", "records:write"]])
def test_no_scope_is_given_that_the_operator_did_not_allow(
    api: TestClient, platform: Platform, scopes: list[str]
) -> None:
    _, office = _office(platform, *MAY)

    refused = api.post(f"{BASE}/clients", json={"name": "till", "scopes": scopes}, headers=office)

    assert (403, "scope-not-allowed") == (refused.status_code, refused.json()["code"])


def test_who_may_give_nothing_gives_no_write_key(api: TestClient, platform: Platform) -> None:
    _, office = _office(platform)

    assert 403 == api.post(f"{BASE}/write-keys", json={"name": "site"}, headers=office).status_code


def test_no_new_secret_or_address_for_a_program_that_may_do_more(api: TestClient, platform: Platform) -> None:
    made, office = _office(platform, *MAY)
    make.service(platform, made, "records:write")
    more = next(
        each["client_id"]
        for each in api.get(f"{BASE}/clients", headers=office).json()["clients"]
        if each["scopes"] == ["records:write"]
    )
    body = {"redirect_uris": ["https://app.example.org/back"]}

    assert 403 == api.post(f"{BASE}/clients/{more}/rotate", headers=office).status_code
    assert 403 == api.put(f"{BASE}/clients/{more}/redirects", json=body, headers=office).status_code
    assert 403 == api.put(f"{BASE}/clients/{more}/keys", json=GOOD, headers=office).status_code
    assert 204 == api.delete(f"{BASE}/clients/{more}", headers=office).status_code


def test_what_is_anothers_is_not_there(api: TestClient, platform: Platform) -> None:
    _, office = _office(platform, *MAY)
    _, other = _office(platform, *MAY)
    client = api.post(f"{BASE}/clients", json={"name": "till", "scopes": ["profiles:read"]}, headers=other).json()
    key = api.post(f"{BASE}/write-keys", json={"name": "site"}, headers=other).json()
    of_client, of_key = f"{BASE}/clients/{client['client_id']}", f"{BASE}/write-keys/{key['key_id']}"
    body = {"redirect_uris": ["https://app.example.org/back"]}

    answers = [
        api.post(f"{of_client}/rotate", headers=office),
        api.put(f"{of_client}/redirects", json=body, headers=office),
        api.put(f"{of_client}/keys", json=GOOD, headers=office),
        api.delete(of_client, headers=office),
        api.post(f"{of_key}/rotate", headers=office),
        api.delete(of_key, headers=office),
    ]

    assert {404} == {each.status_code for each in answers}
    assert 200 == _login(api, client).status_code
    assert client["client_id"] not in api.get(f"{BASE}/clients", headers=office).text
    assert key["key_id"] not in api.get(f"{BASE}/write-keys", headers=office).text


def test_an_administrator_reads_no_profile_and_a_reader_administers_nothing(
    api: TestClient, platform: Platform
) -> None:
    made, office = _office(platform, *MAY)
    reader = make.service(platform, made, "profiles:read")

    read = api.get("/v1/profiles/p_none", params={"purpose": "advice"}, headers=office)

    assert "insufficient-scope" == read.json()["code"]
    assert {403} == {api.get(f"{BASE}{each}", headers=reader).status_code for each in ("", "/clients", "/write-keys")}


def test_a_repeated_call_makes_one_program(api: TestClient, platform: Platform) -> None:
    _, office = _office(platform, *MAY)
    body, headers = {"name": "till", "scopes": ["profiles:read"]}, office | {"Idempotency-Key": make.name("key")}

    first, again = (api.post(f"{BASE}/clients", json=body, headers=headers) for _ in range(2))

    assert first.json() == again.json()
    assert 2 == len(api.get(f"{BASE}/clients", headers=office).json()["clients"])


def test_an_app_is_led_back_where_its_administrator_says(api: TestClient, platform: Platform) -> None:
    _, office = _office(platform, *MAY)
    made = api.post(f"{BASE}/clients", json={"name": "app", "scopes": ["profiles:read"]}, headers=office).json()
    place = f"{BASE}/clients/{made['client_id']}/redirects"

    said = api.put(place, json={"redirect_uris": ["https://app.example.org/back"]}, headers=office)
    unfit = api.put(place, json={"redirect_uris": ["http://app.example.org/back"]}, headers=office)
    listed = api.get(f"{BASE}/clients", headers=office).json()["clients"]

    assert (204, 422) == (said.status_code, unfit.status_code)
    assert [[], ["https://app.example.org/back"]] == sorted(each["redirect_uris"] for each in listed)


def test_each_change_is_a_line_in_the_log_without_a_secret(
    api: TestClient, platform: Platform, caplog: pytest.LogCaptureFixture
) -> None:
    made, office = _office(platform, *MAY)
    caplog.set_level(logging.INFO, logger="cdp.office.administration")

    secret = api.post(f"{BASE}/clients", json={"name": "till", "scopes": ["profiles:read"]}, headers=office).json()

    lines = [each.getMessage() for each in caplog.records if each.name == "cdp.office.administration"]
    assert [True] == [made.slug in each and secret["client_id"] in each for each in lines]
    assert secret["client_secret"] not in caplog.text


def test_an_administrator_keeps_types_and_webhooks_without_another_scope(api: TestClient, platform: Platform) -> None:
    _, office = _office(platform)
    label = {"nl": "Meterstand", "en": "Meter reading"}

    filed = api.put(
        "/v1/catalog/types/interaction/meter-read", json={"category": "usage", "label": label}, headers=office
    )
    hook = api.post("/v1/webhooks", json={"url": "https://hook.example.org/"}, headers=office)
    records = api.post("/v1/records", json={"records": []}, headers=office)

    assert ("usage", 201) == (filed.json()["category"], hook.status_code)
    assert "insufficient-scope" == records.json()["code"]
