"""Who a delivery may be about, among very many: time of one look-up and of one match, memory, and sizes of tables.

`python -m benchmarks.matching [--people 1000000] [--quick]`. Everybody has a key of their own and a sealed likeness
that can be read: candidates are found, unwrapped, unsealed and weighed as they are in the product. Times are of the
wall, with the processor's beside them: on a machine that others use, the second is the one to compare.
"""

import argparse
import asyncio
import json
import os
import resource
import struct
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import msgspec
import psycopg

from benchmarks.house import House, open_house
from benchmarks.identity import people
from cdp import clock, ids
from cdp.identity import store, traits
from cdp.identity.matching import SCOPE, Matching
from cdp.identity.store import Hashes, Person
from cdp.ingest.batch import Batch
from cdp.ingest.batch import Path as Way
from cdp.ingest.items import Item, Kind, Reference, ReferenceType
from cdp.ingest.store import Store
from cdp.ingest.transaction import Transaction
from cdp.keys.sealing import DataKey, new_data_keys, seal_all
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.settings import Settings

FULL: Final = 1_000_000
QUICK: Final = 2_000
_CHUNK: Final = 10_000
_HANDS: Final = 2
_TICKS: Final = os.sysconf("SC_CLK_TCK")
_FACTS: Final = {
    "first_name": "first_name",
    "last_name": "last_name",
    "dob": "birth_date",
    "email": "email",
    "phone": "phone",
    "postcode": "postcode",
    "house_number": "house_number",
    "house_suffix": "house_number_suffix",
    "city": "city",
}
_TABLES: Final = ("match_key", "likeness", "data_key", "subject")
_TARGETS: Final = {
    "subject": "customer_id, subject_id, source_id, origin_id, created_at",
    "data_key": "customer_id, subject_id, wrapped, generation, created_at",
    "likeness": "customer_id, subject_id, source_id, keys, sealed, at",
    "match_key": "key, subject_id",
}


@dataclass(frozen=True, slots=True)
class Matches:
    """What was measured; milliseconds, bytes, and a count a second of processor time."""

    people: int
    lookup_p50: float
    lookup_p99: float
    lookup_processor: float
    match_p50: float
    match_p99: float
    match_processor: float
    candidates: float
    candidates_p95: int
    records_per_core: float
    plain_events_per_core: float
    memory_mib: int
    bytes_of_tables: dict[str, int]


def measure(house: House, size: int, *, matches: int, deliveries: int) -> Matches:
    """Fill the house up to `size` likenesses and measure."""
    _fill(house, size)
    return asyncio.run(_measured(house, size, matches, deliveries))


async def _measured(house: House, size: int, matches: int, deliveries: int) -> Matches:
    own = Platform.open(house.platform.settings)
    await own.database.open()
    try:
        matching, newcomers = Matching(own), _met(size, matches)
        for facts in newcomers[:20]:  # plans are made, and what is always needed is read
            await _look_up(own, matching, facts)
        begun = _processor(house)
        looked = [await _look_up(own, matching, facts) for facts in newcomers]
        lookup_processor = (_processor(house) - begun) / len(newcomers)
        begun = _processor(house)
        matched = [await _match(own, matching, facts, house.source) for facts in newcomers]
        match_processor = (_processor(house) - begun) / len(newcomers)
        found = sorted(count for _, count in looked)
        return Matches(
            people=size,
            lookup_p50=_percentile([each for each, _ in looked], 0.5),
            lookup_p99=_percentile([each for each, _ in looked], 0.99),
            lookup_processor=1000 * lookup_processor,
            match_p50=_percentile(matched, 0.5),
            match_p99=_percentile(matched, 0.99),
            match_processor=1000 * match_processor,
            candidates=sum(found) / len(found),
            candidates_p95=found[int(0.95 * len(found))],
            records_per_core=await _records(house, own, deliveries),
            plain_events_per_core=await _events(house, own, deliveries),
            memory_mib=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            bytes_of_tables=_sizes(house),
        )
    finally:
        await own.database.close()


