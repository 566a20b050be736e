"""Lines of a process's own log: each a JSON document that says when it was written, and no personal data."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

import msgspec

from cdp import clock

_encode: Final = msgspec.json.Encoder().encode


def line(event: str, **facts: object) -> str:
    """Return the line that tells of an event; its time is to the second, in UTC (RFC 3339)."""
    return _encode({"time": _second(int(clock.now().timestamp())), "event": event, **facts}).decode()


@lru_cache(maxsize=1)
def _second(second: int) -> str:
    """Return a second in words: many lines are of the same one."""
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
