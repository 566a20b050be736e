"""Bent u dit? A record is asked about without a word of what is in it, and each of the three answers holds."""

import psycopg
import pytest

from cdp.ingest.items import Identifier, IdentifierType, Kind
from cdp.platform import Platform
from tests import make
from tests.portal.asked import asked_about
from tests.portal.conftest import Age, Enter


def test_a_record_with_my_address_is_asked_about_and_shows_nothing(
    platform: Platform, database_url: str, enter: Enter
) -> None:
    asked = asked_about(platform, database_url)

    page = enter(asked.person).get("/bent-u-dit").text

    assert str(asked.subject) in page
    assert "Testbedrijf kent iemand met het e-mailadres p…@example.org." in page
    assert "Geheimnaam" not in page


def test_yes_makes_it_mine_after_a_fresh_proof(platform: Platform, database_url: str, enter: Enter, stale: Age) -> None:
    asked = asked_about(platform, database_url)
    stale(asked.person)
    portal = enter(asked.person)

    first = portal.post(f"/bent-u-dit/{asked.subject}", data={"antwoord": "ja"}, follow_redirects=False)
    with psycopg.connect(database_url) as connection:
        connection.execute("update session set proven_at = now()")
    portal.post(f"/bent-u-dit/{asked.subject}", data={"antwoord": "ja"})

    assert first.headers["location"].startswith("/bevestigen")
    with psycopg.connect(database_url) as connection:
        row = connection.execute("select customer_id from subject where subject_id = %s", (asked.subject,)).fetchone()
    assert (asked.person.customer_id,) == row


def test_no_keeps_it_away_until_one_thinks_again(platform: Platform, database_url: str, enter: Enter) -> None:
    asked = asked_about(platform, database_url)
    portal = enter(asked.person)

    portal.post(f"/bent-u-dit/{asked.subject}", data={"antwoord": "nee"})
    denied = portal.get("/bent-u-dit").text
    again = portal.post(f"/bent-u-dit/{asked.subject}/toch").text

    assert str(asked.subject) not in denied
    assert str(asked.subject) in again


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


def test_an_address_that_a_crowd_has_is_nobody_s(platform: Platform, database_url: str, enter: Enter) -> None:
    source, address = make.organization(platform), make.email()
    stated = (Identifier(IdentifierType.EMAIL, address, verified=False),)
    for _ in range(6):
        make.delivery(
            platform, source, make.item(Kind.ATTRIBUTES, "city", "x", user=make.name("user"), identifiers=stated)
        )

    page = enter(make.person(platform, address=address)).get("/bent-u-dit").text

    assert "/bent-u-dit/" not in page
