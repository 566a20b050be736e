"""Whether what many clients saw of one customer could have happened in one order: a register that one client writes.

Every operation has a begin and an end on a clock that all processes share. A history is linearizable when each can be
given one moment between the two, so that every read returns what was written last (Herlihy and Wing, 1990). With one
writer the writes have their order; a read may return any of those that were the last one at some moment of it, and none
that is older than what a read that had ended returned.
"""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Seen:
    """One operation on one customer: what it wrote, or what it was told; `way` is how."""

    customer: int
    way: str
    is_write: bool
    is_open: bool
    began: int
    ended: int


def stale(history: Iterable[Seen]) -> list[Seen]:
    """Return the reads that fit in no order; nobody is open before the first write."""
    found, by_customer = [], dict[int, list[Seen]]()
    for each in history:
        by_customer.setdefault(each.customer, []).append(each)
    for operations in by_customer.values():
        writes = sorted((each for each in operations if each.is_write), key=lambda each: each.began)
        assert all(one.ended < next_.began for one, next_ in pairwise(writes)), "one client writes"
        found += _stale(writes, sorted((each for each in operations if not each.is_write), key=lambda each: each.began))
    return found


def _stale(writes: list[Seen], reads: list[Seen]) -> list[Seen]:
    found, under_way, floor = list[Seen](), list[tuple[int, int]](), 0
    states = [False, *(each.is_open for each in writes)]
    for read in reads:
        least = sum(each.ended < read.began for each in writes)
        most = sum(each.began < read.ended for each in writes)
        while under_way and under_way[0][0] < read.began:  # it had ended, so this one comes after it
            floor = max(floor, heapq.heappop(under_way)[1])
        fitting = [after for after in range(max(least, floor), most + 1) if states[after] == read.is_open]
        if fitting:
            heapq.heappush(under_way, (read.ended, fitting[0]))
        else:
            found.append(read)
    return found
