"""A real import: the users of a demo store, every one of them, and the kinds of its products as its own catalog.

The files are not part of the project: they lie beside it, or where CDP_TEST_RETAIL says.
"""

import asyncio
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path as Folder

import psycopg
import pytest
import yaml

from cdp import clock
from cdp.catalog import mapping as catalog_mapping
from cdp.catalog.files import Words, kebab_case
from cdp.ingest import mapping
from cdp.ingest.batch import Batch, Group, Path, Taken
from cdp.ingest.files import Reader
from cdp.ingest.items import Kind, Outcome
from cdp.ingest.mapper import Mapper
from cdp.ingest.store import Store
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.tables import Organization
from tests import make

ROOT = Folder(__file__).resolve().parents[3]
RETAIL = Folder(os.environ.get("CDP_TEST_RETAIL", ROOT.parent / "shared" / "data" / "retail"))
TOGETHER = 250
USERS = 5_250
DEVICES = 3 * USERS

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (RETAIL / "users.json.gz").exists(), reason="the retail set is not beside the project"),
]


def rows() -> Iterator[Group]:
    plan = mapping.load(ROOT / "examples" / "retail_users.toml")
    mapper = Mapper(plan, received_at=clock.now(), attribute_name=str)
    with Reader(RETAIL / "users.json.gz", plan.file) as reader:
        for row in reader:
            yield mapper.items(row)


def imported(platform: Platform, source: Organization) -> list[Taken]:
    sent = list(rows())
    parts = [sent[start : start + TOGETHER] for start in range(0, len(sent), TOGETHER)]
    scope = Scope(Principal.SOURCE, source.organization_id)

    async def take() -> list[Taken]:
        await platform.database.open()
        try:
            store = Store(platform)
            return [
                await store.take(Batch(scope, part, Path.IMPORT, "retail", clock.now(), may_verify=True))
                for part in parts
            ]
        finally:
            await platform.database.close()

    return asyncio.run(take())


def outcomes(taken: list[Taken]) -> Counter[Outcome]:
    return Counter(verdict.outcome for part in taken for group in part.verdicts for verdict in group)


@pytest.fixture(scope="module")
def store(platform: Platform) -> Organization:
    return make.organization(platform)


@pytest.fixture(scope="module")
def first(platform: Platform, store: Organization) -> Counter[Outcome]:
    return outcomes(imported(platform, store))


def count(database_url: str, question: str, *values: object) -> int:
    with psycopg.connect(database_url) as connection:
        row = connection.execute(question.encode(), values).fetchone()
    return 0 if row is None else int(row[0])


def test_every_user_is_taken_whole(first: Counter[Outcome]) -> None:
    assert {Outcome.STORED} == set(first)
    assert 10 * USERS + DEVICES == first[Outcome.STORED]


def test_every_user_is_somebody_with_three_devices(
    first: Counter[Outcome], store: Organization, database_url: str
) -> None:
    named = "select count(*) from reference where source_id = %s and type = %s"

    assert USERS == count(database_url, "select count(*) from subject where source_id = %s", store.organization_id)
    assert USERS == count(database_url, named, store.organization_id, "user_id")
    assert DEVICES == count(database_url, named, store.organization_id, "anonymous_id")


def test_who_shares_an_address_that_nobody_verified_stays_apart(first: Counter[Outcome], database_url: str) -> None:
    assert USERS > count(database_url, "select count(distinct blind) from identifier where type = 'email'")
    assert USERS == count(database_url, "select count(*) from customer where merged_into is null")


def test_no_value_of_a_user_stands_in_clear(first: Counter[Outcome], database_url: str) -> None:
    assert 0 == count(database_url, "select count(*) from record where queryable is not null")
    assert 0 == count(database_url, "select count(*) from record where position('Johnson'::bytea in sealed) > 0")


def test_the_same_file_again_changes_nothing(
    platform: Platform, store: Organization, first: Counter[Outcome], database_url: str
) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("analyze")  # as autovacuum would have done by then

    again = outcomes(imported(platform, store))

    assert Counter({Outcome.UNCHANGED: first[Outcome.STORED]}) == again


def test_the_kinds_of_its_products_become_its_own_catalog(platform: Platform, store: Organization) -> None:
    products = yaml.load((RETAIL / "products.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    kinds = sorted({each["category"] for each in products})
    scope = Scope(Principal.SOURCE, store.organization_id)

    for kind in kinds:
        wanted = catalog_mapping.Wanted("products", Words(nl=kind, en=kind))
        catalog_mapping.put(platform, scope, catalog_mapping.entry_of("product", kind), wanted)
    bought = make.item(Kind.PRODUCT, "food service", {"name": products[0]["name"]}, user="1", key="order-1")
    outcome = make.delivery(platform, store, bought)

    with platform.database.scoped(scope) as session:
        own = {entry.name for entry, _ in catalog_mapping.own_entries(session, store.organization_id)}
    assert {kebab_case(kind) for kind in kinds} == own
    assert [Outcome.STORED] == outcome
    assert 20 == len(kinds)
