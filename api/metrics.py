"""What Prometheus may know: counts and times by route template, and how full the pool of connections is."""

import math
import os
import time
from collections.abc import Iterable
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, multiprocess

from api.processes import COUNTS
from cdp.database import Database
from cdp.log.gauges import Gauge as LogGauge

_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, math.inf)
_POOL: Final = {
    "pool_size": "Connections open.",
    "pool_available": "Connections idle.",
    "requests_waiting": "Requests waiting for a connection.",
}
_OFTEN: Final = 1.0


class Metrics:
    """The numbers of one application; it keeps a registry of its own, so that two can live in one process."""

    def __init__(self, database: Database) -> None:
        self._registry = CollectorRegistry()
        self._database = database
        self._told = 0.0
        self._pool = {
            name: Gauge(f"cdp_database_{name}", about, multiprocess_mode="livesum", registry=self._registry)
            for name, about in _POOL.items()
        }
        self._requests = Counter(
            "cdp_requests", "Requests answered.", ("method", "route", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "cdp_request_seconds",
            "Time to the end of the answer.",
            ("method", "route"),
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self._found: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request, by words that a sender cannot make up."""
        found = self._found.get((method, route, status))
        if found is None:
            labels = method, route
            found = self._requests.labels(*labels, str(status)), self._seconds.labels(*labels)
            self._found[method, route, status] = found
        found[0].inc()
        found[1].observe(seconds)
        now = time.monotonic()
        if now - self._told > _OFTEN:
            self._told = now
            self._tell()

    def exposition(self, logs: Iterable[LogGauge] = ()) -> bytes:
        """Return everything in Prometheus' text format, of all processes that serve together, with how the logs do."""
        self._tell()
        return self._own() + _of_logs(logs)

    def _own(self) -> bytes:
        if COUNTS not in os.environ:
            return generate_latest(self._registry)
        every = CollectorRegistry()
        multiprocess.MultiProcessCollector(every)  # type: ignore[no-untyped-call]  # the library has no types
        return generate_latest(every)

    def _tell(self) -> None:
        """Say how full the pool is: other processes of ours cannot look into it."""
        facts = self._database.pool.get_stats()
        for name, gauge in self._pool.items():
            gauge.set(facts.get(name, 0))


def _of_logs(logs: Iterable[LogGauge]) -> bytes:
    """Return the gauges of the logs; whichever process is asked, they are the database's."""
    registry = CollectorRegistry()
    size = Gauge("cdp_log_size", "Leaves in the log.", ("log",), registry=registry)
    waiting = Gauge("cdp_log_oldest_waiting_seconds", "How long a fact has waited.", ("log",), registry=registry)
    age = Gauge("cdp_log_checkpoint_age_seconds", "Age of the last checkpoint.", ("log",), registry=registry)
    unsigned = Gauge("cdp_log_unsigned", "Leaves beyond the last checkpoint.", ("log",), registry=registry)
    held = Gauge("cdp_log_held", "Facts that are set aside: see cdp log held.", ("log",), registry=registry)
    forked = Gauge("cdp_log_forked", "1 when a witness was shown another log.", ("log",), registry=registry)
    for each in logs:
        forked.labels(each.log).set(each.is_forked)
        size.labels(each.log).set(each.size)
        held.labels(each.log).set(each.held)
        waiting.labels(each.log).set(each.waiting_seconds or 0)
        unsigned.labels(each.log).set(each.size - (each.signed or 0))
        if each.checkpoint_seconds is not None:
            age.labels(each.log).set(each.checkpoint_seconds)
    return generate_latest(registry)
