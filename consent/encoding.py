"""Base64, decimal numbers and hashes in text, each in the one form that it may have.

A value with two spellings could be changed without being noticed: the trailing bits of base64, a
leading zero, a plus sign. Whatever is not the shortest spelling is Malformed.
"""

import binascii
from typing import Final

from consent.errors import Malformed

HASH_SIZE: Final = 32
LARGEST: Final = 2**63 - 1
_MOST_DIGITS: Final = 19
_WITHOUT_SPARE: Final = {1: b"AQgw", 2: b"AEIMQUYcgkosw048"}
"""The last letters, before the padding, whose spare bits are 0, by how many bytes they end."""


def to_base64(content: bytes) -> str:
    """Return `content` in standard base64 (RFC 4648 §4) with padding."""
    return binascii.b2a_base64(content, newline=False).decode("ascii")


def from_base64(text: str | bytes) -> bytes:
    """Return what `text` stands for if it is spelled as `to_base64` spells it."""
    try:
        spelled = text.encode("ascii") if isinstance(text, str) else text
        content = binascii.a2b_base64(spelled, strict_mode=True)
    except ValueError as error:
        raise Malformed("this is not base64") from error
    if spelled.endswith(b"=") and spelled[-3:].rstrip(b"=")[-1] not in _WITHOUT_SPARE[len(content) % 3]:
        raise Malformed("this base64 has another spelling")
    return content


def hash_from_base64(text: str | bytes) -> bytes:
    """Return the 32 bytes that `text` stands for."""
    content = from_base64(text)
    if len(content) != HASH_SIZE:
        raise Malformed("a hash has 32 bytes")
    return content


def number(text: str) -> int:
    """Return the number from 0 to 2⁶³-1 that `text` spells without a leading zero."""
    if not (text.isascii() and text.isdigit()) or len(text) > _MOST_DIGITS or (text[0] == "0" and text != "0"):
        raise Malformed("this is not a number in its shortest form")
    value = int(text)
    if value > LARGEST:
        raise Malformed("this number is too large")
    return value


def text_from_utf8(content: bytes) -> str:
    """Return `content` as text."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed("this is not UTF-8") from error
