"""A data key wrapped under a leaf key: AES-256-GCM, in a form that says where its leaf stands.

format (1 byte) || generation (4) || slot (7) || nonce (12) || encrypted data key (32) || tag (16): 72 bytes.
The associated data is everything before the nonce and the subject's id, so that no wrapped key serves another subject.
"""

import os
import struct
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
    if len(data_key) != DATA_KEY_BYTES:
        raise ValueError("a data key is 32 bytes")
    header = bytes((FORMAT,)) + generation.to_bytes(4) + slot.to_bytes(7)
    nonce = os.urandom(_NONCE)
    return header + nonce + AESGCM(leaf).encrypt(nonce, data_key, header + subject.bytes)


def unwrap(leaf: bytes, wrapped: bytes, *, subject: bytes) -> bytes:
    """Return the data key; raises Unreadable if it was not wrapped under `leaf` for the subject with these bytes."""
    try:
        return AESGCM(leaf).decrypt(wrapped[_HEADER:_SEALED], wrapped[_SEALED:], wrapped[:_HEADER] + subject)
    except InvalidTag:
        raise Unreadable("a wrapped data key cannot be read") from None
