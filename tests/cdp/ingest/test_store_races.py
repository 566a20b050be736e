"""Many deliveries at once, and merges and erasures in between: nothing is lost, nothing is there twice."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from cdp import clock
from cdp.ingest.items import Item, Outcome
from cdp.ingest.store import Store
from cdp.keys.blind import IdentifierType as Blindable
from cdp.platform import Platform
from cdp.tables import Organization
from tests import make
from tests.cdp.ingest import arrange
from tests.cdp.ingest.arrange import attribute, device, email, interaction, link, look, take, user

AT = datetime(2025, 5, 1, 12, tzinfo=UTC)


async def all_at_once(store: Store, source: Organization, *batches: list[Item]) -> Counter[Outcome]:
    found = await asyncio.gather(*(take(store, source, *batch) for batch in batches))
    return Counter(outcome for outcomes in found for outcome in outcomes)


async def test_many_versions_at_once_end_with_the_latest_and_keep_the_others(
    store: Store, platform: Platform, database_url: str
) -> None:
    source, who = make.organization(platform), user(make.name("user"))
    said = [[attribute(who, "city", b'"%d"' % number, AT + timedelta(hours=number))] for number in range(24)]

    counted = await all_at_once(store, source, *said[::2], *said[1::2], *said[::3])

    assert {Outcome.STORED: 24, Outcome.UNCHANGED: 8} == counted
    question = "select occurred_at from record where source_id = %s and superseded_at is null"
    assert [(AT + timedelta(hours=23),)] == look(database_url, question, source.organization_id)


async def test_a_new_person_who_is_met_many_times_at_once_is_one(
    store: Store, platform: Platform, database_url: str
) -> None:
    source, people = make.organization(platform), [user(make.name("user")) for _ in range(5)]
    batches = [[interaction(who, f"{number}-{who[0].value}", AT) for who in people] for number in range(16)]

    counted = await all_at_once(store, source, *batches)

    assert {Outcome.STORED: 80} == counted
    question = "select count(*), count(distinct customer_id) from subject where source_id = %s"
    assert [(5, 5)] == look(database_url, question, source.organization_id)


async def test_one_event_that_is_delivered_many_times_at_once_is_stored_once(
    store: Store, platform: Platform, database_url: str
) -> None:
    source, who = make.organization(platform), user(make.name("user"))
    event = interaction(who, "m-1", AT, delivery="m-1")

    counted = await all_at_once(store, source, *([event] for _ in range(16)))

    assert {Outcome.STORED: 1, Outcome.DUPLICATE: 15} == counted


async def test_crossing_orders_of_people_do_not_lose_a_batch(store: Store, platform: Platform) -> None:
    source, people = make.organization(platform), [user(make.name("user")) for _ in range(10)]
    devices = [device(make.name("device")) for _ in range(10)]

    def batch(number: int) -> list[Item]:
        order = people if number % 2 else people[::-1]
        return [
            interaction((*who, *devices[(number + place) % 10]), f"{number}-{place}", AT)
            for place, who in enumerate(order)
        ]

    counted = await all_at_once(store, source, *(batch(number) for number in range(20)))

    assert {Outcome.STORED: 200} == counted


async def test_two_sources_that_verify_one_address_at_once_are_linked(
    store: Store, platform: Platform, database_url: str
) -> None:
    sources = [make.organization(platform) for _ in range(2)]
    people = [(user(make.name("user")), make.email()) for _ in range(20)]

    await asyncio.gather(
        *(
            take(store, source, link(who, identifiers=(email(address),)))
            for who, address in people
            for source in sources
        )
    )

    assert [(20,)] == look(
        database_url,
        "select count(distinct customer_id) from subject where source_id = any(%s)",
        [source.organization_id for source in sources],
    )


async def test_a_merge_in_between_loses_nothing(store: Store, platform: Platform, database_url: str) -> None:
    source, other = make.organization(platform), make.organization(platform)
    who, address = user(make.name("user")), make.email()
    await take(store, other, link(who, identifiers=(email(address),)))
    said = [[attribute(who, "city", b'"%d"' % n, AT + timedelta(hours=n)), interaction(who, f"{n}")] for n in range(20)]

    linking = take(store, source, link(who, identifiers=(email(address),)))
    counted, _ = await asyncio.gather(all_at_once(store, source, *said), linking)

    assert {Outcome.STORED: 40} == counted
    question = (
        "select count(distinct s.customer_id), count(*) from subject s join ("
        " select customer_id, subject_id from record where source_id = %s"
        " union all select customer_id, subject_id from interaction where source_id = %s) r"
        " using (customer_id, subject_id)"
    )
    assert [(1, 40)] == look(database_url, question, source.organization_id, source.organization_id)
    held = "select count(distinct customer_id) from subject where source_id = any(%s)"
    assert [(1,)] == look(database_url, held, [source.organization_id, other.organization_id])


@pytest.mark.parametrize("turn", range(4))
async def test_after_an_erasure_in_between_nothing_of_the_person_is_left_or_comes_back(
    store: Store, platform: Platform, database_url: str, turn: int
) -> None:
    source, who, address = make.organization(platform), user(make.name("user")), make.email()
    owner = make.person(platform, address=address)
    await take(store, source, link(who, identifiers=(email(address),)))
    assert owner.customer_id == _customer(platform, database_url, source, who[0].value)

    def erase() -> None:
        with platform.database.scoped(owner.scope) as session:
            session.execute(text("select erase_customer(:id, :at)"), {"id": uuid4(), "at": clock.now()})

    async def later() -> None:
        await asyncio.sleep(0.002 * turn)  # so that it falls elsewhere each turn; what holds afterwards holds wherever
        await asyncio.to_thread(erase)

    said = [[attribute(who, "city", b'"%d"' % n, AT + timedelta(hours=n)), interaction(who, f"{n}")] for n in range(20)]
    counted, _ = await asyncio.gather(all_at_once(store, source, *said), later())

    assert 40 == counted[Outcome.STORED] + counted[Outcome.SUPPRESSED]
    assert [Outcome.SUPPRESSED] * 2 == await take(
        store, source, interaction(who, "after"), link(user(make.name("user")), identifiers=(email(address),))
    )
    for table in ("record", "interaction", "subject", "reference", "data_key", "identifier"):
        where = "customer_id" if table == "data_key" else "source_id"
        whose = owner.customer_id if table == "data_key" else source.organization_id
        assert [(0,)] == look(database_url, f"select count(*) from {table} where {where} = %s", whose)


def _customer(platform: Platform, url: str, source: Organization, user_id: str) -> UUID:
    blind = platform.blind.of(Blindable.USER_ID, user_id, source=source.organization_id)
    ((customer,),) = arrange.look(url, "select customer_id from reference where blind = %s", blind)
    assert isinstance(customer, UUID)
    return customer
