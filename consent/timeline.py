"""What stood between a customer and a recipient for one purpose at every moment, by the law applied again."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from consent.acts import Act, Attest, Extend, Grant
from consent.admission import admit
from consent.decision import decide
from consent.permission import EMPTY, Permission, is_running
from consent.types import CUSTOMER_SOURCE

NEVER: Final = -1


@dataclass(slots=True)
class State:
    """What stood from one act until the next, and since which act there had always been something."""

    permission: Permission
    since: int
    """Position of the act that opened the permission; later ones changed it without a gap."""
    unproven: frozenset[str] = frozenset()
    """Categories that nothing opened but a merge with somebody who cannot be seen."""
    _known: dict[tuple[tuple[str, ...], bool, bool], bool] = field(default_factory=dict)

    def allows(self, recipient: UUID, categories: tuple[str, ...], at: datetime) -> bool:
        """Tell whether `recipient` could see something of each of these at `at`, from any source."""
        standing = self.permission
        case = (categories, is_running(standing.expires_at, at), is_running(standing.attested_expires_at, at))
        known = self._known.get(case)
        if known is None:
            known = self._known[case] = all(self._allows(recipient, category, at) for category in categories)
        return known

    def _allows(self, recipient: UUID, category: str, at: datetime) -> bool:
        standing = self.permission
        return any(
            decide(standing, recipient=recipient, category=category, source=source, at=at).allowed
            for source in {recipient, *(standing.sources or {CUSTOMER_SOURCE})}
        )


class Timeline:
    """The states of one permission, in the order of its acts."""

    __slots__ = ("_moments", "_states", "recipient")

    def __init__(self, recipient: UUID) -> None:
        """Begin with nothing."""
        self.recipient = recipient
        self._moments: list[datetime] = []
        self._states: list[State] = []

    @property
    def latest(self) -> Permission:
        """What stands after the last act."""
        return self._states[-1].permission if self._states else EMPTY

    @property
    def position(self) -> int:
        """The position of the last act."""
        return len(self._states) - 1

    @property
    def unproven(self) -> frozenset[str]:
        """Categories that nothing opened, as far as can be seen, after the last act."""
        return self._states[-1].unproven if self._states else frozenset()

    def add(self, act: Act, other: "Timeline | None" = None, *, is_unseen: bool = False) -> None:
        """Apply `act`, or raise the Problem that should have kept it out.

        A merge was with somebody whose timeline is `other`; `is_unseen` says that theirs cannot be known any more.
        """
        before, unproven = self.latest, self.unproven
        after = admit(before, act)
        opened = before.open_at(act.at)
        if is_unseen:
            unproven |= after.open_at(act.at) - opened
        elif other is not None and other.unproven:
            unproven |= other.unproven - opened
        elif isinstance(act, Grant | Extend | Attest):
            unproven -= act.categories
        since = self._states[-1].since if opened else len(self._states)
        self._states.append(State(after, since, unproven))
        self._moments.append(after.latest_at or act.at)

    def is_proven(self, categories: tuple[str, ...], at: datetime) -> bool:
        """Tell whether what opened `categories` at `at` can be seen."""
        position = self.position_at(at)
        return position == NEVER or self._states[position].unproven.isdisjoint(categories)

    def position_at(self, at: datetime) -> int:
        """Return the position of the last act at or before `at`, or NEVER."""
        return bisect_right(self._moments, at) - 1

    def allows(self, cited: int, categories: tuple[str, ...], at: datetime) -> bool:
        """Tell whether the permission that the act at `cited` opened or changed allowed `categories` at `at`."""
        return self._allows(self.position_at(at), cited, categories, at)

    def allowed_around(self, cited: int, categories: tuple[str, ...], at: datetime, within: timedelta) -> bool:
        """Tell whether an act less than `within` away from `at` is all that keeps `allows` from being true."""
        first = max(bisect_left(self._moments, at - within) - 1, 0)
        last = bisect_right(self._moments, at + within)
        return any(
            self._allows(position, cited, categories, max(at, self._moments[position]))
            for position in range(first, last)
        )

    def _allows(self, position: int, cited: int, categories: tuple[str, ...], at: datetime) -> bool:
        if position == NEVER:
            return False
        state = self._states[position]
        return state.since <= cited <= position and state.allows(self.recipient, categories, at)
