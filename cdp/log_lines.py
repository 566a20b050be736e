"""Lines of a process's own log: each a JSON document that says when it was written, and no personal data."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

import msgspec

from cdp import clock

_encode: Final = msgspec.json.Encoder().encode


def line(event: str, **facts: object) -> str:
    """Return the line that tells of an event; its time is to the second, in UTC (RFC 3339)."""
    return written({"time": second(int(clock.now().timestamp())), "event": event, **facts})


def written(facts: object) -> str:
    """Return a line of facts that have their time and their event."""
    return _encode(facts).decode()


@lru_cache(maxsize=1)
def second(number: int) -> str:
    """Return a second, as counted since 1970, as a line has it: many lines are of the same one."""
    return datetime.fromtimestamp(number, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
