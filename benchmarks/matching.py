"""Who a delivery may be about, among very many: one look-up, one match, all compared anew; memory, sizes of tables.

`python -m benchmarks.matching [--customers 1000000] [--relink] [--quick] [--keep FOLDER]`. Everybody has a key of their
own and a sealed likeness that can be read: candidates are found, unwrapped, unsealed and weighed as they are in the
product. With `--relink` everybody also has the records that the likeness was made of, and is compared anew twice: the
first time bonds are made, the second time they stand. With `--keep` the house is left standing, and the next run finds
it filled. Before look-ups what they read is read into the server's memory. Times are of the wall, with the processor's
beside them: on a machine that others use, the second is the one to compare. Look-ups are measured a second time with
processors that are kept awake: what the first time takes longer is waking one that sleeps.
"""

import argparse
import json
import os
import resource
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Final
from uuid import UUID

import msgspec
import psycopg
import uvloop

from benchmarks import likenesses, processors
from benchmarks.house import House, open_house
from cdp import clock, ids
from cdp.identity import relinking, store, traits
from cdp.identity.matching import Matching
from cdp.identity.store import Person
from cdp.ingest.batch import Batch
from cdp.ingest.batch import Path as Way
from cdp.ingest.items import Item, Kind, Reference, ReferenceType
from cdp.ingest.store import Store
from cdp.keys.sealing import DataKey, new_data_keys
from cdp.platform import Platform
from cdp.scope import MATCHER, Principal, Scope
from cdp.transaction import Transaction

FULL: Final = 1_000_000
QUICK: Final = 2_000
_FRESH: Final = 77
"""The seed of people who are new; again so much for each time that the house was opened."""


@dataclass(frozen=True, slots=True)
class Matches:
    """What was measured; milliseconds, bytes, and a count a second of processor time."""

    people: int
    lookup_p50: float
    lookup_p99: float
    lookup_processor: float
    lookup_awake_p50: float
    """With processors that are kept from sleeping."""
    lookup_awake_p99: float
    match_p50: float
    match_p99: float
    match_processor: float
    candidates: float
    candidates_p95: int
    records_per_core: float
    people_per_core: float
    plain_events_per_core: float
    memory_mib: int
    bytes_of_tables: dict[str, int]


@dataclass(frozen=True, slots=True)
class Relinks:
    """How everybody is compared anew: seconds of the wall and of processors, bonds, and memory of all processes."""

    people: int
    processes: int
    first_seconds: float
    first_processor: float
    again_seconds: float
    again_processor: float
    bonds: int
    memory_mib: int


def measure(house: House, size: int, *, matches: int, deliveries: int) -> Matches:
    """Fill the house up to `size` likenesses, read them into memory, and measure in the loop that the server has."""
    likenesses.fill(house, size)
    likenesses.warm(house)
    return uvloop.run(_measured(house, size, matches, deliveries))


