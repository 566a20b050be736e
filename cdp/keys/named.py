"""Data keys as statements return them in one column: the 16 bytes of the subject's id, and then its wrapped key."""

from collections.abc import Collection, Iterable
from typing import Final

from cdp.keys.ring import KeyProvider
from cdp.keys.sealing import Opener, opener

ID_BYTES: Final = 16


def split(named: bytes) -> tuple[bytes, bytes]:
    """Return the subject's bytes and the wrapped key."""
    return named[:ID_BYTES], named[ID_BYTES:]


def subject(named: bytes) -> bytes:
    """Return the 16 bytes with which a column begins: of the subject under whose key it is."""
    return named[:ID_BYTES]


def openers(ring: KeyProvider, named: Iterable[bytes]) -> dict[bytes, Opener]:
    """Return by subject what unseals with these keys; those that were destroyed are missing. Raises Unreadable."""
    return {subject: opener(key) for subject, key in ring.unwrap_named(named).items()}


def remembered_openers(ring: KeyProvider, named: Collection[bytes]) -> dict[bytes, Opener]:
    """Return the same as `openers`, of few who may be asked for again: the ring remembers them."""
    keys = ring.open_many((blob[ID_BYTES:], blob[:ID_BYTES]) for blob in named)
    return {blob[:ID_BYTES]: key.opener for blob, key in zip(named, keys, strict=True) if key is not None}
