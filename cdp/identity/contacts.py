"""E-mail addresses and phone numbers as they are compared, and what of them is only a weak second key."""

import re
from typing import Final

from cdp.keys import blind
from cdp.keys.blind import IdentifierType, Line
from consent.errors import Invalid

_DOTLESS: Final = frozenset({"gmail.com", "googlemail.com"})
_DIGITS: Final = re.compile(r"\D+")
SHORTEST_PHONE: Final = 8
_FEWEST_DIGITS: Final = 3
"""How many different digits a number has at least: 00000000 and 06060606 are nobody's."""
LONGEST: Final = 254


def email(text: str) -> str:
    """Return an address in its one spelling; nothing for a shared or fake one. A damaged one stays as it is written."""
    try:
        written = blind.normalise(IdentifierType.EMAIL, text)
    except Invalid:
        damaged = "".join(text.lower().split())
        return damaged if "@" in damaged and len(damaged) <= LONGEST else ""
    return "" if blind.is_shared_or_fake(IdentifierType.EMAIL, written) else written


def second_key(address: str) -> str:
    """Return the mailbox behind an address: without +tags, and without dots where the provider ignores them."""
    local, _, domain = address.rpartition("@")
    name = local.partition("+")[0]
    if domain in _DOTLESS:
        return f"{name.replace('.', '')}@gmail.com"
    return f"{name}@{domain}"


def phone(text: str) -> tuple[str, bool]:
    """Return a number in its one spelling, and whether it is one person's (mobile) or a household's.

    Nothing for a shared or fake one; a damaged one stays as its digits, as a household's.
    """
    try:
        written = blind.normalise(IdentifierType.PHONE, text)
    except Invalid:
        digits = _DIGITS.sub("", text)[:15]
        is_number = len(digits) >= SHORTEST_PHONE and len(set(digits)) >= _FEWEST_DIGITS
        return (digits if is_number else ""), False
    line = blind.own_line(written)
    return (written, line is Line.MOBILE) if line else ("", False)
