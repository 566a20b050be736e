"""A round of letters goes to whoever is due, has not left and has an address, and stops where no server takes them."""

from uuid import UUID

import pytest
from sqlalchemy import text
from sqlmodel import Session

from cdp import ids
from cdp.mailroom import customer_letters, mail
from cdp.mailroom.customer_letters import Addressee, Draft
from cdp.mailroom.mail import Letter
from cdp.platform import Platform
from tests import make

DUE = text("select unnest(cast(:everyone as uuid[]))")


def test_who_has_left_meanwhile_gets_no_letter(platform: Platform) -> None:
    address = make.email()
    everyone = [ids.row(), make.person(platform, address=address).customer_id]
    written: list[str] = []

    def write(_: Session, reader: Addressee) -> Draft:
        written.append(reader.to)
        return Draft(Letter(reader.to, "Hallo", "x", "nl"))

    assert 1 == customer_letters.send(platform, DUE, write, everyone=everyone)
    assert [address] == written


def test_a_round_stops_at_a_server_that_takes_nothing_and_puts_back_what_it_wrote(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    everyone = [make.person(platform).customer_id for _ in range(5)]
    written: list[str] = []
    put_back: list[UUID] = []

    def write(session: Session, reader: Addressee) -> Draft:
        written.append(reader.to)
        return Draft(Letter(reader.to, "Hallo", "x", "nl"), lambda later: put_back.append(_who(later)))

    monkeypatch.setattr(mail.Outbox, "carry", lambda *_: False)

    assert 0 == customer_letters.send(platform, DUE, write, everyone=everyone)
    assert (3, everyone[:3]) == (len(written), put_back)


def _who(session: Session) -> UUID:
    return UUID(session.execute(text("select current_setting('app.customer')")).scalar_one())
