"""Inloggen without any script: by link, by code, on another device, and not by anybody else."""

import re

import psycopg
import pytest
from sqlalchemy import event
from starlette.testclient import TestClient

from api.portal import asking, cookies
from cdp.logins import login
from cdp.platform import Platform
from tests import make


@pytest.fixture(autouse=True)
def _fresh(portal: TestClient, database_url: str) -> None:
    portal.cookies.clear()
    with psycopg.connect(database_url) as connection:
        connection.execute("delete from login_link")


def letters(portal: TestClient, email: str) -> list[dict[str, str]]:
    """Return the letters to an address, newest first."""
    found = portal.get("/demo/mail", headers={"Accept": "application/json"}).json()["letters"]
    return [each for each in found if each["to"] == email]


def code_of(letter: dict[str, str]) -> str:
    """Return the code in a letter."""
    found = re.search(r"\b\d{4} \d{4}\b", letter["text"])
    assert found is not None
    return found[0]


def path_of(letter: dict[str, str]) -> str:
    """Return where the link in a letter leads."""
    return re.sub(r"^https?://[^/]+", "", letter["link"])


def ask(portal: TestClient, email: str, **more: str) -> dict[str, str]:
    """Ask for a letter in this browser and return it."""
    assert 200 == portal.post("/inloggen", data={"email": email, **more}).status_code
    return letters(portal, email)[0]


def is_in(portal: TestClient) -> bool:
    """Tell whether this browser is logged in."""
    return 200 == int(portal.get("/veilig-inloggen", follow_redirects=False).status_code)


def test_the_code_logs_in_where_it_was_asked_for(portal: TestClient) -> None:
    letter = ask(portal, make.email())

    answer = portal.post("/inloggen/code", data={"code": code_of(letter)}, follow_redirects=False)

    assert (303, "/") == (answer.status_code, answer.headers["location"])
    assert is_in(portal)


def test_the_link_logs_in_where_it_was_asked_for_and_once(portal: TestClient) -> None:
    path = path_of(ask(portal, make.email()))

    first = portal.post(path, follow_redirects=False)
    portal.cookies.clear()
    again = portal.post(path, follow_redirects=False)

    assert [303, 410] == [first.status_code, again.status_code]


def test_opening_a_link_three_times_uses_nothing_up(portal: TestClient) -> None:
    path = path_of(ask(portal, make.email()))

    opened = [portal.get(path).status_code for _ in range(3)]

    assert [200, 200, 200] == opened
    assert 303 == portal.post(path, follow_redirects=False).status_code


def test_a_stolen_link_asks_for_the_code_of_its_letter(portal: TestClient) -> None:
    letter = ask(portal, make.email())
    portal.cookies.clear()

    stolen = portal.post(path_of(letter))
    wrong = portal.post(path_of(letter), data={"code": "0000 0000"})
    reader = portal.post(path_of(letter), data={"code": code_of(letter)}, follow_redirects=False)

    assert [401, 401, 303] == [stolen.status_code, wrong.status_code, reader.status_code]
    assert 'name="code"' in stolen.text
    assert 'role="alert"' in wrong.text


def test_a_link_that_an_attacker_asked_for_logs_nobody_else_in_as_them(portal: TestClient) -> None:
    """Login CSRF: the victim opens the attacker's link, in a browser that never asked for it."""
    letter = ask(portal, make.email())
    portal.cookies.clear()

    portal.post(path_of(letter))

    assert not is_in(portal)


def test_a_login_gets_a_session_of_its_own_and_ends_the_one_before(portal: TestClient) -> None:
    """Session fixation: whatever token the browser brought is worth nothing afterwards."""
    planted = make_session(portal)

    letter = ask(portal, make.email())
    portal.post("/inloggen/code", data={"code": code_of(letter)})
    fresh = portal.cookies[cookies.SESSION]
    portal.cookies.clear()
    portal.cookies.set(cookies.SESSION, planted)

    assert planted != fresh
    assert not is_in(portal)


def make_session(portal: TestClient) -> str:
    """Log somebody in and return the token."""
    letter = ask(portal, make.email())
    portal.post("/inloggen/code", data={"code": code_of(letter)})
    return str(portal.cookies[cookies.SESSION])


