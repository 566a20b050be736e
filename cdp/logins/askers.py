"""Who asks before anybody is known: a browser by a secret of its own, a network by the keyed hash of its address."""

import ipaddress
from dataclasses import dataclass, field
from typing import Final

from cdp.keys import tokens
from cdp.keys.mac import Mac
from cdp.keys.ring import Single
from cdp.keys.tokens import Prefix
from cdp.platform import Platform
from consent.errors import Unauthenticated

_NETWORK: Final = {4: 32, 6: 64}  # what one household has of each version (RFC 6177)


@dataclass(frozen=True, slots=True)
class Asker:
    """A network address, and the secret that the browser keeps; without one nothing is bound to it."""

    address: str = field(repr=False)
    browser: str | None = field(default=None, repr=False)


def new_browser() -> str:
    """Return a secret for a browser to keep until it is logged in."""
    return tokens.new(Prefix.BROWSER)


def is_browser(unverified_secret: str | None) -> bool:
    """Say whether a browser shows a secret that can be one of ours."""
    return unverified_secret is not None and tokens.is_well_formed(unverified_secret, Prefix.BROWSER)


def browser_hash(platform: Platform, unverified_secret: str | None) -> bytes | None:
    """Return the fingerprint of a browser's secret; None for what cannot be one."""
    if unverified_secret is None:
        return None
    try:
        return platform.fingerprints.fingerprint(unverified_secret, Prefix.BROWSER)
    except Unauthenticated:
        return None


def network_blind(platform: Platform, address: str) -> bytes:
    """Return the keyed hash of a network address; of IPv6 only its network."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        network = "unknown"
    else:
        network = str(ipaddress.ip_network((parsed, _NETWORK[parsed.version]), strict=False))
    return Mac(platform.ring.single(Single.SYSTEM)).digest(b"asker of a login\0" + network.encode())[:16]
