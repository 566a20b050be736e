"""Personal values as they lie in the database: AES-256-GCM (NIST SP 800-38D) under one data key per subject.

A sealed value is nonce (12 random bytes) || ciphertext || tag (16). The associated data is
table || 0x00 || row (16 bytes) || 0x00 || column, so that a value moved to another row or column does not open.
Random nonces are safe for 2^32 values under one key; a data key serves one subject.
"""

import os
import secrets
from collections.abc import Callable, Sequence
from typing import Final, NoReturn
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cdp.keys.digests import Digests
from cdp.keys.errors import Unreadable

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16
OVERHEAD: Final = NONCE_BYTES + TAG_BYTES
NOT_OPENED: Final = (InvalidTag, ValueError)  # ValueError: too short to hold a nonce

Opener = Callable[[bytes, bytes, bytes], bytes]
"""Unseals (nonce, the rest, associated data)."""


class DataKey:
    """One subject's data key, ready for use: made once per subject and batch, and let go with the batch.

    Only the ring may remember some: it forgets them when any key is destroyed.
    """

    __slots__ = ("_cipher", "digests")

    def __init__(self, key: bytes) -> None:
        """Take the 32 bytes that `KeyProvider.unwrap` returned."""
        if len(key) != KEY_BYTES:
            raise ValueError("a data key is 32 bytes")
        self._cipher = AESGCM(key)
        self.digests: Final = Digests(key)

    def __repr__(self) -> str:
        """Give a text without the key."""
        return "DataKey(hidden)"

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled: a key does not travel."""
        raise TypeError("a data key cannot be pickled")

    def seal(self, plaintext: bytes, *, table: str, row: UUID, column: str) -> bytes:
        """Return `plaintext` sealed for this one place."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plaintext, place(table, row, column))

    def unseal(self, sealed: bytes, *, table: str, row: UUID, column: str) -> bytes:
        """Return what was sealed for this place; raises Unreadable for anything else."""
        try:
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place(table, row, column))
        except NOT_OPENED:
            raise Unreadable("a sealed value cannot be read") from None

    @property
    def opener(self) -> Opener:
        """What unseals (nonce, the rest, associated data); it raises what `NOT_OPENED` names."""
        return self._cipher.decrypt


def opener(key: bytes) -> Opener:
    """Return what unseals (nonce, the rest, associated data) with a data key; it raises what `NOT_OPENED` names."""
    return AESGCM(key).decrypt


def seal_all(values: Sequence[tuple[DataKey, bytes, bytes]], *, table: str, column: str) -> list[bytes]:
    """Return each (key, the 16 bytes of a row, plaintext) sealed for its row, with one call for all nonces."""
    nonces = os.urandom(NONCE_BYTES * len(values))
    before, after = table.encode() + b"\0", b"\0" + column.encode()
    sealed = []
    for start, (key, row, plaintext) in zip(range(0, len(nonces), NONCE_BYTES), values, strict=True):
        nonce = nonces[start : start + NONCE_BYTES]
        sealed.append(nonce + key._cipher.encrypt(nonce, plaintext, before + row + after))  # noqa: SLF001  # of this module
    return sealed


def new_data_key() -> bytes:
    """Return a fresh AES-256 key, to be wrapped by a KeyProvider."""
    return secrets.token_bytes(KEY_BYTES)


def new_data_keys(count: int) -> list[bytes]:
    """Return so many fresh AES-256 keys, with one call for what is random."""
    random = secrets.token_bytes(KEY_BYTES * count)
    return [random[at : at + KEY_BYTES] for at in range(0, len(random), KEY_BYTES)]


def place(table: str, row: UUID, column: str) -> bytes:
    """Return the associated data of one place; the row's fixed length keeps it unambiguous."""
    return table.encode() + b"\0" + row.bytes + b"\0" + column.encode()


def seal(data_key: DataKey, plaintext: bytes, *, table: str, row: UUID, column: str) -> bytes:
    """Return `plaintext` sealed under `data_key` for this one place."""
    return data_key.seal(plaintext, table=table, row=row, column=column)


def unseal(data_key: DataKey, sealed: bytes, *, table: str, row: UUID, column: str) -> bytes:
    """Return what `seal` sealed for this place; raises Unreadable for anything else."""
    return data_key.unseal(sealed, table=table, row=row, column=column)