def test_the_session_is_in_a_cookie_that_no_script_reads_and_no_form_elsewhere_sends(portal: TestClient) -> None:
    letter = ask(portal, make.email())

    answer = portal.post("/inloggen/code", data={"code": code_of(letter)}, follow_redirects=False)
    kept = next(each for each in answer.headers.get_list("set-cookie") if each.startswith(cookies.SESSION))

    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(kept.split("; "))


@pytest.mark.parametrize(
    ("asked", "leads"),
    [
        ("/organisaties", "/organisaties"),
        ("https://elsewhere.example", "/"),
        ("//elsewhere.example", "/"),
        ("/\\elsewhere.example", "/"),
        ("\\\\elsewhere.example", "/"),
        ("/\t/elsewhere.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\r\nSet-Cookie: x=y", "/"),
        ("", "/"),
    ],
    ids=range(9),
)
def test_after_the_login_one_goes_on_to_a_place_of_ours(portal: TestClient, asked: str, leads: str) -> None:
    letter = ask(portal, make.email(), verder=asked)

    answer = portal.post("/inloggen/code", data={"code": code_of(letter)}, follow_redirects=False)

    assert leads == answer.headers["location"]


def test_a_place_that_was_planted_in_a_cookie_leads_nowhere_else(portal: TestClient) -> None:
    letter = ask(portal, make.email())
    portal.cookies.set(asking.ONWARD, "//elsewhere.example")

    answer = portal.post("/inloggen/code", data={"code": code_of(letter)}, follow_redirects=False)

    assert "/" == answer.headers["location"]


def test_every_address_gets_the_same_answer(portal: TestClient, platform: Platform) -> None:
    known = make.email()
    make.person(platform, address=known)
    addresses = [known, make.email(), "", "x", "a@b@c", "a\u0000b@example.org", "a@example.org\r\nBcc: b@example.org"]

    answers = []
    for each in addresses:
        portal.cookies.clear()
        answers.append(portal.post("/inloggen", data={"email": each}))

    assert {(200, answers[0].content)} == {(each.status_code, each.content) for each in answers}


def test_known_and_unknown_addresses_cost_the_same_statements(
    portal: TestClient, platform: Platform, statements: list[str]
) -> None:
    known = make.email()
    make.person(platform, address=known)
    seen = []

    for each in (known, make.email()):
        statements.clear()
        portal.post("/inloggen", data={"email": each}, follow_redirects=False)
        seen.append(list(statements))

    assert seen[0] == seen[1]
    assert seen[0]


@pytest.fixture
def statements(platform: Platform) -> list[str]:
    """Return what the plain lane runs from now on."""
    ran: list[str] = []
    event.listen(platform.database._engine, "before_cursor_execute", lambda *given: ran.append(given[2]))
    return ran


def test_guesses_are_counted_and_then_worth_nothing(portal: TestClient) -> None:
    letter = ask(portal, make.email())

    for _ in range(5):
        assert 401 == portal.post("/inloggen/code", data={"code": "00000000"}).status_code
    late = portal.post("/inloggen/code", data={"code": code_of(letter)})

    assert 401 == late.status_code


def test_an_attacker_s_guesses_do_not_keep_the_owner_out(portal: TestClient) -> None:
    email = make.email()
    for _ in range(login.LINKS_PER_MAILBOX):
        ask(portal, email)
        for _ in range(6):
            portal.post("/inloggen/code", data={"code": "00000000"})
    letter = letters(portal, email)[0]
    portal.cookies.clear()

    answer = portal.post(path_of(letter), data={"code": code_of(letter)}, follow_redirects=False)

    assert 303 == answer.status_code


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}])
@pytest.mark.parametrize(
    "path",
    [
        "/inloggen",
        "/inloggen/code",
        "/inloggen/x",
        "/inloggen/passkey",
        "/inloggen/passkey/vraag",
        "/uitloggen",
        "/sessie/verlengen",
        "/bevestigen",
        "/bevestigen/code",
        "/bevestigen/passkey",
        "/veilig-inloggen/passkeys",
        "/veilig-inloggen/adressen",
        "/veilig-inloggen/adressen/code",
        "/veilig-inloggen/adressen/weg",
        "/veilig-inloggen/sessies/stop-andere",
        "/bent-u-dit/00000000-0000-7000-8000-000000000001",
        "/account/verwijderen",
    ],
)
def test_a_form_of_another_site_is_refused(portal: TestClient, path: str, headers: dict[str, str]) -> None:
    portal.cookies.set(cookies.SESSION, make_session(portal))

    assert 403 == portal.post(path, headers=headers).status_code


