"""The people of the demo and what is told of them: the same for everybody on the same day."""

import hashlib
import os
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from cdp.demo import behaviour, loading, stories
from cdp.demo.people import Person, people
from cdp.ingest.items import Channel, Item, Kind
from consent.wishes import Speaker

DAY = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[3]
ELSEWHERE = """
import importlib.util
spec = importlib.util.spec_from_file_location("test_demo_people", "tests/cdp/demo/test_demo_people.py")
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
print(module.fingerprint(module.DAY))
"""


def items(persons: list[Person], at: datetime) -> list[Item]:
    sent = [group for slug in stories.companies() for group in loading.groups(persons, slug, at)]
    for body in behaviour.bodies(persons, at):
        sent += loading.events(body, at, str.lower)
    return [each for group in sent for each in group if isinstance(each, Item)]


def fingerprint(at: datetime) -> str:
    """Return the hash of everything that the demo sends on the day of `at`."""
    return hashlib.sha256(b"\n".join(msgspec.json.encode(each) for each in items(people(at), at))).hexdigest()


@pytest.fixture(scope="module")
def persons() -> list[Person]:
    return people(DAY)


@pytest.fixture(scope="module")
def told(persons: list[Person]) -> list[Item]:
    return items(persons, DAY)


def test_the_same_day_gives_the_same_bytes_in_another_process() -> None:
    there = subprocess.run(
        [sys.executable, "-c", ELSEWHERE],
        cwd=ROOT,
        env=os.environ | {"PYTHONHASHSEED": "4", "PYTHONPATH": str(ROOT)},
        check=True,
        capture_output=True,
        text=True,
    )

    assert fingerprint(DAY) == there.stdout.strip()


def test_the_demo_moves_with_the_day(told: list[Item]) -> None:
    later = items(people(DAY + timedelta(days=1)), DAY + timedelta(days=1))

    assert len(told) == len(later)
    assert [] == [each for each in told if each.occurred_at is None or each.occurred_at > DAY]
    moved = {b.occurred_at - a.occurred_at for a, b in zip(told, later, strict=True) if a.occurred_at and b.occurred_at}
    assert {timedelta(days=1)} == moved


def test_there_are_300_people_in_households_with_overlapping_suppliers(persons: list[Person]) -> None:
    households = Counter(each.household for each in persons)
    surnames = {(each.household, each.last_name) for each in persons}

    assert (300, 300) == (len(persons), len({each.number for each in persons}))
    assert {1, 2} < set(households.values())
    assert len(surnames) < len(persons)
    assert sum(len(each.suppliers) > 1 for each in persons) > 200
    assert sum(each.moved_on is not None for each in persons) > 10
    assert sum(not each.mailbox.is_theirs for each in persons) > 5
    assert sum(bool(each.other_mailboxes) for each in persons) > 5


def test_every_organization_tells_of_everything_it_should(persons: list[Person]) -> None:
    for slug in stories.companies():
        sent = [each for group in loading.groups(persons, slug, DAY) for each in group if isinstance(each, Item)]

        assert {Kind.ATTRIBUTES, Kind.PRODUCT, Kind.INTERACTION} <= {each.kind for each in sent}
        assert {Speaker.HUMAN, Speaker.COMPUTER} <= {each.speaker for each in sent}


def test_a_year_of_interactions_goes_over_every_channel(told: list[Item]) -> None:
    interactions = [each for each in told if each.kind is Kind.INTERACTION]
    days = {each.occurred_at.date() for each in interactions if each.occurred_at}

    assert set(Channel) - {Channel.SOCIAL_MEDIA} == {each.channel for each in interactions}
    assert len(days) > 300


def test_no_company_of_the_demo_can_be_a_real_one() -> None:
    for company in stories.companies().values():
        assert company.kvk.startswith("00")
        assert company.contact["email"].endswith(".example.org")
