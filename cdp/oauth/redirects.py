"""Where an app may have its customers led back to: addresses that are registered, and compared as a whole."""

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from consent.errors import Invalid

MOST: Final = 10
_LONGEST: Final = 500
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


class UnfitAddress(Invalid):
    """An app's address is https, or http on this very machine; without fragment, user and what no address holds."""

    code = "unfit-address"


def checked(addresses: Sequence[str], *, field: str) -> list[str]:
    """Return the addresses as they are kept; raises UnfitAddress."""
    if len(addresses) > MOST or not all(is_fit(each) for each in addresses):
        raise UnfitAddress(field=field)
    return sorted(set(addresses))


def is_fit(address: str) -> bool:
    """Say whether customers may be led to this address at all."""
    if (
        len(address) > _LONGEST
        or not address.isascii()
        or not address.isprintable()
        or set(' \\"<>#*;,') & set(address)
    ):
        return False
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    if not parts.hostname or "@" in parts.netloc or port == 0:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)


def origin(address: str) -> str:
    """Return scheme, host and port of a registered address."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def led(address: str, words: Mapping[str, str | None]) -> str:
    """Return the address with these words in its query, beside those that it has (RFC 6749 §4.1.2)."""
    parts = urlsplit(address)
    told = [(name, value) for name, value in words.items() if value is not None]
    return urlunsplit(parts._replace(query=urlencode([*parse_qsl(parts.query, keep_blank_values=True), *told])))
