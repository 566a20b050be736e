"""Comparing whoever waits for it: those whom a large delivery left, or everybody anew.

Few are compared chunk by chunk (`cdp.identity.comparing`). Everybody is compared by several processes, and at once: see
`_all_at_once`.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import text

from cdp import ids, progress
from cdp.database import sql
from cdp.identity import comparing, sweeping
from cdp.identity.comparing import ABANDONED, Comparing
from cdp.identity.everybody import Everybody, Some
from cdp.identity.sweeping import Told
from cdp.platform import Platform
from cdp.progress import Tell
from cdp.scope import MATCHER
from cdp.settings import Settings
from consent.types import CUSTOMER_SOURCE

AT_MOST: Final = 5_000
"""How many one run of the worker compares before other jobs have their turn."""
QUEUE: Final = 10_000
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

    Works in as many processes as `hands` says, or as there are processors; several hold everybody in memory. Safe to
    interrupt: whoever is left waits for the worker, or for the next call.
    """
    total, done = queue_everybody(platform, at=at), 0
    hands = hands or sweeping.fitting(total)
    if hands > 1:
        done = _all_at_once(platform.settings, at, hands, sweeping.Told(total, report))
        report(done, max(done, total))
    return done + asyncio.run(
        _work(
            platform,
            at,
            at_most=max(total, 1),
            patience=_NONE,
            report=lambda more, _: report(done + more, max(done + more, total)),
        )
    )


def _all_at_once(settings: Settings, at: datetime, hands: int, told: Told) -> int:
    """Let processes compare everybody who waits, and return how many.

    First all likenesses are brought up to date, which are then read, weighed in memory and written (`sweeping`).
    Whoever changes meanwhile is compared by what is kept then, by whoever changes them, or waits anew; in the end it is
    looked whom a delivery changed without seeing what was written of them, nor this what it wrote.
    """
    with sweeping.hands(hands, told=told) as pool:
        for _ in sweeping.done([pool.submit(_refresh, settings, at) for _ in range(hands)], told):
            pass
        asyncio.run(comparing.apart(settings, Comparing.outwait_all))
        parts = list(sweeping.done([pool.submit(_read, settings, turn, hands) for turn in range(hands)], told))
    everybody = Everybody(parts)
    parts.clear()
    with sweeping.hands(hands, everybody, told) as pool:
        chosen, pairs = sweeping.weighed(pool, settings, len(everybody), told)
        bundles = sweeping.bundles(len(everybody), pairs)
        asked = [pool.submit(sweeping.settle, settings, chosen, some, at) for some in bundles]
        compared = sum(sweeping.done(asked, told))
        asyncio.run(comparing.apart(settings, Comparing.outwait_all))
        for _ in sweeping.done(
            [pool.submit(sweeping.doubt, settings, some, at) for some in sweeping.bonded(hands, pairs)]
        ):
            pass
    return compared


def _refresh(settings: Settings, at: datetime) -> int:
    async def work(hand: Comparing) -> int:
        done = 0
        while more := await hand.refresh(at=at):
            done += more
            sweeping.add(more, sweeping.RENEWED)
        return done

    return asyncio.run(comparing.apart(settings, work))


def _read(settings: Settings, turn: int, hands: int) -> Some:
    def told(people: int) -> None:
        sweeping.add(people, sweeping.READ)

    return asyncio.run(comparing.apart(settings, lambda hand: hand.read(turn, hands, told=told)))


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
