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
