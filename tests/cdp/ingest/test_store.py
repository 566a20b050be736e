"""The store against a real PostgreSQL: what becomes of items, in order, twice, late and against the database's will."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from cdp.ingest.batch import Taken
from cdp.ingest.items import Item, Outcome, Reason, Rejection
from cdp.ingest.store import Store, StoreBusy
from cdp.keys.sealing import DataKey
from cdp.platform import Platform
from tests import make
from tests.cdp.ingest import arrange
from tests.cdp.ingest.arrange import attribute, batch, interaction, link, look, product, take, user

AT = datetime(2025, 5, 1, 12, tzinfo=UTC)
LATER = AT + timedelta(days=1)
CURRENT = (
    "select occurred_at from record where source_id = %s and type = %s and superseded_at is null order by occurred_at"
)
HISTORY = (
    "select occurred_at from record where source_id = %s and type = %s and superseded_at is not null"
    " order by occurred_at"
)


def someone() -> arrange.Subject:
    return user(make.name("user"))


async def test_the_same_statement_again_changes_nothing(store: Store, platform: Platform) -> None:
    source, item = make.organization(platform), attribute(someone(), "city", b'"Bergen"', AT)

    outcomes = [await take(store, source, item) for _ in range(2)]

    assert [[Outcome.STORED], [Outcome.UNCHANGED]] == outcomes


async def test_a_newer_value_supersedes_the_older(store: Store, platform: Platform, database_url: str) -> None:
    source, who = make.organization(platform), someone()

    await take(store, source, attribute(who, "city", b'"Bergen"', AT))
    outcomes = await take(store, source, attribute(who, "city", b'"Alkmaar"', LATER))

    assert [Outcome.STORED] == outcomes
    assert [(LATER,)] == look(database_url, CURRENT, source.organization_id, "city")
    assert [(AT,)] == look(database_url, HISTORY, source.organization_id, "city")


async def test_what_arrives_late_is_history_and_stays_so(store: Store, platform: Platform, database_url: str) -> None:
    source, who = make.organization(platform), someone()
    late = attribute(who, "city", b'"Bergen"', AT)
    await take(store, source, attribute(who, "city", b'"Alkmaar"', LATER))

    outcomes = [await take(store, source, late) for _ in range(2)]

    assert [[Outcome.STORED], [Outcome.UNCHANGED]] == outcomes
    assert [(LATER,)] == look(database_url, CURRENT, source.organization_id, "city")
    assert [(AT,)] == look(database_url, HISTORY, source.organization_id, "city")


async def test_several_versions_in_one_batch_end_with_the_latest(
    store: Store, platform: Platform, database_url: str
) -> None:
    source, who = make.organization(platform), someone()
    said = [(b'"c"', LATER), (b'"a"', AT), (b'"b"', AT + timedelta(hours=1)), (b'"b"', AT + timedelta(hours=2))]

    outcomes = await take(store, source, *(attribute(who, "city", value, at) for value, at in said))

    assert [Outcome.STORED, Outcome.STORED, Outcome.STORED, Outcome.UNCHANGED] == outcomes
    assert [(LATER,)] == look(database_url, CURRENT, source.organization_id, "city")
    assert [(AT,), (AT + timedelta(hours=1),)] == look(database_url, HISTORY, source.organization_id, "city")


@pytest.mark.parametrize("at_once", [True, False])
async def test_a_value_that_was_said_again_is_not_superseded_by_an_older_one(
    store: Store, platform: Platform, database_url: str, *, at_once: bool
) -> None:
    source, who = make.organization(platform), someone()
    said = [attribute(who, "city", b'"Bergen"', at) for at in (AT, LATER)]
    for batched in [said] if at_once else [[each] for each in said]:
        await take(store, source, *batched)

    await take(store, source, attribute(who, "city", b'"Alkmaar"', AT + timedelta(hours=1)))

    assert [(LATER,)] == look(database_url, CURRENT, source.organization_id, "city")


async def test_the_present_version_survives_a_replay_of_one_of_the_same_moment(
    store: Store, platform: Platform, database_url: str
) -> None:
    source, who = make.organization(platform), someone()
    first, second = attribute(who, "city", b'"Bergen"', AT), attribute(who, "city", b'"Alkmaar"', AT)
    await take(store, source, first)
    await take(store, source, second)

    outcomes = await take(store, source, first, second)

    assert [Outcome.UNCHANGED, Outcome.UNCHANGED] == outcomes
    assert [(AT,)] == look(database_url, CURRENT, source.organization_id, "city")


async def test_products_are_told_apart_by_their_key(store: Store, platform: Platform) -> None:
    source, who = make.organization(platform), someone()

    first = await take(store, source, product(who, "o-1"), product(who, "o-2"), product(who, "o-1", type="Order"))
    second = await take(store, source, product(who, "o-1", b'{"total":1}'))

    assert [Outcome.STORED, Outcome.STORED, Outcome.UNCHANGED] == first
    assert [Outcome.STORED] == second


async def test_an_interaction_is_stored_once_also_when_its_arrival_is_forgotten(
    store: Store, platform: Platform, database_url: str
) -> None:
    source, who = make.organization(platform), someone()
    first = await take(store, source, interaction(who, "chat-1", AT))
    arrange.change(database_url, "delete from delivery where source_id = %s", source.organization_id)

    again = await take(store, source, interaction(who, "chat-1", LATER), interaction(who, "chat-1", LATER))

    assert ([Outcome.STORED], [Outcome.DUPLICATE] * 2) == (first, again)


async def test_an_interaction_without_a_key_is_a_new_one_every_time(store: Store, platform: Platform) -> None:
    source, who = make.organization(platform), someone()

    assert [Outcome.STORED] * 2 == await take(store, source, interaction(who, None, AT), interaction(who, None, AT))


async def test_a_delivery_is_taken_once_within_a_batch_and_across_batches(store: Store, platform: Platform) -> None:
    source, who, delivery = make.organization(platform), someone(), make.name("message")
    event = [attribute(who, name, b'"x"', AT, delivery=delivery) for name in ("city", "street")]

    first = await store.take(batch(source, [event, event]))
    second = await store.take(batch(source, [event]))

    assert [[Outcome.STORED] * 2, [Outcome.DUPLICATE] * 2] == [[v.outcome for v in g] for g in first.verdicts]
    assert [[Outcome.DUPLICATE] * 2] == [[v.outcome for v in g] for g in second.verdicts]


async def test_what_an_erased_person_sent_before_is_suppressed_not_a_repeat(
    store: Store, platform: Platform, database_url: str
) -> None:
    source, who = make.organization(platform), someone()
    items = [interaction(who, "m-1", AT, delivery="m-1"), attribute(who, "city", b'"x"', AT, delivery="m-2")]
    await take(store, source, *items)
    arrange.change(
        database_url,
        "insert into suppression (source_id, type, blind, erasure_id, at)"
        " select source_id, type, blind, gen_random_uuid(), now() from reference where source_id = %s",
        source.organization_id,
    )

    assert [Outcome.SUPPRESSED] * 2 == await take(store, source, *items)


async def test_two_sources_may_use_the_same_numbers(store: Store, platform: Platform) -> None:
    one, two, who = make.organization(platform), make.organization(platform), someone()

    outcomes = [await take(store, source, interaction(who, "1", AT)) for source in (one, two)]

    assert [[Outcome.STORED], [Outcome.STORED]] == outcomes


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (attribute(user("u-1"), "city", b'"x"', category="no-such"), Reason.UNKNOWN_CATEGORY),
        (attribute(user("u-1"), "email", b'"x"', category="usage"), Reason.CATEGORY_FIXED),
        (product(user("u-1"), "1", type="health-claim", category="contact"), Reason.CATEGORY_FIXED),
        (attribute(user("undefined"), "city", b'"x"'), Reason.PLACEHOLDER),
        (attribute(user("a\u200bb"), "city", b'"x"'), Reason.UNREADABLE_VALUE),
        (attribute(user("u-1"), "ci\0ty", b'"x"'), Reason.UNSTORABLE_TEXT),
        (attribute(user("u-1"), "city", b'"x"', datetime(1, 1, 1, tzinfo=UTC)), Reason.UNREADABLE_TIME),
        (attribute((), "city", b'"x"'), Reason.MISSING),
        (Rejection(Reason.MALFORMED), Reason.MALFORMED),
    ],
)
async def test_a_bad_item_is_rejected_with_its_reason_and_harms_no_other(
    store: Store, platform: Platform, database_url: str, item: Item, reason: Reason
) -> None:
    source, good = make.organization(platform), attribute(someone(), "city", b'"x"')

    taken = await arrange.taken(store, source, good, item, interaction(someone(), "1"))

    assert [Outcome.STORED, Outcome.REJECTED, Outcome.STORED] == [each.outcome for each in taken.first()]
    assert [(1, reason.value)] == look(
        database_url, "select position, reason from reject where source_id = %s", source.organization_id
    )


async def test_a_row_that_only_the_database_refuses_harms_no_other(
    store: Store, platform: Platform, database_url: str
) -> None:
    source = make.organization(platform)
    arrange.change(
        database_url,
        f"alter table record add constraint whim check (type <> 'whim' or source_id <> '{source.organization_id}')",
    )
    items = [attribute(someone(), "whim" if number in {3, 7} else "city", b'"x"') for number in range(9)]

    outcomes = await take(store, source, *items)

    assert {3, 7} == {place for place, outcome in enumerate(outcomes) if outcome is Outcome.REJECTED}
    assert 7 == outcomes.count(Outcome.STORED)


async def test_a_rehearsal_tells_and_stores_nothing(store: Store, platform: Platform, database_url: str) -> None:
    source, who = make.organization(platform), someone()
    wanted = batch(source, [[attribute(who, "city", b'"x"', AT)], [Rejection(Reason.MALFORMED)]])

    rehearsed = await store.take(wanted, is_rehearsal=True)
    stored = await store.take(wanted)

    assert (rehearsed.verdicts, rehearsed.new_subjects) == (stored.verdicts, stored.new_subjects)
    assert 1 == stored.new_subjects
    assert 1 == len(look(database_url, "select from reject where source_id = %s", source.organization_id))


async def test_what_nobody_mapped_is_kept_where_nobody_can_be_granted_it(
    store: Store, platform: Platform, database_url: str
) -> None:
    source, who = make.organization(platform), someone()

    await take(store, source, attribute(who, "shoe_size_of_the_dog", b"3"), product(who, "1", type="Strange Thing"))

    assert [("shoe_size_of_the_dog", "unmapped"), ("strange-thing", "unmapped")] == sorted(
        look(database_url, "select type, category from record where source_id = %s", source.organization_id)
    )


async def test_values_are_sealed_for_their_row(store: Store, platform: Platform, database_url: str) -> None:
    source, who = make.organization(platform), someone()
    await take(store, source, attribute(who, "city", b'"Bergen"'), product(who, "o-1", b'{"total":1}'))

    rows = look(
        database_url,
        "select r.record_id, r.sealed, r.subject_id, k.wrapped from record r join data_key k using (subject_id)"
        " where r.source_id = %s order by r.type",
        source.organization_id,
    )

    assert [b'"Bergen"', b'{"key":"o-1","properties":{"total":1}}'] == [_unsealed(platform, *row) for row in rows]


def _unsealed(platform: Platform, row: UUID, sealed: bytes, subject: UUID, wrapped: bytes) -> bytes:
    key = DataKey(platform.ring.unwrap(wrapped, subject=subject))
    return key.unseal(sealed, table="record", row=row, column="sealed")


async def test_only_a_queryable_plain_value_stands_in_clear(
    store: Store, platform: Platform, database_url: str
) -> None:
    source, who = make.organization(platform), someone()
    arrange.change(
        database_url,
        "update attribute set is_queryable = true, details = jsonb_set(details, '{is_queryable}', 'true')"
        " where attribute = 'language'",
    )
    arrange.change(database_url, "update catalog_version set version = version + 1")

    await take(store, source, attribute(who, "language", b'"nl"'), attribute(who, "city", b'"Bergen"'))

    assert [("city", None), ("language", "nl")] == sorted(
        look(database_url, "select type, queryable from record where source_id = %s", source.organization_id)
    )


@pytest.mark.parametrize(("is_verified", "standing"), [(True, "verified"), (False, "stated")])
async def test_an_address_is_verified_only_if_the_operator_knows_the_source(
    store: Store, platform: Platform, database_url: str, *, is_verified: bool, standing: str
) -> None:
    source, address = make.organization(platform, is_verified=is_verified), make.email()
    item = attribute(someone(), "email", b'"%b"' % address.encode(), identifiers=(arrange.email(address),))

    await take(store, source, item)

    assert [(standing,)] == look(
        database_url, "select standing from record where source_id = %s", source.organization_id
    )


async def test_an_identifier_that_cannot_be_read_is_told_and_the_item_is_kept(
    store: Store, platform: Platform, database_url: str
) -> None:
    source = make.organization(platform)

    outcomes = await take(store, source, link(someone(), identifiers=(arrange.email("not an address"),)))

    assert [Outcome.LINKED] == outcomes
    assert [("unreadable-value", "identifiers.email")] == look(
        database_url, "select reason, field from reject where source_id = %s", source.organization_id
    )


async def test_consent_flags_are_kept_once_and_sealed(store: Store, platform: Platform, database_url: str) -> None:
    source, who = make.organization(platform), someone()
    item = interaction(who, "m-1", AT, delivery="m-1", evidence=b'{"consent":{"marketing":true}}')

    for _ in range(2):
        await take(store, source, item)

    rows = look(database_url, "select sealed from evidence where source_id = %s", source.organization_id)
    assert 1 == len(rows)
    assert b"marketing" not in rows[0][0]


async def test_what_is_acknowledged_is_on_the_disk_whatever_the_server_usually_does(
    store: Store, platform: Platform
) -> None:
    seen: list[str] = []

    async def look_inside(connection: Any, _: Taken) -> None:
        cursor = await connection.execute("show synchronous_commit")
        seen.append((await cursor.fetchone())[0])

    item = attribute(someone(), "city", b'"x"')
    await store.take(batch(make.organization(platform), [[item]], also=look_inside))

    assert ["on"] == seen


async def test_a_source_waits_for_the_replicas_where_the_operator_wants_that(store: Store, platform: Platform) -> None:
    seen: list[str] = []

    async def look_inside(connection: Any, _: Taken) -> None:
        cursor = await connection.execute("show synchronous_commit")
        seen.append((await cursor.fetchone())[0])

    waiting = Store(replace(platform, settings=replace(platform.settings, remote_apply=True)))
    await waiting.take(batch(make.organization(platform), [[link(someone())]], also=look_inside))

    assert ["remote_apply"] == seen


async def test_a_batch_is_filed_by_the_catalog_that_holds_whatever_was_remembered(
    store: Store, platform: Platform, database_url: str
) -> None:
    source, who = make.organization(platform), someone()
    await take(store, source, attribute(who, "hoofdmaat", b'"52"'))
    details = '{"category": "personal", "type": "string", "label": {"nl": "Hoofdmaat", "en": "Size of hat"}}'
    add = "insert into attribute (organization_id, attribute, category, details) values (%s, %s, 'personal', %s)"
    look(database_url, f"{add} returning 1", source.organization_id, "hoofdmaat", details)
    look(database_url, "update catalog_version set version = version + 1 returning 1")

    await take(store, source, attribute(who, "hoofdmaat", b'"53"'))

    stored = look(database_url, "select category from record where source_id = %s", source.organization_id)
    assert [("personal",), ("unmapped",)] == sorted(stored)


async def test_a_transaction_that_lost_its_turn_is_tried_again(store: Store, platform: Platform) -> None:
    tries = 0

    async def fail_at_first(connection: Any, _: Taken) -> None:
        nonlocal tries
        tries += 1
        if tries < 3:
            await connection.execute("do $$ begin raise exception using errcode = 'deadlock_detected'; end $$")

    item = interaction(someone(), "1", AT)
    taken = await store.take(batch(make.organization(platform), [[item]], also=fail_at_first))

    assert (3, Outcome.STORED) == (tries, taken.first()[0].outcome)


async def test_a_transaction_that_never_gets_its_turn_is_given_up(store: Store, platform: Platform) -> None:
    async def fail(connection: Any, _: Taken) -> None:
        await connection.execute("do $$ begin raise exception using errcode = 'serialization_failure'; end $$")

    with pytest.raises(StoreBusy):
        await store.take(batch(make.organization(platform), [[interaction(someone(), "1", AT)]], also=fail))
