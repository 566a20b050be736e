"""Bent u dit? A record is asked about without a word of what is in it, and a yes is proven."""

from uuid import UUID

import psycopg
import pytest

from cdp.platform import Platform
from tests import make
from tests.portal import asked as asking
from tests.portal.asked import alike, asked_about, code_to, letters_to, owner
from tests.portal.conftest import Age, Enter


def test_a_record_with_my_address_is_asked_about_and_shows_nothing(
    platform: Platform, database_url: str, enter: Enter
) -> None:
    asked = asked_about(platform, database_url)

    page = enter(asked.person).get("/bent-u-dit").text

    assert str(asked.subject) in page
    assert "Testbedrijf kent iemand. Het e-mailadres eindigt op …e.org." in page
    assert "Geheimnaam" not in page


def test_a_record_that_is_like_me_shows_how_its_address_ends_and_not_who_holds_it(
    platform: Platform, database_url: str, enter: Enter
) -> None:
    asked = alike(platform, database_url)

    page = enter(asked.person).get("/bent-u-dit").text

    assert "Een organisatie kent iemand. Het e-mailadres eindigt op …e.org." in page
    assert [] == [each for each in ("Geheimnaam", asked.source.name, asked.address) if each in page]


@pytest.mark.parametrize("tier", ["possible", "strong"])
def test_what_is_only_alike_never_joins_without_its_code(
    platform: Platform, database_url: str, enter: Enter, tier: str
) -> None:
    asked = alike(platform, database_url, tier=tier)
    portal = enter(asked.person)
    path = f"/bent-u-dit/{asked.subject}"

    portal.post(path, data={"antwoord": "ja"})
    before = owner(database_url, asked.subject)
    portal.post(f"{path}/code", data={"code": code_to(portal, asked.address)})

    assert asked.person.customer_id != before
    assert asked.person.customer_id == owner(database_url, asked.subject)


def test_yes_makes_it_mine_after_a_fresh_proof_and_a_code(
    platform: Platform, database_url: str, enter: Enter, stale: Age
) -> None:
    asked = asked_about(platform, database_url)
    stale(asked.person)
    portal, path = enter(asked.person), f"/bent-u-dit/{asked.subject}"

    first = portal.post(path, data={"antwoord": "ja"}, follow_redirects=False)
    with psycopg.connect(database_url) as connection:
        connection.execute("update session set proven_at = now()")
    page = portal.post(path, data={"antwoord": "ja"})
    told = portal.post(f"{path}/code", data={"code": code_to(portal, asked.address)})

    assert first.headers["location"].startswith("/bevestigen")
    assert "Geheimnaam" not in page.text
    assert "Deze gegevens staan nu ook bij u." in told.text
    assert asked.person.customer_id == owner(database_url, asked.subject)


def test_three_wrong_codes_end_it_for_thirty_days(platform: Platform, database_url: str, enter: Enter) -> None:
    asked = asked_about(platform, database_url)
    portal, path = enter(asked.person), f"/bent-u-dit/{asked.subject}"
    portal.post(path, data={"antwoord": "ja"})
    code = code_to(portal, asked.address)
    wrong = f"{(int(code.replace(' ', '')) + 1) % 10**8:08d}"

    tries = [portal.post(f"{path}/code", data={"code": wrong}).status_code for _ in range(3)]
    spent = portal.post(f"{path}/code", data={"code": code})
    again = portal.post(path, data={"antwoord": "ja"})
    with psycopg.connect(database_url) as connection:
        connection.execute("update question_try set at = at - interval '31 days'")
    later = portal.post(f"{path}/code", data={"code": code}, follow_redirects=False)

    assert [401, 401, 401, 429, 429] == [*tries, spent.status_code, again.status_code]
    assert not any(word in again.text for word in ('name="code"', "Wij stuurden een e-mail", "Stuur een nieuwe code"))
    assert "Nee, dit ben ik niet" in again.text
    assert 303 == later.status_code


def test_three_wrong_codes_of_one_customer_end_it_for_every_record(
    platform: Platform, database_url: str, enter: Enter
) -> None:
    asked, other = asked_about(platform, database_url), make.organization(platform)
    second = asking.record(platform, database_url, other, asked.address, user=make.name("user"))
    portal = enter(asked.person)

    for subject in (asked.subject, asked.subject, second):
        portal.post(f"/bent-u-dit/{subject}/code", data={"code": "0000 0000"})
    spent = portal.post(f"/bent-u-dit/{second}", data={"antwoord": "ja"})

    assert 429 == spent.status_code


