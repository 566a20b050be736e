"""Many at a time: batches and exports of profiles, Segment batches, imports; each against COPY of the same rows."""

import json
import random
import subprocess
import sys
import tempfile
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Final

import psycopg

from benchmarks import load
from benchmarks.house import PURPOSE, House
from benchmarks.serving import at_the_product

EVENTS: Final = 250
_PEOPLE: Final = 2_000
_SENDERS: Final = 4
_EXPORTS: Final = 3
"""For each process that serves, so that none waits for the one client of another."""
_COLUMNS: Final = (
    "customer_id, record_id, subject_id, source_id, category, type, channel, speaker, direction, occurred_at,"
    " received_at, disputed_at, sealed, queryable"
)


def batches(house: House, port: int, calls: int, *, processes: int) -> float:
    """Return profiles a second by `POST /v1/profiles/batch`, for a thousand others in each call.

    Asking for the same thousand over and over would only measure how well their keys are remembered.
    """
    token, ids = f"Bearer {house.token()}", house.profile_ids()
    chance = random.Random(1)
    wanted = []
    for _ in range(calls + 2):
        body = json.dumps({"profile_ids": chance.choices(ids, k=1_000), "purpose": PURPOSE}).encode()
        wanted.append(load.request("POST", "/v1/profiles/batch", token, body))
    load.closed(port, wanted[:2], connections=2)
    return load.closed(port, wanted[2:], connections=_SENDERS * processes).rate * 1_000


def export(house: House, port: int) -> float:
    """Return profiles a second by `GET /v1/profiles/export`: of some exports one after the other the middle one."""
    wanted = load.request("GET", f"/v1/profiles/export?purpose={PURPOSE}", f"Bearer {house.token()}")
    load.lines(port, wanted)  # warm
    return median(counted / seconds for counted, seconds in (load.lines(port, wanted) for _ in range(_EXPORTS)))


def copy_out(house: House) -> float:
    """Return profiles a second that `COPY (…) TO STDOUT` gives of the same records, sealed, without any guard."""
    begin = time.perf_counter()
    with psycopg.connect(house.admin_url) as connection, connection.cursor() as cursor:
        statement = (
            "copy (select p.customer_id, array_agg(r.sealed) from permission p join record r using (customer_id)"
            " where r.superseded_at is null group by 1) to stdout"
        )
        with cursor.copy(statement) as out:
            counted = sum(bytes(block).count(b"\n") for block in out)
    return counted / (time.perf_counter() - begin)


def segment(house: House, port: int, events: int, *, processes: int) -> float:
    """Return events a second, each on the disk, in Segment batches of 250."""
    bodies = [_batch(first) for first in range(0, events, EVENTS)]
    wanted = [load.request("POST", "/v1/batch", f"Bearer {house.write_key}", body) for body in bodies]
    warm = [
        load.request("POST", "/v1/batch", f"Bearer {house.write_key}", _batch(first))
        for first in range(0, _PEOPLE, EVENTS)
    ]
    load.closed(port, warm, connections=2)
    return load.closed(port, wanted, connections=_SENDERS * processes).rate * EVENTS


def copy_in(house: House) -> float:
    """Return rows a second that `COPY` puts back of the interactions that Segment batches made."""
    with psycopg.connect(house.admin_url, autocommit=True) as connection, connection.cursor() as cursor:
        where = f"from interaction where source_id = '{house.source}' and type = 'order-viewed'"
        with cursor.copy(f"copy (select {_COLUMNS} {where}) to stdout") as out:
            rows = b"".join(bytes(block) for block in out)
        cursor.execute("drop table if exists bench_copy; create table bench_copy (like interaction including all)")
        begin = time.perf_counter()
        with cursor.copy(f"copy bench_copy ({_COLUMNS}) from stdin") as into:
            into.write(rows)
        return rows.count(b"\n") / (time.perf_counter() - begin)


def _batch(first: int) -> bytes:
    at = datetime.now(UTC).isoformat()
    events = [
        {
            "type": "track",
            "event": "Order Viewed",
            "userId": f"a-{(first + place) % _PEOPLE}",
            "messageId": str(uuid.uuid4()),
            "timestamp": at,
            "originalTimestamp": at,
            "properties": {"order": first + place, "page": "bestellingen", "text": "x" * 150},
            "context": {"library": {"name": "benchmark", "version": "1"}, "locale": "nl-NL"},
        }
        for place in range(EVENTS)
    ]
    return json.dumps({"batch": events, "sentAt": at}).encode()


def imported(house: House, rows: int) -> float:
    """Return records a second by `cdp import` of a CSV file with five attributes a row, its start not counted."""
    with tempfile.TemporaryDirectory() as folder:
        file, mapping = Path(folder) / "people.csv", Path(folder) / "mapping.toml"
        lines = [f"n{n},Naam{n},Achter{n},Straat {n},Stad{n % 50},nl" for n in range(rows)]
        file.write_text("id,first,last,street,city,language\n" + "\n".join(lines), encoding="utf-8")
        mapping.write_text(_MAPPING, encoding="utf-8")
        start, whole = (_import(house, Path(folder), size) for size in (0, rows))
    work = whole - start
    return rows * 5 / (work if work > start / 2 else whole)  # too short to tell the work from the start: both count


def _import(house: House, folder: Path, rows: int) -> float:
    file = folder / "people.csv"
    if rows == 0:
        file = folder / "nobody.csv"
        file.write_text("id,first,last,street,city,language\n", encoding="utf-8")
    command = [sys.executable, "-m", "cdp.cli", "import", str(file), "--organization", "source"]
    begin = time.perf_counter()
    with at_the_product():
        subprocess.run(  # our own program
            [*command, "--mapping", str(folder / "mapping.toml")],
            env=dict(house.environment) | {"PATH": "/usr/bin:/bin"},
            check=True,
            capture_output=True,
        )
    return time.perf_counter() - begin


_MAPPING: Final = """\
[subject]
user_id = "id"
""" + "".join(
    f"""
[[attributes]]
name = "{name}"
value = "{column}"
"""
    for name, column in (
        ("first_name", "first"),
        ("last_name", "last"),
        ("street", "street"),
        ("city", "city"),
        ("language", "language"),
    )
)