def _met(size: int, count: int) -> list[dict[str, str]]:
    """Return people of whom every second is among those who are there, as another source may say it."""
    here, new = _facts(size // _HANDS, seed=0), _facts(count, seed=77)
    return [facts for _ in range(count // 2) for facts in (next(here), next(new))]


async def _look_up(own: Platform, matching: Matching, facts: dict[str, str]) -> tuple[float, int]:
    """Return in how many milliseconds somebody is looked for, and how many candidates were weighed."""
    subject = ids.row().bytes
    person = Person(subject, subject, subject, DataKey(bytes(32)))
    known = {subject: traits.of(facts)}
    keys = {subject: matching.hashes.of(known[subject])}
    async with own.database.pool.connection() as lane:
        transaction = Transaction(lane, own.database.words(SCOPE), remote_apply=False)
        await transaction.ask()
        begin = time.perf_counter()
        rows, counted = await transaction.ask(store.alike(keys), matching.crowds(known))
        others = store.others(own.ring, rows)
        matching.judged([person], known, others, dict(counted))
        took = time.perf_counter() - begin
        await transaction.commit()
    return took, len(others)


async def _match(own: Platform, matching: Matching, facts: dict[str, str], source: UUID) -> float:
    """Return in how many milliseconds a new subject is compared, bonds and all, before the commit."""
    (subject, customer), (key,) = ids.rows(2), new_data_keys(1)
    person = Person(subject, customer, source.bytes, DataKey(key))
    known = {subject: traits.of(facts)}
    keys = {subject: matching.hashes.of(known[subject])}
    async with own.database.pool.connection() as lane:
        transaction = Transaction(lane, own.database.words(SCOPE), remote_apply=False)
        await transaction.ask()
        begin = time.perf_counter()
        await transaction.ask(store.asked_for([person]))
        transaction.later(store.hold(keys), store.keep([person], known, keys, at=clock.now()))
        await matching.compare(transaction, [person], known, keys, at=clock.now())
        await transaction.ask()
        took = time.perf_counter() - begin
        await transaction.commit()
    return took


async def _records(house: House, own: Platform, deliveries: int) -> float:
    """Return records a second of processor time, each with what identifies somebody, ten people in a delivery."""
    told = [
        [
            [_item(f"new-{number}-{place}", name, value)]
            for place, facts in enumerate(group)
            for name, value in facts.items()
        ]
        for number, group in enumerate(_by(10, _facts(deliveries * 10, seed=78)))
    ]
    return await _stored(house, own, told)


async def _events(house: House, own: Platform, deliveries: int) -> float:
    """Return events a second of processor time that identify nobody."""
    who = (Reference(ReferenceType.USER_ID, "a-1"),)
    told = [
        [
            [
                Item(
                    kind=Kind.INTERACTION,
                    type="order-viewed",
                    key=f"e-{number}-{place}",
                    value=b'{"properties":{}}',
                    subject=who,
                )
            ]
            for place in range(100)
        ]
        for number in range(deliveries)
    ]
    return await _stored(house, own, told)


async def _stored(house: House, own: Platform, told: Sequence[list[list[Item]]]) -> float:
    keeper, scope = Store(own), Scope(Principal.SOURCE, house.source)
    begun = _processor(house)
    for groups in told:
        await keeper.take(Batch(scope, groups, Way.RECORDS, "bench", clock.now(), may_verify=True))
    return sum(map(len, told)) / (_processor(house) - begun)


def _item(user: str, name: str, value: str) -> Item:
    subject = (Reference(ReferenceType.USER_ID, user),)
    return Item(kind=Kind.ATTRIBUTES, type=name, value=msgspec.json.encode(value), subject=subject)


def _facts(count: int, *, seed: int) -> Iterator[dict[str, str]]:
    for row in people.made_up(count, seed=seed):
        named = dict(zip(people.COLUMNS[1:], row, strict=True))
        yield {name: str(named[column]) for column, name in _FACTS.items() if named[column]}


def _by(size: int, facts: Iterator[dict[str, str]]) -> Iterator[list[dict[str, str]]]:
    while some := list(islice(facts, size)):
        yield some


def _percentile(seconds: Sequence[float], share: float) -> float:
    return 1000 * sorted(seconds)[min(len(seconds) - 1, int(share * len(seconds)))]


def _processor(house: House) -> float:
    """Return the seconds of processor time of this process and of the server's."""
    server, total = (
        int((house.cluster.log.parent / "data" / "postmaster.pid").read_text().split()[0]),
        time.process_time(),
    )
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parts = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(parts[1]) == server:
            total += (int(parts[11]) + int(parts[12])) / _TICKS
    return total


def _sizes(house: House) -> dict[str, int]:
    with psycopg.connect(house.admin_url) as connection:
        question = (
            "select relname, pg_total_relation_size(oid) from pg_class where relname = any (%s) and relkind = 'r'"
        )
        return {str(name): int(size) for name, size in connection.execute(question, (list(_TABLES),))}


# ---------------------------------------------------------------- filling


def _fill(house: House, size: int) -> None:
    """Make `size` subjects with likenesses that can be read, past the store: it would take hours."""
    share = size // _HANDS
    with psycopg.connect(house.admin_url, autocommit=True) as connection:
        connection.execute("alter table match_key drop constraint match_key_pkey")
        settings = {name: value for name, value in house.environment.items() if name.startswith("CDP_")}
        with ProcessPoolExecutor(_HANDS) as hands:
            done = [hands.submit(_part, settings, house.admin_url, house.other, seed, share) for seed in range(_HANDS)]
            for each in done:
                each.result()
        connection.execute("set maintenance_work_mem = '512MB'")
        connection.execute("alter table match_key add primary key (key, subject_id)")
        connection.execute("vacuum analyze")


def _part(settings: dict[str, str], url: str, source: UUID, seed: int, share: int) -> None:
    os.nice(10)
    platform = Platform.open(Settings.read(settings))
    hashes = Hashes(platform.ring)
    with psycopg.connect(url, autocommit=True) as connection:
        for some in _by(_CHUNK, _facts(share, seed=seed)):
            _copy(connection, _rows(platform, hashes, source, some))


def _copy(connection: psycopg.Connection[Any], rows: dict[str, list[bytes]]) -> None:
    for table, columns in _TARGETS.items():
        with connection.cursor().copy(f"copy {table} ({columns}) from stdin (format binary)".encode()) as out:
            out.write(b"PGCOPY\n\xff\r\n\0" + bytes(8) + b"".join(rows[table]) + b"\xff\xff")


def _rows(platform: Platform, hashes: Hashes, source: UUID, some: Sequence[dict[str, str]]) -> dict[str, list[bytes]]:
    subjects, customers, keys = ids.rows(len(some)), ids.rows(len(some)), new_data_keys(len(some))
    wrapped = platform.ring.wrap_new(list(zip(keys, subjects, strict=True)))
    known = [traits.of(facts) for facts in some]
    sealed = seal_all(
        [(DataKey(key), subject, each.to_bytes()) for key, subject, each in zip(keys, subjects, known, strict=True)],
        table="likeness",
        column="sealed",
    )
    rows: dict[str, list[bytes]] = {table: [] for table in _TABLES}
    at = struct.pack("!q", int((clock.now().timestamp() - 946684800) * 1_000_000))
    for place, (customer, subject) in enumerate(zip(customers, subjects, strict=True)):
        found = hashes.of(known[place])
        rows["subject"].append(_packed(customer, subject, source.bytes, customer, at))
        rows["data_key"].append(_packed(customer, subject, wrapped[place], struct.pack("!i", 1), at))
        rows["likeness"].append(_packed(customer, subject, source.bytes, _longs(found), sealed[place], at))
        rows["match_key"] += [_packed(struct.pack("!q", key), subject) for key in found]
    return rows


def _packed(*fields: bytes) -> bytes:
    return struct.pack("!h", len(fields)) + b"".join(struct.pack("!i", len(each)) + each for each in fields)


def _longs(values: Sequence[int]) -> bytes:
    if not values:
        return struct.pack("!iii", 0, 0, 20)
    return struct.pack("!iiiii", 1, 0, 20, len(values), 1) + b"".join(struct.pack("!iq", 8, each) for each in values)


def main() -> None:
    """Measure by itself, and print the figures as JSON."""
    wanted = argparse.ArgumentParser(prog="python -m benchmarks.matching", description=__doc__)
    wanted.add_argument("--people", type=int, default=FULL)
    wanted.add_argument("--quick", action="store_true", help="few people: shows that it runs")
    told = wanted.parse_args()
    size = QUICK if told.quick else told.people
    with open_house(100) as house:
        found = measure(house, size, matches=100 if told.quick else 1_000, deliveries=5 if told.quick else 60)
        print(json.dumps(asdict(found), indent=2))


if __name__ == "__main__":
    main()
