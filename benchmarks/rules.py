"""Rules on incoming records: judged in memory, asked as the worker does, and how soon after the commit one is told."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from threading import Event, Thread
from typing import Final

import psycopg

from benchmarks.house import PURPOSE, House, said
from cdp import clock, ids
from cdp.expressions.spending import Spending
from cdp.ingest.batch import Batch
from cdp.ingest.batch import Path as Way
from cdp.ingest.items import Item, Kind
from cdp.ingest.store import Store
from cdp.platform import Platform
from cdp.rules import firing, registering, watching
from cdp.rules.arrivals import Arrival, Due
from cdp.rules.firing import NOTHING, Case, Firing
from cdp.rules.seeing import Seen
from cdp.scope import Principal, Scope
from cdp.signals import streams
from consent.wishes import Speaker

EXPRESSION: Final = (
    "record.properties.value == 0 && record.properties.unit in ['kWh', 'm3'] && record.source == 'source'"
)
_WHAT: Final = "interaction/meter-reading"
_BATCH: Final = 500
_FIRED: Final = "select count(*) from firing"
_PATIENCE: Final = 120


@dataclass(frozen=True, slots=True)
class Ruled:
    """Records a second; milliseconds from the answer of the store until the firing stands, and a webhook has it."""

    judged: float
    asked: float
    stored_without: float
    stored_with: float
    p50: float
    p99: float
    told_p50: float
    told_p99: float


def measure(house: House, records: int, *, firings: int) -> Ruled:
    """Measure with so many records that a rule is asked about and says no to, and so many to which it says yes."""
    plain = asyncio.run(_stored(house, records, value=7))
    _register(house)
    watched = asyncio.run(_stored(house, records, value=7))
    asked = asyncio.run(_asked(house, records))
    stood, told = _soon(house, firings)
    return Ruled(
        judged=_judged(max(records, 1_000)),
        asked=asked,
        stored_without=plain,
        stored_with=watched,
        p50=_percentile(stood, 50),
        p99=_percentile(stood, 99),
        told_p50=_percentile(told, 50),
        told_p99=_percentile(told, 99),
    )


def _percentile(ordered: Sequence[float], share: int) -> float:
    return ordered[min(len(ordered) - 1, len(ordered) * share // 100)]


def _register(house: House) -> None:
    wanted = registering.Wanted(
        name="meter reads zero",
        purpose=PURPOSE,
        records=(_WHAT,),
        expression=EXPRESSION,
        topic="service",
        channels=("email", "phone"),
        sender=Speaker.HUMAN,
    )
    program = house.program("rules:manage")
    with house.platform.database.scoped(Scope(Principal.SOURCE, house.recipient)) as session:
        registering.register(house.platform, session, house.recipient, program, wanted, at=clock.now())


def _readings(first: int, count: int, *, people: int, value: int) -> list[Item]:
    properties = {"value": value, "unit": "kWh", "meter": "E-1", "place": "hal", "note": "x" * 100}
    return [
        said(number % people, "a", Kind.INTERACTION, "meter-reading", {"properties": properties}, key=ids.row().hex)
        for number in range(first, first + count)
    ]


def _batch(house: House, items: Sequence[Item]) -> Batch:
    scope, groups = Scope(Principal.SOURCE, house.source), [[each] for each in items]
    return Batch(scope, groups, path=Way.RECORDS, request_id="bench", received_at=clock.now(), may_verify=True)


async def _stored(house: House, records: int, *, value: int) -> float:
    own = Platform.open(house.platform.settings)
    await own.database.open()
    try:
        store, people = Store(own), len(house.known)
        batches = [
            _batch(house, _readings(first, min(_BATCH, records - first), people=people, value=value))
            for first in range(0, records, _BATCH)
        ]
        begin = time.perf_counter()
        for each in batches:
            await store.take(each)
        return records / (time.perf_counter() - begin)
    finally:
        await own.database.close()


async def _asked(house: House, records: int) -> float:
    own = Platform.open(house.platform.settings)
    await own.database.open()
    try:
        asking, arrived, begin = Firing(own), 0, time.perf_counter()
        while (done := await asking.round(at=clock.now())) != NOTHING:
            arrived += done.arrived
        assert arrived == records, f"{arrived} of {records} records were noted"
        return records / (time.perf_counter() - begin)
    finally:
        await own.database.close()


@contextmanager
def _worker(platform: Platform) -> Iterator[None]:
    stop, failures = Event(), list[Exception]()
    hand = Thread(target=watching.work, args=(platform, stop), kwargs={"report": failures.append})
    hand.start()
    try:
        yield
    finally:
        stop.set()
        hand.join()
    assert not failures, failures


def _soon(house: House, firings: int) -> tuple[list[float], list[float]]:
    """Return how many milliseconds it took each time, shortest first: until it stood, and until the webhook had it."""
    stood, told = [], []
    with (
        _receiver() as (url, heard),
        _worker(_told_at(house, url)),
        psycopg.connect(house.admin_url, autocommit=True) as connection,
    ):
        for number in range(firings):
            asyncio.run(_one(house, number))
            begin = time.perf_counter()
            while (connection.execute(_FIRED).fetchone() or (0,))[0] <= number:
                assert time.perf_counter() - begin < _PATIENCE, "nothing fired"
                time.sleep(0.002)
            stood.append(1000 * (time.perf_counter() - begin))
            told.append(1000 * (heard.get(timeout=_PATIENCE) - begin))
    return sorted(stood), sorted(told)


def _told_at(house: House, url: str) -> Platform:
    """Have the recipient told of firings there; return the platform of an operator who lets this machine be told."""
    platform = replace(house.platform, settings=replace(house.platform.settings, allow_private_addresses=True))
    wanted = streams.Wanted(streams.Kind.WEBHOOK, ("rule",), url)
    with platform.database.scoped(Scope(Principal.SOURCE, house.recipient)) as session:
        streams.create(platform, session, house.recipient, wanted, at=clock.now())
    return platform


@contextmanager
def _receiver() -> Iterator[tuple[str, "Queue[float]"]]:
    """Listen on this machine's loopback address; yields where, and the moments at which something came."""
    heard: Queue[float] = Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            heard.put(time.perf_counter())
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Stay quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        hand = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        hand.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", heard
        finally:
            server.shutdown()
            hand.join()


async def _one(house: House, number: int) -> None:
    own = Platform.open(house.platform.settings)
    await own.database.open()
    try:
        await Store(own).take(_batch(house, _readings(number, 1, people=len(house.known), value=0)))
    finally:
        await own.database.close()


def _judged(records: int) -> float:
    due = Due(ids.NIL, PURPOSE, "", ids.NIL, "", [_WHAT], EXPRESSION, "service", ["email"], "human", [1])
    cases = [Case(Arrival(ids.NIL, ids.NIL, _WHAT, clock.now()), [due])] * records
    facts = {"kind": "interaction", "type": "meter-reading", "source": "source", "category": "usage"}
    seen = [
        Seen(n, facts | {"at": "2026-01-01T00:00:00Z", "properties": {"value": n % 9, "unit": "kWh", "note": "x"}})
        for n in range(records)
    ]
    firing.judged(cases, seen[:100], Spending(1), at=clock.now())  # compiled
    begin = time.process_time()
    hits, left = firing.judged(cases, seen, Spending(records), at=clock.now())
    rate = records / (time.process_time() - begin)
    assert (len(hits), len(left)) == ((records + 8) // 9, 0)
    return rate
