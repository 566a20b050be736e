"""Presentations over HTTP: a code names one person, once, to whom they granted something, and to nobody else."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from starlette.testclient import TestClient

from cdp.platform import Platform
from cdp.reads import presentations
from tests import make
from tests.turns import waits

CARE = "customer-care"


class Counter:
    """A shop with a program, and a customer who granted it something."""

    def __init__(self, api: TestClient, platform: Platform) -> None:
        self.api, self.platform = api, platform
        self.shop = make.organization(platform)
        self.headers = make.service(platform, self.shop, "profiles:read")
        self.person = make.person(platform)
        make.grant(platform, self.person, self.shop)

    def code(self) -> str:
        answer = self.api.post("/v1/me/presentations", headers=self.person.headers)
        assert 201 == answer.status_code, answer.text
        code: str = answer.json()["code"]
        return code

    def exchange(self, code: str, *, headers: dict[str, str] | None = None, purpose: str = CARE) -> Any:
        wanted = {"code": code, "purpose": purpose}
        return self.api.post("/v1/presentations/exchange", json=wanted, headers=headers or self.headers)

    def lines(self) -> list[tuple[str, str]]:
        accesses = self.api.get("/v1/me/accesses", headers=self.person.headers).json()["accesses"]
        return [(each["outcome"], each["reason"]) for each in accesses if each["path"] == "presentation"]


@pytest.fixture
def counter(api: TestClient, platform: Platform) -> Counter:
    return Counter(api, platform)


def the_same(one: Any, other: Any) -> bool:
    """Tell whether two answers differ in nothing but the number of the request."""
    left, right = one.json(), other.json()
    left.pop("request_id")
    right.pop("request_id")
    return (one.status_code, left) == (other.status_code, right)


def test_a_code_names_the_profile_to_whom_it_was_granted(counter: Counter) -> None:
    answer = counter.exchange(counter.code())

    expected = counter.platform.profile_ids.profile_id(counter.person.customer_id, counter.shop.organization_id)
    assert (200, {"profile_id": expected}) == (answer.status_code, answer.json())


def test_the_customer_sees_that_their_code_was_used(counter: Counter) -> None:
    counter.exchange(counter.code())

    assert [("released", "granted")] == counter.lines()


@pytest.mark.parametrize("written", ["{}", " {} ", "cdp:{}", "CDP:{}"])
def test_a_code_is_taken_as_people_and_readers_write_it(counter: Counter, written: str) -> None:
    code = counter.code()

    answers = counter.exchange(written.format(f"{code[:4]}-{code[4:]}".lower()))

    assert 200 == answers.status_code, answers.text


def test_a_code_works_once(counter: Counter) -> None:
    code = counter.code()
    counter.exchange(code)

    again, wrong = counter.exchange(code), counter.exchange("23456789")

    assert 404 == again.status_code
    assert the_same(again, wrong)
    assert [("refused", "code-ended"), ("released", "granted")] == counter.lines()


def test_of_two_exchanges_at_once_one_is_right(counter: Counter) -> None:
    code = counter.code()

    with ThreadPoolExecutor(4) as hands:
        answers = list(hands.map(counter.exchange, [code] * 4))

    assert [200, 404, 404, 404] == sorted(each.status_code for each in answers)


def test_a_code_is_wrong_for_whom_nothing_was_granted_to(api: TestClient, platform: Platform, counter: Counter) -> None:
    stranger = make.service(platform, make.organization(platform), "profiles:read")

    stolen, wrong = counter.exchange(counter.code(), headers=stranger), counter.exchange("23456789", headers=stranger)

    assert 404 == stolen.status_code
    assert the_same(stolen, wrong)
    assert [("refused", "never-granted")] == counter.lines()


def test_a_code_is_wrong_for_another_purpose_and_after_a_revocation(counter: Counter, platform: Platform) -> None:
    elsewhere = counter.exchange(counter.code(), purpose="advice")
    make.revoke(platform, counter.person, counter.shop)
    revoked = counter.exchange(counter.code())

    assert [404, 404] == [elsewhere.status_code, revoked.status_code]
    assert the_same(elsewhere, revoked)
    assert [("refused", "revoked"), ("refused", "never-granted")] == counter.lines()


def test_a_code_that_nobody_was_granted_is_used_up(api: TestClient, platform: Platform, counter: Counter) -> None:
    code = counter.code()
    counter.exchange(code, headers=make.service(platform, make.organization(platform), "profiles:read"))

    assert 404 == counter.exchange(code).status_code


def test_a_new_code_takes_the_one_before_back(counter: Counter) -> None:
    first, second = counter.code(), counter.code()

    assert [404, 200] == [counter.exchange(first).status_code, counter.exchange(second).status_code]


def test_a_code_ends_by_itself(counter: Counter, database_url: str) -> None:
    code = counter.code()
    with psycopg.connect(database_url) as connection:
        connection.execute("update presentation set expires_at = statement_timestamp() where used_at is null")

    assert 404 == counter.exchange(code).status_code


def test_a_code_lives_five_minutes(counter: Counter, database_url: str) -> None:
    counter.code()

    with psycopg.connect(database_url) as connection:
        row = connection.execute(
            "select extract(epoch from expires_at - made_at)::int from presentation where customer_id = %s",
            (counter.person.customer_id,),
        ).fetchone()
    assert (300,) == row


def test_who_guesses_is_not_listened_to_any_more(
    counter: Counter, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    monkeypatch.setattr(presentations, "MOST_MISSES", 3)
    code = counter.code()
    guesses = [counter.exchange("2345678" + letter).status_code for letter in "ABC"]

    spent = counter.exchange(code)
    with psycopg.connect(database_url) as connection:
        connection.execute("update presentation_miss set expires_at = statement_timestamp()")

    assert [404, 404, 404] == guesses
    assert (429, "too-many-tries") == (spent.status_code, spent.json()["code"])
    assert 200 == counter.exchange(code).status_code


def test_guesses_are_counted_one_after_the_other(counter: Counter, database_url: str) -> None:
    turn = f"select pg_advisory_xact_lock(hashtextextended('present {counter.shop.organization_id}', 0))"

    assert waits(database_url, turn, lambda: counter.exchange("2345678A"))


def test_another_organization_is_listened_to_meanwhile(
    counter: Counter, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presentations, "MOST_MISSES", 1)
    guesser = make.service(platform, make.organization(platform), "profiles:read")
    counter.exchange("23456789", headers=guesser)

    spent = counter.exchange("23456789", headers=guesser)

    assert 429 == spent.status_code
    assert 200 == counter.exchange(counter.code()).status_code


def test_nobody_makes_codes_without_end(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presentations, "MOST_IN_AN_HOUR", 2)
    counter.code()
    counter.code()

    answer = counter.api.post("/v1/me/presentations", headers=counter.person.headers)

    assert (429, "too-many-presentations") == (answer.status_code, answer.json()["code"])


def test_only_a_keyed_hash_of_a_code_is_kept(counter: Counter, database_url: str) -> None:
    code = counter.code()

    with psycopg.connect(database_url) as connection:
        rows = connection.execute("select code_hash, presentation::text from presentation").fetchall()
    assert all(code.encode() not in bytes(row[0]) and code not in row[1] for row in rows)


def test_the_picture_holds_the_code(counter: Counter) -> None:
    answer = counter.api.post("/v1/me/presentations", headers=counter.person.headers).json()

    assert f"CDP:{answer['code']}" == answer["qr_text"]
    assert answer["svg"].startswith("<svg ")
    assert "style=" not in answer["svg"]


@pytest.mark.parametrize("code", ["", "x" * 41])
def test_what_is_no_code_at_all_is_told(counter: Counter, code: str) -> None:
    assert 422 == counter.exchange(code).status_code


@pytest.mark.parametrize("code", ["-", "\N{GREEK CAPITAL LETTER OMEGA}" * 8, "0O1ILU0O", "CDP:", "'; --"])
def test_what_cannot_be_a_code_is_a_wrong_one(counter: Counter, code: str) -> None:
    assert 404 == counter.exchange(code).status_code


def test_a_program_without_the_scope_exchanges_nothing(counter: Counter, platform: Platform) -> None:
    writer = make.service(platform, counter.shop, "records:write")

    assert 403 == counter.exchange(counter.code(), headers=writer).status_code
