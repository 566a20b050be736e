"""The one place that reads the clock, so that time is an argument everywhere else."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the present moment, in UTC."""
    return datetime.now(UTC)
