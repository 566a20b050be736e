"""Profile ids that differ for every organization, so that two of them cannot compare notes.

AES-SIV (RFC 5297) over the customer's id with the organization as associated data: deterministic, so that no table
is needed; authenticated, so that a forged or foreign id opens to nothing. Always `p_` and 43 letters of base64url.
"""

import re
from binascii import a2b_base64, b2a_base64
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

KEY_BYTES: Final = 64
# 43 letters hold two bits more than 32 bytes. Base64 ignores them; of the four spellings only ours, with zeros, counts.
_SHAPE: Final = re.compile(r"p_[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]", re.ASCII)
_TO_URL: Final = bytes.maketrans(b"+/", b"-_")
_FROM_URL: Final = bytes.maketrans(b"-_", b"+/")
_LABEL: Final = b"cdp profile id 1"


class ProfileIds:
    """Turn customers into profile ids and back, under one key."""

    __slots__ = ("_cipher",)

    def __init__(self, key: bytes) -> None:
        """Take 64 random bytes."""
        if len(key) != KEY_BYTES:
            raise ValueError("a pairwise key is 64 bytes")
        self._cipher = AESSIV(key)

    def __repr__(self) -> str:
        """Give a text without the key."""
        return "ProfileIds(hidden)"

    def profile_id(self, customer: UUID, organization: UUID) -> str:
        """Return the id by which `organization` knows `customer`: always the same one."""
        return _text(self._cipher.encrypt(customer.bytes, [_LABEL, organization.bytes]))

    def customer_of(self, unverified_profile_id: str, organization: UUID) -> UUID | None:
        """Return the customer behind an id that was made for `organization`, or None for any other text."""
        if _SHAPE.fullmatch(unverified_profile_id) is None:
            return None
        sealed = a2b_base64(unverified_profile_id[2:].encode().translate(_FROM_URL) + b"=")
        try:
            return UUID(bytes=self._cipher.decrypt(sealed, [_LABEL, organization.bytes]))
        except InvalidTag:
            return None


def _text(sealed: bytes) -> str:
    return "p_" + b2a_base64(sealed, newline=False).translate(_TO_URL)[:43].decode()
