"""A name that could say something about a person does not stand in clear: it is sealed with the value, and kept."""

import msgspec
import psycopg
import pytest
from starlette.testclient import TestClient

from api.app import create_app
from cdp.catalog import files
from cdp.ingest.filing import Filed, Files, is_plain
from cdp.ingest.items import Item, Kind, Outcome
from cdp.platform import Platform
from tests import make

MAIL = "kees.canary@example.org"
SENTENCE = "kees canary van der meer has called about the invoice of march"
ODD = [MAIL, "+31 6 12345678", "0612345678", "12345", SENTENCE, "a" * 65, "één", "", "nl91abna0417164300"]
PLAIN = ["shoe_size", "favourite.colour", "order-completed", "iso_9001", "loyalty"]


def odd_items(value: object) -> list[Item]:
    return [
        make.item(Kind.ATTRIBUTES, MAIL, value, user="u-1"),
        make.item(Kind.ATTRIBUTES, SENTENCE, value, user="u-1"),
        make.item(Kind.PRODUCT, MAIL, {"value": value}, user="u-1", key="p-1"),
        make.item(Kind.EXTERNAL, SENTENCE, {"value": value}, user="u-1", key="p-1"),
        make.item(Kind.INTERACTION, MAIL, {"value": value}, user="u-1", key="i-1"),
    ]


@pytest.mark.parametrize("name", ODD)
def test_what_looks_like_no_name_is_odd(name: str) -> None:
    assert not is_plain(name)


@pytest.mark.parametrize("name", PLAIN)
def test_a_few_words_are_a_name(name: str) -> None:
    assert is_plain(name)


@pytest.mark.parametrize("item", odd_items(3), ids=lambda item: item.kind.value)
def test_an_odd_name_goes_into_the_value(item: Item) -> None:
    filed = Files(files.shipped()).file(item)

    assert isinstance(filed, Filed)
    dressed = filed.dressed(item)
    assert ("unmapped", "unnamed") == (filed.category, dressed.type)
    assert {"name": item.type, "value": msgspec.json.decode(item.value)} == msgspec.json.decode(dressed.value)


def test_odd_names_are_kept_apart_repeated_without_effect_and_nowhere_in_clear(
    platform: Platform, database_url: str
) -> None:
    shop = make.organization(platform)

    first = make.delivery(platform, shop, *odd_items(1))
    again = make.delivery(platform, shop, *odd_items(1))
    changed = make.delivery(platform, shop, *odd_items(2)[:2])

    assert {Outcome.STORED} == set(first) == set(changed)
    assert {Outcome.UNCHANGED, Outcome.DUPLICATE} == set(again)
    with psycopg.connect(database_url) as connection:
        stored = "select to_jsonb(r)::text, superseded_at is null from record r where source_id = %(shop)s"
        told = "select to_jsonb(i)::text, true from interaction i where source_id = %(shop)s"
        rows = connection.execute(f"{stored} union all {told}".encode(), {"shop": shop.organization_id}).fetchall()
    assert (7, 5) == (len(rows), sum(is_current for _, is_current in rows))
    assert [] == [row for row, _ in rows if "canary" in row or b"canary".hex() in row]


def test_its_owner_reads_it_by_its_name(platform: Platform) -> None:
    shop, address = make.organization(platform), make.email()
    make.known_person(platform, shop, address, user="u-1")
    make.delivery(platform, shop, *odd_items(1)[:1])
    person = make.person(platform, address=address)

    with TestClient(create_app(platform)) as api:
        records = api.get("/v1/me/records", headers=person.headers).json()["records"]

    assert [{"name": MAIL, "value": 1}] == [each["value"] for each in records if each["type"] == "unnamed"]
