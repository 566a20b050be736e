"""Keyed hashes of what is said about one subject, made with a key that its data key yields.

Rules: (1) the hashes of a subject die with its data key: an erased person cannot be found by trying values; (2) what
could hold a separator stands behind its length, so that no two statements give the same bytes; (3) equal values of two
subjects give different hashes.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import Final

from cdp.keys.mac import Mac

KEY_BYTES: Final = 16
_LABEL: Final = b"cdp: digests of a subject"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class Digests:
    """The keyed hashes of one subject."""

    __slots__ = ("_data_key", "_mac")

    def __init__(self, data_key: bytes) -> None:
        """Take the 32 bytes that `KeyProvider.unwrap` returned."""
        self._data_key = data_key
        self._mac: Mac | None = None

    def __repr__(self) -> str:
        """Give a text without the key."""
        return "Digests(hidden)"

    def key(self, kind: str, type: str, key: str) -> bytes:
        """Return the 16 bytes that stand for a source's own key of a product or fact."""
        said = f"key {kind} {len(type)} {type}\0{key}"
        return self._digest(said.encode())[:KEY_BYTES]

    def value(self, thing: tuple[str, str, bytes], value: bytes, *, category: str | None) -> bytes:
        """Return the 32 bytes that tell a repeated statement from a change.

        `thing` is kind, type and blind key; `category` only if the source stated one.
        """
        kind, type_, key = thing
        head = f"value {kind} {len(type_)} {type_} {category or ''} {len(key)}\0"
        return self._digest(head.encode() + key + value)

    def version(self, digest: bytes, at: datetime) -> bytes:
        """Return the 16 bytes of the id of what holds this value since `at`: saying it again makes no second one."""
        moment = (at - _EPOCH) // _MICROSECOND
        return own_id(hashlib.sha256(digest + moment.to_bytes(8, signed=True)).digest())

    def _digest(self, message: bytes) -> bytes:
        """Derive the key when it is needed: who only has interactions needs none."""
        if self._mac is None:
            self._mac = Mac(hmac.digest(self._data_key, _LABEL, "sha256"))
        return self._mac.digest(message)


_VERSION: Final = [bytes((byte & 0x0F | 0x80,)) for byte in range(256)]
_VARIANT: Final = [bytes((byte & 0x3F | 0x80,)) for byte in range(256)]


def own_id(digest: bytes) -> bytes:
    """Return the 16 bytes of a UUID of version 8 (RFC 9562 §5.8) that the beginning of `digest` makes."""
    return digest[:6] + _VERSION[digest[6]] + digest[7:8] + _VARIANT[digest[8]] + digest[9:16]
