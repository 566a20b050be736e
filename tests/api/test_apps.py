"""Apps act with a customer who is there: asked by redirect, answered in the portal, led back with a code."""

import json
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from starlette.testclient import TestClient

from cdp import clock
from cdp.mailroom import request_letters
from cdp.platform import Platform
from tests import make
from tests.api import apps
from tests.api.oauth import ISSUER


@pytest.fixture
def asking(platform: Platform) -> apps.App:
    return apps.app(platform)


@pytest.fixture
def person(platform: Platform) -> make.Person:
    return make.person(platform)


def test_a_yes_to_everything_becomes_a_permission_and_tokens_that_read(
    api: TestClient, platform: Platform, asking: apps.App, person: make.Person
) -> None:
    given = apps.tokens(api, asking, person)
    subject = apps.subject(platform, asking, person)

    assert ["contact", "products"] == given["authorization_details"][0]["categories"]
    assert given["grant_id"] == given["authorization_details"][0]["grant_id"]
    (grant,) = api.get("/v1/me/grants", headers=person.headers).json()["grants"]
    assert grant["grant_id"] == given["grant_id"]
    assert 200 == apps.reads(api, given["access_token"], subject)


def test_the_id_token_says_who_in_the_organization_s_own_name(
    api: TestClient, platform: Platform, asking: apps.App, person: make.Person
) -> None:
    given = apps.tokens(api, asking, person, "ja")

    keys = KeySet.import_key_set(api.get("/oauth/jwks").json())
    said = jwt.decode(given["id_token"], keys, algorithms=["ES256"]).claims
    assert (ISSUER, apps.subject(platform, asking, person), asking.client.client_id, "n-1") == (
        said["iss"],
        said["sub"],
        said["aud"],
        said["nonce"],
    )
    assert {"auth_time", "at_hash", "exp", "iat"} <= said.keys()
    assert "refresh_token" not in given  # there is nothing to go on with


def test_a_part_is_told_as_what_was_really_granted(api: TestClient, asking: apps.App, person: make.Person) -> None:
    apps.enter(api, person)
    place = apps.opened(api, asking, authorization_details=apps.details())
    form = {"antwoord": "deel", "soort": ["contact"], "dagen": "7"}
    answer = apps.led(api.post(place, data=form, headers=apps.PAGE, follow_redirects=False))

    given = api.post("/oauth/token", data=asking.tells(answer["code"]), auth=asking.auth).json()

    assert ("as it was", ISSUER) == (answer["state"], answer["iss"])
    assert ["contact"] == given["authorization_details"][0]["categories"]


@pytest.mark.parametrize("way", ["button", "path"])
def test_a_no_leads_back_without_a_code(api: TestClient, asking: apps.App, person: make.Person, way: str) -> None:
    apps.enter(api, person)
    place = apps.opened(api, asking, authorization_details=apps.details())

    path, form = (place, {"antwoord": "nee"}) if way == "button" else (f"{place}/weigeren", {})
    answer = apps.led(api.post(path, data=form, headers=apps.PAGE, follow_redirects=False))

    assert {"error": "access_denied", "state": "as it was", "iss": ISSUER} == answer
    (request,) = api.get("/v1/me/access-requests", headers=person.headers).json()["requests"]
    assert "refused" == request["state"]


def test_a_no_to_who_one_is_leads_back(api: TestClient, asking: apps.App, person: make.Person) -> None:
    apps.enter(api, person)
    place = apps.opened(api, asking)

    answer = apps.led(api.post(place, data={"antwoord": "nee"}, headers=apps.PAGE, follow_redirects=False))

    assert "access_denied" == answer["error"]


def test_the_page_says_from_where_one_came_and_lets_the_form_lead_back(
    api: TestClient, asking: apps.App, person: make.Person
) -> None:
    apps.enter(api, person)
    place = apps.opened(api, asking, authorization_details=apps.details())

    page = api.get(place, headers=apps.PAGE)

    assert "U kwam hier vanuit Huisapp." in page.text
    assert "form-action 'self' https://app.example.org;" in page.headers["content-security-policy"]
    ordinary = api.get("/", headers=apps.PAGE)
    assert "form-action 'self';" in ordinary.headers["content-security-policy"]


