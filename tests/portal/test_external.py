"""Logging in through another service, against a real provider on loopback: every hop as a browser makes it."""

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import psycopg
import pytest
from joserfc import jwt
from starlette.testclient import TestClient

from api.app import create_app
from api.portal import asking, cookies, places
from cdp.logins import external
from cdp.platform import Platform
from cdp.settings import OidcSettings
from tests import make
from tests.portal import issuing
from tests.portal.conftest import PAGE
from tests.portal.post import posts

Who = Callable[..., str]


@pytest.fixture(scope="module")
def issuer(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return where a provider is that knows this platform."""
    back = platform.settings.base_url + external.PATH
    with issuing.issuer(tmp_path_factory.mktemp("provider"), back) as place:
        yield place


@pytest.fixture(scope="module")
def portal(platform: Platform, issuer: str) -> Iterator[TestClient]:
    """Return a browser on a portal that knows the provider."""
    oidc = OidcSettings(issuer, "cdp", issuing.SECRET, "DigiSleutel", "openid email", "email", "email_verified")
    settings = replace(platform.settings, oidc=oidc, allow_private_addresses=True)
    app = create_app(replace(platform, settings=settings))
    with TestClient(app, raise_server_exceptions=False, client=("127.0.0.1", 50000)) as client:
        client.headers.update(PAGE)
        yield client


@pytest.fixture(autouse=True)
def _fresh(portal: TestClient) -> None:
    portal.cookies.clear()


@pytest.fixture
def who(issuer: str) -> Who:
    """Return a function that says whom the provider logs in from now on; it returns their address."""

    def say(*, sub: str | None = None, email: str | None = None, is_verified: bool = True) -> str:
        address = email or make.email()
        verified = str(is_verified).lower()
        issuing.is_now(issuer, sub=sub or make.name("sub"), email=address, email_verified=verified)
        return address

    return say


def away(portal: TestClient, start: str = "/inloggen/extern") -> str:
    """Go to the provider and return where it sends the browser back to."""
    answer = portal.get(start, follow_redirects=False)
    return issuing.there(answer.headers["location"], external.PATH)


def away_to_link(portal: TestClient) -> str:
    """Go to the provider by the form and the link of ours, and return where it sends the browser back to."""
    page = portal.post("/veilig-inloggen/extern").text
    return issuing.there(html.unescape(re.findall(r'href="(http[^"]+)" rel="noreferrer"', page)[0]), external.PATH)


def come_back(portal: TestClient, place: str) -> Any:
    """Come back from the provider, as a browser that was led from another site."""
    return portal.get(f"/{place}", headers={"Sec-Fetch-Site": "cross-site"}, follow_redirects=False)


def is_in(portal: TestClient) -> bool:
    """Tell whether this browser is logged in."""
    return cookies.SESSION in portal.cookies


def test_a_verified_address_logs_in_to_its_dossier(portal: TestClient, platform: Platform, who: Who) -> None:
    address = who()

    answer = come_back(portal, away(portal))

    assert (303, "/") == (answer.status_code, answer.headers["location"])
    page = portal.get("/veilig-inloggen")
    assert address in page.text
    assert f'href="{places.CONFIRM}?' in page.text
    assert 1 == len(posts(portal, address))


def test_a_dossier_in_use_is_not_opened_by_the_provider_s_word(
    portal: TestClient, platform: Platform, who: Who
) -> None:
    address = make.email()
    known = make.person(platform, address=address)
    who(email=address)

    answer = come_back(portal, away(portal))

    assert "/inloggen?fout=link-first" == answer.headers["location"]
    assert not is_in(portal)
    with platform.database.scoped(known.scope) as session:
        assert [] == external.known(session)


def test_after_that_the_provider_s_own_name_is_enough(portal: TestClient, who: Who) -> None:
    sub = make.name("sub")
    address = who(sub=sub)
    come_back(portal, away(portal))
    portal.cookies.clear()
    who(sub=sub, email=make.email(), is_verified=False)

    come_back(portal, away(portal))

    assert address in portal.get("/veilig-inloggen").text


def test_an_address_that_was_not_verified_opens_nothing(portal: TestClient, platform: Platform, who: Who) -> None:
    address = make.email()
    make.person(platform, address=address)
    who(email=address, is_verified=False)

    answer = come_back(portal, away(portal))

    assert "/inloggen?fout=unverified" == answer.headers["location"]
    assert not is_in(portal)
    assert 'role="alert"' in portal.get(answer.headers["location"]).text


def test_it_is_asked_with_a_nonce_a_state_and_a_challenge(portal: TestClient) -> None:
    answer = portal.get("/inloggen/extern", follow_redirects=False)

    asked = {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}
    assert ("code", "S256", "cdp", "openid email") == tuple(
        asked[each] for each in ("response_type", "code_challenge_method", "client_id", "scope")
    )
    assert len(asked["state"]) > 40
    assert len(asked["nonce"]) > 40


def test_it_begins_with_a_link_and_not_with_a_form(portal: TestClient) -> None:
    page = portal.get("/inloggen").text

    assert 'href="/inloggen/extern?verder=/"' in page
    assert 'action="/inloggen/extern' not in page


def test_an_answer_works_once(portal: TestClient, who: Who) -> None:
    who()
    place, kept = away(portal), dict(portal.cookies)
    come_back(portal, place)
    portal.cookies.clear()
    portal.cookies.update(kept)

    answer = come_back(portal, place)

    assert "/inloggen?fout=external" == answer.headers["location"]
    assert not is_in(portal)


def test_an_answer_belongs_to_the_browser_that_was_sent(portal: TestClient, who: Who) -> None:
    """Login CSRF: an attacker's answer, opened in the victim's browser."""
    who()
    place = away(portal)
    portal.cookies.clear()
    portal.get("/inloggen/extern", follow_redirects=False)

    come_back(portal, place)

    assert not is_in(portal)


@pytest.mark.parametrize(
    "change",
    [
        lambda query: query | {"code": "x"},
        lambda query: query | {"state": ("B" if query["state"][0] == "A" else "A") + query["state"][1:]},
        lambda query: query | {"state": ""},
        lambda query: query | {"iss": "https://elsewhere.example"},
        lambda query: {"state": query["state"], "error": "access_denied"},
        lambda _: {},
    ],
    ids=range(6),
)
def test_an_answer_that_was_changed_opens_nothing(
    portal: TestClient, who: Who, change: Callable[[dict[str, str]], dict[str, str]]
) -> None:
    who()
    path, _, query = away(portal).partition("?")
    parts = {name: values[0] for name, values in parse_qs(query).items()}

    answer = come_back(portal, f"{path}?{urlencode(change(parts))}")

    assert "/inloggen?fout=external" == answer.headers["location"]
    assert not is_in(portal)


def test_a_stolen_code_is_worth_nothing_with_another_state(portal: TestClient, who: Who) -> None:
    """Code injection: verifier and nonce follow from the state and the browser, so another's code does not fit."""
    who()
    stolen = parse_qs(away(portal).partition("?")[2])["code"][0]
    portal.cookies.clear()
    path, _, query = away(portal).partition("?")
    own = {name: values[0] for name, values in parse_qs(query).items()}

    come_back(portal, f"{path}?{urlencode(own | {'code': stolen})}")

    assert not is_in(portal)


@pytest.mark.parametrize("name", ["iss", "aud", "nonce", "exp"])
def test_a_token_that_says_something_else_is_not_believed(
    portal: TestClient, who: Who, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    believed = jwt.decode
    others = {"iss": "https://elsewhere.example", "aud": "another", "nonce": "another", "exp": 1}

    def changed(*given: object, **rest: object) -> object:
        token = believed(*given, **rest)  # type: ignore[arg-type]  # what the caller gave
        token.claims[name] = others[name]
        return token

    who()
    place = away(portal)
    monkeypatch.setattr(jwt, "decode", changed)

    answer = come_back(portal, place)

    assert "/inloggen?fout=external" == answer.headers["location"]


def test_after_the_login_one_goes_on_to_a_place_of_ours(portal: TestClient, who: Who) -> None:
    who()
    ours = come_back(portal, away(portal, "/inloggen/extern?verder=/organisaties"))
    portal.cookies.clear()
    who()
    theirs = come_back(portal, away(portal, "/inloggen/extern?verder=//elsewhere.example"))

    assert ["/organisaties", "/"] == [each.headers["location"] for each in (ours, theirs)]


def enter(portal: TestClient, person: make.Person) -> None:
    """Give the browser the session of somebody."""
    portal.cookies.set(cookies.SESSION, person.headers["Authorization"].removeprefix("Bearer "))


def keep(portal: TestClient, page: str) -> Any:
    """Say yes to the question on the page."""
    (offered,) = re.findall(r'name="aanbod" value="([^"]+)"', page)
    return portal.post("/veilig-inloggen/extern/koppelen", data={"aanbod": offered}, follow_redirects=False)


def test_opening_an_address_links_nothing(portal: TestClient, platform: Platform) -> None:
    enter(portal, make.person(platform))

    answer = portal.get("/veilig-inloggen/extern", headers={"Sec-Fetch-Site": "cross-site"}, follow_redirects=False)

    assert 405 == answer.status_code


def test_an_answer_to_link_belongs_to_the_session_that_asked(portal: TestClient, platform: Platform, who: Who) -> None:
    who()
    enter(portal, make.person(platform))
    place = away_to_link(portal)
    portal.cookies.delete(cookies.SESSION)
    enter(portal, make.person(platform))

    answer = come_back(portal, place)

    assert "/inloggen?fout=external" == answer.headers["location"]


def test_an_offer_to_link_belongs_to_its_session(portal: TestClient, platform: Platform, who: Who) -> None:
    who()
    enter(portal, make.person(platform))
    page = come_back(portal, away_to_link(portal)).text
    portal.cookies.clear()
    other = make.person(platform)
    enter(portal, other)

    keep(portal, page)

    with platform.database.scoped(other.scope) as session:
        assert [] == external.known(session)


def test_who_is_logged_in_links_the_service_and_takes_it_away(
    portal: TestClient, platform: Platform, who: Who, database_url: str
) -> None:
    person = make.person(platform)
    enter(portal, person)
    who(is_verified=False)

    asked = come_back(portal, away_to_link(portal))
    with platform.database.scoped(person.scope) as session:
        assert [] == external.known(session)
    answer = keep(portal, asked.text)

    assert "DigiSleutel koppelen?" in asked.text
    assert "/veilig-inloggen" == answer.headers["location"]
    with platform.database.scoped(person.scope) as session:
        (linked,) = external.known(session)
    portal.post(f"/veilig-inloggen/extern/{linked.external_id}/weg")
    with platform.database.scoped(person.scope) as session:
        assert [] == external.known(session)


def test_linking_does_not_take_a_login_from_somebody_else(portal: TestClient, platform: Platform, who: Who) -> None:
    sub = make.name("sub")
    who(sub=sub)
    come_back(portal, away(portal))
    portal.cookies.clear()
    enter(portal, make.person(platform))

    answer = keep(portal, come_back(portal, away_to_link(portal)).text)

    assert 409 == answer.status_code


def test_linking_needs_a_fresh_proof(portal: TestClient, platform: Platform, database_url: str) -> None:
    person = make.person(platform)
    enter(portal, person)
    with psycopg.connect(database_url) as connection:
        connection.execute("update session set proven_at = now() - interval '1 hour'")

    answer = portal.post("/veilig-inloggen/extern", follow_redirects=False)

    assert answer.headers["location"].startswith("/bevestigen")


def test_the_secret_of_the_browser_never_travels(portal: TestClient) -> None:
    answer = portal.get("/inloggen/extern", follow_redirects=False)

    assert portal.cookies[asking.ASKED] not in answer.headers["location"]


def test_without_a_provider_there_is_nothing(platform: Platform) -> None:
    with TestClient(create_app(platform), raise_server_exceptions=False) as client:
        assert 404 == client.get("/inloggen/extern", follow_redirects=False).status_code
