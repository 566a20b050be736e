"""What has to happen now and then: one active worker does it, whichever machine it runs on.

A job is safe to repeat and safe to interrupt, and one that fails harms no other: it is told and tried again. One that
waits for servers that are not ours runs beside the others, so that it keeps none of them waiting. Nothing that a
customer decided waits for a job: expiry, revocation and erasure hold without any.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from threading import Event
from typing import Final

from sqlalchemy import text

from cdp import clock, key_destruction, organizations
from cdp.catalog import mapping
from cdp.database import rows_changed
from cdp.identity import relinking
from cdp.ingest import pull, rejects
from cdp.mailroom import alerts, receipt_letters, reminders, request_letters
from cdp.platform import Platform
from cdp.scope import OPERATOR, Principal, Scope
from cdp.signals import delivery
from cdp.turns import Turn, taken

AT_MOST: Final = 10_000
"""How many rows one transaction of a purge deletes."""
_LOOK: Final = 1.0

_PURGES: Final = {
    "delivery": ("received_at", timedelta(hours=48)),
    "access_token": ("expires_at", timedelta(hours=1)),
    "login_link": ("expires_at", timedelta(hours=24)),  # until then it counts how many a person asked for
    "session": ("expires_at", timedelta(hours=24)),
    "ceremony": ("expires_at", timedelta(hours=24)),
    "proof_code": ("expires_at", timedelta(hours=24)),
    "question_code": ("expires_at", timedelta(days=30)),  # until then it counts how many were sent
    "question_try": ("at", timedelta(days=30)),
    "confirmation": ("expires_at", timedelta(days=30)),
    "presentation": ("expires_at", timedelta(hours=1)),  # until then it counts how many a person made
    "presentation_miss": ("expires_at", timedelta(hours=1)),
    "check_count": ("expires_at", timedelta(hours=1)),
    "message": ("expires_at", timedelta(days=7)),  # of those that went to many or to nobody; no other is seen here
    "used_once": ("expires_at", timedelta(minutes=5)),  # the clock of a door may be behind this one
    "authorization_request": ("expires_at", timedelta(hours=1)),
    "token_family": ("expires_at", timedelta(hours=1)),
    "access_request": ("due_at", timedelta(days=90)),  # of those that nobody answered; no other is seen here
    "idempotency": ("at", timedelta(hours=24)),
    "reject": ("at", rejects.KEPT),
    "contact": ("until", timedelta(hours=24)),  # of reservations that nothing came of; no other is seen here
    "change": ("at", timedelta(days=90)),  # whoever has not asked for so long reads their grants anew
}

Run = Callable[[Platform, datetime], int]


@dataclass(frozen=True, slots=True)
class Job:
    """Something that has to happen; `run` returns how much it did."""

    name: str
    every: timedelta
    run: Run = field(repr=False)
    is_apart: bool = False
    """Whether it waits for others' servers: it runs beside the other jobs, and again at once if it did anything."""


@dataclass(frozen=True, slots=True)
class Done:
    """What one run of a job came to; `failure` is the kind of error, never its text."""

    job: str
    count: int
    milliseconds: int
    failure: str | None = None


def make_partitions(platform: Platform, at: datetime) -> int:
    """Make the partitions that this and the next period need, and return how many are new."""
    with platform.database.scoped(OPERATOR) as session:
        return int(session.execute(text("select make_partitions(:at)"), {"at": at}).scalar_one())


def purge(table: str, platform: Platform, at: datetime) -> int:
    """Delete what is older than it has to be, part by part, and return how many rows went."""
    column, kept = _PURGES[table]
    old = f"select ctid from {table} where {column} < :before limit :most"  # noqa: S608 - the names stand above
    part = text(f"delete from {table} where ctid = any (array({old}))")  # noqa: S608 - the names stand above
    deleted, gone = 0, AT_MOST
    while gone == AT_MOST:
        with platform.database.scoped(OPERATOR) as session:
            gone = rows_changed(session, part, {"before": at - kept, "most": AT_MOST})
        deleted += gone
    return deleted


def destroy_keys(platform: Platform, at: datetime) -> int:
    """Destroy the keys that an erasure gave up and did not come to destroy, because its process died."""
    return key_destruction.settle(platform, at=at)


