"""How long somebody is left alone who did not answer, so that a service in trouble is not asked more often for it."""

import random
from dataclasses import dataclass
from typing import Final

_MOST_DOUBLINGS: Final = 20


@dataclass(frozen=True, slots=True)
class Backoff:
    """Twice as long after each failure, in seconds from `first` to `longest`, unless they ask for a time."""

    first: float
    longest: float

    def wait(self, failures: int, *, asked: float | None = None) -> float:
        """Return for how many seconds: as asked, or between half of what doubling gives and all of it."""
        if asked is not None:
            return min(max(asked, 1.0), self.longest)
        most = min(self.first * 2 ** min(failures, _MOST_DOUBLINGS), self.longest)
        return random.uniform(most / 2, most)  # noqa: S311  # spreads retries, no secret
