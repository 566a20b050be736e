"""Presentations: a customer shows a code, and an organization exchanges it for the profile that it may see.

Nobody has to answer questions to be known. Rules: (1) a code lives five minutes, is good for one exchange, and a new
one takes the one before back; (2) only a keyed hash of it is kept; (3) it opens nothing: the exchange names the profile
to whom the customer granted something for this purpose, and to anybody else it is a wrong code; (4) wrong ones are
counted for each organization over all its programs; (5) each exchange stands in the log of whom it names.
"""

import io
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

import segno
from sqlalchemy import text
from sqlmodel import Session

from cdp.keys.mac import Mac
from cdp.keys.ring import Single
from cdp.platform import Platform
from cdp.reads.reading import Asker
from cdp.scope import Principal
from consent.errors import Refused

LETTERS: Final = 8
ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without what looks or sounds alike: no 0 and O, no 1, I and L, no U. Eight of thirty: 39 bits."""
SECONDS: Final = 300
MOST_IN_AN_HOUR: Final = 30
MOST_MISSES: Final = 30
"""How many wrong codes an organization may show in ten minutes. A guess hits one of 10,000 codes once in 65 million."""
_SCHEME: Final = "CDP:"
_LONGEST: Final = 40
_MAKE: Final = text("select make_presentation(:hash, :seconds, :most)")
_EXCHANGE: Final = b"select customer_id, is_spent from exchange_presentation(%(hash)s, %(most)s)"


class TooManyPresentations(Refused):
    """You made many codes within an hour; wait a while."""

    code = "too-many-presentations"


class TooManyTries(Refused):
    """Too many codes were wrong of late; wait some minutes before you try another one."""

    code = "too-many-tries"


@dataclass(frozen=True, slots=True)
class Presentation:
    """A code to be shown, and until when."""

    code: str = field(repr=False)
    expires_at: datetime

    @property
    def spoken(self) -> str:
        """The code as a reader takes it in: in two groups."""
        return f"{self.code[:4]} {self.code[4:]}"

    @property
    def qr_text(self) -> str:
        """What stands in the picture."""
        return _SCHEME + self.code

    def rows(self) -> tuple[tuple[bool, ...], ...]:
        """Return the QR code (ISO/IEC 18004) as squares, dark or not, without the white around it."""
        return tuple(tuple(bool(square) for square in row) for row in _drawn(self.qr_text).matrix)

    def svg(self) -> str:
        """Return the QR code as a picture, with the white around it that readers need."""
        return svg(self.qr_text)


def make(session: Session, platform: Platform) -> Presentation:
    """Return a new code of the customer in scope; the one before is worth nothing any more.

    Raises TooManyPresentations.
    """
    while True:
        code = "".join(secrets.choice(ALPHABET) for _ in range(LETTERS))
        words = {"hash": _hashed(platform, code), "seconds": SECONDS, "most": MOST_IN_AN_HOUR}
        expires_at = session.execute(_MAKE, words).scalar_one()
        if expires_at is not None:  # else somebody else was given the same within the hour
            return Presentation(code, expires_at)


async def exchange(platform: Platform, asker: Asker, unverified_code: str) -> UUID | None:
    """Use a code up and return the customer whom `asker` may know by it; None for every other code.

    It is written down either way. Raises TooManyTries afterwards when it was not even looked at.
    """
    facts = {"hash": _hashed(platform, typed(unverified_code)), "most": MOST_MISSES}
    ((customer, is_spent),) = await platform.database.at_once(asker.scope(Principal.EXPORTER), _EXCHANGE, facts)
    if is_spent:
        raise TooManyTries
    found: UUID | None = customer
    return found


def typed(unverified_code: str) -> str:
    """Return what was typed or scanned, without the spaces and hyphens that people put in between."""
    text = unverified_code[:_LONGEST].strip().upper().removeprefix(_SCHEME)
    return "".join(each for each in text if each.isascii() and each.isalnum())


def svg(words: str) -> str:
    """Return the QR code of some words as a picture, with the white around it that readers need."""
    out = io.BytesIO()
    _drawn(words).save(out, kind="svg", xmldecl=False, nl=False, omitsize=True, light="#fff")
    return out.getvalue().decode()


def _hashed(platform: Platform, code: str) -> bytes:
    return Mac(platform.ring.single(Single.SYSTEM)).digest(b"presentation\0" + code.encode())


def _drawn(words: str) -> segno.QRCode:
    return segno.make(words, error="q", micro=False)
