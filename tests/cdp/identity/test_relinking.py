"""Comparing everybody anew: rehearsed, done, interrupted, explained."""

import asyncio
import json
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from typer.testing import CliRunner

from cdp import clock
from cdp.cli import app
from cdp.identity import comparing, explaining, model, rehearsal, relinking, sweeping
from cdp.identity.comparing import Comparing
from cdp.identity.everybody import Everybody
from cdp.identity.model import Thresholds
from cdp.identity.rehearsal import Change
from cdp.platform import Platform
from tests import make
from tests.cdp.identity.people import Facts, bonds, subject
from tests.cdp.ingest.arrange import change, look

STATE = "select subject_id, other_id, tier, ended_at from bond order by 1, 2, 4"


@pytest.fixture
def pair(platform: Platform, database_url: str) -> tuple[UUID, UUID]:
    """Return the subjects of one person whom a shop and a bank know, with a bond between them."""
    shop, bank, facts = make.organization(platform), make.organization(platform), Facts.new()
    make.delivery(platform, shop, *facts.said("a"))
    make.delivery(platform, bank, *facts.said("b"))
    return subject(platform, database_url, shop, "a"), subject(platform, database_url, bank, "b")


def named(found: rehearsal.Rehearsed, pair: tuple[UUID, UUID]) -> list[tuple[Change, str | None, str | None]]:
    return [(each.change, each.before, each.after) for each in found.changes if {each.one, each.other} == set(pair)]


def test_a_rehearsal_of_what_is_up_to_date_changes_nothing(platform: Platform, pair: tuple[UUID, UUID]) -> None:
    found = rehearsal.rehearse(platform)

    assert [] == named(found, pair)
    assert 0 == found.renewed


def test_a_rehearsal_tells_of_a_bond_that_would_be_found_and_makes_none(
    platform: Platform, database_url: str, pair: tuple[UUID, UUID]
) -> None:
    change(database_url, "delete from bond where subject_id = any (%s)", [*pair])
    before = look(database_url, STATE)

    found = rehearsal.rehearse(platform)

    assert [(Change.FOUND, None, "possible")] == named(found, pair)
    assert before == look(database_url, STATE)
    assert [] == look(database_url, "select 1 from match_due")


def test_a_rehearsal_finds_those_of_whom_nothing_is_kept_yet(
    platform: Platform, database_url: str, pair: tuple[UUID, UUID]
) -> None:
    for table in ("bond", "match_key", "likeness"):
        change(database_url, f"delete from {table} where subject_id = any (%s)", [*pair])

    found = rehearsal.rehearse(platform)

    assert [(Change.FOUND, None, "possible")] == named(found, pair)
    assert 2 == found.renewed
    relinking.relink(platform, at=clock.now())


def test_a_rehearsal_tells_of_a_bond_that_would_end(
    platform: Platform, database_url: str, pair: tuple[UUID, UUID]
) -> None:
    change(database_url, "update record set superseded_at = now() where subject_id = %s", pair[0])

    found = rehearsal.rehearse(platform)
    relinking.relink(platform, at=clock.now())

    assert [(Change.ENDED, "possible", None)] == named(found, pair)
    assert [] == bonds(database_url, *pair)


def test_a_rehearsal_heeds_that_staying_needs_less_than_joining(platform: Platform, database_url: str) -> None:
    shop, facts = make.organization(platform), Facts.new()
    for name in ("a", "b"):
        make.delivery(platform, shop, *facts.said(name))
    one, other = (subject(platform, database_url, shop, name) for name in ("a", "b"))
    home = platform.settings.home / "model.json"
    stood = bonds(database_url, one, other)
    try:
        for stays, wanted in ((5.0, []), (90.0, [(Change.LOWERED, "strong", "possible")])):
            bolder = replace(model.shipped(), thresholds=Thresholds(joins=100.0, stays=stays, possible=3.0))
            home.write_bytes(bolder.to_json())
            assert wanted == named(rehearsal.rehearse(platform), (one, other))
    finally:
        home.unlink()
    assert ["strong"] == stood


def test_several_processes_rehearse_what_one_does(
    platform: Platform, database_url: str, pair: tuple[UUID, UUID]
) -> None:
    change(database_url, "delete from bond where subject_id = any (%s)", list(pair))
    told: list[tuple[int, int | None]] = []

    alone = rehearsal.rehearse(platform, hands=1)
    found = rehearsal.rehearse(platform, hands=2, report=lambda done, total: told.append((done, total)))

    assert [(Change.FOUND, None, "possible")] == named(found, pair)
    assert (alone.compared, alone.unchanged, alone.counts) == (found.compared, found.unchanged, found.counts)
    assert {(each.one, each.other) for each in alone.changes} == {(each.one, each.other) for each in found.changes}
    assert (found.compared, found.compared) == told[-1]
    assert sorted(told) == told


