"""How much of a processor the expressions of one organization take together, however cheap each of them is.

Rules: (1) what is counted is the time of the processor, so that a busy machine lets nobody down earlier; (2) an
expression that began is finished: each is bounded by itself; (3) what is not asked any more is told by whoever asks.
"""

import math
import time
from collections.abc import Callable, Mapping
from typing import Final
from uuid import UUID

from cdp.expressions.expression import Expression
from consent.errors import Problem

AT_ONCE: Final = 2.0
"""How many seconds of the processor an organization can use in one go."""
SHARE: Final = 0.25
"""How much of a processor comes back to it meanwhile."""
MOST_REMEMBERED: Final = 10_000


class ExpressionsBusy(Problem):
    """Your expressions took all the time of the processor that they get; ask again in a moment, or ask less at once."""

    code = "expressions-busy"

    def __init__(self, seconds: float) -> None:
        """Say after how many seconds there is some again."""
        super().__init__()
        self.seconds = max(1, math.ceil(seconds))


class Spending:
    """What expressions may still take, in seconds of the processor."""

    def __init__(self, seconds: float, *, used: Callable[[], float] = time.thread_time) -> None:
        """Begin with so much; `used` tells how much of the processor was used until now."""
        self.left = seconds
        self._used = used

    @property
    def is_over(self) -> bool:
        """Whether nothing is left."""
        return self.left <= 0

    def holds(self, asked: Expression, values: Mapping[str, object]) -> bool:
        """Tell whether an expression says yes, and count what it took."""
        begun = self._used()
        says = asked.holds(values)
        self.left -= self._used() - begun
        return says


class Allowances:
    """What the expressions of each organization may take in one process: so much at once, and a share that comes back.

    Calls of one organization that are under way at the same time draw on the same.
    """

    def __init__(
        self, *, clock: Callable[[], float] = time.monotonic, used: Callable[[], float] = time.thread_time
    ) -> None:
        """Begin with everything for everybody."""
        self._clock, self._used = clock, used
        self._known: dict[UUID, tuple[Spending, float]] = {}

    def of(self, organization: UUID) -> Spending:
        """Return what an organization has now; raises ExpressionsBusy where that is nothing."""
        now = self._clock()
        spending, at = self._known.get(organization, (Spending(AT_ONCE, used=self._used), now))
        spending.left = min(AT_ONCE, spending.left + SHARE * (now - at))
        if len(self._known) >= MOST_REMEMBERED:
            self._known = {who: each for who, each in self._known.items() if self._owes(each, now)}
        self._known[organization] = spending, now
        if spending.is_over:
            raise ExpressionsBusy(-spending.left / SHARE)
        return spending

    @staticmethod
    def _owes(known: tuple[Spending, float], now: float) -> bool:
        spending, at = known
        return spending.left + SHARE * (now - at) < AT_ONCE