def relink(house: House, size: int) -> Relinks:
    """Compare everybody anew, twice, in a house that was filled with records."""
    hands = len(os.sched_getaffinity(0))
    first, again = (_relinked(house, hands) for _ in range(2))
    with psycopg.connect(house.admin_url) as connection:
        ((bonds,),) = connection.execute("select count(*) from bond where ended_at is null").fetchall()
    largest = (resource.getrusage(who).ru_maxrss // 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    own, helper = largest
    return Relinks(size, hands, *first, *again, bonds=bonds, memory_mib=own + hands * helper)


def _relinked(house: House, hands: int) -> tuple[float, float]:
    begun, processor = time.perf_counter(), processors.seconds(house)
    relinking.relink(house.platform, at=clock.now(), hands=hands)
    return time.perf_counter() - begun, processors.seconds(house) - processor


async def _measured(house: House, size: int, matches: int, deliveries: int) -> Matches:
    own = Platform.open(house.platform.settings)
    await own.database.open()
    try:
        matching, met = Matching(own), _met(size, 2 * matches, opened=house.opened)
        newcomers, more = met[:matches], met[matches:]
        for facts in newcomers[:20]:  # plans are made, and what is always needed is read
            await _look_up(own, matching, facts)
        begun = processors.seconds(house)
        looked = [await _look_up(own, matching, facts) for facts in newcomers]
        lookup_processor = (processors.seconds(house) - begun) / len(newcomers)
        with processors.awake():
            looked_awake = [await _look_up(own, matching, facts) for facts in more]
        begun = processors.seconds(house)
        matched = [await _match(own, matching, facts, house.source) for facts in newcomers]
        match_processor = (processors.seconds(house) - begun) / len(newcomers)
        found = sorted(count for _, count in looked)
        records_per_core, people_per_core = await _records(house, own, deliveries)
        return Matches(
            people=size,
            lookup_p50=_percentile([each for each, _ in looked], 0.5),
            lookup_p99=_percentile([each for each, _ in looked], 0.99),
            lookup_processor=1000 * lookup_processor,
            lookup_awake_p50=_percentile([each for each, _ in looked_awake], 0.5),
            lookup_awake_p99=_percentile([each for each, _ in looked_awake], 0.99),
            match_p50=_percentile(matched, 0.5),
            match_p99=_percentile(matched, 0.99),
            match_processor=1000 * match_processor,
            candidates=sum(found) / len(found),
            candidates_p95=found[int(0.95 * len(found))],
            records_per_core=records_per_core,
            people_per_core=people_per_core,
            plain_events_per_core=await _events(house, own, deliveries),
            memory_mib=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            bytes_of_tables=_sizes(house),
        )
    finally:
        await own.database.close()


def _met(size: int, count: int, *, opened: int) -> list[dict[str, str]]:
    """Return people of whom every second is among those who are there, as another source may say it."""
    # each time that the house is opened others: whoever was met before is there more than once
    there, half = size // likenesses.HANDS, count // 2
    here = islice(likenesses.facts(there, seed=0), (opened - 1) * half % (there - half), None)
    new = likenesses.facts(count, seed=_FRESH * opened)
    return [facts for _ in range(half) for facts in (next(here), next(new))]


async def _look_up(own: Platform, matching: Matching, facts: dict[str, str]) -> tuple[float, int]:
    """Return in how many milliseconds somebody is looked for, and how many candidates were weighed."""
    subject = ids.row().bytes
    person = Person(subject, subject, subject, DataKey(bytes(32)))
    known = {subject: traits.of(facts)}
    keys = {subject: matching.hashes.of(known[subject])}
    async with own.database.pool.connection() as lane:
        transaction = Transaction(lane, own.database.words(MATCHER), remote_apply=False)
        await transaction.ask()
        begin = time.perf_counter()
        (rows,) = await transaction.ask(store.alike(known, keys))
        others = store.others(own.ring, rows)
        matching.judged([person], known, others, store.crowded(rows))
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
        transaction = Transaction(lane, own.database.words(MATCHER), remote_apply=False)
        await transaction.ask()
        begin = time.perf_counter()
        await transaction.ask(store.asked_for([person]))
        transaction.later(store.hold(keys), store.keep([person], known, keys, at=clock.now()))
        await matching.compare(transaction, [person], known, keys, at=clock.now())
        await transaction.ask()
        took = time.perf_counter() - begin
        await transaction.commit()
    return took


async def _records(house: House, own: Platform, deliveries: int) -> tuple[float, float]:
    """Return records, and whole people, a second of processor time: all that identifies ten people in each delivery."""
    seed = _FRESH * house.opened + 1
    told = [
        [
            [_item(f"new-{seed}-{number}-{place}", name, value)]
            for place, facts in enumerate(group)
            for name, value in facts.items()
        ]
        for number, group in enumerate(likenesses.by(10, likenesses.facts(deliveries * 10, seed=seed)))
    ]
    records = await _stored(house, own, told)
    return records, records * 10 * len(told) / sum(map(len, told))


async def _events(house: House, own: Platform, deliveries: int) -> float:
    """Return events a second of processor time that identify nobody."""
    who = (Reference(ReferenceType.USER_ID, "a-1"),)
    told = [
        [
            [
                Item(
                    kind=Kind.INTERACTION,
                    type="order-viewed",
                    key=f"e-{house.opened}-{number}-{place}",
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
    begun = processors.seconds(house)
    for groups in told:
        await keeper.take(Batch(scope, groups, Way.RECORDS, "bench", clock.now(), may_verify=True))
    return sum(map(len, told)) / (processors.seconds(house) - begun)


def _item(user: str, name: str, value: str) -> Item:
    subject = (Reference(ReferenceType.USER_ID, user),)
    return Item(kind=Kind.ATTRIBUTES, type=name, value=msgspec.json.encode(value), subject=subject)


def _percentile(seconds: Sequence[float], share: float) -> float:
    return 1000 * sorted(seconds)[min(len(seconds) - 1, int(share * len(seconds)))]


def _sizes(house: House) -> dict[str, int]:
    with psycopg.connect(house.admin_url) as connection:
        question = (
            "select relname, pg_total_relation_size(oid) from pg_class where relname = any (%s) and relkind = 'r'"
        )
        return {str(name): int(size) for name, size in connection.execute(question, (list(likenesses.TARGETS),))}


def main() -> None:
    """Measure by itself, and print the figures as JSON."""
    wanted = argparse.ArgumentParser(prog="python -m benchmarks.matching", description=__doc__)
    wanted.add_argument("--customers", "--people", type=int, default=FULL)
    wanted.add_argument("--relink", action="store_true", help="compare everybody anew, in place of one by one")
    wanted.add_argument("--quick", action="store_true", help="few people: shows that it runs")
    wanted.add_argument("--keep", type=Path, help="build the house in this folder, or open the one that stands there")
    told = wanted.parse_args()
    size = QUICK if told.quick else told.customers
    with open_house(100, told.keep) as house:
        if house.likenesses not in {0, size}:
            wanted.error(f"{told.keep} holds {house.likenesses:,} people")
        likenesses.fill(house, size, with_records=told.relink or told.keep is not None)
        if told.keep:
            house.note()
        found: Matches | Relinks
        if told.relink:
            found = relink(house, size)
        else:
            found = measure(house, size, matches=100 if told.quick else 1_000, deliveries=5 if told.quick else 60)
        print(json.dumps(asdict(found), indent=2))


if __name__ == "__main__":
    main()