def guessed_at(behind: str, subject: UUID, times: int) -> None:
    """Let so many strangers have typed a wrong code for a record."""
    with psycopg.connect(behind) as connection:
        connection.execute(
            "insert into question_try (customer_id, try_id, subject_id, at)"
            " select gen_random_uuid(), gen_random_uuid(), %s, now() from generate_series(1, %s)",
            (subject, times),
        )


def test_wrong_codes_of_a_stranger_keep_nobody_from_a_record(
    platform: Platform, database_url: str, enter: Enter
) -> None:
    asked, stranger = alike(platform, database_url), make.person(platform)
    asking.bound(database_url, stranger, asked.subject)
    theirs, path = enter(stranger), f"/bent-u-dit/{asked.subject}"
    for _ in range(3):
        theirs.post(path, data={"antwoord": "ja"})
        theirs.post(f"{path}/code", data={"code": "0000 0000"})

    portal = enter(asked.person)
    portal.post(path, data={"antwoord": "ja"})
    portal.post(f"{path}/code", data={"code": code_to(portal, asked.address)})

    assert asked.person.customer_id == owner(database_url, asked.subject)


def test_of_those_who_are_only_alike_five_may_guess_at_a_record(
    platform: Platform, database_url: str, enter: Enter
) -> None:
    asked = alike(platform, database_url)
    portal, path = enter(asked.person), f"/bent-u-dit/{asked.subject}"
    guessed_at(database_url, asked.subject, 4)

    while_few = portal.post(path, data={"antwoord": "ja"}).status_code
    code = code_to(portal, asked.address)
    guessed_at(database_url, asked.subject, 1)

    assert [200, 429] == [while_few, portal.post(path, data={"antwoord": "ja"}).status_code]
    assert 401 == portal.post(f"{path}/code", data={"code": code}).status_code
    assert asked.person.customer_id != owner(database_url, asked.subject)


def test_a_crowd_of_guessers_leaves_a_record_to_whose_address_stands_in_it(
    platform: Platform, database_url: str, enter: Enter
) -> None:
    asked = asked_about(platform, database_url)
    portal, path = enter(asked.person), f"/bent-u-dit/{asked.subject}"
    guessed_at(database_url, asked.subject, 20)

    portal.post(path, data={"antwoord": "ja"})
    portal.post(f"{path}/code", data={"code": code_to(portal, asked.address)})

    assert asked.person.customer_id == owner(database_url, asked.subject)


def test_nobody_is_pestered_with_codes(platform: Platform, database_url: str, enter: Enter) -> None:
    asked = alike(platform, database_url)
    portal = enter(asked.person)

    answers = [portal.post(f"/bent-u-dit/{asked.subject}", data={"antwoord": "ja"}).status_code for _ in range(5)]

    assert [200, 200, 200, 429, 429] == answers
    assert 3 == letters_to(portal, asked.address)


def test_a_code_of_one_record_is_none_of_another(platform: Platform, database_url: str, enter: Enter) -> None:
    asked, other = asked_about(platform, database_url), make.organization(platform)
    second = asking.record(platform, database_url, other, asked.address, user=make.name("user"))
    portal = enter(asked.person)

    portal.post(f"/bent-u-dit/{asked.subject}", data={"antwoord": "ja"})
    answer = portal.post(f"/bent-u-dit/{second}/code", data={"code": code_to(portal, asked.address)})

    assert 401 == answer.status_code
    assert asked.person.customer_id != owner(database_url, second)


def test_a_code_of_one_customer_is_none_of_another(platform: Platform, database_url: str, enter: Enter) -> None:
    asked, thief = alike(platform, database_url), make.person(platform)
    asking.bound(database_url, thief, asked.subject)

    portal = enter(asked.person)
    portal.post(f"/bent-u-dit/{asked.subject}", data={"antwoord": "ja"})
    code = code_to(portal, asked.address)
    stolen = enter(thief).post(f"/bent-u-dit/{asked.subject}/code", data={"code": code})

    assert 401 == stolen.status_code


def test_a_code_ends(platform: Platform, database_url: str, enter: Enter) -> None:
    asked = asked_about(platform, database_url)
    portal, path = enter(asked.person), f"/bent-u-dit/{asked.subject}"
    portal.post(path, data={"antwoord": "ja"})
    with psycopg.connect(database_url) as connection:
        connection.execute("update question_code set expires_at = now() - interval '1 second'")

    assert 401 == portal.post(f"{path}/code", data={"code": code_to(portal, asked.address)}).status_code


