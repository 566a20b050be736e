"""A stolen link opens nothing, guesses are counted apart, and a session moves on while it is used."""

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import psycopg
import pytest
from starlette.testclient import TestClient

from cdp import clock
from cdp.logins import askers, login
from cdp.logins.askers import Asker
from cdp.logins.sessions import Entry, NewSession, Way
from cdp.platform import Platform
from tests import make


@pytest.fixture(autouse=True)
def _fresh_limits(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("delete from login_link")


def _letters(api: TestClient, email: str) -> list[dict[str, str]]:
    letters = api.get("/demo/mail", headers={"Accept": "application/json"}).json()["letters"]
    return [each for each in letters if each["to"] == email]


def _link(api: TestClient, email: str) -> dict[str, str]:
    """Return a link and what it was asked by."""
    request = api.post("/v1/login", json={"email": email}).json()["request"]
    return {"token": _letters(api, email)[0]["link"].rpartition("/")[2], "request": request}


def _session(api: TestClient, email: str) -> dict[str, str]:
    answer = api.post("/v1/login/consume", json=_link(api, email))
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def test_a_link_alone_is_worth_nothing_to_a_thief(api: TestClient) -> None:
    link = _link(api, make.email())

    stolen = api.post("/v1/login/consume", json={"token": link["token"]})

    assert (401, "code-needed") == (stolen.status_code, stolen.json()["code"])
    assert 200 == api.post("/v1/login/consume", json=link).status_code


def _code(api: TestClient, email: str) -> str:
    found = re.search(r"\b\d{4} \d{4}\b", _letters(api, email)[0]["text"])
    assert found is not None
    return found[0]


def test_a_link_works_elsewhere_with_the_code_of_its_letter(api: TestClient) -> None:
    email = make.email()
    link = _link(api, email)

    answer = api.post("/v1/login/consume", json={"token": link["token"], "code": _code(api, email)})

    assert 200 == answer.status_code


def test_the_code_of_another_letter_opens_nothing(api: TestClient) -> None:
    email = make.email()
    first = _link(api, email)
    _link(api, email)

    answer = api.post("/v1/login/consume", json={"token": first["token"], "code": _code(api, email)})

    assert "code-wrong" == answer.json()["code"]


def test_a_thief_with_the_link_has_five_guesses_and_takes_none_from_its_owner(api: TestClient) -> None:
    email = make.email()
    link = _link(api, email)
    wrong = f"{(int(_code(api, email).replace(' ', '')) + 1) % 10**8:08}"

    guesses = [api.post("/v1/login/consume", json={"token": link["token"], "code": wrong}) for _ in range(5)]
    late = api.post("/v1/login/consume", json={"token": link["token"], "code": _code(api, email)})

    assert {"code-wrong"} == {each.json()["code"] for each in (*guesses, late)}
    assert 200 == api.post("/v1/login/consume", json=link).status_code


def test_guesses_at_the_same_moment_are_all_counted(platform: Platform, database_url: str) -> None:
    link = login.ask(platform, email=make.email(), asker=Asker("", askers.new_browser()), at=clock.now())
    assert link is not None

    def guess(number: int) -> None:
        with suppress(login.CodeWrong):
            login.consume(platform, link.token, at=clock.now(), shown=login.Shown(code=f"{number:08}"))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(guess, range(24)))

    with psycopg.connect(database_url) as connection:
        assert (24,) == connection.execute("select max(link_tries) from login_link").fetchone()


def test_a_code_alone_opens_only_where_it_was_asked_for(platform: Platform) -> None:
    browser = askers.new_browser()
    link = login.ask(platform, email=make.email(), asker=Asker("", browser), at=clock.now())
    assert link is not None

    def enter(shown: str | None) -> NewSession:
        return login.enter_by_code(platform, link.code, Entry(Way.EMAIL, clock.now()), browser=shown)

    for other in (None, "", "cdp_br_x", askers.new_browser()):
        with pytest.raises(login.CodeWrong):
            enter(other)
    assert enter(browser).is_new
    with pytest.raises(login.CodeWrong):
        enter(browser)


def test_guessing_codes_without_the_link_leaves_the_link_to_its_reader(platform: Platform) -> None:
    """Somebody who asks for links to another's mailbox and guesses codes does not keep its owner out."""
    attacker = askers.new_browser()
    link = login.ask(platform, email=make.email(), asker=Asker("", attacker), at=clock.now())
    assert link is not None
    for _ in range(10):
        with suppress(login.CodeWrong):
            login.enter_by_code(platform, "00000000", Entry(Way.EMAIL, clock.now()), browser=attacker)

    with pytest.raises(login.CodeWrong):
        login.enter_by_code(platform, link.code, Entry(Way.EMAIL, clock.now()), browser=attacker)
    assert login.consume(platform, link.token, at=clock.now(), shown=login.Shown(code=link.code)).is_new


def test_a_session_ends_when_it_is_not_used_and_moves_on_when_it_is(api: TestClient, database_url: str) -> None:
    used, idle = _session(api, make.email()), _session(api, make.email())
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("update session set expires_at = now() + interval '1 minute'")
        before = connection.execute("select max(expires_at) from session").fetchone()
        assert 200 == api.get("/v1/me/sessions", headers=used).status_code
        after = connection.execute("select max(expires_at) from session").fetchone()
        connection.execute("update session set expires_at = now() where expires_at < now() + interval '2 minutes'")

    assert before is not None
    assert after is not None
    assert after[0] > before[0] + timedelta(minutes=20)
    assert [200, 401] == [api.get("/v1/me/sessions", headers=each).status_code for each in (used, idle)]


def test_a_session_ends_at_the_latest_however_much_it_is_used(api: TestClient, database_url: str) -> None:
    headers = _session(api, make.email())
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "update session set expires_at = now() + interval '1 minute', ends_at = now() + interval '2 minutes'"
        )
        api.get("/v1/me/sessions", headers=headers)
        ends = connection.execute(
            "select expires_at = ends_at from session order by started_at desc limit 1"
        ).fetchone()

    assert (True,) == ends
