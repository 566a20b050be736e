"""How much slower this machine is, now, than the one on which limits in seconds were set."""

import json
import re
import time
from statistics import median
from typing import Final

_THERE: Final = 0.005
"""Seconds of the processor that the work below takes on that machine."""
_TIMES: Final = 3


def slower() -> float:
    """Return how many times longer the processor takes here, and never less than once.

    A limit times this says of the code what it said where it was set, whatever the processor and its other work.
    """
    return max(1.0, median(_worked() for _ in range(_TIMES)) / _THERE)


def _worked() -> float:
    begun = time.thread_time()
    words = {f"word-{number}": [number, str(number), {"n": number / 7}] for number in range(1_500)}
    text = json.dumps(words)
    assert len(json.loads(text)) == len(words)
    assert len(sorted(re.findall(r"word-(\d+)", text))) == len(words)
    return time.thread_time() - begun
