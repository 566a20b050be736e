"""Addresses and numbers as somebody recognises their own and nobody learns another's."""

from cdp.keys.blind import IdentifierType

_SHOWN = 2


def masked(kind: IdentifierType, value: str) -> str:
    """Return an address or number with its middle hidden: n…@example.org, …78."""
    if kind is IdentifierType.EMAIL:
        local, _, domain = value.rpartition("@")
        return f"{local[:1]}…@{domain}"
    return f"…{value[-_SHOWN:]}"