def test_a_source_that_writes_somebody_s_address_learns_nothing_from_their_answer(
    platform: Platform, database_url: str, enter: Enter
) -> None:
    asked = asked_about(platform, database_url)
    portal, path = enter(asked.person), f"/bent-u-dit/{asked.subject}"
    program = make.service(platform, asked.source, "profiles:read")
    by = {"identifiers": [{"type": "email", "value": asked.address}], "purpose": "customer-care"}

    before = portal.post("/v1/profiles/lookup", json=by, headers=program)
    portal.post(path, data={"antwoord": "ja"})
    portal.post(f"{path}/code", data={"code": code_to(portal, asked.address)})
    after = portal.post("/v1/profiles/lookup", json=by, headers=program)
    with psycopg.connect(database_url) as connection:
        told = connection.execute(
            "select count(*) from change where organization_id = %s", (asked.source.organization_id,)
        ).fetchone()

    assert [404, 404] == [before.status_code, after.status_code]
    assert (0,) == told


def test_no_keeps_it_away_until_one_thinks_again(platform: Platform, database_url: str, enter: Enter) -> None:
    asked = asked_about(platform, database_url)
    portal = enter(asked.person)

    portal.post(f"/bent-u-dit/{asked.subject}", data={"antwoord": "nee"})
    denied = portal.get("/bent-u-dit").text
    again = portal.post(f"/bent-u-dit/{asked.subject}/toch").text

    assert str(asked.subject) not in denied
    assert str(asked.subject) in again


def test_after_a_no_its_code_opens_nothing(platform: Platform, database_url: str, enter: Enter) -> None:
    asked = asked_about(platform, database_url)
    portal, path = enter(asked.person), f"/bent-u-dit/{asked.subject}"
    portal.post(path, data={"antwoord": "ja"})
    code = code_to(portal, asked.address)

    portal.post(path, data={"antwoord": "nee"})
    answer = portal.post(f"{path}/code", data={"code": code})

    assert 404 == answer.status_code
    assert asked.person.customer_id != owner(database_url, asked.subject)


def test_not_knowing_asks_again_in_thirty_days(platform: Platform, database_url: str, enter: Enter) -> None:
    asked = asked_about(platform, database_url)
    portal = enter(asked.person)

    portal.post(f"/bent-u-dit/{asked.subject}", data={"antwoord": "weet-niet"})
    soon = portal.get("/bent-u-dit").text
    with psycopg.connect(database_url) as connection:
        connection.execute("update question set answered_at = answered_at - interval '31 days'")

    assert str(asked.subject) not in soon
    assert str(asked.subject) in portal.get("/bent-u-dit").text


@pytest.mark.parametrize("answer", ["", "yes", "ja ", "x" * 30])
def test_another_answer_is_none(platform: Platform, database_url: str, enter: Enter, answer: str) -> None:
    asked = asked_about(platform, database_url)

    told = enter(asked.person).post(f"/bent-u-dit/{asked.subject}", data={"antwoord": answer})

    assert 422 == told.status_code


def test_a_record_about_health_does_not_say_whose_it_is(platform: Platform, database_url: str, enter: Enter) -> None:
    asked = asked_about(platform, database_url, kind="general_practitioner")

    page = enter(asked.person).get("/bent-u-dit").text

    assert "Een organisatie kent iemand" in page
    assert "Testbedrijf" not in page


def test_each_step_stands_in_my_log_and_in_that_of_whose_record_it_is(
    platform: Platform, database_url: str, enter: Enter
) -> None:
    asked = alike(platform, database_url)
    other = owner(database_url, asked.subject)
    portal, path = enter(asked.person), f"/bent-u-dit/{asked.subject}"

    portal.get("/bent-u-dit")
    portal.get("/bent-u-dit")
    portal.post(path, data={"antwoord": "ja"})
    portal.post(f"{path}/code", data={"code": "0000 0000"})
    portal.post(path, data={"antwoord": "nee"})

    steps = ["question", "question-code", "question-wrong", "question-no"]
    with psycopg.connect(database_url) as connection:
        lines = connection.execute(
            "select customer_id, path from access where path like 'question%%' and customer_id = any (%s)"
            " order by at, access_id",
            ([asked.person.customer_id, other],),
        ).fetchall()
    assert steps == [path for customer, path in lines if customer == asked.person.customer_id]
    assert steps == [path for customer, path in lines if customer == other]
