"""Who is who: what links two subjects, what never does, and that a link leaves nothing behind when it is undone."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from cdp import clock
from cdp.ingest.items import Item, Kind, Outcome, Reference, ReferenceType
from cdp.ingest.store import Store
from cdp.keys.blind import IdentifierType as Blindable
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.tables import Organization
from tests import make
from tests.cdp.ingest.arrange import Subject, attribute, device, email, interaction, link, look, product, take, user

AT = datetime(2025, 5, 1, 12, tzinfo=UTC)
DUMPED = (
    "customer",
    "subject",
    "data_key",
    "reference",
    "identifier",
    "record",
    "interaction",
    "evidence",
    "permission",
)


@pytest.fixture
async def store(platform: Platform) -> AsyncIterator[Store]:
    await platform.database.open()
    yield Store(platform)
    await platform.database.close()


def customer_of(platform: Platform, url: str, source: Organization, subject: Subject) -> UUID:
    """Return whom a source's own name leads to now."""
    kind, value = Blindable(subject[0].type.value), subject[0].value
    blind = platform.blind.of(kind, value, source=source.organization_id)
    ((customer,),) = look(url, "select customer_id from reference where blind = %s", blind)
    assert isinstance(customer, UUID)
    return customer


def alias(who: Subject, previous: str) -> Item:
    subject = (*who, Reference(ReferenceType.PREVIOUS_ID, previous))
    return Item(kind=Kind.LINK, type="alias", value=b"{}", subject=subject)


def somebody() -> Subject:
    return user(make.name("user"))


def something() -> Subject:
    return device(make.name("device"))


async def test_a_source_knows_its_own_people_again(store: Store, platform: Platform, database_url: str) -> None:
    source, who = make.organization(platform), somebody()

    await take(store, source, attribute(who, "city", b'"Bergen"'))
    await take(store, source, interaction(who, "1"))

    assert [(1,)] == look(database_url, "select count(*) from subject where source_id = %s", source.organization_id)


async def test_a_verified_address_links_across_sources(store: Store, platform: Platform, database_url: str) -> None:
    sources, who = [make.organization(platform) for _ in range(2)], somebody()
    address = make.email()

    for source in sources:
        await take(store, source, link(who, identifiers=(email(address),)))

    assert 1 == len({customer_of(platform, database_url, source, who) for source in sources})


@pytest.mark.parametrize("reason", ["unverified", "unknown organization", "write key", "shared mailbox", "no address"])
async def test_nothing_less_than_a_verified_address_links(
    store: Store, platform: Platform, database_url: str, reason: str
) -> None:
    known = make.organization(platform)
    other = make.organization(platform, is_verified=reason != "unknown organization")
    address = {"shared mailbox": "info@example.org", "no address": "nobody"}.get(reason, make.email())
    who = somebody()
    await take(store, known, link(who, identifiers=(email(address),)))

    said = link(who, identifiers=(email(address, verified=reason != "unverified"),))
    await take(store, other, said, may_verify=reason != "write key")

    assert 2 == len({customer_of(platform, database_url, source, who) for source in (known, other)})


async def test_a_write_key_never_links_into_a_claimed_dossier(
    store: Store, platform: Platform, database_url: str
) -> None:
    source, address, thief = make.organization(platform), make.email(), somebody()
    owner = make.person(platform, address=address)

    await take(store, source, link(thief, identifiers=(email(address),)), may_verify=False)

    assert owner.customer_id != customer_of(platform, database_url, source, thief)


async def test_a_verified_address_links_into_the_dossier_that_its_owner_claimed(
    store: Store, platform: Platform, database_url: str
) -> None:
    source, address, who = make.organization(platform), make.email(), somebody()
    owner = make.person(platform, address=address)

    await take(store, source, link(who, identifiers=(email(address),)))

    assert owner.customer_id == customer_of(platform, database_url, source, who)


async def test_two_people_of_one_source_who_share_an_address_stay_two(
    store: Store, platform: Platform, database_url: str
) -> None:
    source, address = make.organization(platform), make.email()
    household = [somebody(), somebody()]

    for who in household:
        await take(store, source, link(who, identifiers=(email(address),)))

    assert 2 == len({customer_of(platform, database_url, source, who) for who in household})


