"""The texts that a value holds: itself, or what stands in it however deep; numbers as they would stand in quotes."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import msgspec

_MOST_DIGITS: Final = 20
MOST_TEXTS: Final = 100
"""Nobody has more addresses; a value of more is looked at no further."""
_TEXT: Final = msgspec.json.Decoder(str)
_ANY: Final = msgspec.json.Decoder(float_hook=Decimal)


def of(value: bytes) -> list[str]:
    """Return the texts that a JSON value holds, each once, in no promised order; names of fields are none."""
    if value.startswith(b'"'):
        return [_TEXT.decode(value)]
    found: dict[str, None] = {}
    todo: list[object] = [_ANY.decode(value)]
    while todo and len(found) < MOST_TEXTS:
        part = todo.pop()
        if isinstance(part, dict):
            todo += part.values()
        elif isinstance(part, list):
            todo += part
        elif (text := _text(part)) is not None:
            found[text] = None
    return list(found)


def _text(part: object) -> str | None:
    """Return a text, or a whole number as its digits: so a program writes a telephone number without quotes."""
    if isinstance(part, str):
        return part
    if isinstance(part, bool) or not isinstance(part, int | Decimal):
        return None
    number = Decimal(part)
    is_whole = not number.is_signed() and number.adjusted() < _MOST_DIGITS and number == number.to_integral_value()
    return f"{number:.0f}" if is_whole else None