def test_a_relink_tells_how_far_its_processes_are_before_anything_is_written(
    platform: Platform, pair: tuple[UUID, UUID]
) -> None:
    settings, moment, told = platform.settings, clock.now(), list[int]()
    relinking.queue_everybody(platform, at=moment)
    steps = sweeping.Told(len(pair), lambda done, _: told.append(done))

    with sweeping.hands(2, told=steps) as pool:
        (renewed,) = sweeping.done([pool.submit(relinking._refresh, settings, moment)], steps)
        after_likenesses = steps.counter.value
        (read,) = sweeping.done([pool.submit(relinking._read, settings, 0, 1)], steps)
    relinking.relink(platform, at=moment)

    assert renewed * sweeping.RENEWED == after_likenesses
    assert len(read.counts) * sweeping.READ == steps.counter.value - after_likenesses
    assert len(told) > 1
    assert sorted(told) == told
    assert {each <= len(pair) for each in told} == {True}


def test_what_was_begun_and_not_ended_is_taken_up(
    platform: Platform, database_url: str, pair: tuple[UUID, UUID]
) -> None:
    change(database_url, "delete from bond where subject_id = any (%s)", [*pair])
    change(
        database_url,
        "insert into match_due (subject_id, is_kept, source_id, at)"
        " select subject_id, true, source_id, now() - interval '1 hour' from likeness where subject_id = %s",
        pair[0],
    )

    relinking.run_next(platform, clock.now())

    assert ["possible"] == bonds(database_url, *pair)
    assert [] == look(database_url, "select 1 from match_due")


def test_several_processes_relink_as_one_does_and_leave_nobody_waiting(
    platform: Platform, database_url: str, pair: tuple[UUID, UUID]
) -> None:
    change(database_url, "delete from bond where subject_id = any (%s)", list(pair))
    told: list[tuple[int, int | None]] = []

    done = relinking.relink(platform, at=clock.now(), hands=2, report=lambda done, total: told.append((done, total)))

    assert ["possible"] == bonds(database_url, *pair)
    assert 0 == relinking.due(platform)
    assert (done, done) == told[-1]


def test_whoever_changed_since_they_were_read_is_compared_by_what_is_kept_now(
    platform: Platform, database_url: str, pair: tuple[UUID, UUID]
) -> None:
    moment, settings = clock.now(), platform.settings
    change(database_url, "delete from bond where subject_id = any (%s)", list(pair))

    everybody = Everybody([asyncio.run(comparing.apart(settings, lambda hand: hand.read(0, 1)))])
    with sweeping.hands(1, everybody) as pool:
        chosen, pairs = sweeping.weighed(pool, settings, len(everybody))
        change(database_url, "update record set superseded_at = now() where subject_id = %s", pair[0])
        relinking.queue_everybody(platform, at=moment)
        asyncio.run(comparing.apart(settings, lambda hand: _refreshed(hand, moment)))
        (some,) = sweeping.bundles(len(everybody), pairs)
        done = sweeping.settle(settings, chosen, some, moment)

    places = [everybody.place(each.bytes) for each in pair]
    assert sorted(each for each in places if each is not None) in [
        [one, other] for one, other, _ in zip(*(each.tolist() for each in pairs), strict=True)
    ]
    assert [] == bonds(database_url, *pair)
    assert len(everybody) == done
    assert 0 == relinking.due(platform)


def test_a_bond_by_what_was_read_does_not_outlive_a_delivery_that_neither_saw_nor_was_seen(
    platform: Platform, database_url: str, pair: tuple[UUID, UUID]
) -> None:
    moment, settings = clock.now(), platform.settings
    relinking.relink(platform, at=moment)
    change(database_url, "delete from bond where subject_id = any (%s)", list(pair))

    everybody = Everybody([asyncio.run(comparing.apart(settings, lambda hand: hand.read(0, 1)))])
    with sweeping.hands(1, everybody) as pool:
        chosen, pairs = sweeping.weighed(pool, settings, len(everybody))
        relinking.queue_everybody(platform, at=moment)
        asyncio.run(comparing.apart(settings, lambda hand: _refreshed(hand, moment)))
        for some in sweeping.bundles(len(everybody), pairs):
            sweeping.settle(settings, chosen, some, moment)
        written = bonds(database_url, *pair)
        # what a delivery leaves that looked about before this was written, and ended after it was looked at
        change(database_url, "update record set superseded_at = now() where subject_id = %s", pair[0])
        relinking.queue_everybody(platform, at=moment)
        asyncio.run(comparing.apart(settings, lambda hand: _refreshed(hand, moment)))
        change(database_url, "delete from match_due")
        (places,) = sweeping.bonded(1, pairs)
        doubted = sweeping.doubt(settings, places, moment), sweeping.doubt(settings, [], moment)
    waiting = look(database_url, "select subject_id, is_kept from match_due")
    asyncio.run(relinking._work(platform, moment, patience=-timedelta(microseconds=1)))

    assert (["possible"], (1, 0)) == (written, doubted)
    assert [(pair[0], True)] == waiting
    assert [] == bonds(database_url, *pair)
    assert 0 == relinking.due(platform)


