"""What the logs cost, and how soon they tell: leaves appended, acts signed, and an act with and without its log."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from statistics import median, quantiles
from typing import Any, Final
from uuid import UUID

import psycopg

from benchmarks import load
from benchmarks.house import PURPOSE, House
from cdp import clock
from cdp.log.sequencer import Sequencer
from cdp.permissions import grants
from cdp.scope import Principal, Scope
from consent import acts as law

ACTS_PER_SECOND: Final = 200
_HANDS: Final = 4
_WORKER: Final = ("-P", "-m", "cdp.cli", "worker")
_READS: Final = """
insert into access (customer_id, at, access_id, organization_id, client_id, principal, path, purpose, asked, released,
    records, outcome, reason)
select (%(customers)s::uuid[])[1 + n %% cardinality(%(customers)s::uuid[])], statement_timestamp(), gen_random_uuid(),
    %(recipient)s, 'benchmark', 'service', 'profile', 'customer-care', '{contact,products}', '{}', 0, 'refused',
    'never-granted'
from generate_series(1, %(count)s) n
"""
_SIGNED: Final = """
select o.fact_id, extract(epoch from (
    select min(c.at) from checkpoint c where c.log_id = o.log_id and c.size > o.position))
from opening o where o.kind = 1 and o.fact_id = any(%s)
"""
_TRIGGERS: Final = ("act", "permission")


@dataclass(frozen=True, slots=True)
class Logs:
    """Leaves a second, seconds from the acknowledgement to the signature, and milliseconds of an act."""

    leaves: float
    signed_p50: float
    signed_p99: float
    act: float
    act_without_log: float
    tiles: float
    """Full tiles a second, as anybody may ask for them."""
    checkpoints: float


def measure(house: House, port: int, *, leaves: int, seconds: int, acts: int, requests: int) -> Logs:
    """Return how the logs of `house`, which `port` serves, do."""
    with psycopg.connect(house.admin_url, autocommit=True) as admin:
        rate = _append(house, admin, leaves)
        waited = _sign(house, admin, seconds)
        logged, bare = _act(house, admin, acts)
    tiles, checkpoints = (_ask(port, path, requests) for path in ("tile/0/000", "checkpoint"))
    return Logs(rate, median(waited), quantiles(waited, n=100)[98], 1000 * logged, 1000 * bare, tiles, checkpoints)


def _ask(port: int, path: str, requests: int) -> float:
    """Return how many requests a second anybody is answered from the access log."""
    wanted = load.request("GET", f"/log/access/{path}", "nobody")
    return load.closed(port, [wanted] * requests, connections=_HANDS).rate


def _append(house: House, admin: psycopg.Connection[Any], wanted: int) -> float:
    """Return how many reads a second the sequencer appends and signs in batches."""
    sequencer = Sequencer(house.platform)
    admin.execute("truncate access_outbox")  # a million reads of the other measurements would take minutes to tell
    while sequencer.step().more:
        pass
    admin.execute(_READS, {"customers": house.known, "recipient": house.recipient, "count": wanted})
    begun, done = time.perf_counter(), 0
    while True:
        step = sequencer.step()
        done += step.access
        if not step.more:
            return done / (time.perf_counter() - begun)


def _sign(house: House, admin: psycopg.Connection[Any], seconds: int) -> list[float]:
    """Return how long acts waited for their checkpoint while a worker ran and many were made."""
    acknowledged: dict[UUID, float] = {}
    with _working(house), ThreadPoolExecutor(_HANDS) as hands:
        time.sleep(2)  # the worker takes its turn
        begun = time.perf_counter()

        def take_part(hand: int) -> None:
            act = _hand(house, house.known[hand::_HANDS])
            for number in range(seconds * ACTS_PER_SECOND // _HANDS):
                time.sleep(max(0.0, begun + number * _HANDS / ACTS_PER_SECOND - time.perf_counter()))
                made = act()
                acknowledged[made] = clock.now().timestamp()

        list(hands.map(take_part, range(_HANDS)))
        time.sleep(3)  # the last ones are signed
        signed = admin.execute(_SIGNED, (list(acknowledged),)).fetchall()
    return [max(0.0, float(at) - acknowledged[act]) for act, at in signed if at is not None]


def _act(house: House, admin: psycopg.Connection[Any], acts: int) -> tuple[float, float]:
    """Return how long an act takes with and without the triggers of the log, taken in turns."""
    act = _hand(house, house.known)
    found: dict[bool, list[float]] = {True: [], False: []}
    for turn in range(10):
        is_logged = turn % 2 == 0
        for table in _TRIGGERS:
            admin.execute(f"alter table {table} {'enable' if is_logged else 'disable'} trigger user".encode())
        for _ in range(acts // 10):
            begun = time.perf_counter()
            act()
            found[is_logged].append(time.perf_counter() - begun)
    for table in _TRIGGERS:
        admin.execute(f"alter table {table} enable trigger user".encode())
    return median(found[True]), median(found[False])


def _hand(house: House, customers: list[UUID]) -> Callable[[], UUID]:
    """Return a function that lets the next customer grant, and take back the next time around."""
    numbers: Iterator[int] = count()

    def act() -> UUID:
        lap, place = divmod(next(numbers), len(customers))
        customer, at = customers[place], clock.now()
        scope = Scope(Principal.CUSTOMER, customer=customer)
        with house.platform.database.scoped(scope) as session:
            return grants.record(session, scope, customer, _choice(house, lap, at))

    return act


def _choice(house: House, lap: int, at: datetime) -> law.Act:
    if lap % 2:
        return law.Object(recipient=house.recipient, purpose=PURPOSE, at=at)
    return law.Grant(
        recipient=house.recipient,
        purpose=PURPOSE,
        at=at,
        categories=frozenset({"contact", "products"}),
        expires_at=at + timedelta(days=30),
    )


@contextmanager
def _working(house: House) -> Iterator[None]:
    environment = dict(os.environ) | house.environment
    worker = subprocess.Popen([sys.executable, *_WORKER], env=environment, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        worker.terminate()
        worker.wait(60)
