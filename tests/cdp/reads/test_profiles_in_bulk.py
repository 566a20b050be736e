"""Batches, exports and timelines: many customers, or many interactions, under the same rules as one profile."""

import asyncio
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from cdp.cursors import BadCursor
from cdp.reads import folding, profiles, reading
from cdp.reads.reading import AHEAD, RECENT, Asker
from tests.cdp.dossiers import Behind, Dossier, Reads
from tests.consent.strategies import BANK, LANDLORD

NOW = datetime.now(UTC).replace(microsecond=0)


def batch(reads: Reads, asker: Asker, ids: list[str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = msgspec.json.decode(reads.run(reads.profiles.batch(asker, ids)))["profiles"]
    return found


def page(reads: Reads, asker: Asker, person: Dossier, after: str | None, limit: int = 3) -> dict[str, Any]:
    profile_id = reads.profile_id(person.customer, asker)
    reading_ = reads.run(reads.profiles.interactions(asker, profile_id, unverified_cursor=after, limit=limit))
    found: dict[str, Any] = msgspec.json.decode(reading_.answer())
    return found


def test_a_batch_keeps_the_order_and_gives_each_id_its_own_answer(
    behind: Behind, reads: Reads, shop: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "SLICE", 100)
    people = [behind.customer().grant(shop.organization, "contact") for _ in range(150)]
    for number, person in enumerate(people):
        person.state(BANK, "number", number)
    stopped, host, guest = behind.customer(), people[0], behind.customer()
    behind.connection.execute(
        "update customer set merged_into = %s where customer_id = %s", (host.customer, guest.customer)
    )
    ids = [reads.profile_id(each.customer, shop) for each in (*people, stopped, guest)]

    answers = batch(reads, shop, [*ids, "p_forged", ids[7]])

    assert [*ids, "p_forged", ids[7]] == [each["profile_id"] for each in answers]
    assert list(range(150)) == [each["profile"]["attributes"]["number"]["value"] for each in answers[:150]]
    assert ("refused", "never-granted") == (answers[150]["status"], answers[150]["reason"])
    assert (ids[0], 0) == (
        answers[151]["profile"]["profile_id"],
        answers[151]["profile"]["attributes"]["number"]["value"],
    )
    assert ("not-found", 7) == (answers[152]["status"], answers[153]["profile"]["attributes"]["number"]["value"])
    assert [("batch", "released", "granted")] * 2 == behind.accesses(people[7].customer)
    assert [("batch", "refused", "never-granted")] == behind.accesses(stopped.customer)


def test_each_of_those_who_are_read_together_has_a_row_with_an_id_of_its_own(
    behind: Behind, reads: Reads, shop: Asker
) -> None:
    people = [behind.customer().grant(shop.organization, "contact") for _ in range(40)]
    ids = [reads.profile_id(each.customer, shop) for each in people]

    batch(reads, shop, ids)
    batch(reads, shop, ids)

    rows = behind.connection.execute(
        "select access_id from access where customer_id = any (%s)", ([each.customer for each in people],)
    ).fetchall()
    assert (80, 80) == (len(rows), len(set(rows)))


def test_a_batch_tells_the_same_as_a_single_read(behind: Behind, reads: Reads, shop: Asker) -> None:
    person = behind.customer().grant(shop.organization, "contact", "conversations", sources=[BANK])
    person.state(BANK, "city", "Delft")
    person.state(LANDLORD, "city", "canary", observed_at=NOW)
    for days in range(RECENT + 2):
        person.talk(BANK, at=NOW - timedelta(days=days))
    stranger = behind.customer()

    single = reads.profile(shop, person.customer)
    of_two = batch(reads, shop, [reads.profile_id(each.customer, shop) for each in (person, stranger)])[0]["profile"]

    assert single | {"decided_at": ""} == of_two | {"decided_at": ""}


def test_an_export_holds_exactly_those_who_granted_something(
    behind: Behind, reads: Reads, shop: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "LISTED", 7)
    monkeypatch.setattr(reading, "SLICE", 3)
    monkeypatch.setattr(reading, "AT_A_TIME", 2)
    people = [behind.customer().grant(shop.organization, "contact") for _ in range(20)]
    for number, person in enumerate(people):
        person.state(BANK, "number", number)
    ended = behind.customer().grant(shop.organization, "contact", days=-1)
    others = behind.customer().grant(behind.organization(), "contact")
    guest = behind.customer().grant(shop.organization, "contact")
    behind.connection.execute(
        "update customer set merged_into = %s where customer_id = %s", (people[0].customer, guest.customer)
    )

    exported = reads.export(shop)

    assert list(range(20)) == sorted(each["attributes"]["number"]["value"] for each in exported)
    assert [1] * 20 == [len(behind.accesses(person.customer)) for person in people]
    assert [[], [], []] == [behind.accesses(each.customer) for each in (ended, others, guest)]


def test_an_export_begins_with_few_so_that_the_first_lines_come_soon(
    behind: Behind, reads: Reads, shop: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "LISTED_FIRST", 1)
    monkeypatch.setattr(reading, "LISTED", 8)
    for _ in range(23):
        behind.customer().grant(shop.organization, "contact")

    async def lines() -> list[int]:
        return [chunk.count(b"\n") async for chunk in reads.profiles.export(shop)]

    assert [1, 4, 8, 8, 2] == reads.run(lines())


def test_each_value_of_an_export_has_its_own_time(behind: Behind, reads: Reads, shop: Asker) -> None:
    person = behind.customer().grant(shop.organization, "contact")
    times = {f"at-{micro}": NOW - timedelta(days=micro, microseconds=micro) for micro in (0, 1, 100_000)}
    for name, at in times.items():
        person.state(BANK, name, "x", observed_at=at)

    (exported,) = reads.export(shop)

    told = {name: each["observed_at"] for name, each in exported["attributes"].items()}
    assert times == {name: datetime.fromisoformat(each) for name, each in told.items()}


def test_a_running_export_stops_with_what_was_read_ahead_of_a_revocation(
    behind: Behind, reads: Reads, shop: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "LISTED", 10)
    monkeypatch.setattr(reading, "SLICE", 2)
    people = [behind.customer().grant(shop.organization, "contact") for _ in range(20)]
    for person in people:
        person.state(BANK, "city", "Delft")

    async def revoked_after_one_chunk() -> int:
        count = 0
        async for chunk in reads.profiles.export(shop):
            count += chunk.count(b"\n")
            behind.connection.execute("delete from permission where recipient_id = %s", (shop.organization,))
        return count

    assert 2 * (1 + AHEAD) >= reads.run(revoked_after_one_chunk())


def test_an_export_is_never_further_ahead_than_what_it_lists_at_once() -> None:
    assert reading.SLICE * (1 + AHEAD) <= reading.LISTED


def test_an_export_that_is_not_taken_reads_only_so_far_ahead(
    behind: Behind, reads: Reads, shop: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "SLICE", 2)
    people = [behind.customer().grant(shop.organization, "contact") for _ in range(20)]

    async def first_chunk_alone() -> int:
        async with aclosing(reads.profiles.export(shop)) as chunks:
            first = await anext(chunks)
            await asyncio.gather(*(task for task in asyncio.all_tasks() if "read_current" in repr(task)))
        return first.count(b"\n")

    assert 2 == reads.run(first_chunk_alone())
    assert 2 * (1 + AHEAD) == sum(len(behind.accesses(person.customer)) for person in people)


def test_a_chunk_of_an_export_leaves_out_whom_it_listed_and_who_then_revoked(
    behind: Behind, reads: Reads, shop: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = behind.customer().grant(shop.organization, "contact")
    person.state(BANK, "city", "canary")
    granting = reading.granting

    async def then_revoked(*args: Any, **rest: Any) -> Any:
        listed = await granting(*args, **rest)
        behind.connection.execute("delete from permission where recipient_id = %s", (shop.organization,))
        return listed

    monkeypatch.setattr(reading, "granting", then_revoked)

    assert [] == reads.export(shop)
    assert [("export", "refused", "never-granted")] == behind.accesses(person.customer)


def test_pages_of_a_timeline_are_every_interaction_once_newest_first(behind: Behind, reads: Reads, shop: Asker) -> None:
    person = behind.customer().grant(shop.organization, "conversations", sources=[BANK, LANDLORD])
    moments = [NOW - timedelta(days=50 * (number // 3)) for number in range(14)]  # three at a time; several partitions
    for number, at in enumerate(moments):
        person.talk(BANK if number % 2 else LANDLORD, at=at, value=number)
        person.talk(behind.organization(), at=at, value="canary")

    pages, after = [page(reads, shop, person, None)], None
    while after := pages[-1]["next"]:
        pages.append(page(reads, shop, person, after))

    heard = [each for one in pages for each in one["interactions"]]
    assert list(range(14)) == sorted(each["properties"]["said"] for each in heard)
    assert sorted((each["occurred_at"] for each in heard), reverse=True) == [each["occurred_at"] for each in heard]
    assert [3, 3, 3, 3, 2] == [len(one["interactions"]) for one in pages]
    assert [("interactions", "released", "granted")] * 5 == behind.accesses(person.customer)


def test_a_profile_shows_the_latest_interactions_and_where_the_rest_begins(
    behind: Behind, reads: Reads, shop: Asker
) -> None:
    person = behind.customer().grant(shop.organization, "conversations")
    for days in range(RECENT + 3):
        person.talk(BANK, at=NOW - timedelta(days=days), value=days)

    shown = reads.profile(shop, person.customer)["interactions"]
    rest = page(reads, shop, person, shown["next"])

    assert list(range(RECENT)) == [each["properties"]["said"] for each in shown["recent"]]
    assert [RECENT, RECENT + 1, RECENT + 2] == [each["properties"]["said"] for each in rest["interactions"]]
    assert rest["next"] is None


def test_a_cursor_serves_nobody_else_and_no_other_list(behind: Behind, reads: Reads, shop: Asker) -> None:
    person, neighbour = (behind.customer().grant(shop.organization, "conversations") for _ in range(2))
    stranger = replace(shop, organization=behind.organization())
    person.grant(stranger.organization, "conversations")
    for days in range(5):
        person.talk(BANK, at=NOW - timedelta(days=days))
        neighbour.talk(BANK, at=NOW - timedelta(days=days))
    valid = page(reads, shop, person, None)["next"]

    wrong = [
        (shop, neighbour, valid),
        (stranger, person, valid),
        (replace(shop, purpose="advice"), person, valid),
        *((shop, person, each) for each in (valid[:-1], valid[1:], valid.swapcase(), "", "é", "A" * 600)),
    ]

    for asker, whose, cursor in wrong:
        with pytest.raises(BadCursor):
            page(reads, asker, whose, cursor)


def test_a_timeline_without_a_grant_is_refused_and_written_down(behind: Behind, reads: Reads, shop: Asker) -> None:
    person = behind.customer()
    person.talk(BANK, at=NOW)

    with pytest.raises(profiles.NotGranted):
        page(reads, shop, person, None)

    assert [("interactions", "refused", "never-granted")] == behind.accesses(person.customer)


def test_a_batch_that_fails_halfway_leaves_nothing_running(
    behind: Behind, reads: Reads, shop: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "SLICE", 1)
    monkeypatch.setattr(folding, "open_keys", lambda *_, **__: 1 / 0)
    ids = [reads.profile_id(behind.customer().customer, shop) for _ in range(9)]

    async def halfway() -> list[str]:
        with pytest.raises(ZeroDivisionError):
            await reads.profiles.batch(shop, ids)
        return [repr(task) for task in asyncio.all_tasks() if "read_current" in repr(task)]

    assert [] == reads.run(halfway())