def test_who_is_not_logged_in_logs_in_first_and_comes_back(api: TestClient, asking: apps.App) -> None:
    api.cookies.clear()
    words = {"client_id": asking.client.client_id, "request_uri": apps.pushed(api, asking).json()["request_uri"]}

    answer = api.get("/oauth/authorize", params=words, headers=apps.PAGE, follow_redirects=False)
    login = api.get(answer.headers["location"], headers=apps.PAGE, follow_redirects=False)

    assert answer.headers["location"].startswith("/apps/cdp_rq_")
    assert login.headers["location"].startswith("/inloggen?verder=%2Fapps%2Fcdp_rq_")


def test_a_question_belongs_to_who_opened_it_first(
    api: TestClient, platform: Platform, asking: apps.App, person: make.Person
) -> None:
    apps.enter(api, person)
    place = apps.opened(api, asking)

    apps.enter(api, make.person(platform))

    assert 404 == api.get(place, headers=apps.PAGE).status_code


def test_an_answer_is_taken_once(api: TestClient, asking: apps.App, person: make.Person) -> None:
    apps.enter(api, person)
    place = apps.opened(api, asking)
    apps.led(api.post(place, data={"antwoord": "ja"}, headers=apps.PAGE, follow_redirects=False))

    assert 404 == api.post(place, data={"antwoord": "ja"}, headers=apps.PAGE, follow_redirects=False).status_code