def test_a_letter_has_one_receiver_and_no_header_of_an_asker(portal: TestClient) -> None:
    victim = make.email()

    portal.post("/inloggen", data={"email": f"{victim}\r\nBcc: other@example.org"})
    portal.post("/inloggen", data={"email": f"{victim}, other@example.org"})

    assert [] == letters(portal, victim) + letters(portal, "other@example.org")


@pytest.mark.parametrize(
    ("speech", "subject"),
    [("nl", "Inloggen bij mijn.klant"), ("nl-je", "Inloggen bij mijn.klant"), ("en", "Log in to mijn.klant")],
)
def test_the_letter_speaks_as_the_page_does(portal: TestClient, speech: str, subject: str) -> None:
    portal.cookies.set(cookies.LOCALE, speech)

    letter = ask(portal, make.email())

    assert subject == letter["subject"]
    assert ("log je in" in letter["text"]) == (speech == "nl-je")


def test_logging_out_ends_the_session_and_the_cookie(portal: TestClient) -> None:
    token = make_session(portal)

    portal.post("/uitloggen")
    assert cookies.SESSION not in portal.cookies
    portal.cookies.set(cookies.SESSION, token)

    assert not is_in(portal)


def test_staying_moves_the_session_on_without_a_script(portal: TestClient, database_url: str) -> None:
    make_session(portal)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("update session set expires_at = now() + interval '1 minute'")

        answer = portal.post("/sessie/verlengen", data={"verder": "/organisaties"}, follow_redirects=False)

        row = connection.execute("select max(expires_at) > now() + interval '20 minutes' from session").fetchone()
    assert ("/organisaties", (True,)) == (answer.headers["location"], row)


def test_the_old_address_of_the_login_leads_on(portal: TestClient) -> None:
    answers = [portal.get(each, follow_redirects=False) for each in ("/login", "/login/cdp_ml_x", "/login/..%2f..")]

    assert ["/inloggen", "/inloggen/cdp_ml_x", "/inloggen"] == [
        each.headers.get("location", "/inloggen") for each in answers
    ]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox – Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1",
            "Safari – iPhone",
        ),
        ("<script>alert(1)</script>", ""),
        ("x" * 5_000, ""),
    ],
    ids=range(4),
)
def test_of_a_browser_two_words_are_kept(portal: TestClient, database_url: str, said: str, kept: str) -> None:
    letter = ask(portal, make.email())

    portal.post("/inloggen/code", data={"code": code_of(letter)}, headers={"User-Agent": said})

    with psycopg.connect(database_url) as connection:
        row = connection.execute("select device from session order by started_at desc limit 1").fetchone()
    assert (kept,) == row


@pytest.mark.parametrize(
    ("headers", "is_ours"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "", "Origin": "BASE"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "BASE"}, False),
        ({"Sec-Fetch-Site": "same-site", "Origin": "https://elsewhere.example"}, False),
    ],
    ids=range(5),
)
def test_a_letter_is_sent_for_a_form_of_ours_only(
    portal: TestClient, platform: Platform, headers: dict[str, str], *, is_ours: bool
) -> None:
    sent = {name: value.replace("BASE", platform.settings.base_url) for name, value in headers.items()}
    email = make.email()

    answer = portal.post("/inloggen", data={"email": email}, headers=sent)

    assert is_ours == (200 == answer.status_code) == bool(letters(portal, email))


def test_the_demo_s_post_is_a_page_that_shows_the_letter(portal: TestClient) -> None:
    letter = ask(portal, make.email())

    page = portal.get("/demo/mail")

    assert 200 == page.status_code
    assert letter["to"] in page.text
    assert f'href="{letter["link"]}"' in page.text


def test_pages_of_people_are_in_no_description(portal: TestClient) -> None:
    described = portal.get("/openapi/v1.json").json()["paths"]

    assert set(described).isdisjoint({"/", "/inloggen", "/veilig-inloggen", "/bevestigen", "/demo/mail"})
