"""Letters go to a real mail server, in the background, and a failing one harms nobody."""

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope

from cdp.mailroom import letters, mail
from cdp.settings import Settings
from consent.errors import Invalid
from tests.ports import free_port

SENDER = "mijn.klant <noreply@klant.example>"
LETTER = letters.Letters("mijn.klant").login(
    to="jansen@example.org", voice="nl", link="https://klant.example/login/x", code="12345678", seconds=900
)


class Received:
    """What a mail server took in."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []

    async def handle_DATA(self, _server: object, _session: object, envelope: Envelope) -> str:  # noqa: N802 -- aiosmtpd's name
        self.envelopes.append(envelope)
        return "250 taken"


class Refusing(Received):
    """A mail server that takes nothing."""

    async def handle_RCPT(self, *_: object) -> str:  # noqa: N802 -- aiosmtpd's name
        return "550 no such mailbox"


@pytest.fixture
def server() -> Iterator[tuple[Received, str]]:
    received = Received()
    yield from _running(received)


def _running(received: Received, **options: Any) -> Iterator[tuple[Received, str]]:
    port = free_port()
    controller = Controller(received, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield received, f"127.0.0.1:{port}"
    finally:
        controller.stop()


def _send(url: str, *sent: mail.Letter) -> None:
    outbox = mail.Outbox(mail.Smtp.of(url), SENDER)
    outbox.open()
    for each in sent:
        outbox.send(each)
    outbox.close()


def _message(envelope: Envelope) -> EmailMessage:
    content = envelope.content
    assert isinstance(content, bytes)
    return message_from_bytes(content, policy=policy.default)


def test_a_letter_reaches_the_mail_server(server: tuple[Received, str]) -> None:
    received, address = server

    _send(f"smtp://{address}", LETTER)

    (envelope,) = received.envelopes
    message = _message(envelope)
    assert (["jansen@example.org"], "noreply@klant.example") == (envelope.rcpt_tos, envelope.mail_from)
    assert ("Inloggen bij mijn.klant", "auto-generated") == (message["Subject"], message["Auto-Submitted"])
    assert "https://klant.example/login/x" in message.get_content()
    assert "De link en de code werken 1 keer, 15 minuten lang" in message.get_content()


def test_closing_waits_for_the_letters_that_were_taken(server: tuple[Received, str]) -> None:
    received, address = server

    _send(f"smtp://{address}", LETTER, LETTER, LETTER)

    assert 3 == len(received.envelopes)


def test_a_password_is_never_sent_in_clear(caplog: pytest.LogCaptureFixture) -> None:
    passwords: list[object] = []
    received = Received()

    def take(_server: object, _session: object, _envelope: object, _mechanism: str, given: object) -> AuthResult:
        passwords.append(given)
        return AuthResult(success=True)

    with caplog.at_level(logging.INFO, "cdp.mailroom.mail"):
        for _, address in _running(received, authenticator=take, auth_require_tls=False):
            _send(f"smtp://user:geheim@{address}", LETTER)

    assert ([], []) == (passwords, received.envelopes)
    assert "SMTPNotSupportedError" in caplog.text


def test_a_server_without_encryption_can_be_ruled_out(server: tuple[Received, str]) -> None:
    received, address = server

    _send(f"smtp://{address}?starttls=required", LETTER)

    assert [] == received.envelopes


def test_a_letter_that_is_refused_is_logged_without_the_person(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "cdp.mailroom.mail"):
        for _, address in _running(Refusing()):
            _send(f"smtp://{address}", LETTER)

    assert "SMTPRecipientsRefused" in caplog.text
    assert "jansen" not in caplog.text


def test_a_server_that_is_not_there_costs_one_letter(
    server: tuple[Received, str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "cdp.mailroom.mail"):
        _send("smtp://127.0.0.1:1", LETTER, LETTER)

    assert 2 == caplog.text.count("mail-failed")


@pytest.mark.parametrize(
    "url", ["", "http://x", "smtp://", "smtp://x:0", "smtp://x:y", "smtp://x:99999999", "smtp://["]
)
def test_a_wrong_address_of_a_server_stops_the_start(url: str) -> None:
    with pytest.raises(Invalid, match="CDP_SMTP_URL"):
        mail.Smtp.of(url)


def _settings(home: Path, **more: str) -> Settings:
    return Settings.read({"CDP_HOME": str(home), "CDP_APP_DATABASE_URL": "postgresql://x/y", **more})


def test_outside_the_demo_a_mail_server_is_required(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="CDP_SMTP_URL"):
        mail.outbox(_settings(tmp_path))


def test_the_demo_keeps_its_letters_newest_first(tmp_path: Path) -> None:
    outbox = mail.outbox(_settings(tmp_path, CDP_DEMO="1"))
    outbox.open()
    outbox.send(LETTER)
    outbox.settle()
    maildir = outbox.carrier
    outbox.close()

    assert isinstance(maildir, mail.Maildir)
    assert ["jansen@example.org"] == [str(each["To"]) for each in maildir.letters()]


def test_a_letter_that_cannot_wait_is_dropped_and_logged(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    outbox = mail.Outbox(mail.Maildir(tmp_path / "mail"), SENDER)  # nobody carries

    with caplog.at_level(logging.INFO, "cdp.mailroom.mail"):
        for _ in range(1_001):
            outbox.send(LETTER)

    assert "mail-dropped" in caplog.text


def test_a_letter_does_not_show_the_person() -> None:
    assert "jansen" not in repr(LETTER)
    assert "login/x" not in repr(LETTER)


def test_login_letters_codes_and_texts_are_urgent_and_what_tells_of_a_change_is_not() -> None:
    words, known = letters.Letters("mijn.klant"), {"to": "x@example.org", "voice": "nl"}

    assert [True, True, True, True, False] == [
        LETTER.is_urgent,
        words.code(**known, code="1", seconds=60).is_urgent,
        words.address(**known, code="1", seconds=60).is_urgent,
        words.sms(**known, code="1").is_urgent,
        words.changed(**known, change=letters.Change.EMAIL_ADDED, link="x").is_urgent,
    ]


def test_a_login_letter_overtakes_every_letter_that_waits(server: tuple[Received, str]) -> None:
    received, address = server
    outbox = mail.Outbox(mail.Smtp.of(f"smtp://{address}"), SENDER)
    for number in range(30):
        outbox.send(mail.Letter(f"{number}@example.org", "Er is gekeken", "x", "nl"))
    outbox.send(LETTER)

    outbox.open()
    outbox.close()

    assert (31, ["jansen@example.org"]) == (len(received.envelopes), received.envelopes[0].rcpt_tos)


def test_a_mailbox_in_another_alphabet_gets_its_letter_where_the_server_knows_it() -> None:
    received = Received()
    for _, address in _running(received, enable_SMTPUTF8=True):
        outbox = mail.Outbox(mail.Smtp.of(f"smtp://{address}"), SENDER)
        outbox.check("J\u00fcrgen@example.org")
        outbox.carry(mail.Letter("j\u00fcrgen@example.org", "Inloggen", "x", "nl"))

    (envelope,) = received.envelopes
    assert ["j\u00fcrgen@example.org"] == envelope.rcpt_tos
    assert isinstance(envelope.content, bytes)
    assert "To: j\u00fcrgen@example.org\r\n".encode() in envelope.content


def test_a_mailbox_in_another_alphabet_is_refused_where_the_server_does_not_know_it() -> None:
    for _, address in _running(Received(), enable_SMTPUTF8=False):
        outbox = mail.Outbox(mail.Smtp.of(f"smtp://{address}"), SENDER)
        with pytest.raises(mail.AddressUnreachable):
            outbox.check("j\u00fcrgen@example.org")
        outbox.check("jurgen@b\u00fccher.example")  # a domain has a plain name, too


def test_a_server_is_asked_once_in_some_minutes_what_it_takes() -> None:
    class Asked(mail.Maildir):
        times = 0

        def takes_any_alphabet(self) -> bool:
            self.times += 1
            raise ConnectionRefusedError

    outbox = mail.Outbox(asked := Asked(Path()), SENDER)

    for _ in range(3):
        with pytest.raises(mail.AddressUnreachable):
            outbox.check("j\u00fcrgen@example.org")
    assert 1 == asked.times


def test_nobody_waits_while_another_asks_a_server_what_it_takes() -> None:
    asked, may_answer = threading.Event(), threading.Event()

    class Slow(mail.Maildir):
        def takes_any_alphabet(self) -> bool:
            asked.set()
            assert may_answer.wait(300)
            return False

    outbox = mail.Outbox(Slow(Path()), SENDER)
    with ThreadPoolExecutor(1) as others:
        first = others.submit(outbox.check, "j\u00fcrgen@example.org")
        assert asked.wait(300)
        outbox.check("j\u00fcrgen@example.org")  # it does not know yet
        may_answer.set()
        assert isinstance(first.exception(300), mail.AddressUnreachable)
    with pytest.raises(mail.AddressUnreachable):
        outbox.check("j\u00fcrgen@example.org")


def test_the_demo_catches_letters_in_any_alphabet(tmp_path: Path) -> None:
    outbox = mail.outbox(_settings(tmp_path, CDP_DEMO="1"))
    outbox.check("j\u00fcrgen@example.org")
    outbox.carry(mail.Letter("j\u00fcrgen@example.org", "Inloggen", "x", "nl"))

    assert isinstance(outbox.carrier, mail.Maildir)
    assert ["j\u00fcrgen@example.org"] == [str(each["To"]) for each in outbox.carrier.letters()]


HOSTILE = "x\r\nBcc: victim@example.org"


@pytest.mark.parametrize(
    "letter",
    [
        mail.Letter(f"a@example.org{HOSTILE}", "s", "t", "nl"),
        mail.Letter("a@example.org", HOSTILE, "t", "nl"),
        mail.Letter("a@example.org", "s", "t", HOSTILE),
        mail.Letter("a@example.org, victim@example.org", "s", "t", "nl"),
        mail.Letter("\u00e9\r\nBcc: victim@example.org", "s", "t", "nl"),
    ],
)
def test_nothing_in_a_letter_makes_a_header_or_another_addressee(
    letter: mail.Letter, server: tuple[Received, str]
) -> None:
    received, address = server

    mail.Outbox(mail.Smtp.of(f"smtp://{address}"), SENDER).carry(letter)

    assert [] == [each for envelope in received.envelopes for each in envelope.rcpt_tos if each != "a@example.org"]
    assert [] == [envelope for envelope in received.envelopes if _message(envelope)["Bcc"]]
