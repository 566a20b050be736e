"""Row ids: UUID version 7 (RFC 9562 §5.7), so that new rows land next to each other in an index."""

import os
import time
from uuid import UUID

NIL = UUID(int=0)


def row() -> UUID:
    """Return a new id: 48 bits of time in milliseconds, then 74 random bits."""
    stamp = time.time_ns() // 1_000_000
    number = (stamp << 80) | int.from_bytes(os.urandom(10), "big")
    number = (number & ~(0xF << 76)) | (0x7 << 76)
    number = (number & ~(0x3 << 62)) | (0x2 << 62)
    return UUID(int=number)


def rows(count: int) -> list[bytes]:
    """Return the 16 bytes of so many new ids, with one look at the clock and one call for what is random."""
    stamp, random = (time.time_ns() // 1_000_000).to_bytes(6), os.urandom(10 * count)
    return [
        stamp
        + bytes((random[at] & 0x0F | 0x70, random[at + 1], random[at + 2] & 0x3F | 0x80))
        + random[at + 3 : at + 10]
        for at in range(0, len(random), 10)
    ]