async def test_an_address_of_more_than_three_people_links_nobody(
    store: Store, platform: Platform, database_url: str
) -> None:
    crowded, other, address, who = make.organization(platform), make.organization(platform), make.email(), somebody()
    household = [somebody() for _ in range(4)]
    for each in household:
        await take(store, crowded, link(each, identifiers=(email(address),)))

    await take(store, other, link(who, identifiers=(email(address),)))

    people = {customer_of(platform, database_url, crowded, each) for each in household}
    assert customer_of(platform, database_url, other, who) not in people


async def test_equal_customer_numbers_of_two_sources_mean_nothing(
    store: Store, platform: Platform, database_url: str
) -> None:
    sources, who = [make.organization(platform) for _ in range(2)], somebody()

    for source in sources:
        await take(store, source, attribute(who, "city", b'"Bergen"'))

    assert 2 == len({customer_of(platform, database_url, source, who) for source in sources})


async def test_a_device_becomes_its_users_when_they_log_in(store: Store, platform: Platform, database_url: str) -> None:
    source, phone, who = make.organization(platform), something(), somebody()
    await take(store, source, interaction(phone, "1"), interaction(who, "2"))

    outcomes = await take(store, source, link((*who, *phone)), link((*who, *phone)))

    assert [Outcome.LINKED] * 2 == outcomes
    assert customer_of(platform, database_url, source, who) == customer_of(platform, database_url, source, phone)
    assert [Outcome.UNCHANGED] == await take(store, source, link((*who, *phone)))


async def test_a_new_device_of_a_known_user_is_theirs(store: Store, platform: Platform, database_url: str) -> None:
    source, phone, who = make.organization(platform), something(), somebody()

    await take(store, source, link((*who, *phone)))
    await take(store, source, interaction(phone, "1"))

    assert customer_of(platform, database_url, source, who) == customer_of(platform, database_url, source, phone)
    assert [(1,)] == look(database_url, "select count(*) from subject where source_id = %s", source.organization_id)


async def test_a_second_user_of_a_device_stays_somebody_else(
    store: Store, platform: Platform, database_url: str
) -> None:
    source, tablet, first, second = make.organization(platform), something(), somebody(), somebody()
    await take(store, source, interaction(tablet, "1"), link((*first, *tablet)))

    outcomes = await take(store, source, link(second), link((*second, *tablet)), interaction((*second, *tablet), "2"))

    assert [Outcome.LINKED, Outcome.LINKED, Outcome.STORED] == outcomes  # linked: they are new
    assert customer_of(platform, database_url, source, first) == customer_of(platform, database_url, source, tablet)
    assert customer_of(platform, database_url, source, second) != customer_of(platform, database_url, source, tablet)


async def test_a_device_that_was_joined_to_somebody_is_not_joined_to_a_user_as_well(
    store: Store, platform: Platform, database_url: str
) -> None:
    source, other, address = make.organization(platform), make.organization(platform), make.email()
    tablet, owner, who = something(), somebody(), somebody()
    await take(store, other, link(owner, identifiers=(email(address),)))
    await take(store, source, link(tablet, identifiers=(email(address),)))

    await take(store, source, link(who), link((*who, *tablet)))

    assert customer_of(platform, database_url, source, tablet) == customer_of(platform, database_url, other, owner)
    assert customer_of(platform, database_url, source, tablet) != customer_of(platform, database_url, source, who)


@pytest.mark.parametrize("was_seen", [True, False])
async def test_an_alias_joins_an_earlier_anonymous_id(
    store: Store, platform: Platform, database_url: str, *, was_seen: bool
) -> None:
    source, who, before = make.organization(platform), somebody(), something()
    if was_seen:
        await take(store, source, interaction(before, "1"))

    assert [Outcome.LINKED] == await take(store, source, alias(who, before[0].value))
    assert customer_of(platform, database_url, source, who) == customer_of(platform, database_url, source, before)


async def test_an_alias_never_joins_two_users(store: Store, platform: Platform, database_url: str) -> None:
    source, who, victim = make.organization(platform), somebody(), somebody()
    await take(store, source, link(who), link(victim))

    assert [Outcome.UNCHANGED] == await take(store, source, alias(who, victim[0].value))
    assert customer_of(platform, database_url, source, who) != customer_of(platform, database_url, source, victim)


