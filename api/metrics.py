"""What Prometheus may know: counts and times by route template, and how full the pool of connections is."""

import math
from collections.abc import Iterator
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from cdp.database import Database

_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, math.inf)


class Metrics:
    """The numbers of one application; it keeps a registry of its own, so that two can live in one process."""

    def __init__(self, database: Database) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_Pool(database))
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

    def exposition(self) -> bytes:
        """Return everything in Prometheus' text format."""
        return generate_latest(self._registry)


class _Pool(Collector):
    """The async pool's own numbers, read when they are asked for."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def collect(self) -> Iterator[GaugeMetricFamily]:
        facts = self._database.pool.get_stats()
        for name, about in (
            ("pool_size", "Connections open."),
            ("pool_available", "Connections idle."),
            ("requests_waiting", "Requests waiting for a connection."),
        ):
            yield GaugeMetricFamily(f"cdp_database_{name}", about, value=facts.get(name, 0))
