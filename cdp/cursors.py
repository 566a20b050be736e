"""Opaque cursors: where a list goes on, sealed (AES-SIV, RFC 5297), so that a page gives away no internal id.

A cursor opens only for the list and the caller that it was made for; anything else is Invalid.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple, TypeVar
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from consent.errors import Invalid

LONGEST: Final = 512
Place = TypeVar("Place")


class InTime(NamedTuple):
    """Where a page of a list by time ended: at a moment, and of what is of that moment at one row."""

    at: datetime
    row: UUID


OLDEST_FIRST: Final = InTime(datetime.min.replace(tzinfo=UTC), UUID(int=0))
"""Where a list begins that tells the oldest first."""
NEWEST_FIRST: Final = InTime(datetime.max.replace(tzinfo=UTC), UUID(int=2**128 - 1))
"""Where a list begins that tells the newest first."""


class BadCursor(Invalid):
    """This cursor was not given out for this list."""

    code = "bad-cursor"


class Cursors:
    """Makes and opens the cursors of one house."""

    def __init__(self, key: bytes) -> None:
        """Derive the key for cursors from a key of the ring."""
        self._siv = AESSIV(HKDF(SHA256(), 64, salt=None, info=b"cdp cursors").derive(key))

    def seal(self, place: tuple[Any, ...], *, caller: str) -> str:
        """Return the cursor for `place`, a tuple of numbers and texts; `caller` names the list and who asks."""
        sealed = self._siv.encrypt(msgspec.msgpack.encode(place), [caller.encode()])
        return urlsafe_b64encode(sealed).rstrip(b"=").decode()

    def open(self, unverified_cursor: str, kind: type[Place], *, caller: str) -> Place:
        """Return the place as `kind`, a tuple type; raises BadCursor."""
        if len(unverified_cursor) > LONGEST or not unverified_cursor.isascii():
            raise BadCursor(field="/after")
        try:
            sealed = urlsafe_b64decode(unverified_cursor + "=" * (-len(unverified_cursor) % 4))
            return msgspec.msgpack.decode(self._siv.decrypt(sealed, [caller.encode()]), type=kind)
        except (Base64Error, ValueError, InvalidTag, msgspec.MsgspecError):
            raise BadCursor(field="/after") from None
