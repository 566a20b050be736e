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
from uuid import UUID

KEY_BYTES: Final = 16
_LABEL: Final = b"cdp: digests of a subject"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class Digests:
    """The keyed hashes of one subject."""

    __slots__ = ("_key",)

    def __init__(self, data_key: bytes) -> None:
        """Take the 32 bytes that `KeyProvider.unwrap` returned."""
        self._key = hmac.digest(data_key, _LABEL, "sha256")

    def __repr__(self) -> str:
        """Give a text without the key."""
        return "Digests(hidden)"

    def key(self, kind: str, type: str, key: str) -> bytes:
        """Return the 16 bytes that stand for a source's own key of a product or fact."""
        said = f"key {kind} {len(type)} {type}\0{key}"
        return hmac.digest(self._key, said.encode(), "sha256")[:KEY_BYTES]

    def value(self, thing: tuple[str, str, bytes], value: bytes, *, category: str | None) -> bytes:
        """Return the 32 bytes that tell a repeated statement from a change.

        `thing` is kind, type and blind key; `category` only if the source stated one.
        """
        kind, type_, key = thing
        head = f"value {kind} {len(type_)} {type_} {category or ''} {len(key)}\0"
        return hmac.digest(self._key, head.encode() + key + value, "sha256")

    def version(self, digest: bytes, at: datetime) -> UUID:
        """Return the id of the record that holds this value since `at`: saying it again makes no second one."""
        moment = (at - _EPOCH) // _MICROSECOND
        return own_uuid(hashlib.sha256(digest + moment.to_bytes(8, signed=True)).digest())


def own_uuid(digest: bytes) -> UUID:
    """Return a UUID of version 8 (RFC 9562 §5.8) made of the first 122 bits of `digest`."""
    number = int.from_bytes(digest[:16])
    return UUID(int=number & ~(0xF << 76) & ~(0x3 << 62) | 0x8 << 76 | 0x2 << 62)
