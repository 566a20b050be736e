"""After ninety days one letter asks whether permissions are still right: one for all, once, and as somebody chose."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import psycopg
import pytest

from cdp import clock, erasure
from cdp.contact import preferences
from cdp.mailroom import mail, reminders
from cdp.mailroom.mail import Maildir
from cdp.own import dossier
from cdp.permissions import grants, reviews
from cdp.platform import Platform
from cdp.tables import Organization
from consent.errors import NothingGranted
from tests import make

Old = Callable[..., tuple[make.Person, str]]


@pytest.fixture(autouse=True)
def _nobody_else(database_url: str) -> None:
    """Let nobody of another test be due."""
    with psycopg.connect(database_url) as connection:
        connection.execute("delete from permission")


@pytest.fixture
def old(platform: Platform, database_url: str) -> Old:
    """Return a function that makes somebody with permissions given so many days ago."""

    def giver(*ago: int) -> tuple[make.Person, str]:
        address = make.email()
        person = make.person(platform, address=address)
        for days in ago:
            made = make.granted(platform, person, "contact")
            age(database_url, made, days)
        return person, address

    return giver


def age(database_url: str, recipient: Organization, days: int) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "update permission set chosen_at = now() - make_interval(days => %(days)s),"
            " since = now() - make_interval(days => %(days)s), expires_at = now() + interval '200 days'"
            " where recipient_id = %(recipient)s",
            {"days": days, "recipient": recipient.organization_id},
        )


def letters(platform: Platform, address: str) -> list[EmailMessage]:
    box = Maildir(Path(platform.settings.home) / "mail")
    said = re.compile(r"\b90\b")  # and no figures of an id
    return [each for each in box.letters() if each["To"] == address and said.search(each.get_content())]


def test_one_letter_asks_about_every_permission_of_ninety_days_ago(platform: Platform, old: Old) -> None:
    _, address = old(90, 120, 89)

    assert 1 == reminders.send_due(platform, clock.now())

    (letter,) = letters(platform, address)
    assert "Klopt uw toegang nog?" == letter["Subject"]
    assert "Elk van 2 organisaties mag iets van u zien." in letter.get_content()
    assert f"{platform.settings.base_url}/organisaties\n" in letter.get_content()
    assert "Testbedrijf" not in letter.get_content()


def test_it_is_asked_again_after_ninety_days_and_not_before(platform: Platform, old: Old) -> None:
    old(100)
    now = clock.now()

    assert [1, 0, 0, 1] == [reminders.send_due(platform, now + timedelta(days=days)) for days in (0, 1, 89, 90)]


def test_two_workers_at_the_same_moment_send_one_letter(platform: Platform, old: Old) -> None:
    _, address = old(100, 100)
    at = clock.now()

    with ThreadPoolExecutor(4) as workers:
        sent = list(workers.map(lambda _: reminders.send_due(platform, at), range(4)))

    assert (1, 1) == (sum(sent), len(letters(platform, address)))


def test_the_marks_alone_keep_a_second_worker_from_writing(platform: Platform, old: Old) -> None:
    person, _ = old(100)
    with platform.database.scoped(person.scope) as first:
        taken = [first.execute(reminders._TAKE, {"at": clock.now()}).all() for _ in range(2)]

    assert [1, 0] == [len(each) for each in taken]


def test_keeping_begins_the_ninety_days_anew(platform: Platform, old: Old) -> None:
    person, _ = old(100)
    at = clock.now()
    with platform.database.scoped(person.scope) as session:
        before = reviews.to_review(session, at=at)
        reviews.keep(session, grants.standing(session)[0], at=at)
        after = reviews.to_review(session, at=at)
        later = reviews.to_review(session, at=at + timedelta(days=90))
        acts = len(grants.history(session, grants.standing(session)[0]))

    assert (1, 0, 1, 1) == (len(before), len(after), len(later), acts)
    assert [0, 1] == [reminders.send_due(platform, at + timedelta(days=days)) for days in (0, 90)]


def test_what_opens_nothing_any_more_is_not_asked_about(platform: Platform, old: Old, database_url: str) -> None:
    person, _ = old(100)
    with psycopg.connect(database_url) as connection:
        connection.execute("update permission set expires_at = now() - interval '1 second'")

    with platform.database.scoped(person.scope) as session:
        assert {} == reviews.to_review(session, at=clock.now())
        with pytest.raises(NothingGranted):
            reviews.keep(session, grants.standing(session)[0], at=clock.now())
    assert 0 == reminders.send_due(platform, clock.now())


def test_another_one_that_comes_due_waits_for_the_next_week(platform: Platform, old: Old, database_url: str) -> None:
    person, _ = old(100)
    first = reminders.send_due(platform, clock.now())
    age(database_url, make.granted(platform, person, "contact"), 100)

    assert [1, 0, 1] == [first, *(reminders.send_due(platform, clock.now() + timedelta(days=days)) for days in (1, 7))]


@pytest.mark.parametrize(
    ("choice", "subject"),
    [({"address": "je"}, "Klopt je toegang nog?"), ({"language": "en"}, "Is your access still right?")],
)
def test_the_letter_speaks_as_its_reader_chose(
    platform: Platform, old: Old, choice: dict[str, str], subject: str
) -> None:
    person, address = old(100)
    with platform.database.scoped(person.scope) as session:
        dossier.adapt(session, choice)

    reminders.send_due(platform, clock.now())

    assert [subject] == [each["Subject"] for each in letters(platform, address)]


def test_who_wants_no_letter_gets_none(platform: Platform, old: Old) -> None:
    person, _ = old(100)
    with platform.database.scoped(person.scope) as session:
        preferences.change(platform, session, {"reminders": "none"}, at=clock.now())

    assert 0 == reminders.send_due(platform, clock.now())
    with platform.database.scoped(person.scope) as session:
        assert 1 == len(reviews.to_review(session, at=clock.now()))


def test_a_letter_that_was_not_taken_is_tried_the_next_day(
    platform: Platform, old: Old, monkeypatch: pytest.MonkeyPatch
) -> None:
    old(100)
    now = clock.now()
    with monkeypatch.context() as broken:
        broken.setattr(mail.Outbox, "carry", lambda *_: False)
        failed = reminders.send_due(platform, now)

    assert [0, 0, 1] == [failed, *(reminders.send_due(platform, now + timedelta(hours=each)) for each in (1, 25))]


def test_what_was_noted_goes_with_the_customer(platform: Platform, old: Old, database_url: str) -> None:
    person, _ = old(100)
    reminders.send_due(platform, clock.now())

    erasure.erase(platform, person.scope, at=clock.now())

    with psycopg.connect(database_url) as connection:
        left = connection.execute("select count(*) from reminder where customer_id = %s", (person.customer_id,))
        assert (0,) == left.fetchone()
