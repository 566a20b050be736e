"""The people that the benchmarks make up: the same for the same seed, with truth, and readable once filled in."""

import csv
from collections import Counter, defaultdict
from itertools import islice
from pathlib import Path

import msgspec

from benchmarks import likenesses
from benchmarks.identity import people
from cdp.identity import blocking, samples, traits
from cdp.identity.samples import Columns
from cdp.identity.store import Hashes
from cdp.keys import sealing
from cdp.platform import Platform


def test_the_same_seed_makes_the_same_people_and_another_makes_others() -> None:
    made = [list(people.made_up(200, seed=seed)) for seed in (4, 4, 5)]

    assert made[0] == made[1]
    assert made[0] != made[2]
    assert [200] * 3 == [len(each) for each in made]


def test_a_file_of_made_up_people_can_be_read_with_its_truth(tmp_path: Path) -> None:
    people.write(tmp_path / "people.csv", 300, seed=3)

    found = samples.read([tmp_path / "people.csv"], Columns({"house_number_suffix": "house_suffix"}))

    with (tmp_path / "people.csv").open(encoding="utf-8", newline="") as file:
        told = [row["cluster"] for row in csv.DictReader(file)]
    assert sorted(Counter(told).values()) == sorted(Counter(found.people.tolist()).values())
    assert sum(each.is_enough for each in found.traits) > 250


def test_households_share_a_home_and_seldom_a_person() -> None:
    homes: dict[object, set[object]] = defaultdict(set)
    for row in people.made_up(500, seed=2):
        named = dict(zip(people.COLUMNS[1:], row, strict=True))
        homes[named["household"]].add(named["cluster"])

    assert max(map(len, homes.values())) > 1
    assert len(homes) > 50


def test_whoever_is_filled_in_past_the_store_can_be_read_and_found(platform: Platform) -> None:
    facts = list(islice(likenesses.facts(40, seed=1), 40))
    source = platform.ring.generation.to_bytes(16)

    rows = likenesses.rows(platform, Hashes(platform.ring), [source], facts, with_records=True)

    assert {name: len(each) for name, each in rows.items() if name in {"subject", "likeness", "data_key"}} == {
        "subject": 40,
        "likeness": 40,
        "data_key": 40,
    }
    assert sum(map(len, facts)) == len(rows["record"])
    for place, row in enumerate(rows["likeness"]):
        customer, subject, _, _, sealed, _ = _fields(row)
        _, _, wrapped, _, _ = _fields(rows["data_key"][place])
        ((_, key),) = platform.ring.unwrap_named([subject + wrapped]).items()
        plain = sealing.opener(key)(sealed[:12], sealed[12:], b"likeness\0" + subject + b"\0sealed")
        assert traits.of(facts[place]) == traits.from_bytes(plain)
        assert customer != subject
    assert sum(len(blocking.keys(traits.of(each))) for each in facts if traits.of(each).is_enough) == len(
        rows["match_key"]
    )


def test_what_is_filled_in_as_records_says_the_same(platform: Platform) -> None:
    (facts,) = likenesses.facts(1, seed=9)

    rows = likenesses.rows(platform, Hashes(platform.ring), [bytes(16)], [facts], with_records=True)

    (_, subject, wrapped, _, _) = _fields(rows["data_key"][0])
    ((_, key),) = platform.ring.unwrap_named([subject + wrapped]).items()
    said = {}
    for row in rows["record"]:
        fields = _fields(row)
        sealed = fields[-1]
        plain = sealing.opener(key)(sealed[:12], sealed[12:], b"record\0" + fields[1] + b"\0sealed")
        said[fields[6].decode()] = msgspec.json.decode(plain)
    assert facts == said


def _fields(row: bytes) -> list[bytes]:
    count, at, fields = int.from_bytes(row[:2]), 2, []
    for _ in range(count):
        length = int.from_bytes(row[at : at + 4])
        fields.append(row[at + 4 : at + 4 + length])
        at += 4 + length
    return fields
