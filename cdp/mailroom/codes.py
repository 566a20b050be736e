"""Codes that somebody types from a letter or a text message: eight digits, a few tries, only a keyed hash stored."""

import hmac
import secrets
from typing import Final

from cdp.keys.mac import Mac
from cdp.keys.ring import Single
from cdp.platform import Platform

DIGITS: Final = 8
MOST_TRIES: Final = 5
"""How many wrong codes one letter bears: a guess hits once in twenty million."""


def new() -> str:
    """Return a fresh code."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"


def shown(code: str) -> str:
    """Return a code as a reader takes it in: in two groups."""
    return f"{code[:4]} {code[4:]}"


def typed(unverified_code: str) -> str:
    """Return what was typed without the spaces and hyphens that people and letters put in between."""
    return "".join(each for each in unverified_code[:40] if each.isascii() and each.isdecimal())


def hashed(platform: Platform, unverified_code: str, *, of: bytes) -> bytes:
    """Return what is stored of a code; `of` is what it belongs to, so that equal codes look different."""
    key = Mac(platform.ring.single(Single.SYSTEM))
    return key.digest(b"code of a letter\0" + of + b"\0" + typed(unverified_code).encode())


def is_same(one: bytes, other: bytes) -> bool:
    """Compare two hashes without telling by the time how much of them is equal."""
    return hmac.compare_digest(one, other)
