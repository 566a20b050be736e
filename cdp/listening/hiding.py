"""What may be shown so that nobody among fewer than ten is told of: which groups of a table, and which counts. Pure.

A group counts people, not answers. Rules: (1) a group of fewer than ten is hidden; (2) what is hidden together, which
whoever has the total finds by subtraction, is at least ten people too: as long as it is not, the smallest group that is
shown is hidden with it; (3) a total of fewer than ten is hidden, and with it everything; (4) a count by itself is of
ten people or more, and itself none, or ten and more.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Final
from uuid import UUID

FLOOR: Final = 10


def groups(people: Mapping[str, AbstractSet[UUID]]) -> frozenset[str]:
    """Return the groups of one table that may be shown beside its total; none when the total itself may not."""
    if len(frozenset[UUID]().union(*people.values())) < FLOOR:
        return frozenset()
    large = (name for name, group in people.items() if len(group) >= FLOOR)
    open_ = sorted(large, key=lambda name: (len(people[name]), name))
    while open_ and 0 < len(_hidden(people, open_)) < FLOOR:
        open_.pop(0)
    return frozenset(open_)


def count(found: int, *, among: int) -> int | None:
    """Return how many were found among so many people, if it may be shown."""
    return found if among >= FLOOR and (found == 0 or found >= FLOOR) else None


def _hidden(people: Mapping[str, AbstractSet[UUID]], open_: list[str]) -> frozenset[UUID]:
    return frozenset[UUID]().union(*(group for name, group in people.items() if name not in open_))