async def test_what_comes_after_a_link_lands_in_the_joined_dossier(
    store: Store, platform: Platform, database_url: str
) -> None:
    sources, who, address = [make.organization(platform) for _ in range(2)], somebody(), make.email()
    for source in sources:
        await take(store, source, link(who, identifiers=(email(address),)))

    for source in sources:
        await take(store, source, attribute(who, "city", b'"Bergen"'), interaction(who, "1"))

    question = (
        "select customer_id from record where source_id = any(%s)"
        " union select customer_id from interaction where source_id = any(%s)"
    )
    named = [source.organization_id for source in sources]
    assert [(customer_of(platform, database_url, sources[0], who),)] == look(database_url, question, named, named)


async def test_a_link_in_the_same_batch_holds_for_its_records(
    store: Store, platform: Platform, database_url: str
) -> None:
    first, second, address, who = make.organization(platform), make.organization(platform), make.email(), somebody()
    await take(store, first, link(who, identifiers=(email(address),)))

    await take(store, second, attribute(who, "city", b'"Bergen"', AT, identifiers=(email(address),)))

    assert [(customer_of(platform, database_url, first, who),)] == look(
        database_url, "select customer_id from record where source_id = %s", second.organization_id
    )


def dump(url: str, customers: list[UUID]) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of some customers, but for the number of their latest act."""
    return {
        table: look(
            url,
            f"select to_jsonb(t) - 'epoch' from {table} t where customer_id = any(%s) order by to_jsonb(t)::text",
            customers,
        )
        for table in DUMPED
    }


async def test_a_link_that_is_undone_leaves_everything_as_it_was(
    store: Store, platform: Platform, database_url: str
) -> None:
    source, other, address = make.organization(platform), make.organization(platform), make.email()
    who, owner = somebody(), make.person(platform, address=address)
    facts = [
        attribute(who, "city", b'"Bergen"', AT),
        product(who, "o-1", b'{"total":1}', AT),
        interaction(who, "c-1", AT, evidence=b'{"consent":{}}'),
    ]
    await take(store, source, *facts)
    await take(store, other, attribute(who, "city", b'"Alkmaar"', AT))
    guest = customer_of(platform, database_url, source, who)
    customers = [guest, owner.customer_id]
    await take(store, source, link(who, identifiers=(email(address, verified=False),)))
    before = dump(database_url, customers)

    await take(store, source, link(who, identifiers=(email(address),)))
    linked = customer_of(platform, database_url, source, who)
    left_behind = {table for table, rows in dump(database_url, [guest]).items() if rows}
    ((subject,),) = look(database_url, "select subject_id from subject where source_id = %s", source.organization_id)
    with platform.database.scoped(owner.scope) as session:
        session.execute(text("select unlink_subject(:c, :s, :at)"), {"c": linked, "s": subject, "at": clock.now()})
    after = dump(database_url, customers)

    assert linked == owner.customer_id
    assert {"customer"} == left_behind
    assert before["identifier"] != after["identifier"]  # it is known to be verified now
    assert before | {"identifier": []} == after | {"identifier": []}
    assert [Outcome.UNCHANGED] == await take(store, source, link(who, identifiers=(email(address),)))
    assert guest == customer_of(platform, database_url, source, who)


async def test_what_the_customer_took_apart_is_never_joined_again(
    store: Store, platform: Platform, database_url: str
) -> None:
    source, other = make.organization(platform), make.organization(platform)
    address, second, stranger, known = make.email(), make.email(), somebody(), somebody()
    owner = make.person(platform, address=address)
    await take(store, other, link(known, identifiers=(email(address), email(second))))
    await take(store, source, link(stranger, identifiers=(email(address),)))
    ((subject,),) = look(database_url, "select subject_id from subject where source_id = %s", source.organization_id)
    with platform.database.scoped(owner.scope) as session:
        facts = {"c": owner.customer_id, "s": subject, "at": clock.now()}
        session.execute(text("select unlink_subject(:c, :s, :at)"), facts)

    await take(store, source, link(stranger, identifiers=(email(second),)))

    assert owner.customer_id == customer_of(platform, database_url, other, known)
    assert owner.customer_id != customer_of(platform, database_url, source, stranger)


async def test_nobody_but_a_source_finds_or_makes_subjects(platform: Platform) -> None:
    for principal in set(Principal) - {Principal.SOURCE}:
        with pytest.raises(Exception, match="permission denied"), platform.database.scoped(Scope(principal)) as session:
            session.execute(text("select * from resolve_subjects('{}', '{}', '{}')"))
