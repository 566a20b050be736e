"""How far a long work is: whoever does it tells, and whoever waits shows it."""

from collections.abc import Callable

Tell = Callable[[int, int | None], None]
"""Told how much is done, and of how much; None while nobody knows."""


def unheard(_done: int, _total: int | None) -> None:
    """Show nothing: for work that nobody waits for."""
