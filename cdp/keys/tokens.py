"""Opaque secrets: a prefix that says what it is, 32 random bytes in base62, and a checksum.

`cdp_at_` || 43 letters || 6 letters of CRC-32 over all before it. The checksum is no secret: it lets a scanner or a
client recognise a token, and lets us refuse a typing error without asking the database.
Only the keyed fingerprint is stored. An access token is the exception in its form: a JSON Web Token, which others can
read; here it is found by its fingerprint like the rest, whatever it says.
"""

import re
import secrets
import zlib
from enum import StrEnum
from typing import Final

from cdp.keys.mac import Mac
from consent.errors import Unauthenticated

RANDOM_BYTES: Final = 32
_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BODY: Final = 43  # 62^43 > 2^256
_CHECKSUM: Final = 6  # 62^6 > 2^32
_SHAPE: Final = re.compile(r"cdp_[a-z]{2}_[0-9A-Za-z]{49}", re.ASCII)
_JWT: Final = re.compile(r"eyJ[\w-]{1,500}\.[\w-]{1,3000}\.[\w-]{1,700}", re.ASCII)


class Prefix(StrEnum):
    """What a token is for."""

    ACCESS_TOKEN = "eyJ"  # noqa: S105 -- how every JSON Web Token begins
    WRITE_KEY = "cdp_wk_"
    CLIENT_SECRET = "cdp_cs_"  # noqa: S105 -- a public prefix, not a secret
    MAIL_LINK = "cdp_ml_"
    SESSION = "cdp_se_"
    BROWSER = "cdp_br_"
    STATE = "cdp_st_"
    REQUEST = "cdp_rq_"
    CODE = "cdp_co_"
    OFFICE = "cdp_of_"
    EMPLOYEE = "cdp_em_"
    REFRESH_TOKEN = "cdp_rt_"  # noqa: S105 -- a public prefix, not a secret


_NEEDED: Final = {
    Prefix.ACCESS_TOKEN: "an organization's access token",
    Prefix.WRITE_KEY: "a source's write key",
    Prefix.CLIENT_SECRET: "a client's secret",
    Prefix.MAIL_LINK: "the token of a login link",
    Prefix.SESSION: "a customer's session",
    Prefix.BROWSER: "the secret of the browser that asked",
    Prefix.STATE: "the state of an external login",
    Prefix.REQUEST: "the name of an authorization request",
    Prefix.CODE: "an authorization code",
    Prefix.OFFICE: "an administrator's login",
    Prefix.EMPLOYEE: "an employee's login",
    Prefix.REFRESH_TOKEN: "a refresh token",
}


def new(prefix: Prefix) -> str:
    """Return a fresh token that nobody can guess; an access token is made by `cdp.oauth`."""
    text = prefix + _base62(int.from_bytes(secrets.token_bytes(RANDOM_BYTES)), _BODY)
    return text + _checksum(text)


def is_well_formed(unverified_token: str, prefix: Prefix) -> bool:
    """Say whether this text could be a token of this kind at all."""
    if prefix is Prefix.ACCESS_TOKEN:
        return _JWT.fullmatch(unverified_token) is not None
    return (
        unverified_token.startswith(prefix)
        and _SHAPE.fullmatch(unverified_token) is not None
        and _checksum(unverified_token[:-_CHECKSUM]) == unverified_token[-_CHECKSUM:]
    )


class Fingerprints:
    """Turn tokens into what is stored of them."""

    __slots__ = ("_mac",)

    def __init__(self, key: bytes) -> None:
        """Take 32 random bytes."""
        self._mac = Mac(key)

    def fingerprint(self, unverified_token: str, prefix: Prefix) -> bytes:
        """Return the 32 bytes by which the token is found; raises Unauthenticated if it cannot be one of ours."""
        if not is_well_formed(unverified_token, prefix):
            raise Unauthenticated(f"this call needs {_NEEDED[prefix]}")  # the same whatever was shown instead
        return self.of_any(unverified_token)

    def of_any(self, unverified_text: str) -> bytes:
        """Return the 32 bytes by which a text would be found, whatever it looks like."""
        return self._mac.digest(unverified_text.encode())


def _checksum(text: str) -> str:
    return _base62(zlib.crc32(text.encode()), _CHECKSUM)


def _base62(number: int, width: int) -> str:
    letters = []
    for _ in range(width):
        number, letter = divmod(number, 62)
        letters.append(_ALPHABET[letter])
    return "".join(reversed(letters))
