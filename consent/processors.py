"""On how many processors this process may work."""

import os


def usable() -> int:
    """Return how many: those that it was given, where the system says so, or else all."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
