"""Letters and text messages to customers: by SMTP and a gateway, or in the demo into a Maildir.

The Maildir lies under the home, and only this machine shows it.

Letters leave in the background, one after another, so that no answer waits for a mail server or tells by its time
whether a letter went out; which is next, `cdp.mailroom.mail_queue` says. No log line names the person.
"""

import logging
import mailbox
import smtplib
import ssl
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, localtime, make_msgid, parseaddr
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import SplitResult, unquote, urlsplit

from cdp.keys import blind
from cdp.keys.blind import IdentifierType
from cdp.log_lines import line
from cdp.mailroom.mail_queue import Waiting
from cdp.settings import Settings
from consent.errors import Invalid

_LOG: Final = logging.getLogger("cdp.mailroom.mail")
CHANNEL: Final = "X-Channel"
"""The header that tells a caught text message from a letter."""
_FOLDER: Final = "mail"
_SECONDS: Final = 20
_MOST_WAITING: Final = 1_000
_ASK_AGAIN: Final = 300.0
_SUBMISSION: Final = 587
_SUBMISSIONS: Final = 465  # RFC 8314


class AddressUnreachable(Invalid):
    """Our mail server sends nothing to a mailbox whose name has letters beyond a to z; use another address."""

    code = "address-unreachable"


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter to one address."""

    to: str = field(repr=False)
    subject: str
    text: str = field(repr=False)
    language: str
    is_urgent: bool = False
    """Somebody waits for it with the page open: a login link, a code."""
    attachments: "tuple[Attachment, ...]" = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that comes with a letter."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class TextMessage:
    """One text message to one number: a code, for which somebody waits."""

    to: str = field(repr=False)
    text: str = field(repr=False)
    language: str
    is_urgent: bool = True


class TextCarrier(Protocol):
    """Who brings one text message."""

    def carry(self, message: TextMessage) -> None:
        """Hand the message over; raises OSError when it was not taken."""


class Carrier(Protocol):
    """Who brings one letter."""

    def carry(self, message: EmailMessage) -> None:
        """Hand the letter over; raises OSError (smtplib's errors among them) when it was not taken."""

    def takes_any_alphabet(self) -> bool:
        """Tell whether a letter can go to a mailbox whose name is not plain ASCII; raises OSError like `carry`."""


@dataclass(frozen=True, slots=True)
class Smtp:
    """A mail server, from `smtp://user:password@host:port` (STARTTLS when offered) or `smtps://…`.

    `smtp://…?starttls=required` does without a server that does not encrypt.
    """

    url: SplitResult = field(repr=False)

    @classmethod
    def of(cls, text: str) -> "Smtp":
        """Return the server that the setting names; raises Invalid."""
        flaw = Invalid("CDP_SMTP_URL is smtp://user:password@host:port or smtps://…", field="CDP_SMTP_URL")
        try:
            url = urlsplit(text)
            port = url.port
        except ValueError:
            raise flaw from None
        if url.scheme not in {"smtp", "smtps"} or not url.hostname or port == 0:
            raise flaw
        return cls(url)

    def carry(self, message: EmailMessage) -> None:
        """Hand the letter to the server."""
        with self._connected() as server:
            if self.url.username:
                server.login(unquote(self.url.username), unquote(self.url.password or ""))
            server.send_message(message)

    def takes_any_alphabet(self) -> bool:
        """Ask the server whether it offers SMTPUTF8 (RFC 6531)."""
        with self._connected() as server:
            server.ehlo_or_helo_if_needed()
            return server.has_extn("smtputf8")

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        host, context = self.url.hostname or "", ssl.create_default_context()
        if self.url.scheme == "smtps":
            port = self.url.port or _SUBMISSIONS
            with smtplib.SMTP_SSL(host, port, timeout=_SECONDS, context=context) as server:
                yield server
            return
        with smtplib.SMTP(host, self.url.port or _SUBMISSION, timeout=_SECONDS) as server:
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls(context=context)
                server.ehlo()
            elif self.url.query == "starttls=required" or self.url.username:
                raise smtplib.SMTPNotSupportedError("the mail server does not encrypt")  # never a password in clear
            yield server


class Maildir:
    """Where the demo's letters lie."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def carry(self, message: EmailMessage) -> None:
        """Put the letter down."""
        self._opened().add(message.as_bytes(policy=policy.default.clone(utf8=True)))

    def takes_any_alphabet(self) -> bool:
        """Tell that every letter can lie here."""
        return True

    def letters(self) -> list[EmailMessage]:
        """Return every letter, newest first."""
        box = self._opened()
        found = [(box.get_message(key).get_date(), key) for key in box.iterkeys()]
        return [message_from_bytes(box.get_bytes(key), policy=policy.default) for _, key in sorted(found, reverse=True)]

    def forget(self, addresses: Collection[str]) -> None:
        """Throw away every letter to these addresses."""
        box, gone = self._opened(), {each.lower() for each in addresses}
        for key in box.keys():  # noqa: SIM118  # a list, which stays while letters go
            message = message_from_bytes(box.get_bytes(key), policy=policy.default)
            if parseaddr(str(message["To"]))[1].lower() in gone:
                box.discard(key)

    def _opened(self) -> mailbox.Maildir:
        return mailbox.Maildir(self._folder, create=True)


class Outbox:
    """Letters on their way; `send` returns at once."""

    def __init__(self, carrier: Carrier, sender: str, texts: TextCarrier | None = None) -> None:
        self.carrier = carrier
        self._sender = sender
        self._texts = texts
        self._waiting: Waiting[Letter | TextMessage] = Waiting(_MOST_WAITING)
        self._thread: threading.Thread | None = None
        self._asking, self._asked_again_at, self._takes_any = threading.Lock(), 0.0, True

    @property
    def has_texts(self) -> bool:
        """Tell whether text messages can be sent."""
        return self._texts is not None or isinstance(self.carrier, Maildir)

    def check(self, unverified: str) -> None:
        """Raise Invalid for what is no address, and AddressUnreachable where no letter would leave to it."""
        address = blind.normalise(IdentifierType.EMAIL, unverified)
        if not address.isascii() and not self._takes_any_alphabet():
            raise AddressUnreachable(field="/email")

    def send(self, letter: Letter | TextMessage) -> None:
        """Take a letter to be carried; where too many wait, one is dropped and logged, for people can ask again."""
        if not self._waiting.put(letter):
            _note("mail-dropped", "too-many")

    def open(self) -> None:
        """Begin to carry."""
        self._thread = threading.Thread(target=self._run, name="outbox", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Carry what waits, for as long as one letter may take, and stop."""
        self._waiting.close()
        if self._thread is not None:
            self._thread.join(_SECONDS)

    def settle(self) -> None:
        """Wait until every letter that was taken has been carried or given up."""
        self._waiting.settle()

    def carry(self, letter: Letter | TextMessage) -> bool:
        """Carry a letter now, and tell whether it was taken; for the worker, whom nobody waits for."""
        try:
            self._hand_over(letter)
        except Exception as error:  # noqa: BLE001 -- one letter must not stop the others: an address may be no address
            _note("mail-failed", type(error).__qualname__)
            return False
        _note("mail-sent", "ok")
        return True

    def _takes_any_alphabet(self) -> bool:
        """Return what the server said within the last minutes; one that does not say takes none, until asked again.

        One caller asks and waits; the others go by what was last said, and at first by hope.
        """
        if self._asked_again_at <= time.monotonic() and self._asking.acquire(blocking=False):
            try:
                self._takes_any = self._asked()
                self._asked_again_at = time.monotonic() + _ASK_AGAIN
            finally:
                self._asking.release()
        return self._takes_any

    def _asked(self) -> bool:
        try:
            return self.carrier.takes_any_alphabet()
        except OSError as error:
            _note("mail-unasked", type(error).__qualname__)
            return False

    def _run(self) -> None:
        while (letter := self._waiting.take()) is not None:
            self.carry(letter)
            self._waiting.done()

    def _hand_over(self, letter: Letter | TextMessage) -> None:
        if isinstance(letter, Letter):
            self.carrier.carry(_message(letter, self._sender))
        elif self._texts is not None:
            self._texts.carry(letter)
        elif isinstance(self.carrier, Maildir):
            self.carrier.carry(_caught(letter))


def forget(settings: Settings, addresses: Collection[str]) -> None:
    """Throw away what the demo caught for these addresses; elsewhere no letter stays here."""
    folder = settings.home / _FOLDER
    if settings.is_demo and folder.exists():
        Maildir(folder).forget(addresses)


def outbox(settings: Settings, texts: TextCarrier | None = None) -> Outbox:
    """Return the outbox that the settings describe; outside the demo a mail server is required."""
    if settings.smtp_url is not None:
        return Outbox(Smtp.of(settings.smtp_url), settings.mail_from, texts)
    if settings.is_demo:
        return Outbox(Maildir(settings.home / _FOLDER), settings.mail_from, texts)
    raise Invalid("the setting CDP_SMTP_URL is missing", field="CDP_SMTP_URL")


def _message(letter: Letter, sender: str) -> EmailMessage:
    message = EmailMessage()
    name, address = parseaddr(sender)
    message["From"] = Address(name, addr_spec=address)
    message["To"] = _to(letter.to)
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(localtime())
    message["Message-ID"] = make_msgid(domain=address.rpartition("@")[2])
    message["Content-Language"] = letter.language
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday answers
    message.set_content(letter.text)
    for each in letter.attachments:
        message.add_attachment(each.content, maintype="application", subtype="octet-stream", filename=each.name)
    return message


def _to(address: str) -> Address:
    """Return whom a letter goes to; a mailbox in another alphabet stands there as it is (RFC 6532)."""
    mailbox_name, _, domain = address.rpartition("@")
    return Address(addr_spec=address) if address.isascii() else Address(username=mailbox_name, domain=domain)


def _caught(text: TextMessage) -> EmailMessage:
    """Return a text message as the demo keeps it, beside its letters."""
    message = EmailMessage()
    message["To"] = text.to
    message["Date"] = format_datetime(localtime())
    message["Content-Language"] = text.language
    message[CHANNEL] = "sms"
    message.set_content(text.text)
    return message


def _note(event: str, outcome: str) -> None:
    _LOG.info("%s", line(event, outcome=outcome))
