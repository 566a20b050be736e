"""Very many people whose likeness can be read, made past the store: it would take hours."""

import os
import struct
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from typing import Any, Final

import msgspec
import psycopg

from benchmarks.house import House
from benchmarks.identity import people
from cdp import clock, ids
from cdp.identity import blocking, traits
from cdp.identity.store import Hashes
from cdp.keys.sealing import DataKey, new_data_keys, seal_all
from cdp.platform import Platform
from cdp.settings import Settings

HANDS: Final = 2
"""How many processes fill, each with people of a seed of its own, counted from 0."""
_CHUNK: Final = 10_000
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
TARGETS: Final = {
    "customer": "customer_id, created_at",
    "record": "customer_id, record_id, subject_id, source_id, kind, category, type, key, origin, standing, occurred_at,"
    " received_at, digest, sealed",
    "subject": "customer_id, subject_id, source_id, origin_id, created_at",
    "data_key": "customer_id, subject_id, wrapped, generation, created_at",
    "likeness": "customer_id, subject_id, source_id, keys, sealed, at",
    "match_key": "key, subject_id, knows",
}

_READ: Final = (
    b"set enable_seqscan = off; set enable_bitmapscan = off; set max_parallel_workers_per_gather = 0",
    b"set statement_timeout = 0",
    b"select count(sealed) from likeness where subject_id > '00000000-0000-0000-0000-000000000000'",
    b"select count(wrapped) from data_key where customer_id > '00000000-0000-0000-0000-000000000000'",
    b"select count(knows) from match_key where key > -9223372036854775807",
)
"""What a look-up reads, by the indexes that it takes: going through a table as a whole would leave little in memory."""

_KIND: Final = b"attributes", b"contact"
_STANDING: Final = b"", b"given", b"stated"


def fill(house: House, size: int, *, with_records: bool = False) -> None:
    """Make `size` subjects with likenesses that can be read, past the store: it would take hours; once in a house."""
    if house.likenesses:
        return
    share = size // HANDS
    with psycopg.connect(house.admin_url, autocommit=True) as connection:
        connection.execute("alter table match_key drop constraint match_key_pkey")
        settings = {name: value for name, value in house.environment.items() if name.startswith("CDP_")}
        sources = house.source.bytes, house.other.bytes
        with ProcessPoolExecutor(HANDS) as hands:
            done = [
                hands.submit(_part, settings, house.admin_url, sources, seed, share, with_records=with_records)
                for seed in range(HANDS)
            ]
            for each in done:
                each.result()
        connection.execute("set maintenance_work_mem = '512MB'")
        connection.execute("set statement_timeout = 0")
        connection.execute("alter table match_key add primary key (key, subject_id) include (knows)")
        connection.execute("vacuum analyze")
    house.likenesses = size


def warm(house: House) -> None:
    """Read what a look-up reads into the server's memory, as it is there once it has been asked for a while."""
    with psycopg.connect(house.admin_url, autocommit=True) as connection:
        for each in _READ:
            connection.execute(each)


def _part(
    settings: dict[str, str], url: str, sources: Sequence[bytes], seed: int, share: int, *, with_records: bool
) -> None:
    os.nice(10)
    platform = Platform.open(Settings.read(settings))
    hashes = Hashes(platform.ring)
    with psycopg.connect(url, autocommit=True) as connection:
        for some in by(_CHUNK, facts(share, seed=seed)):
            _copy(connection, rows(platform, hashes, sources, some, with_records=with_records))


def _copy(connection: psycopg.Connection[Any], found: dict[str, list[bytes]]) -> None:
    for table, columns in TARGETS.items():
        with connection.cursor().copy(f"copy {table} ({columns}) from stdin (format binary)".encode()) as out:
            out.write(b"PGCOPY\n\xff\r\n\0" + bytes(8) + b"".join(found[table]) + b"\xff\xff")


def rows(
    platform: Platform, hashes: Hashes, sources: Sequence[bytes], some: Sequence[dict[str, str]], *, with_records: bool
) -> dict[str, list[bytes]]:
    """Return the rows of these people as each table of TARGETS takes them in; `sources` know them in turn."""
    subjects, customers, keys = ids.rows(len(some)), ids.rows(len(some)), new_data_keys(len(some))
    wrapped = platform.ring.wrap_new(list(zip(keys, subjects, strict=True)))
    known, ready = [traits.of(facts) for facts in some], [DataKey(key) for key in keys]
    told = [(*each, one.to_bytes()) for each, one in zip(zip(ready, subjects, strict=True), known, strict=True)]
    sealed = seal_all(told, table="likeness", column="sealed")
    made: dict[str, list[bytes]] = {table: [] for table in TARGETS}
    at = struct.pack("!q", int((clock.now().timestamp() - 946684800) * 1_000_000))
    for place, (customer, subject) in enumerate(zip(customers, subjects, strict=True)):
        found, source = hashes.of(known[place]), sources[place % len(sources)]
        made["customer"].append(_packed(customer, at))
        made["subject"].append(_packed(customer, subject, source, customer, at))
        made["data_key"].append(_packed(customer, subject, wrapped[place], struct.pack("!i", 1), at))
        knows = struct.pack("!h", blocking.knows(known[place]))
        made["likeness"].append(_packed(customer, subject, source, _longs(found), sealed[place], at))
        made["match_key"] += [_packed(struct.pack("!q", key), subject, knows) for key in found]
        if with_records:
            made["record"] += _records_of(some[place], (customer, subject, source), ready[place], at)
    return made


def _records_of(facts: dict[str, str], whose: tuple[bytes, bytes, bytes], key: DataKey, at: bytes) -> list[bytes]:
    customer, subject, source = whose
    records = ids.rows(len(facts))
    said = [(key, record, msgspec.json.encode(value)) for record, value in zip(records, facts.values(), strict=True)]
    return [
        _packed(*(customer, record, subject, source), *_KIND, name.encode(), *_STANDING, at, at, bytes(16), sealed)
        for record, name, sealed in zip(records, facts, seal_all(said, table="record", column="sealed"), strict=True)
    ]


def _packed(*fields: bytes) -> bytes:
    return struct.pack("!h", len(fields)) + b"".join(struct.pack("!i", len(each)) + each for each in fields)


def _longs(values: Collection[int]) -> bytes:
    if not values:
        return struct.pack("!iii", 0, 0, 20)
    return struct.pack("!iiiii", 1, 0, 20, len(values), 1) + b"".join(struct.pack("!iq", 8, each) for each in values)


def facts(count: int, *, seed: int) -> Iterator[dict[str, str]]:
    """Yield what is said of so many made-up people, by the names of the catalog; the same for the same seed."""
    for row in people.made_up(count, seed=seed):
        named = dict(zip(people.COLUMNS[1:], row, strict=True))
        yield {name: str(named[column]) for column, name in _FACTS.items() if named[column]}


def by(size: int, facts: Iterator[dict[str, str]]) -> Iterator[list[dict[str, str]]]:
    """Yield them in lists of `size`, and the rest."""
    while some := list(islice(facts, size)):
        yield some
