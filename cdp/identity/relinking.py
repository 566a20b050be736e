"""Comparing whoever waits for it: those whom a large delivery left, or everybody anew.

Few are compared chunk by chunk (`cdp.identity.comparing`). Everybody is compared by several processes, and at once: see
`_all_at_once`.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from datetime import datetime, timedelta
from multiprocessing import get_context
from typing import Final

from sqlalchemy import text

from cdp import ids, progress
from cdp.database import sql
from cdp.identity import comparing
from cdp.identity.comparing import ABANDONED, Answer, Comparing
from cdp.identity.everybody import Everybody, Some
from cdp.platform import Platform
from cdp.progress import Tell
from cdp.scope import MATCHER
from cdp.settings import Settings
from consent.types import CUSTOMER_SOURCE

AT_MOST: Final = 5_000
"""How many one run of the worker compares before other jobs have their turn."""
QUEUE: Final = 10_000
SMALL: Final = 5_000
"""So many are compared sooner by one process than others begin."""
SHARE: Final = 4_000
"""How many a process compares before it tells how far it is."""
FEW: Final = 25
"""How many of everybody one transaction compares: those of other processes hold the same people now and then."""
MOST_HANDS: Final = 8
_NONE: Final = timedelta(microseconds=-1)  # also what began at this very moment, and was in another's way
_DUE: Final = text("select count(*) from match_due")
_ANY: Final = text("select exists (select from match_due)")


def run_next(platform: Platform, at: datetime) -> int:
    """Compare subjects that wait, and return how many; a job of the worker."""
    with platform.database.scoped(MATCHER) as session:
        if not session.execute(_ANY).scalar_one():
            return 0
    return asyncio.run(_work(platform, at, at_most=AT_MOST))


def queue_everybody(platform: Platform, *, at: datetime) -> int:
    """Let every subject be compared anew, and return how many wait now."""
    statement, last, seen = text(sql("match_queue_all")), (ids.NIL, ids.NIL), QUEUE
    while seen == QUEUE:
        with platform.database.scoped(MATCHER) as session:
            facts = {"moment": at, "customer": last[0], "subject": last[1], "own": CUSTOMER_SOURCE, "most": QUEUE}
            row = session.execute(statement, facts).one()
        seen, last = row.seen, (row.customer_id, row.subject_id)
    return due(platform)


def due(platform: Platform) -> int:
    """Return how many subjects wait to be compared."""
    with platform.database.scoped(MATCHER) as session:
        return int(session.execute(_DUE).scalar_one())


def relink(platform: Platform, *, at: datetime, hands: int | None = None, report: Tell = progress.unheard) -> int:
    """Compare everybody with everybody who is like them, and return how many were compared.

    Works in as many processes as `hands` says, or as there are processors; each takes its share of the queue, so that
    memory does not grow with the number of people. Safe to interrupt: whoever is left waits for the worker, or for the
    next call.
    """
    total, done = queue_everybody(platform, at=at), 0
    hands = hands or (1 if total <= SMALL else min(_processors(), MOST_HANDS))
    if hands > 1:
        done = _all_at_once(platform.settings, at, hands, report=lambda more: report(more, max(more, total)))
    return done + asyncio.run(
        _work(
            platform,
            at,
            at_most=max(total, 1),
            patience=_NONE,
            report=lambda more, _: report(done + more, max(done + more, total)),
        )
    )


def _all_at_once(settings: Settings, at: datetime, hands: int, *, report: Callable[[int], None]) -> int:
    """Let processes compare everybody who waits, and return how many.

    First all likenesses are brought up to date. Then all are read into memory once, so that of those who share a key
    only they are looked at in the database who may be the same person; whoever changes meanwhile is compared by
    whoever changes them, or waits anew.
    """
    context = get_context("spawn")
    with ProcessPoolExecutor(hands, mp_context=context) as pool:
        for _ in _done(pool.submit(_refresh, settings, at) for _ in range(hands)):
            pass
        asyncio.run(comparing.apart(settings, Comparing.outwait_all))
        parts = list(_done(pool.submit(_read, settings, turn, hands) for turn in range(hands)))
    everybody, done = Everybody(parts), 0
    parts.clear()
    shares = [range(start, min(start + SHARE, len(everybody))) for start in range(0, len(everybody), SHARE)]
    with ProcessPoolExecutor(hands, mp_context=context, initializer=_remember, initargs=(everybody,)) as pool:
        for more in _done(pool.submit(_meet, settings, at, share) for share in shares):
            done += more
            report(done)
    return done


def _done(asked: Iterable[Future[Answer]]) -> Iterator[Answer]:
    for each in as_completed(list(asked)):
        yield each.result()


_EVERYBODY: Everybody | None = None
"""Whom a process that helps has been given."""


def _remember(everybody: Everybody) -> None:
    global _EVERYBODY  # noqa: PLW0603  # handed over once, when the process begins, and not with each share
    _EVERYBODY = everybody


def _refresh(settings: Settings, at: datetime) -> int:
    async def work(hand: Comparing) -> int:
        done = 0
        while more := await hand.refresh(at=at):
            done += more
        return done

    return asyncio.run(comparing.apart(settings, work))


def _read(settings: Settings, turn: int, hands: int) -> Some:
    return asyncio.run(comparing.apart(settings, lambda hand: hand.read(turn, hands)))


def _meet(settings: Settings, at: datetime, share: range) -> int:
    async def work(hand: Comparing) -> int:
        everybody = _EVERYBODY or Everybody([])
        chunks = (share[start : start + FEW] for start in range(0, len(share), FEW))
        return sum([await hand.meet(everybody, places, at=at) for places in chunks])

    return asyncio.run(comparing.apart(settings, work))


def _processors() -> int:
    """Return on how many processors this process may work."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


async def _work(
    platform: Platform,
    at: datetime,
    *,
    at_most: int | None = None,
    patience: timedelta = ABANDONED,
    report: Tell = progress.unheard,
) -> int:
    async def work(hand: Comparing) -> int:
        done = 0
        while at_most is None or done < at_most:
            more = await hand.chunk(at=at)
            if not more:
                break
            done += more
            report(done, None)
        return done

    return await comparing.apart(platform.settings, work, patience=patience)
