"""Messages of Protocol Buffers, read as fields: as much of the format as a checked expression is written in.

https://protobuf.dev/programming-guides/encoding/. What is read was written by the library a moment before.
"""

from collections.abc import Iterator, Mapping
from typing import Final

_VARINT: Final = 0
_FIXED_64: Final = 1
_BYTES: Final = 2
_FIXED_32: Final = 5
_SEVEN_BITS: Final = 0x7F

Message = Mapping[int, list[int | bytes]]
"""The values of a message, in their order, by the number of the field."""


def fields(message: bytes) -> Message:
    """Return what a message holds; raises ValueError."""
    found: dict[int, list[int | bytes]] = {}
    for number, value in _each(message):
        found.setdefault(number, []).append(value)
    return found


def number(message: Message, field: int) -> int:
    """Return a number of a message; 0 when it is not there."""
    value = message.get(field, [0])[-1]
    return value if isinstance(value, int) else 0


def octets(message: Message, field: int) -> bytes:
    """Return the bytes of a field; none when it is not there."""
    value = message.get(field, [b""])[-1]
    return value if isinstance(value, bytes) else b""


def words(message: Message, field: int) -> str:
    """Return the text of a field."""
    return octets(message, field).decode()


def parts(message: Message, field: int) -> list[bytes]:
    """Return the messages of a repeated field."""
    return [value for value in message.get(field, ()) if isinstance(value, bytes)]


def _each(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        kind, length = tag & 7, {_FIXED_64: 8, _FIXED_32: 4}.get(tag & 7, 0)
        if kind == _VARINT:
            value, at = _varint(message, at)
            yield tag >> 3, value
            continue
        if kind == _BYTES:
            length, at = _varint(message, at)
        elif not length:
            raise ValueError("no such wire type")
        yield tag >> 3, message[at : at + length]
        at += length


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value, shift = 0, 0
    while True:
        octet = message[at]
        value |= (octet & _SEVEN_BITS) << shift
        at, shift = at + 1, shift + 7
        if octet <= _SEVEN_BITS:
            return value, at
