"""Reads: an enforced, logged, unsealed profile against ready bytes, the bare rows, and PostgreSQL's own ceiling."""

import random
import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

import psycopg

from benchmarks import load
from benchmarks.house import PURPOSE, House
from cdp.embedded.postgres_binaries import find

CONNECTIONS: Final = 128
"""So many fill the server; with a few it waits for the load, which looks at one answer after the other."""
STEPS: Final = ("bare", "unsealed", "gated", "logged")
"""Each guard on top of the one before, one read at a time; the product then lets reads share a statement."""
ROUNDS: Final = 5
"""How often ready bytes, enforced reads and pgbench take turns: what a noisy machine does to one it does to all."""
_RAW: Final = """\\set n random(1, {count})
select r.occurred_at, r.subject_id, r.record_id, r.source_id, r.kind, r.category, r.type, r.sealed
from bench_person b join record r on r.customer_id = b.customer_id where b.n = :n and r.superseded_at is null
union all
select i.occurred_at, i.subject_id, i.record_id, i.source_id, 'interaction', i.category, i.type, i.sealed
from bench_person b join interaction i on i.customer_id = b.customer_id where b.n = :n;
"""
"""The rows that a profile is made of, without the keys that open them: records and interactions."""


@dataclass(frozen=True, slots=True)
class Reads:
    """Requests a second of each kind, and the latency at half of what the enforced read can do."""

    ready: float
    of_ready: float
    """The enforced read in ready bytes of the same round."""
    bare: float
    unsealed: float
    gated: float
    logged: float
    enforced: float
    raw: float
    of_raw: float
    """The enforced read in pgbench's rate of the same round."""
    p50: float
    p99: float


def measure(house: House, port: int, requests: int, *, seconds: int) -> Reads:
    """Measure every kind of read in turn on the house as it is now."""
    token = f"Bearer {house.token()}"
    ids = house.profile_ids()
    rng = random.Random(house.size)  # the same order of people in every run
    picked = [rng.choice(ids) for _ in range(requests)]
    kinds: dict[str, Sequence[bytes]] = {
        "ready": [load.request("GET", "/bench/ready", token)] * requests,
        **{step: [_bench(step, each, house, token) for each in picked[::8]] for step in STEPS},  # slow, and a detail
        "enforced": _enforced(picked, token),
    }
    rates = {name: _rate(port, kinds.pop(name)) for name in STEPS}
    number_the_people(house)
    rounds = [_round(port, kinds, place) | {"raw": pgbench(house, seconds)} for place in range(ROUNDS)]
    rates |= {name: median(each[name] for each in rounds) for name in ("ready", "enforced", "raw")}
    of = {name: median(each["enforced"] / each[name] for each in rounds) for name in ("ready", "raw")}
    half = load.paced(port, kinds["enforced"], connections=CONNECTIONS, rate=rates["enforced"] / 2)
    return Reads(**rates, of_ready=of["ready"], of_raw=of["raw"], p50=half.percentile(0.5), p99=half.percentile(0.99))


def beside_raw(house: House, port: int, requests: int, *, seconds: int) -> tuple[float, float]:
    """Return enforced reads a second, and that in what pgbench does in the same round; people have numbers by then."""
    picked = random.Random(house.size).choices(house.profile_ids(), k=requests)
    wanted = _enforced(picked, f"Bearer {house.token()}")
    rounds = [(_rate(port, wanted[place::ROUNDS]), pgbench(house, seconds)) for place in range(ROUNDS)]
    return median(rate for rate, _ in rounds), median(rate / raw for rate, raw in rounds)


def _enforced(picked: Sequence[str], token: str) -> list[bytes]:
    return [load.request("GET", f"/v1/profiles/{each}?purpose={PURPOSE}", token) for each in picked]


def _round(port: int, kinds: Mapping[str, Sequence[bytes]], place: int) -> dict[str, float]:
    """Return the rate of each kind in one round, which has a part of the requests."""
    return {name: _rate(port, wanted[place::ROUNDS]) for name, wanted in kinds.items()}


def _rate(port: int, wanted: Sequence[bytes]) -> float:
    load.closed(port, wanted[: max(200, len(wanted) // 10)], connections=CONNECTIONS)  # warm
    return load.closed(port, wanted, connections=CONNECTIONS).rate


def _bench(kind: str, profile_id: str, house: House, token: str) -> bytes:
    return load.request("GET", f"/bench/{kind}/{profile_id}?organization={house.recipient}", token)


def number_the_people(house: House) -> None:
    """Give everybody who is read a number, by which pgbench can draw them."""
    with psycopg.connect(house.admin_url, autocommit=True) as connection:
        connection.execute("create table if not exists bench_person (n integer primary key, customer_id uuid not null)")
        with connection.cursor() as cursor:
            cursor.executemany(
                "insert into bench_person values (%s, %s) on conflict do nothing", list(enumerate(house.known, 1))
            )
        connection.execute("analyze bench_person")


def pgbench(house: House, seconds: int) -> float:
    """Return how often a second PostgreSQL itself gives the raw rows of one profile, by key, to pgbench."""
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(_RAW.format(count=len(house.known)))
        script.flush()
        program = _pgbench()
        if program is None:
            return float("nan")
        told = subprocess.run(  # PostgreSQL's own program, on our own server
            [
                program,
                "-n",
                "-M",
                "prepared",
                "-c",
                "8",
                "-j",
                "2",
                "-T",
                str(seconds),
                "-f",
                script.name,
                house.admin_url,
            ],
            capture_output=True,
            text=True,
            check=True,
        )
    found = re.search(r"tps = ([\d.]+)", told.stdout)
    return float(found.group(1)) if found else float("nan")


def _pgbench() -> str | None:
    places = [
        find("wheel").folder / "pgbench",
        *sorted(Path("/usr/lib/postgresql").glob("*/bin/pgbench"), reverse=True),
    ]
    return next((str(place) for place in places if place.exists()), None)