def finish_removals(platform: Platform, at: datetime) -> int:
    """Take away what a removal left, or what arrived while an organization was being closed."""
    with platform.database.scoped(OPERATOR) as session:
        closed = [
            each.organization_id
            for each in organizations.registered(session)
            if each.closed_at is not None and each.closed_at > at - timedelta(days=7)
        ]
    return sum(organizations.remove(platform, each, at=at).subjects for each in closed)


def finish_mappings(platform: Platform, at: datetime) -> int:
    """Re-file what a change of an organization's mapping has not come to yet."""
    del at  # when it is makes no difference
    with platform.database.scoped(OPERATOR) as session:
        waiting = mapping.unfinished(session)
    scopes = [(Scope(Principal.OPERATOR, organization=organization), entry) for organization, entry in waiting]
    return sum(mapping.refile(platform, scope, entry).refiled for scope, entry in scopes)


JOBS: Final[tuple[Job, ...]] = (
    Job("partitions", timedelta(hours=1), make_partitions),
    Job("key-destruction", timedelta(minutes=1), destroy_keys),
    Job("removals", timedelta(minutes=10), finish_removals),
    Job("mappings", timedelta(minutes=1), finish_mappings),
    *(Job(f"pulls-{hand}", timedelta(seconds=30), pull.run_next, is_apart=True) for hand in range(1, pull.AT_ONCE + 1)),
    *(
        Job(f"signals-{hand}", timedelta(seconds=2), delivery.run_next, is_apart=True)
        for hand in range(1, delivery.AT_ONCE + 1)
    ),
    Job("matches", timedelta(seconds=2), relinking.run_next, is_apart=True),
    Job("alerts", timedelta(minutes=1), alerts.send_due, is_apart=True),
    Job("reminders", timedelta(hours=1), reminders.send_due, is_apart=True),
    Job("receipts", timedelta(minutes=5), receipt_letters.send_due, is_apart=True),
    Job("requests", timedelta(minutes=1), request_letters.send_due, is_apart=True),
    *(Job(f"purge-{table}", timedelta(minutes=10), partial(purge, table)) for table in _PURGES),
)


def run(job: Job, platform: Platform, *, at: datetime) -> Done:
    """Run a job once, now, and return what it came to; no error of its own gets out."""
    begun = time.monotonic()
    count, failure = 0, None
    try:
        count = job.run(platform, at)
    except Exception as error:  # noqa: BLE001 - one job must not stop the others; what went wrong is told by kind
        failure = type(error).__name__
    return Done(job.name, count, round((time.monotonic() - begun) * 1000), failure)


def work(platform: Platform, stop: Event, *, report: Callable[[Done], None], jobs: tuple[Job, ...] = JOBS) -> None:
    """Run the jobs when they are due until `stop` is set; waits while another worker is the active one."""
    with ThreadPoolExecutor(sum(job.is_apart for job in jobs) or 1, "job") as hands:
        while not stop.is_set():
            with taken(platform, Turn.WORKER) as turn:
                rounds = _Rounds(platform, hands, jobs)
                while turn is not None and not stop.is_set():
                    turn.execute("select 1")  # raises when the connection, and with it the turn, is gone
                    for done in rounds.run():
                        report(done)
                    stop.wait(_LOOK)
                for done in rounds.end():
                    report(done)
            stop.wait(_LOOK)


class _Rounds:
    """When each job is due again, and which of them run beside the others now."""

    def __init__(self, platform: Platform, hands: Executor, jobs: tuple[Job, ...]) -> None:
        self._platform = platform
        self._hands = hands
        self._due = dict.fromkeys(jobs, clock.now())
        self._apart: dict[Job, Future[Done]] = {}

    def run(self) -> Iterator[Done]:
        """Run what is due and yield what came to an end."""
        for job in [job for job, running in self._apart.items() if running.done()]:
            yield self._ended(job, self._apart.pop(job).result())
        for job in [job for job, moment in self._due.items() if moment <= clock.now() and job not in self._apart]:
            if job.is_apart:
                self._apart[job] = self._hands.submit(run, job, self._platform, at=clock.now())
            else:
                yield self._ended(job, run(job, self._platform, at=clock.now()))

    def end(self) -> Iterator[Done]:
        """Wait for what still runs, and yield what it came to."""
        for running in self._apart.values():
            yield running.result()

    def _ended(self, job: Job, done: Done) -> Done:
        is_going_on = job.is_apart and done.count > 0
        self._due[job] = clock.now() + (timedelta(0) if is_going_on else job.every)
        return done
