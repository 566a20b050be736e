"""The demo: the same for everybody on the same day, whole, and no more open than anything else."""

import asyncio
import hashlib
import json
import os
import stat
import subprocess
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import psycopg
import pytest

from cdp import addressing, clock, credentials, demo, login, organizations, questions
from cdp.demo import behaviour, loading, stories
from cdp.demo import credentials as ways_in
from cdp.demo.people import Person, people
from cdp.ingest.items import Channel, Item, Kind
from cdp.keys.blind import IdentifierType
from cdp.log import key_rotation
from cdp.lookup import Identifier
from cdp.platform import Platform
from cdp.profiles import Profiles, Reading
from cdp.reading import Asker
from cdp.scope import Principal, Scope
from cdp.unsealing import OwnKeys
from consent.errors import Refused, Unauthenticated
from consent.wishes import Speaker

DAY = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]
ELSEWHERE = """
import importlib.util
spec = importlib.util.spec_from_file_location("test_demo", "tests/cdp/test_demo.py")
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
print(module.fingerprint(module.DAY))
"""
Document = dict[str, Any]
T = TypeVar("T")


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


@pytest.fixture(scope="module")
def document(platform: Platform) -> Document:
    """Return what `demo.json` says after the demo was loaded."""
    demo.load(platform, at=clock.now())
    found: Document = json.loads(ways_in.path(platform).read_text(encoding="utf-8"))
    return found


def pooled(platform: Platform, work: Callable[[], Awaitable[T]]) -> T:
    async def run() -> T:
        await platform.database.open()
        try:
            return await work()
        finally:
            await platform.database.close()

    return asyncio.run(run())


def someone(document: Document, name: str) -> Document:
    found: Document = next(each for each in document["customers"] if each["name"] == name)
    return found


def asker(platform: Platform, document: Document, slug: str, purpose: str) -> Asker:
    client = next(each["client_id"] for each in document["organizations"] if each["slug"] == slug)
    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        return Asker(organizations.named(session, slug).organization_id, client, purpose)


def read(platform: Platform, document: Document, name: str, slug: str, purpose: str) -> Reading:
    who = asker(platform, document, slug, purpose)
    return pooled(platform, lambda: Profiles(platform).read(who, someone(document, name)["profile_ids"][slug]))


def look_up(platform: Platform, document: Document, email: str, slug: str, purpose: str) -> Reading:
    who = asker(platform, document, slug, purpose)
    return pooled(platform, lambda: Profiles(platform).lookup(who, [Identifier(IdentifierType.EMAIL, email)]))


def counts(database_url: str) -> list[int]:
    tables = (
        "organization",
        "client",
        "customer",
        "subject",
        "record",
        "interaction",
        "act",
        "access_request",
        "access",
    )
    with psycopg.connect(database_url) as connection:
        return [connection.execute(f"select count(*) from {table}").fetchone()[0] for table in tables]  # type: ignore[index]  # a count is always there


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


def test_a_person_of_four_suppliers_is_one_customer(platform: Platform, document: Document) -> None:
    noor = someone(document, "Noor de Wit")
    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        ids = {slug: organizations.named(session, slug).organization_id for slug in stories.companies()}
    owners = {platform.profile_ids.customer_of(noor["profile_ids"][slug], id_) for slug, id_ in ids.items()}
    holder = pooled(platform, lambda: credentials.of_session(platform, noor["access_token"]))

    assert {holder.customer_id} == owners
    with platform.database.scoped(Scope(Principal.CUSTOMER, customer=holder.customer_id)) as session:
        sources = session.connection().exec_driver_sql("select distinct source_id from record").scalars().all()
    assert set(ids.values()) < set(sources)


def test_somebody_is_asked_whether_a_record_is_theirs(platform: Platform, document: Document) -> None:
    holder = pooled(
        platform, lambda: credentials.of_session(platform, someone(document, "Joris van Dam")["access_token"])
    )

    asked = questions.ask(platform, Scope(Principal.CUSTOMER, customer=holder.customer_id), at=clock.now())

    assert 1 == len(asked)
    assert asked[0].source is not None


def test_a_service_reads_exactly_what_the_grant_allows(platform: Platform, document: Document) -> None:
    profile = json.loads(read(platform, document, "Noor de Wit", "vuurtoren", "customer-care").answer())

    assert ["address", "contact", "conversations", "products"] == profile["granted"]
    assert ["financial", "health", "personal", "usage"] == profile["withheld"]
    shown = [
        *profile["attributes"].values(),
        *profile["products"],
        *profile["external"],
        *profile["interactions"]["recent"],
    ]
    assert set(profile["granted"]) == {each["category"] for each in shown}
    assert {"woonvast", "zonnewijzer", "vuurtoren"} <= {each["source"] for each in shown}


def test_what_was_revoked_is_refused(platform: Platform, document: Document) -> None:
    reading = read(platform, document, "Noor de Wit", "vuurtoren", "direct-marketing")

    with pytest.raises(Refused, match="took the permission back"):
        reading.answer()


def test_who_narrowed_to_one_source_is_seen_through_that_source_only(platform: Platform, document: Document) -> None:
    profile = json.loads(read(platform, document, "Youssef Amrani", "zonnewijzer", "advice").answer())

    assert ["address", "usage"] == profile["granted"]
    assert {"zonnewijzer"} == {each["source"] for each in (*profile["attributes"].values(), *profile["external"])}


def test_who_refused_is_answered_like_a_stranger(platform: Platform, document: Document) -> None:
    refused = look_up(platform, document, someone(document, "Joris van Dam")["email"], "vuurtoren", "direct-marketing")
    stranger = look_up(platform, document, "nobody.at.all@example.org", "vuurtoren", "direct-marketing")

    assert refused == stranger
    assert refused.document is None


