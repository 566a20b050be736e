"""Who is asked hears of it once, by a letter that says who asks and nothing of what."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from cdp import clock
from cdp.contact import preferences
from cdp.keys.blind import IdentifierType
from cdp.mailroom import mail, request_letters
from cdp.mailroom.mail import Maildir
from cdp.permissions import requesting
from cdp.permissions.requesting import Named, Wanted
from cdp.platform import Platform
from cdp.reads.lookup import Identifier
from cdp.scope import Principal, Scope
from cdp.tables import Organization
from tests import make


@pytest.fixture(autouse=True)
def _nobody_else(database_url: str) -> None:
    """Let nobody of another test be due."""
    with psycopg.connect(database_url) as connection:
        connection.execute("delete from access_request")


def ask(platform: Platform, asker: Organization, address: str, *, purpose: str = "advice") -> str:
    wanted = Wanted(
        purpose=purpose,
        categories=frozenset({"financial"}),
        sources=None,
        days=30,
        notice={"nl": "Een reden."},
        consequences={"nl": "Een gevolg."},
        used_by="computer",
    )
    whom, organization = Named(None, (Identifier(IdentifierType.EMAIL, address),)), asker.organization_id
    with platform.database.scoped(Scope(Principal.SOURCE, organization)) as session:
        return str(requesting.ask(platform, session, organization, whom, wanted, at=clock.now()).request_id)


def letters(platform: Platform, address: str) -> list[EmailMessage]:
    box = Maildir(Path(platform.settings.home) / "mail")
    return [each for each in box.letters() if each["To"] == address and "/verzoeken/" in each.get_content()]


def test_one_letter_names_everybody_who_asks_and_nothing_of_what(platform: Platform) -> None:
    address = make.email()
    make.person(platform, address=address)
    known, stranger = make.organization(platform), make.organization(platform, is_verified=False)
    asked = [ask(platform, each, address) for each in (known, stranger)]

    sent = [request_letters.send_due(platform, clock.now()) for _ in range(2)]

    (letter,) = letters(platform, address)
    content = letter.get_content()
    places = [f"{platform.settings.base_url}/verzoeken/{each}" for each in asked]
    assert [1, 0] == sent
    assert "Iemand vraagt u iets" == letter["Subject"]
    assert f"Testbedrijf (geverifieerd)\n{places[0]}\n" in content
    assert f"Testbedrijf (niet geverifieerd: wij weten niet wie dit is)\n{places[1]}\n" in content
    said = content.replace(places[0], "").replace(places[1], "")  # an id has figures of its own
    assert [] == [each for each in ("advies", "inanci", "reden", "gevolg", "30") if each in said]


@pytest.mark.parametrize(
    ("choice", "subject", "said"),
    [
        ({"address": "je"}, "Iemand vraagt je iets", "Antwoord je niet?"),
        ({"language": "en"}, "Somebody asks you something", "(verified)"),
    ],
)
def test_a_letter_is_in_the_words_that_somebody_chose(
    platform: Platform, choice: dict[str, str], subject: str, said: str
) -> None:
    address = make.email()
    person = make.person(platform, address=address)
    with platform.database.scoped(person.scope) as session:
        for what, chosen in choice.items():
            preferences.change(platform, session, {what: chosen}, at=clock.now())
    ask(platform, make.organization(platform), address)

    request_letters.send_due(platform, clock.now())

    (letter,) = letters(platform, address)
    assert (subject, True) == (letter["Subject"], said in letter.get_content())


def test_two_workers_at_the_same_moment_send_one_letter(platform: Platform) -> None:
    address, at = make.email(), clock.now() + timedelta(seconds=1)
    make.person(platform, address=address)
    ask(platform, make.organization(platform), address)

    with ThreadPoolExecutor(4) as workers:
        sent = list(workers.map(lambda _: request_letters.send_due(platform, at), range(4)))

    assert (1, 1) == (sum(sent), len(letters(platform, address)))


def test_what_the_mail_server_did_not_take_is_tried_again(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    address = make.email()
    make.person(platform, address=address)
    ask(platform, make.organization(platform), address)

    def refuse(*_: object) -> None:
        raise OSError

    with monkeypatch.context() as broken:
        broken.setattr(mail.Maildir, "carry", refuse)
        first = request_letters.send_due(platform, clock.now())
    second = request_letters.send_due(platform, clock.now())

    assert (0, 1) == (first, second)


def test_who_asks_and_takes_back_all_day_sends_one_letter(platform: Platform) -> None:
    address, asker = make.email(), make.organization(platform)
    make.person(platform, address=address)
    for _ in range(3):
        request, at = ask(platform, asker, address), clock.now()
        request_letters.send_due(platform, at)
        with platform.database.scoped(Scope(Principal.SOURCE, asker.organization_id)) as session:
            requesting.withdraw(session, asker.organization_id, UUID(request), at=at)
    ask(platform, asker, address)

    assert 1 == len(letters(platform, address))
    assert [0, 1] == [request_letters.send_due(platform, clock.now() + timedelta(hours=each)) for each in (23, 25)]


def test_nobody_is_told_of_what_is_over_or_about_nobody(platform: Platform) -> None:
    address, asker = make.email(), make.organization(platform)
    make.person(platform, address=address)
    ask(platform, asker, make.email())
    request = ask(platform, asker, address)
    with platform.database.scoped(Scope(Principal.SOURCE, asker.organization_id)) as session:
        requesting.withdraw(session, asker.organization_id, UUID(request), at=clock.now())
    ask(platform, make.organization(platform), address)

    assert 0 == request_letters.send_due(platform, clock.now() + timedelta(days=15))
    assert 1 == request_letters.send_due(platform, clock.now())
