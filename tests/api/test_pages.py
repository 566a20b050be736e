"""The pages: anybody can log in with a browser alone, and no other site can do it for them."""

import re

import psycopg
import pytest
from starlette.testclient import TestClient

from cdp import login
from cdp.platform import Platform
from tests import make

OURS = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture(autouse=True)
def _fresh_limits(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("delete from login_link")


def _letters(api: TestClient, email: str) -> list[dict[str, str]]:
    letters = api.get("/demo/mail", headers={"Accept": "application/json"}).json()["letters"]
    return [each for each in letters if each["to"] == email]


def test_the_front_door_leads_to_the_login(api: TestClient) -> None:
    answer = api.get("/", headers={"Accept": "text/html"}, follow_redirects=False)

    assert (303, "/login") == (answer.status_code, answer.headers["location"])


def test_the_login_page_asks_for_one_e_mail_address(api: TestClient) -> None:
    page = api.get("/login")

    assert 200 == page.status_code
    assert ["email"] == re.findall(r'<input[^>]* name="(\w+)"', page.text)
    assert 'type="email"' in page.text
    assert 'autocomplete="email"' in page.text
    assert '<label for="email">' in page.text
    assert '<form method="post" action="/login?lang=nl">' in page.text
    assert "<script" not in page.text


@pytest.mark.parametrize(
    ("query", "asked", "language"),
    [("", "", "nl"), ("", "en", "en"), ("?lang=en", "nl", "en"), ("?lang=nl", "en", "nl"), ("?lang=xx", "en", "en")],
)
def test_the_address_of_a_page_can_name_its_language(api: TestClient, query: str, asked: str, language: str) -> None:
    page = api.get(f"/login{query}", headers={"Accept-Language": asked})

    assert f'<html lang="{language}">' in page.text


def test_the_form_sends_a_link_that_works(api: TestClient) -> None:
    email = make.email()

    page = api.post("/login", data={"email": email}, headers=OURS)

    assert (200, True) == (page.status_code, "<h1>Kijk in uw e-mail</h1>" in page.text)
    (letter,) = _letters(api, email)
    token = letter["link"].rpartition("/")[2]
    asked = page.cookies["cdp_asked"]
    assert 200 == api.post("/v1/login/consume", json={"token": token, "request": asked}).status_code


def test_the_letter_is_in_the_language_of_the_page(api: TestClient) -> None:
    email = make.email()

    api.post("/login?lang=en", data={"email": email}, headers=OURS)

    assert ["Log in to mijn.klant"] == [each["subject"] for each in _letters(api, email)]


def test_every_address_gets_the_same_page(api: TestClient, platform: Platform) -> None:
    known = make.email()
    make.person(platform, address=known)
    addresses = [known, make.email(), "", "x", "a@b@c", "a\u0000b@example.org", "a" * 5_000 + "@example.org"]

    pages = [api.post("/login", data={"email": each}, headers=OURS) for each in addresses]
    pages.append(api.post("/login", headers=OURS))

    assert {(200, pages[0].content)} == {(each.status_code, each.content) for each in pages}


def test_the_page_is_the_same_when_too_many_were_asked_for(api: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    before = api.post("/login", data={"email": make.email()}, headers=OURS)
    monkeypatch.setattr(login, "LINKS_PER_ASKER", 0)

    after = api.post("/login", data={"email": make.email()}, headers=OURS)

    assert (200, before.content) == (after.status_code, after.content)


@pytest.mark.parametrize("path", ["/login", "/login/x"])
@pytest.mark.parametrize(
    ("headers", "is_ours"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Origin": "BASE"}, True),
        ({}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "BASE"}, False),
        ({"Origin": "https://elsewhere.example"}, False),
        ({"Origin": "BASE.elsewhere.example"}, False),
        ({"Origin": "null"}, False),
    ],
)
def test_a_form_of_another_site_is_refused(
    api: TestClient, platform: Platform, path: str, headers: dict[str, str], *, is_ours: bool
) -> None:
    sent = {name: value.replace("BASE", platform.settings.base_url) for name, value in headers.items()}
    email = make.email()

    answer = api.post(path, data={"email": email}, headers=sent)

    assert is_ours == (403 != answer.status_code)
    assert (is_ours and path == "/login") == bool(_letters(api, email))


def test_our_pages_tell_our_own_forms_where_they_came_from(api: TestClient) -> None:
    assert "same-origin" == api.get("/login").headers["referrer-policy"]


def test_a_link_that_ended_offers_the_form(api: TestClient) -> None:
    page = api.post("/login/x", headers=OURS)

    assert 410 == page.status_code
    assert '<form method="post" action="/login?lang=nl">' in page.text


def test_the_pages_share_one_stylesheet_that_may_be_kept_for_ever(api: TestClient) -> None:
    shown = "".join(api.get(each).text for each in ("/login", "/login/x", "/demo/mail"))

    path, *others = re.findall(r'<link rel="stylesheet" href="([^"]+)">', shown)
    assert [path] * 2 == others
    style = api.get(path)
    assert (200, "text/css; charset=utf-8") == (style.status_code, style.headers["content-type"])
    assert "public, max-age=31536000, immutable" == style.headers["cache-control"]
    assert "url(" not in style.text
    assert "style-src 'self'" in api.get("/login").headers["content-security-policy"]


def test_the_pages_are_not_in_the_description(api: TestClient) -> None:
    assert [] == [each for each in api.get("/openapi/v1.json").json()["paths"] if each == "/" or "login" in each[:6]]
