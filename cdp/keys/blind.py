"""Identifiers: how they are written, which of them name one person, and the keyed hash by which they are found.

Rules:
(1) Only a normalised value is hashed, and normalising twice changes nothing.
(2) The index is HMAC-SHA256 over type || 0x00 || value, cut to 16 bytes; a value known to one source only (its own
    customer number) is hashed as type || ":" || source, so that equal numbers of two sources do not look equal.
(3) A value that many people share, or that stands for nobody, never links: ask `is_shared_or_fake` first.
(4) No message carries the value.
"""

import re
import unicodedata
from collections.abc import Callable
from enum import StrEnum
from typing import Final
from uuid import UUID

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType

from cdp.keys.commonplace import MAILBOXES, NOBODY, OPEN_MAIL_DOMAINS
from cdp.keys.mac import Mac
from consent.errors import Invalid

INDEX_BYTES: Final = 16
DEFAULT_REGION: Final = "NL"
MAX_LETTERS: Final = 256  # of any identifier as it comes in and as it is hashed
MAX_EMAIL: Final = 254  # RFC 5321 section 4.5.3.1.3, without the angle brackets
MAX_LOCAL: Final = 64  # section 4.5.3.1.1
MAX_PHONE: Final = 40

_FORBIDDEN: Final = frozenset(
    {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}
)  # controls, invisible ones, lone surrogates, …
_NOT_ONE_LINE: Final = re.compile(r"[\x00-\x1f\x7f]")
_PLAIN_LOCAL: Final = r"(?=[^@]{1,64}@)[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*"
_PLAIN_LABEL: Final = r"(?!..--)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# What nine in ten addresses look like: the whole validator would change nothing (a test holds the two together).
_PLAIN_EMAIL: Final = re.compile(rf"{_PLAIN_LOCAL}@(?:{_PLAIN_LABEL}\.)+(?!..--)[a-z]{{2,63}}", re.ASCII)
_ZEROS_OR_ONE_LETTER: Final = re.compile(r"[0\s._:-]+|(\D)\1{2,}|(\d)\2{7,}")
_SAME_DIGIT: Final = re.compile(r"(\d)\1{6,}$")
_SERVICE_LINES: Final = frozenset(
    {
        PhoneNumberType.PAGER,
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.TOLL_FREE,
        PhoneNumberType.UAN,
        PhoneNumberType.VOICEMAIL,
    }
)
_COUNTING: Final = ("12345678", "23456789", "87654321", "98765432", "01234567", "76543210")


class IdentifierType(StrEnum):
    """What kind of identifier a value is."""

    EMAIL = "email"
    PHONE = "phone"
    CUSTOMER_NUMBER = "customer_number"
    USER_ID = "user_id"
    ANONYMOUS_ID = "anonymous_id"


# Looked up once: through its class a member costs more than most of what is done with it.
_EMAIL: Final = IdentifierType.EMAIL
_PHONE: Final = IdentifierType.PHONE