async def _refreshed(hand: Comparing, moment: datetime) -> None:
    while await hand.refresh(at=moment):
        pass


def test_what_another_process_was_kept_from_is_compared_at_the_end_of_a_relink(
    platform: Platform, database_url: str, pair: tuple[UUID, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = clock.now()
    change(database_url, "delete from bond where subject_id = any (%s)", list(pair))
    change(
        database_url,
        "insert into match_due (subject_id, is_kept, source_id, at)"
        " select subject_id, true, source_id, %s from likeness where subject_id = any (%s)",
        moment,
        list(pair),
    )

    monkeypatch.setattr(relinking, "queue_everybody", lambda _platform, at: 2 if at == moment else 0)

    relinking.relink(platform, at=moment)

    assert ["possible"] == bonds(database_url, *pair)
    assert 0 == relinking.due(platform)


def test_an_explanation_has_levels_and_bits_and_no_value(platform: Platform, pair: tuple[UUID, UUID]) -> None:
    told = explaining.explain(platform, *pair, client="test")

    assert ("possible", "possible", False, False) == (told.tier, told.stands, told.is_one_source, told.is_one_customer)
    assert {"exact"} == {each.level for each in told.fields if each.field.value in {"surname", "birth", "email"}}
    assert "email" in told.shared_keys
    assert told.bits > 0
    assert told.bits == pytest.approx(told.chance + sum(each.bits for each in told.fields))


def test_whom_an_operator_has_explained_finds_it_in_their_log(
    platform: Platform, database_url: str, pair: tuple[UUID, UUID]
) -> None:
    explaining.explain(platform, *pair, client="who-looked")

    lines = look(
        database_url,
        "select principal, client_id, path, reason, records from access join subject using (customer_id)"
        " where subject_id = any (%s) and reason = 'identity-explained'",
        list(pair),
    )
    assert [("operator", "who-looked", "identity-review", "identity-explained", 0)] * 2 == lines


def test_nothing_is_explained_of_whom_nothing_is_kept(platform: Platform, pair: tuple[UUID, UUID]) -> None:
    with pytest.raises(explaining.SubjectUnknown):
        explaining.explain(platform, pair[0], UUID(int=1), client="test")


def test_the_command_rehearses_relinks_and_explains(
    platform: Platform, app_url: str, database_url: str, pair: tuple[UUID, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CDP_HOME", str(platform.settings.home))
    monkeypatch.setenv("CDP_APP_DATABASE_URL", app_url)
    monkeypatch.setenv("CDP_DEMO", "1")

    def run(*words: str) -> dict[str, object]:
        ended = CliRunner().invoke(app, ["identity", *words, "--json"])
        assert 0 == ended.exit_code, ended.output
        told: dict[str, object] = json.loads(ended.stdout)
        return told

    assert 0 == run("relink", "--dry-run")["likenesses_to_renew"]
    assert 0 == run("relink")["waiting"]
    both = [str(each) for each in pair]
    told = run("explain", *both)
    assert ("possible", True) == (told["tier"], "chance" in told)
    assert "chance" in CliRunner().invoke(app, ["identity", "explain", *both]).stdout
    make.anchored(platform)
    assert (0,) == look(database_url, "select count(*) from access_outbox")[0]


def test_a_relink_writes_no_likeness_anew_that_is_up_to_date(
    platform: Platform, database_url: str, pair: tuple[UUID, UUID]
) -> None:
    change(database_url, "update record set superseded_at = now() where subject_id = %s and type = 'email'", pair[0])
    likenesses = "select sealed from likeness where subject_id = %s"
    before = [look(database_url, likenesses, each) for each in pair]

    relinking.relink(platform, at=clock.now())

    after = [look(database_url, likenesses, each) for each in pair]
    assert before[0] != after[0]
    assert before[1] == after[1]
