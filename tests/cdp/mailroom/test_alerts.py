"""Letters about looks: only what was asked for, as often as was asked for, and nothing twice."""

from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from cdp import clock, erasure
from cdp.mailroom import alerts
from cdp.mailroom.mail import Maildir
from cdp.platform import Platform
from cdp.tables import Organization
from consent.errors import Invalid
from tests import make
from tests.cdp.own.looking import look


@pytest.fixture
def bank(platform: Platform) -> Organization:
    return make.organization(platform)


def choose(platform: Platform, person: make.Person, organization: Organization, rhythm: str) -> None:
    with platform.database.scoped(person.scope) as session:
        at = clock.now() - timedelta(minutes=1)
        alerts.choose(session, person.customer_id, organization.organization_id, rhythm, at=at)


def letters(platform: Platform, address: str) -> list[str]:
    box = Maildir(Path(platform.settings.home) / "mail")
    return [each.get_content() for each in box.letters() if each["To"] == address and "logboek" in each.get_content()]


def test_a_look_is_told_at_once_and_once(platform: Platform, bank: Organization, database_url: str) -> None:
    address = make.email()
    person = make.person(platform, address=address)
    choose(platform, person, bank, "at-once")
    look(database_url, person, bank)
    look(database_url, person, bank, outcome="refused")
    look(database_url, person, make.organization(platform))

    sent = [alerts.send_due(platform, clock.now()) for _ in range(2)]

    (letter,) = letters(platform, address)
    assert [1, 0] == sent
    assert "- Testbedrijf: 1 keer gezien, 1 keer tegengehouden\n" in letter
    assert "contact" not in letter


def test_at_once_is_one_letter_in_fifteen_minutes(platform: Platform, bank: Organization, database_url: str) -> None:
    person, now = make.person(platform), clock.now()
    choose(platform, person, bank, "at-once")
    sent = []
    for minutes in (0, 1, 14, 16):
        look(database_url, person, bank, at=now + timedelta(minutes=minutes))
        sent.append(alerts.send_due(platform, now + timedelta(minutes=minutes, seconds=1)))

    assert [1, 0, 0, 1] == sent


def test_daily_is_one_letter_a_day(platform: Platform, bank: Organization, database_url: str) -> None:
    person, now = make.person(platform), clock.now()
    choose(platform, person, bank, "daily")
    sent = []
    for hours in (0, 1, 23, 25):
        look(database_url, person, bank, at=now + timedelta(hours=hours))
        sent.append(alerts.send_due(platform, now + timedelta(hours=hours, seconds=1)))

    assert [1, 0, 0, 1] == sent


def test_nothing_is_sent_that_was_not_asked_for(platform: Platform, bank: Organization, database_url: str) -> None:
    person = make.person(platform)
    choose(platform, person, bank, "daily")
    choose(platform, person, bank, "never")
    look(database_url, person, bank)

    assert 0 == alerts.send_due(platform, clock.now())


def test_a_quiet_time_costs_no_letter_and_no_delay(platform: Platform, bank: Organization, database_url: str) -> None:
    person = make.person(platform)
    choose(platform, person, bank, "at-once")

    quiet = alerts.send_due(platform, clock.now())
    look(database_url, person, bank)

    assert (0, 1) == (quiet, alerts.send_due(platform, clock.now()))


def test_what_was_chosen_is_kept_and_goes_with_the_customer(
    platform: Platform, bank: Organization, database_url: str
) -> None:
    person = make.person(platform)
    choose(platform, person, bank, "daily")
    with platform.database.scoped(person.scope) as session:
        chosen = alerts.chosen(session)

    erasure.erase(platform, person.scope, at=clock.now())

    with psycopg.connect(database_url) as connection:
        left = connection.execute("select count(*) from alert where customer_id = %s", (person.customer_id,)).fetchone()
    assert ({bank.organization_id: "daily"}, (0,)) == (chosen, left)


def test_a_rhythm_that_does_not_exist_is_refused(platform: Platform, bank: Organization) -> None:
    with pytest.raises(Invalid):
        choose(platform, make.person(platform), bank, "hourly")
