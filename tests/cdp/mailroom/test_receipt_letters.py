"""Receipts by letter: only for who chose that, of what they choose from then on, once, and as proofs that hold."""

from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import psycopg
import pytest

from cdp import clock, erasure
from cdp.contact import preferences
from cdp.mailroom import mail, receipt_letters
from cdp.mailroom.mail import Maildir
from cdp.platform import Platform
from consent.receipts import Receipt
from tests import make


def want(platform: Platform, person: make.Person, choice: str = "mail") -> None:
    with platform.database.scoped(person.scope) as session:
        preferences.change(platform, session, {"receipts": choice}, at=clock.now())


def letters(platform: Platform, address: str) -> list[EmailMessage]:
    box = Maildir(Path(platform.settings.home) / "mail")
    return [each for each in box.letters() if each["To"] == address]


def test_nobody_gets_one_who_did_not_choose_it(platform: Platform) -> None:
    person = make.person(platform)
    make.granted(platform, person, "contact")
    want(platform, person)
    want(platform, person, "none")
    make.granted(platform, person, "contact")
    make.logged(platform)

    assert 0 == receipt_letters.send_due(platform, clock.now())


def test_the_receipt_of_a_choice_comes_once_when_it_is_signed(platform: Platform) -> None:
    address = make.email()
    person = make.person(platform, address=address)
    before = make.granted(platform, person, "contact")
    want(platform, person)
    given = make.granted(platform, person, "contact", "usage")
    unsigned = receipt_letters.send_due(platform, clock.now())
    make.logged(platform)

    sent = [receipt_letters.send_due(platform, clock.now()) for _ in range(2)]

    (letter,) = letters(platform, address)
    (file,) = letter.iter_attachments()
    receipt = Receipt.from_bytes(file.get_content())
    assert (0, [1, 0]) == (unsigned, sent)
    assert given.organization_id == receipt.event.act.recipient != before.organization_id
    assert (file.get_filename() or "").endswith(".tlog-proof")


def test_the_letter_itself_names_nobody_and_no_data(platform: Platform) -> None:
    address = make.email()
    person = make.person(platform, address=address)
    want(platform, person)
    make.granted(platform, person, "health")
    make.logged(platform)

    receipt_letters.send_due(platform, clock.now())

    (letter,) = letters(platform, address)
    body = letter.get_body()
    assert body is not None
    text = f"{letter['Subject']} {body.get_content()}"
    assert not {each for each in ("Testbedrijf", "health", "ezondheid", "advice") if each in text}
    assert f"{platform.settings.base_url}/bewijzen" in text


def test_choices_of_one_moment_come_in_one_letter(platform: Platform) -> None:
    address = make.email()
    person = make.person(platform, address=address)
    want(platform, person)
    for _ in range(3):
        make.granted(platform, person, "contact")
    make.logged(platform)

    assert 1 == receipt_letters.send_due(platform, clock.now())
    assert [3] == [len(list(each.iter_attachments())) for each in letters(platform, address)]


def test_a_letter_that_was_not_taken_is_tried_again_for_a_day(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = make.person(platform)
    want(platform, person)
    make.granted(platform, person, "contact")
    make.logged(platform)
    with monkeypatch.context() as broken:
        broken.setattr(mail.Outbox, "carry", lambda *_: False)
        failed = receipt_letters.send_due(platform, clock.now())
    again = receipt_letters.send_due(platform, clock.now())
    make.granted(platform, person, "contact")
    make.logged(platform)
    with monkeypatch.context() as broken:
        broken.setattr(mail.Outbox, "carry", lambda *_: False)
        receipt_letters.send_due(platform, clock.now() + timedelta(days=2))

    assert (0, 1, 0) == (failed, again, receipt_letters.send_due(platform, clock.now()))


def test_the_choice_goes_with_the_customer(platform: Platform, database_url: str) -> None:
    person = make.person(platform)
    want(platform, person)

    erasure.erase(platform, person.scope, at=clock.now())

    with psycopg.connect(database_url) as connection:
        left = connection.execute("select count(*) from receipt_letter where customer_id = %s", (person.customer_id,))
        assert (0,) == left.fetchone()
