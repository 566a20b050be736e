"""A customer comes in by a link that was sent by e-mail, works once and tells nobody who is known."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import psycopg
import pytest
from httpx import Response
from sqlalchemy import text
from starlette.testclient import TestClient

from cdp import clock
from cdp.keys.blind import IdentifierType
from cdp.keys.sealing import DataKey
from cdp.logins import login
from cdp.logins.sessions import NewSession
from cdp.own import corrections
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from tests import make

LATER = timedelta(hours=1)


def _ask(api: TestClient, email: str, language: str = "nl") -> str:
    answer = api.post("/v1/login", json={"email": email, "language": language})
    assert 202 == answer.status_code
    return str(answer.json()["request"])


def _letters(api: TestClient, email: str) -> list[dict[str, str]]:
    letters = api.get("/demo/mail", headers={"Accept": "application/json"}).json()["letters"]
    return [each for each in letters if each["to"] == email]


def _link(api: TestClient, email: str) -> dict[str, str]:
    """Return a link and what it was asked by."""
    request = _ask(api, email)
    return {"token": _letters(api, email)[0]["link"].rpartition("/")[2], "request": request}


def _consume(platform: Platform, link: dict[str, str], at: datetime | None = None) -> NewSession:
    return login.consume(platform, link["token"], at=at or clock.now(), shown=login.Shown(link["request"]))


def _session(api: TestClient, email: str) -> dict[str, str]:
    answer = api.post("/v1/login/consume", json=_link(api, email))
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def _shape(answer: Response) -> str:
    """Return an answer without the one part that is random."""
    return re.sub("cdp_br_[0-9A-Za-z]{49}", "random", answer.text)


@pytest.fixture(autouse=True)
def _fresh_limits(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("delete from login_link")


def test_a_link_begins_a_session(api: TestClient) -> None:
    answer = api.post("/v1/login/consume", json=_link(api, make.email()))

    session = answer.json()
    assert (200, "Bearer", True) == (answer.status_code, session["token_type"], session["is_new"])
    assert session["access_token"].startswith("cdp_se_")
    assert "no-store" == answer.headers["cache-control"]
    headers = {"Authorization": f"Bearer {session['access_token']}"}
    assert 200 == api.get("/v1/me/sessions", headers=headers).status_code


def test_the_second_login_of_an_address_is_the_same_customer(api: TestClient, platform: Platform) -> None:
    email = make.email()
    first = _consume(platform, _link(api, email))

    again = _consume(platform, _link(api, email))

    assert (True, False) == (first.is_new, again.is_new)
    assert first.customer_id == again.customer_id


def test_a_link_works_once(api: TestClient) -> None:
    link = _link(api, make.email())

    answers = [api.post("/v1/login/consume", json=link) for _ in range(2)]

    assert [200, 401] == [each.status_code for each in answers]
    assert "link-ended" == answers[1].json()["code"]


def test_a_link_ends_with_its_time(api: TestClient, platform: Platform) -> None:
    link = _link(api, make.email())

    with pytest.raises(login.LinkEnded):
        _consume(platform, link, clock.now() + LATER)


@pytest.mark.parametrize("token", ["x", "cdp_ml_" + "a" * 49, "cdp_se_" + "a" * 49, "\u00e9", " "])
def test_what_is_no_link_is_answered_like_one_that_ended(api: TestClient, token: str) -> None:
    answer = api.post("/v1/login/consume", json={"token": token})

    assert (401, "link-ended") == (answer.status_code, answer.json()["code"])


def test_the_letter_is_in_the_language_that_was_asked_for(api: TestClient) -> None:
    email = make.email()
    _ask(api, email, "nl")
    _ask(api, email, "en")

    assert {"Inloggen bij mijn.klant", "Log in to mijn.klant"} == {each["subject"] for each in _letters(api, email)}


def test_a_known_and_an_unknown_address_get_the_same_answer(api: TestClient, platform: Platform) -> None:
    known = make.email()
    make.person(platform, address=known)

    answers = [api.post("/v1/login", json={"email": each}) for each in (known, make.email())]

    assert _shape(answers[0]) == _shape(answers[1])
    assert {202} == {each.status_code for each in answers}


def test_a_mailbox_is_sent_a_few_links_and_nobody_hears_when_it_has_enough(api: TestClient) -> None:
    email = make.email()

    answers = [api.post("/v1/login", json={"email": email}) for _ in range(login.LINKS_PER_MAILBOX + 2)]

    assert {(202, _shape(answers[0]))} == {(each.status_code, _shape(each)) for each in answers}
    assert login.LINKS_PER_MAILBOX == len(_letters(api, email))


def test_a_link_that_was_not_sent_is_stored_as_used(platform: Platform, database_url: str) -> None:
    email, at = make.email(), clock.now()

    links = [login.ask(platform, email=email, asker="", at=at) for _ in range(login.LINKS_PER_MAILBOX + 1)]

    assert links[-1] is None
    with psycopg.connect(database_url) as connection:
        counts = connection.execute("select count(*), count(used_at) from login_link").fetchone()
    assert (login.LINKS_PER_MAILBOX + 1, 1) == counts


def test_a_mailbox_is_not_sent_more_by_asking_at_the_same_time(platform: Platform) -> None:
    email, at = make.email(), clock.now()

    with ThreadPoolExecutor(8) as threads:
        links = list(threads.map(lambda _: login.ask(platform, email=email, asker="", at=at), range(24)))

    assert login.LINKS_PER_MAILBOX == sum(each is not None for each in links)


def test_a_mailbox_can_ask_again_when_its_links_have_ended(platform: Platform) -> None:
    email, at = make.email(), clock.now()
    for _ in range(login.LINKS_PER_MAILBOX):
        login.ask(platform, email=email, asker="", at=at)

    assert login.ask(platform, email=email, asker="", at=at + LATER) is not None


@pytest.mark.parametrize(
    ("first", "other", "is_same"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("", "testclient", True),
    ],
)
def test_one_network_can_ask_so_often(
    platform: Platform, monkeypatch: pytest.MonkeyPatch, first: str, other: str, *, is_same: bool
) -> None:
    monkeypatch.setattr(login, "LINKS_PER_ASKER", 1)
    at = clock.now()
    login.ask(platform, email=make.email(), asker=first, at=at)

    def again() -> None:
        login.ask(platform, email=make.email(), asker=other, at=at)

    if is_same:
        with pytest.raises(login.TooManyRequests):
            again()
    else:
        again()


def test_too_many_questions_from_one_place_are_told_so_and_not_stored(
    api: TestClient, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(login, "LINKS_PER_ASKER", 0)

    answer = api.post("/v1/login", json={"email": make.email()})

    with psycopg.connect(database_url) as connection:
        assert (0,) == connection.execute("select count(*) from login_link").fetchone()
    assert (429, "too-many-requests") == (answer.status_code, answer.json()["code"])
    assert answer.headers["retry-after"].isdecimal()


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"email": ""},
        {"email": "x"},
        {"email": "a@b@c"},
        {"email": "a" * 300 + "@example.org"},
        {"email": "a\u0001b@example.org"},
        {"email": ["a@example.org"]},
        {"email": "a@example.org", "language": "xx"},
        {"email": "a@example.org", "a@example.org": 1},
    ],
    ids=range(9),
)
def test_a_bad_question_is_refused_without_an_echo(api: TestClient, body: dict[str, object]) -> None:
    answer = api.post("/v1/login", json=body)

    assert 422 == answer.status_code
    assert "example" not in answer.text


def test_the_database_keeps_neither_link_nor_address(api: TestClient, database_url: str) -> None:
    email = make.email()
    token = _link(api, email)["token"]
    headers = _session(api, email)

    with psycopg.connect(database_url) as connection:
        stored = repr(
            connection.execute("table login_link").fetchall() + connection.execute("table session").fetchall()
        )
        raw = b"".join(row[0] for row in connection.execute("select sealed_email from login_link").fetchall())

    for secret in (token, email, headers["Authorization"].split()[1]):
        assert secret not in stored
        assert secret.encode() not in raw


def test_the_first_login_proves_the_address(platform: Platform) -> None:
    email = make.email()
    link = login.ask(platform, email=email, asker="", at=clock.now())
    assert link is not None

    begun = login.consume(platform, link.token, at=clock.now())

    with platform.database.scoped(Scope(Principal.CUSTOMER, customer=begun.customer_id)) as session:
        known = session.execute(text("select type, blind from identifier")).all()
    assert [("email", platform.blind.of(IdentifierType.EMAIL, email))] == [tuple(each) for each in known]


def test_the_address_is_kept_as_what_the_customer_says(api: TestClient, platform: Platform, database_url: str) -> None:
    email = make.email()
    _consume(platform, _link(api, email))
    begun = _consume(platform, _link(api, email))

    with psycopg.connect(database_url) as connection:
        rows = connection.execute(
            "select r.record_id, r.subject_id, k.wrapped, r.sealed, r.category, r.type, r.origin, r.standing"
            " from record r join data_key k using (customer_id, subject_id) where r.customer_id = %s",
            (begun.customer_id,),
        ).fetchall()
    ((record, subject, wrapped, sealed, *words),) = rows

    key = DataKey(platform.ring.unwrap(wrapped, subject=subject))
    assert email == json.loads(key.unseal(sealed, table="record", row=record, column="sealed"))
    assert ["contact", "email", "customer", "customer"] == words


@pytest.mark.parametrize("keeps", [True, False])
def test_a_login_does_not_undo_what_the_customer_said(platform: Platform, database_url: str, *, keeps: bool) -> None:
    email = make.email()
    person = make.person(platform, address=email)
    with platform.database.scoped(person.scope) as session:
        if keeps:
            corrections.state(platform, session, "email", make.email(), at=clock.now())
        else:
            corrections.take_back(platform, session, "email", at=clock.now())

    def versions() -> list[tuple[object, ...]]:
        with psycopg.connect(database_url) as connection:
            wanted = "select record_id, superseded_at from record where customer_id = %s order by record_id"
            return connection.execute(wanted, (person.customer_id,)).fetchall()

    before = versions()
    make.person(platform, address=email)

    assert before == versions()


def test_logging_out_ends_the_session_at_once(api: TestClient) -> None:
    headers = _session(api, make.email())

    assert 204 == api.post("/v1/logout", headers=headers).status_code
    assert 401 == api.post("/v1/logout", headers=headers).status_code


def test_ending_all_sessions_ends_every_one_and_nobody_elses(api: TestClient) -> None:
    email = make.email()
    one, two, other = _session(api, email), _session(api, email), _session(api, make.email())

    ended = api.post("/v1/me/sessions/end-all", headers=one).json()

    assert {"ended": 2} == ended
    assert [401, 401, 200] == [api.get("/v1/me/sessions", headers=each).status_code for each in (one, two, other)]


def test_a_session_of_somebody_else_is_not_there(api: TestClient) -> None:
    mine, theirs = _session(api, make.email()), _session(api, make.email())
    listed = api.get("/v1/me/sessions", headers=theirs).json()["sessions"]

    answer = api.post(f"/v1/me/sessions/{listed[0]['session_id']}/end", headers=mine)

    assert (404, "session-unknown") == (answer.status_code, answer.json()["code"])
    assert 200 == api.get("/v1/me/sessions", headers=theirs).status_code


def test_one_session_can_be_ended_from_another(api: TestClient) -> None:
    email = make.email()
    old, new = _session(api, email), _session(api, email)
    listed = api.get("/v1/me/sessions", headers=new).json()["sessions"]
    other = next(each["session_id"] for each in listed if not each["is_this"])

    assert 204 == api.post(f"/v1/me/sessions/{other}/end", headers=new).status_code
    assert [401, 200] == [api.get("/v1/me/sessions", headers=each).status_code for each in (old, new)]


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:8000", 200),
        ("LOCALHOST", 200),
        ("localhost.", 200),
        ("127.0.0.1:8000", 200),
        ("[::1]:8000", 200),
        ("rebound.example.org", 404),
        ("rebound.example.org:8000", 404),
        ("127.0.0.1.example.org", 404),
        ("localhost.example.org.", 404),
        ("[::1", 404),
    ],
)
def test_the_letters_are_shown_to_nobody_who_calls_us_by_a_name_that_is_not_ours(
    api: TestClient, host: str, status: int
) -> None:
    """Anybody may point a name of theirs at this machine, and read with a page in a browser here."""
    assert status == api.get("/demo/mail", headers={"Host": host}).status_code


def test_the_letters_are_shown_to_this_machine_only(api: TestClient) -> None:
    stranger = TestClient(api.app, client=("192.0.2.7", 1), raise_server_exceptions=False)

    assert (200, 404) == (api.get("/demo/mail").status_code, stranger.get("/demo/mail").status_code)