def test_a_plain_request_is_read_by_the_same_code(api: TestClient, asking: apps.App, person: make.Person) -> None:
    apps.enter(api, person)

    by_address = api.get("/oauth/authorize", params=asking.asks(), headers=apps.PAGE, follow_redirects=False)
    by_form = api.post("/oauth/authorize", data=asking.asks(), headers=apps.PAGE, follow_redirects=False)

    assert [303, 303] == [each.status_code for each in (by_address, by_form)]
    assert all(each.headers["location"].startswith("/apps/") for each in (by_address, by_form))


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "plain": ({"code_challenge_method": "plain"}, "invalid_request"),
    "without a method": ({"code_challenge_method": None}, "invalid_request"),
    "without a challenge": ({"code_challenge": None}, "invalid_request"),
    "implicit": ({"response_type": "token"}, "unsupported_response_type"),
    "hybrid": ({"response_type": "code id_token"}, "unsupported_response_type"),
    "without a type": ({"response_type": None}, "invalid_request"),
    "fragment": ({"response_mode": "fragment"}, "invalid_request"),
    "another scope": ({"scope": "openid audit:read"}, "invalid_scope"),
    "no scope": ({"scope": None}, "invalid_scope"),
    "reading without a permission": ({"scope": "openid profiles:read"}, "invalid_scope"),
    "a request object": ({"request": "eyJ"}, "request_not_supported"),
    "a prompt": ({"prompt": "none login"}, "invalid_request"),
    "an age": ({"max_age": "soon"}, "invalid_request"),
    "a key": ({"dpop_jkt": "short"}, "invalid_request"),
    "details": ({"authorization_details": "{"}, "invalid_authorization_details"),
    "details of another type": (
        {"authorization_details": apps.details(type="payment")},
        "invalid_authorization_details",
    ),
    "an unknown purpose": ({"authorization_details": apps.details(purpose="world")}, "invalid_authorization_details"),
    "an unknown category": ({"authorization_details": apps.details(categories=["x"])}, "invalid_authorization_details"),
    "no category": ({"authorization_details": apps.details(categories=[])}, "invalid_authorization_details"),
    "unmapped": ({"authorization_details": apps.details(categories=["unmapped"])}, "invalid_authorization_details"),
    "no notice": ({"authorization_details": apps.details(notice={})}, "invalid_authorization_details"),
    "a source": ({"authorization_details": apps.details(sources=["nobody"])}, "invalid_authorization_details"),
    "more": ({"authorization_details": apps.details(more=1)}, "invalid_authorization_details"),
    "two": (
        {"authorization_details": json.dumps(json.loads(apps.details()) * 2)},
        "invalid_authorization_details",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_said_where_it_can_be_said(api: TestClient, asking: apps.App, case: str) -> None:
    changed, error = WRONG[case]

    answer = apps.pushed(api, asking, **changed)
    plain = api.get("/oauth/authorize", params=asking.asks(**changed), headers=apps.PAGE, follow_redirects=False)

    assert (400, error) == (answer.status_code, answer.json()["error"])
    told = apps.led(plain)
    assert (error, ISSUER) == (told["error"], told["iss"])


@pytest.mark.parametrize(
    "changed",
    [{"redirect_uri": "https://app.example.org/back/"}, {"redirect_uri": None}, {"client_id": "c-nobody"}],
    ids=["another address", "no address", "another client"],
)
def test_nobody_is_led_to_an_address_that_was_not_registered(
    api: TestClient, asking: apps.App, changed: dict[str, str | None]
) -> None:
    answer = api.get("/oauth/authorize", params=asking.asks(**changed), headers=apps.PAGE, follow_redirects=False)

    assert (400, True) == (answer.status_code, "Deze link klopt niet" in answer.text)
    assert "location" not in answer.headers


def test_silence_is_answered_without_a_page(api: TestClient, asking: apps.App, person: make.Person) -> None:
    api.cookies.clear()
    words = asking.asks(prompt="none")
    out = apps.led(api.get("/oauth/authorize", params=words, headers=apps.PAGE, follow_redirects=False))
    apps.enter(api, person)
    inside = apps.led(api.get("/oauth/authorize", params=words, headers=apps.PAGE, follow_redirects=False))

    assert ["login_required", "interaction_required"] == [out["error"], inside["error"]]


def test_a_new_login_is_asked_for_where_the_app_wants_one(
    api: TestClient, asking: apps.App, person: make.Person
) -> None:
    apps.enter(api, person)
    words = asking.asks(prompt="login")
    place = api.get("/oauth/authorize", params=words, headers=apps.PAGE, follow_redirects=False).headers["location"]

    answer = api.get(place, headers=apps.PAGE, follow_redirects=False)

    assert "/bevestigen" == answer.headers["location"].partition("?")[0]


def test_a_yes_without_the_new_login_is_none(api: TestClient, asking: apps.App, person: make.Person) -> None:
    apps.enter(api, person)
    words = asking.asks(prompt="login")
    place = api.get("/oauth/authorize", params=words, headers=apps.PAGE, follow_redirects=False).headers["location"]

    answer = api.post(place, data={"antwoord": "ja"}, headers=apps.PAGE, follow_redirects=False)

    assert "/bevestigen" == answer.headers["location"].partition("?")[0]


def _manages(api: TestClient, platform: Platform, asking: apps.App, method: str, grant_id: str) -> Any:
    headers = make.service(platform, asking.organization, "grants:request")
    return api.request(method, f"/oauth/grants/{grant_id}", headers=headers)


def test_a_grant_is_told_as_it_stands_and_ends_when_it_is_given_back(
    api: TestClient, platform: Platform, asking: apps.App, person: make.Person
) -> None:
    given, subject = apps.tokens(api, asking, person), apps.subject(platform, asking, person)
    stranger = apps.app(platform)

    told = _manages(api, platform, asking, "GET", given["grant_id"])
    foreign = [_manages(api, platform, stranger, each, given["grant_id"]).status_code for each in ("GET", "DELETE")]
    before = apps.reads(api, given["access_token"], subject)
    ended = _manages(api, platform, asking, "DELETE", given["grant_id"])

    assert given["authorization_details"] == told.json()["authorization_details"]
    assert ([404, 404], 200, 204) == (foreign, before, ended.status_code)
    assert 401 == apps.reads(api, given["access_token"], subject)
    assert 404 == _manages(api, platform, asking, "GET", given["grant_id"]).status_code
    (grant,) = api.get("/v1/me/grants", headers=person.headers).json()["grants"]
    assert "revoked" == grant["stopped"]


def test_userinfo_says_who_it_is_to_an_app_alone(
    api: TestClient, platform: Platform, asking: apps.App, person: make.Person
) -> None:
    token = apps.tokens(api, asking, person, "ja")["access_token"]
    program = make.service(platform, asking.organization, "profiles:read")

    said = api.get("/oauth/userinfo", headers={"Authorization": f"Bearer {token}"})

    assert {"sub": apps.subject(platform, asking, person)} == said.json()
    assert 403 == api.get("/oauth/userinfo", headers=program).status_code


def test_logging_out_is_asked_and_leads_back(api: TestClient, asking: apps.App, person: make.Person) -> None:
    token = apps.tokens(api, asking, person, "ja")["id_token"]
    words = {"id_token_hint": token, "post_logout_redirect_uri": apps.BYE, "state": "s"}

    page = api.get("/oauth/logout", params=words, headers=apps.PAGE)
    still = api.get("/", headers=apps.PAGE, follow_redirects=False).status_code
    form = {"client_id": asking.client.client_id, "post_logout_redirect_uri": apps.BYE, "state": "s"}
    answer = api.post("/oauth/logout/ja", data=form, headers=apps.PAGE, follow_redirects=False)

    assert (200, 200, 303) == (page.status_code, still, answer.status_code)
    assert "form-action 'self' https://app.example.org;" in page.headers["content-security-policy"]
    assert f"{apps.BYE}?state=s" == answer.headers["location"]
    assert 401 == api.get("/v1/me", headers=person.headers).status_code


@pytest.mark.parametrize(
    "changed",
    [
        {"post_logout_redirect_uri": "https://elsewhere.example.org/"},
        {"id_token_hint": "eyJ.no.token"},
        {"client_id": "c-other"},
    ],
    ids=["another address", "no token of ours", "another client"],
)
def test_a_logout_leads_nowhere_that_is_not_registered(
    api: TestClient, asking: apps.App, person: make.Person, changed: dict[str, str]
) -> None:
    token = apps.tokens(api, asking, person, "ja")["id_token"]
    words = {"id_token_hint": token, "post_logout_redirect_uri": apps.BYE} | changed

    assert 400 == api.get("/oauth/logout", params=words, headers=apps.PAGE, follow_redirects=False).status_code


def test_after_a_no_the_app_asks_nothing_again_for_the_same_purpose(
    api: TestClient, asking: apps.App, person: make.Person
) -> None:
    apps.enter(api, person)
    place = apps.opened(api, asking, authorization_details=apps.details())
    api.post(f"{place}/weigeren", headers=apps.PAGE, follow_redirects=False)
    uri = apps.pushed(api, asking, authorization_details=apps.details()).json()["request_uri"]

    words = {"client_id": asking.client.client_id, "request_uri": uri}
    began = api.get("/oauth/authorize", params=words, headers=apps.PAGE, follow_redirects=False)
    again = apps.led(api.get(began.headers["location"], headers=apps.PAGE, follow_redirects=False))
    other = apps.opened(api, asking, authorization_details=apps.details(purpose="customer-care"))

    assert ("access_denied", "as it was") == (again["error"], again["state"])
    assert other.startswith("/verzoeken/")
    asked = api.get("/v1/me/access-requests", headers=person.headers).json()["requests"]
    assert ["pending", "refused"] == sorted(each["state"] for each in asked)


def test_the_page_says_of_whom_alone_the_app_asks(
    api: TestClient, platform: Platform, asking: apps.App, person: make.Person
) -> None:
    source = make.organization(platform)
    apps.enter(api, person)

    some = apps.opened(api, asking, authorization_details=apps.details(sources=[source.slug]))
    page = api.get(some, headers=apps.PAGE).text
    whole = apps.opened(api, asking, authorization_details=apps.details(purpose="customer-care"))

    assert f"Alleen gegevens van {source.name}." in page
    assert "Alleen gegevens van" not in api.get(whole, headers=apps.PAGE).text


def test_a_question_that_stays_open_is_told_by_letter(
    api: TestClient, platform: Platform, asking: apps.App, person: make.Person, database_url: str
) -> None:
    apps.enter(api, person)
    apps.opened(api, asking, authorization_details=apps.details())
    told = "select told_at is not null from access_request where customer_id = %s"

    with psycopg.connect(database_url, autocommit=True) as connection:
        seen = []
        for wait in (timedelta(), timedelta(minutes=6)):
            request_letters.send_due(platform, clock.now() + wait)
            seen.append(connection.execute(told, (person.customer_id,)).fetchone())

    assert [(False,), (True,)] == seen
