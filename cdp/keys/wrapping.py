"""A data key wrapped under a leaf key: AES-256-GCM, in a form that says where its leaf stands.

format (1 byte) || generation (4) || slot (7) || nonce (12) || encrypted data key (32) || tag (16): 72 bytes.
The associated data is everything before the nonce and the subject's id, so that no wrapped key serves another subject.
"""

import os
import struct
from collections.abc import Sequence
from typing import Final, NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cdp.keys.errors import Unreadable

FORMAT: Final = 1
WRAPPED_BYTES: Final = 72
DATA_KEY_BYTES: Final = 32
_HEADER: Final = 12
_NONCE: Final = 12
_ADDRESS: Final = struct.Struct(">IHIB").unpack_from  # the generation, and the seven bytes of the slot
_SEALED: Final = _HEADER + _NONCE


class Address(NamedTuple):
    """Where the leaf key of a wrapped data key stands."""

    generation: int
    slot: int


def address(wrapped: bytes) -> Address:
    """Return where the leaf key stands; raises Unreadable for anything but a wrapped data key."""
    return Address(*where(wrapped))


def where(wrapped: bytes) -> tuple[int, int]:
    """Return the same as `address`, for whoever asks for many: naming its parts costs more than reading them."""
    if len(wrapped) != WRAPPED_BYTES or wrapped[0] != FORMAT:
        raise Unreadable("this is not a wrapped data key")
    generation, high, middle, low = _ADDRESS(wrapped, 1)
    return generation, high << 40 | middle << 8 | low


def wrap(leaf: bytes, data_key: bytes, *, generation: int, slot: int, subject: UUID) -> bytes:
    """Return `data_key` wrapped under `leaf` for `subject`."""
    return _wrap(leaf, data_key, (generation, slot), subject.bytes, os.urandom(_NONCE))


def wrap_all(named: Sequence[tuple[bytes, int, bytes, bytes]], *, generation: int) -> list[bytes]:
    """Return each (leaf, slot, data key, the 16 bytes of the subject) wrapped, with one call for all nonces."""
    nonces = os.urandom(_NONCE * len(named))
    return [
        _wrap(leaf, data_key, (generation, slot), subject, nonces[start : start + _NONCE])
        for start, (leaf, slot, data_key, subject) in zip(range(0, len(nonces), _NONCE), named, strict=True)
    ]


def _wrap(leaf: bytes, data_key: bytes, place: tuple[int, int], subject: bytes, nonce: bytes) -> bytes:
    if len(data_key) != DATA_KEY_BYTES:
        raise ValueError("a data key is 32 bytes")
    header = bytes((FORMAT,)) + place[0].to_bytes(4) + place[1].to_bytes(7)
    return header + nonce + AESGCM(leaf).encrypt(nonce, data_key, header + subject)


def unwrap(leaf: bytes, wrapped: bytes, *, subject: bytes) -> bytes:
    """Return the data key; raises Unreadable if it was not wrapped under `leaf` for the subject with these bytes."""
    try:
        return AESGCM(leaf).decrypt(wrapped[_HEADER:_SEALED], wrapped[_SEALED:], wrapped[:_HEADER] + subject)
    except InvalidTag:
        raise Unreadable("a wrapped data key cannot be read") from None