class Line(StrEnum):
    """What kind of line a phone number is; only a mobile one is usually a single person's."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    OTHER = "other"


_LINES: Final = {PhoneNumberType.MOBILE: Line.MOBILE, PhoneNumberType.FIXED_LINE: Line.LANDLINE}


class BlindIndex:
    """The keyed hash under which identifiers are stored and found."""

    __slots__ = ("_mac",)

    def __init__(self, key: bytes) -> None:
        """Take 32 random bytes."""
        self._mac = Mac(key)

    def of(self, kind: IdentifierType, normalised: str, *, source: UUID | None = None) -> bytes:
        """Return the 16 bytes for a value that `normalise` returned; `source` for one that only it gives out."""
        space = f"{kind}\0" if source is None else f"{kind}:{source.hex}\0"
        return self._mac.digest((space + normalised).encode())[:INDEX_BYTES]

    def of_many(self, kind: IdentifierType, *, source: UUID) -> Callable[[str], bytes]:
        """Return what gives, as `of` does, the bytes of many values that only `source` gives out."""
        digest = self._mac.after(f"{kind}:{source.hex}\0".encode()).digest
        return lambda normalised: digest(normalised.encode())[:INDEX_BYTES]


def normalise(kind: IdentifierType, value: str) -> str:
    """Return the one way in which this identifier is written; raises Invalid, naming the type as the field."""
    if len(value) > MAX_LETTERS:
        raise Invalid("this identifier is too long", field=f"/{kind}")
    if value.isascii():
        text = value.strip()
        if _NOT_ONE_LINE.search(text):
            raise Invalid("this identifier holds characters that no identifier has", field=f"/{kind}")
    else:
        text = _composed(kind, value)
    if not text:
        raise Invalid("this identifier is empty", field=f"/{kind}")
    if kind is _EMAIL:
        return _email(text)
    return _phone(text) if kind is _PHONE else text


def is_shared_or_fake(kind: IdentifierType, normalised: str) -> bool:
    """Say whether many people share this value or it stands for nobody, so that it must not link subjects."""
    if kind is _EMAIL:
        return _is_shared_mailbox(normalised)
    return _is_shared_line(normalised, _type(normalised)) if kind is _PHONE else _is_nobody(normalised)


def line(normalised_phone: str) -> Line:
    """Return what kind of line a phone number is that `normalise` returned."""
    return _LINES.get(_type(normalised_phone), Line.OTHER)


def own_line(normalised_phone: str) -> Line | None:
    """Return what kind of line a phone number is that `normalise` returned; None for one that is shared or fake."""
    kind = _type(normalised_phone)
    return None if _is_shared_line(normalised_phone, kind) else _LINES.get(kind, Line.OTHER)


def _composed(kind: IdentifierType, value: str) -> str:
    is_written_by_rule = kind in {IdentifierType.EMAIL, IdentifierType.PHONE}
    text = unicodedata.normalize("NFKC" if is_written_by_rule else "NFC", value).strip()
    if kind is IdentifierType.PHONE:  # address books put invisible marks of direction around numbers
        text = "".join(letter for letter in text if unicodedata.category(letter) != "Cf").strip()
    if len(text) > MAX_LETTERS:
        raise Invalid("this identifier is too long", field=f"/{kind}")
    if any(unicodedata.category(letter) in _FORBIDDEN for letter in text):
        raise Invalid("this identifier holds characters that no identifier has", field=f"/{kind}")
    return text


def _email(text: str) -> str:
    lowered = text.lower()
    if len(lowered) <= MAX_EMAIL and _PLAIN_EMAIL.fullmatch(lowered):
        return lowered
    try:
        found = validate_email(lowered, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        raise Invalid("this is not an e-mail address", field="/email") from None
    # The validator composes and unquotes again; lower-case what came of it, and see that it stays.
    local, domain = unicodedata.normalize("NFKC", found.local_part.lower()), (found.ascii_domain or "").lower()
    if "." not in domain or len(local) > MAX_LOCAL:
        raise Invalid("this is not an e-mail address", field="/email")
    return f"{local}@{domain}"


def _phone(text: str) -> str:
    number = _parsed(text)
    if number is None or not phonenumbers.is_valid_number(number):
        raise Invalid("this is not a phone number", field="/phone")
    written = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return f"{written};ext={number.extension}" if number.extension else written


def _parsed(text: str) -> PhoneNumber | None:
    if len(text) > MAX_PHONE:
        return None
    try:
        return phonenumbers.parse(text, DEFAULT_REGION)
    except phonenumbers.NumberParseException:
        return None


def _is_shared_mailbox(address: str) -> bool:
    local, _, domain = address.rpartition("@")
    name = local.partition("+")[0]
    return name in MAILBOXES or domain in OPEN_MAIL_DOMAINS or _is_nobody(name, shortest=3)


def _type(written: str) -> int:
    found: int = phonenumbers.number_type(phonenumbers.parse(written, None))
    return found


def _is_shared_line(written: str, kind: int) -> bool:
    digits = written.partition(";")[0]
    return kind in _SERVICE_LINES or _SAME_DIGIT.search(digits) is not None or digits.endswith(_COUNTING)


def _is_nobody(text: str, *, shortest: int = 0) -> bool:
    lowered = text.lower()
    return len(lowered) >= shortest and (lowered in NOBODY or _ZEROS_OR_ONE_LETTER.fullmatch(lowered) is not None)
