"""Who a delivery may be about: found in its own transaction, told to nobody, missed by none."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from cdp import clock
from cdp.identity import relinking
from cdp.identity.attributes import IDENTIFYING
from cdp.ingest.batch import Path
from cdp.ingest.items import Identifier, IdentifierType, Kind, Outcome
from cdp.ingest.store import Store
from cdp.platform import Platform
from tests import make
from tests.cdp.identity.people import Facts, bonds, keys, subject
from tests.cdp.ingest.arrange import batch, change, interaction, look, take, user


@pytest.fixture
async def store(platform: Platform) -> AsyncIterator[Store]:
    await platform.database.open()
    yield Store(platform)
    await platform.database.close()


async def test_somebody_whom_two_sources_know_is_found_and_the_source_is_told_nothing(
    store: Store, platform: Platform, database_url: str
) -> None:
    shop, bank, facts = make.organization(platform), make.organization(platform), Facts.new()

    first = await take(store, shop, *facts.said("a"))
    second = await take(store, bank, *facts.said("b"))
    stranger = await take(store, bank, *Facts.new().said("c"))

    found = subject(platform, database_url, shop, "a"), subject(platform, database_url, bank, "b")
    assert ["possible"] == bonds(database_url, *found)
    assert first == second == stranger
    assert 2 == len(
        look(database_url, "select distinct customer_id from subject where subject_id = any (%s)", [*found])
    )


async def test_two_deliveries_at_once_of_one_person_do_not_miss_each_other(
    store: Store, platform: Platform, database_url: str
) -> None:
    shop, bank = make.organization(platform), make.organization(platform)
    people = {f"user-{number}": Facts.new() for number in range(12)}

    await asyncio.gather(
        *(take(store, source, *facts.said(name)) for name, facts in people.items() for source in (shop, bank))
    )

    missed = [
        name
        for name in people
        if not bonds(database_url, *(subject(platform, database_url, source, name) for source in (shop, bank)))
    ]
    assert [] == missed


async def test_what_identifies_nobody_touches_no_likeness(store: Store, platform: Platform, database_url: str) -> None:
    shop = make.organization(platform)
    await take(store, shop, *Facts.new().said("a"))
    found = subject(platform, database_url, shop, "a")
    question = "select xmin::text from likeness where subject_id = %s"
    before = look(database_url, question, found)

    await take(store, shop, interaction(user("a"), "m-1"), *Facts.new().but(email="").said("other"))
    same = make.item(Kind.ATTRIBUTES, "language", "nl", user="a")
    await take(store, shop, same)

    assert before == look(database_url, question, found)


async def test_a_changed_name_changes_the_keys_and_ends_what_was_alike(
    store: Store, platform: Platform, database_url: str
) -> None:
    shop, bank, facts = make.organization(platform), make.organization(platform), Facts.new()
    await take(store, shop, *facts.said("a"))
    await take(store, bank, *facts.said("b"))
    found = subject(platform, database_url, shop, "a"), subject(platform, database_url, bank, "b")
    assert ["possible"] == bonds(database_url, *found)

    (before,) = look(database_url, "select keys from likeness where subject_id = %s", found[1])

    await take(store, bank, *Facts.new().but(first_name="Quirine").said("b"))

    assert [] == bonds(database_url, *found)
    (after,) = look(database_url, "select keys from likeness where subject_id = %s", found[1])
    stored = look(database_url, "select key from match_key where subject_id = %s order by 1", found[1])
    assert before != after
    assert [(key,) for key in after[0]] == stored


async def test_every_key_tells_what_is_known_by_now(store: Store, platform: Platform, database_url: str) -> None:
    shop, facts = make.organization(platform), Facts.new()
    question = "select knows, count(*) from match_key where subject_id = %s group by 1"
    await take(store, shop, *facts.but(email="").said("a"))
    found = subject(platform, database_url, shop, "a")
    ((before, count),) = look(database_url, question, found)

    await take(store, shop, *facts.said("a"))

    ((after, more),) = look(database_url, question, found)
    assert (before | 2, True) == (after, before != after)
    assert more > count > 1


async def test_a_large_delivery_leaves_its_people_to_the_worker(
    store: Store, platform: Platform, database_url: str
) -> None:
    shop, bank, facts = make.organization(platform), make.organization(platform), Facts.new()
    await take(store, shop, *facts.said("a"))
    imported = batch(bank, [facts.said("b")])
    taken = await store.take(
        type(imported)(**{f: getattr(imported, f) for f in imported.__slots__} | {"path": Path.IMPORT})
    )
    found = subject(platform, database_url, shop, "a"), subject(platform, database_url, bank, "b")
    assert {Outcome.STORED} == {verdict.outcome for verdict in taken.verdicts[0]}
    assert [] == bonds(database_url, *found)
    assert 0 == keys(database_url, found[1])

    done = await asyncio.to_thread(relinking.run_next, platform, clock.now())

    assert 1 == done
    assert ["possible"] == bonds(database_url, *found)
    assert [] == look(database_url, "select 1 from match_due")
    assert 0 == await asyncio.to_thread(relinking.run_next, platform, clock.now())


async def test_whoever_cannot_be_read_harms_no_delivery(store: Store, platform: Platform, database_url: str) -> None:
    shop, bank, facts = make.organization(platform), make.organization(platform), Facts.new()
    await take(store, shop, *facts.said("a"))
    found = subject(platform, database_url, shop, "a")
    change(database_url, "update likeness set sealed = 'nonsense' where subject_id = %s", found)

    outcomes = await take(store, bank, *facts.said("b"))

    assert {Outcome.STORED} == set(outcomes)
    assert [] == bonds(database_url, found, subject(platform, database_url, bank, "b"))


async def test_a_relink_finds_what_was_never_compared_and_changes_nothing_the_second_time(
    store: Store, platform: Platform, database_url: str
) -> None:
    shop, bank, facts = make.organization(platform), make.organization(platform), Facts.new()
    await take(store, shop, *facts.said("a"))
    await take(store, bank, *facts.said("b"))
    found = subject(platform, database_url, shop, "a"), subject(platform, database_url, bank, "b")
    change(database_url, "delete from bond")
    change(database_url, "delete from match_key")
    change(database_url, "delete from likeness")
    told: list[tuple[int, int | None]] = []

    done = await asyncio.to_thread(
        relinking.relink, platform, at=clock.now(), report=lambda done, total: told.append((done, total))
    )

    assert ["possible"] == bonds(database_url, *found)
    assert told[-1] == (done, done)
    state = "select subject_id, other_id, tier, weight, at from bond order by 1, 2"
    before = look(database_url, state)
    await asyncio.to_thread(relinking.relink, platform, at=clock.now())
    assert before == look(database_url, state)


def test_the_database_and_the_program_agree_on_what_identifies_somebody(database_url: str) -> None:
    ((told,),) = look(database_url, "select identifying_attributes()")

    assert set(told) == IDENTIFYING


async def test_two_verified_customer_numbers_of_one_source_are_two_people_however_alike(
    store: Store, platform: Platform, database_url: str
) -> None:
    shop, facts = make.organization(platform), Facts.new()
    for name in ("a", "b"):
        number = Identifier(IdentifierType.CUSTOMER_NUMBER, f"number-{name}", verified=True)
        await take(store, shop, *facts.said(name, identifiers=(number,)))
    found = subject(platform, database_url, shop, "a"), subject(platform, database_url, shop, "b")

    assert [] == bonds(database_url, *found)


async def test_a_customer_number_that_nobody_verified_parts_nobody(
    store: Store, platform: Platform, database_url: str
) -> None:
    shop, facts = make.organization(platform), Facts.new()
    for name in ("a", "b"):
        number = Identifier(IdentifierType.CUSTOMER_NUMBER, f"number-{name}", verified=False)
        await take(store, shop, *facts.said(name, identifiers=(number,)))
    found = subject(platform, database_url, shop, "a"), subject(platform, database_url, shop, "b")

    assert ["strong"] == bonds(database_url, *found)


async def test_an_address_of_four_people_joins_nobody(store: Store, platform: Platform, database_url: str) -> None:
    shop, facts = make.organization(platform), Facts.new()
    first, *others = [facts.but(first_name=name) for name in ("Aaltje", "Berend", "Cornelia", "Diederik")]
    for number, each in enumerate(others):
        await take(
            store,
            shop,
            *each.but(birth_date=f"196{number}-02-03", last_name=f"Ander{'bdf'[number]}").said(f"o{number}"),
        )
    await take(store, shop, *first.said("a"))
    await take(store, shop, *first.said("b"))
    found = subject(platform, database_url, shop, "a"), subject(platform, database_url, shop, "b")

    assert ["possible"] == bonds(database_url, *found)