def test_an_attested_grant_opens_the_organizations_own_records_only(platform: Platform, document: Document) -> None:
    profile = json.loads(read(platform, document, "Greetje Mulder", "woonvast", "service-provision").answer())

    assert {"woonvast"} == {each["source"] for each in (*profile["attributes"].values(), *profile["products"])}


def test_the_document_has_the_shape_that_programs_expect(platform: Platform, document: Document) -> None:
    assert 0o600 == stat.S_IMODE(ways_in.path(platform).stat().st_mode)
    logs = {"consent_log", "access_log"}
    assert {"base_url", "organizations", "customers", "auditor"} | logs == set(document)
    assert {"slug", "name", "client_id", "client_secret", "write_key"} == set(document["organizations"][0])
    assert {"client_id", "client_secret"} == set(document["auditor"])
    assert [{"origin", "vkey", "url"}] * 2 == [set(document[each]) for each in logs]
    assert list(stories.companies()) == [each["slug"] for each in document["organizations"]]
    assert len(document["customers"]) >= 12
    for each in document["customers"]:
        assert {"email", "name", "login_url", "access_token", "profile_ids"} == set(each)
        assert set(stories.companies()) == set(each["profile_ids"])


def test_everybody_is_spoken_to_as_they_chose(platform: Platform, document: Document) -> None:
    async def spoken(name: str) -> tuple[str, str]:
        person = await credentials.of_session(platform, someone(document, name)["access_token"])
        scope = Scope(Principal.CUSTOMER, customer=person.customer_id)
        with platform.database.scoped(scope) as session:
            known = addressing.read(session, OwnKeys(session, platform.ring))
        return known.language, known.address

    async def all_of_them() -> list[tuple[str, str]]:
        return [await spoken(each) for each in ("Noor de Wit", "Daan Hendriks", "Mei Chen")]

    assert [("nl", "u"), ("nl", "je"), ("en", "je")] == pooled(platform, all_of_them)


def test_every_way_in_opens(platform: Platform, document: Document) -> None:
    async def holders() -> list[str]:
        keys = [await credentials.of_write_key(platform, each["write_key"]) for each in document["organizations"]]
        for each in document["customers"]:
            await credentials.of_session(platform, each["access_token"])
        return [each.slug for each in keys]

    assert list(stories.companies()) == pooled(platform, holders)


def test_a_second_start_loads_nothing(platform: Platform, document: Document, database_url: str) -> None:
    before = counts(database_url), ways_in.path(platform).read_bytes()

    was_loaded = demo.load(platform, at=clock.now() + timedelta(days=3))

    assert (False, before) == (was_loaded, (counts(database_url), ways_in.path(platform).read_bytes()))


@pytest.mark.usefixtures("document")
def test_the_document_follows_the_demo_to_another_address(platform: Platform) -> None:
    before = ways_in.path(platform).read_text(encoding="utf-8")
    elsewhere = replace(platform, settings=replace(platform.settings, base_url="http://localhost:9999"))

    demo.load(elsewhere, at=clock.now())
    found = json.loads(ways_in.path(platform).read_text(encoding="utf-8"))
    demo.load(platform, at=clock.now())

    assert "http://localhost:9999" == found["base_url"]
    assert all(each["login_url"].startswith("http://localhost:9999/login/") for each in found["customers"])
    assert before == ways_in.path(platform).read_text(encoding="utf-8")


def test_the_document_names_the_key_that_signs_a_log_now(platform: Platform, document: Document) -> None:
    fresh = key_rotation.rotate(platform, "consent")

    was_renewed = ways_in.renew(platform)

    told = json.loads(ways_in.path(platform).read_text(encoding="utf-8"))
    assert was_renewed
    assert document | {"consent_log": document["consent_log"] | {"vkey": fresh}} == told


def test_what_was_interrupted_is_taken_up_again(platform: Platform, document: Document, database_url: str) -> None:
    people_, records, told, acts, requests = counts(database_url)[2:3] + counts(database_url)[4:8]
    kept = ways_in.path(platform).read_bytes()
    ways_in.path(platform).unlink()  # as if it had stopped just before the end

    was_loaded = demo.load(platform, at=clock.now() + timedelta(hours=1))

    again = counts(database_url)
    ways_in.path(platform).write_bytes(kept)
    assert was_loaded
    assert [people_, records, told, acts, requests] == [again[2], *again[4:8]]


def test_outside_the_demo_nothing_is_loaded(platform: Platform, database_url: str) -> None:
    before = counts(database_url)
    real = replace(platform, settings=replace(platform.settings, is_demo=False))

    with pytest.raises(Refused):
        demo.load(real, at=clock.now())

    assert before == counts(database_url)


def test_a_home_that_is_no_longer_a_demo_has_no_way_in_left(platform: Platform, document: Document) -> None:
    was_open = demo.shut(platform, at=clock.now())

    assert (True, False) == (was_open, ways_in.path(platform).exists())
    assert not demo.shut(platform, at=clock.now())
    for each in document["customers"]:
        with pytest.raises(Unauthenticated):
            pooled(platform, partial(credentials.of_session, platform, each["access_token"]))
        with pytest.raises(Unauthenticated):
            login.consume(platform, each["login_url"].rpartition("/")[2], at=clock.now())
    for each in document["organizations"]:
        with pytest.raises(Unauthenticated):
            pooled(platform, partial(credentials.of_write_key, platform, each["write_key"]))
