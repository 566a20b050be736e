"""Which groups of a table may be shown so that nobody in a group under ten is told of, not even by subtraction. Pure.

A group counts people, not answers. Rules: (1) a group of fewer than ten is hidden; (2) what is hidden together, which
whoever has the total finds by subtraction, is at least ten people too: as long as it is not, the smallest group that is
shown is hidden with it; (3) a total of fewer than ten is hidden, and with it everything.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Final
from uuid import UUID

FLOOR: Final = 10


def shown(groups: Mapping[str, AbstractSet[UUID]], *, floor: int = FLOOR) -> frozenset[str]:
    """Return the groups of one table that may be shown beside its total; none when the total itself may not."""
    if len(frozenset[UUID]().union(*groups.values())) < floor:
        return frozenset()
    open_ = sorted((name for name, people in groups.items() if len(people) >= floor), key=lambda n: (len(groups[n]), n))
    while open_ and 0 < len(_hidden(groups, open_)) < floor:
        open_.pop(0)
    return frozenset(open_)


def _hidden(groups: Mapping[str, AbstractSet[UUID]], open_: list[str]) -> frozenset[UUID]:
    return frozenset[UUID]().union(*(people for name, people in groups.items() if name not in open_))
