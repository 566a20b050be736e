"""The worker's jobs: what is old goes, what is needed is made, one worker at a time, and none harms another."""

import threading
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest

from cdp import clock, jobs
from cdp.ingest.items import Kind
from cdp.jobs import Done, Job
from cdp.platform import Platform
from cdp.turns import Turn, taken
from tests import make

NOW = clock.now()
ROWS = {
    "delivery": (
        "insert into delivery (source_id, delivery_id, received_at)"
        " select gen_random_uuid(), gen_random_uuid(), %s from generate_series(1, %s)"
    ),
    "login_link": (
        "insert into login_link (link_hash, email_blind, asker_blind, sealed_email, asked_at, expires_at)"
        " select sha256(gen_random_uuid()::text::bytea), '', '', '', now(), %s from generate_series(1, %s)"
    ),
    "session": (
        "insert into session (session_hash, customer_id, session_id, way, started_at, idle, expires_at, ends_at,"
        " proven_at) select sha256(gen_random_uuid()::text::bytea), gen_random_uuid(), gen_random_uuid(), 'e-mail',"
        " now(), '1 hour', moment, moment, now()"
        " from (select %s::timestamptz as moment, generate_series(1, %s)) as made"
    ),
    "ceremony": (
        "insert into ceremony (challenge_hash, kind, holder, asker_blind, asked_at, expires_at)"
        " select sha256(gen_random_uuid()::text::bytea), 'login', '', '', now(), %s from generate_series(1, %s)"
    ),
    "proof_code": (
        "insert into proof_code (customer_id, code_id, kind, session_id, type, blind, sealed, subject_id, code_hash,"
        " sent_at, expires_at) select gen_random_uuid(), gen_random_uuid(), 'step-up', gen_random_uuid(), 'email',"
        " decode(repeat('00', 16), 'hex'), '', gen_random_uuid(), '', now(), %s from generate_series(1, %s)"
    ),
    "question_code": (
        "insert into question_code (customer_id, code_id, subject_id, code_hash, sent_at, expires_at)"
        " select gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), sha256(''), now(), %s"
        " from generate_series(1, %s)"
    ),
    "question_try": (
        "insert into question_try (customer_id, try_id, subject_id, at)"
        " select gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), %s from generate_series(1, %s)"
    ),
    "confirmation": (
        "insert into confirmation (code_hash, organization_id, subject_id, made_at, expires_at)"
        " select sha256(gen_random_uuid()::text::bytea), gen_random_uuid(), gen_random_uuid(), now(), %s"
        " from generate_series(1, %s)"
    ),
    "presentation": (
        "insert into presentation (code_hash, customer_id, made_at, expires_at)"
        " select sha256(gen_random_uuid()::text::bytea), gen_random_uuid(), now(), %s from generate_series(1, %s)"
    ),
    "presentation_miss": (
        "insert into presentation_miss (organization_id, since, expires_at, misses)"
        " select gen_random_uuid(), now(), %s, 1 from generate_series(1, %s)"
    ),
    "used_once": (
        "insert into used_once (word_hash, expires_at)"
        " select sha256(gen_random_uuid()::text::bytea), %s from generate_series(1, %s)"
    ),
    "authorization_request": (
        "with app as (insert into client (client_id, name, secret_hash, scopes) values ('app', 'app', '', '{}')"
        " on conflict do nothing)"
        " insert into authorization_request (word_hash, client_id, is_begun, sealed, expires_at)"
        " select sha256(gen_random_uuid()::text::bytea), 'app', false, '', %s from generate_series(1, %s)"
    ),
    "token_family": (
        "with app as (insert into client (client_id, name, secret_hash, scopes) values ('app', 'app', '', '{}')"
        " on conflict do nothing) insert into token_family (family_id, customer_id, client_id, scopes, sealed, since,"
        " expires_at) select gen_random_uuid(), gen_random_uuid(), 'app', '{}', '', now(), %s"
        " from generate_series(1, %s)"
    ),
    "idempotency": (
        "insert into idempotency (caller, key_hash, digest, call_id, at)"
        " select gen_random_uuid()::text, '', '', gen_random_uuid(), %s from generate_series(1, %s)"
    ),
    "reject": (
        "insert into reject (source_id, at, path, position, reason, request_id)"
        " select gen_random_uuid(), %s, '', 0, '', '' from generate_series(1, %s)"
    ),
    "contact": (
        "insert into contact (customer_id, contact_id, organization_id, purpose, topic, root, sender, channels, state,"
        " noted_at, at, until) select gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), '', '', '', 'human',"
        " '{}', 'reserved', now(), now(), %s from generate_series(1, %s)"
    ),
    "change": (
        "insert into change (organization_id, customer_id, kind, at)"
        " select gen_random_uuid(), gen_random_uuid(), 'grant', %s from generate_series(1, %s)"
    ),
}
KEPT = {
    "delivery": timedelta(hours=48),
    "login_link": timedelta(hours=24),
    "session": timedelta(hours=24),
    "ceremony": timedelta(hours=24),
    "proof_code": timedelta(hours=24),
    "question_code": timedelta(days=30),
    "question_try": timedelta(days=30),
    "confirmation": timedelta(days=30),
    "presentation": timedelta(hours=1),
    "presentation_miss": timedelta(hours=1),
    "used_once": timedelta(minutes=5),
    "authorization_request": timedelta(hours=1),
    "token_family": timedelta(hours=1),
    "idempotency": timedelta(hours=24),
    "reject": timedelta(days=30),
    "contact": timedelta(hours=24),
    "change": timedelta(days=90),
}


@pytest.mark.parametrize("table", ROWS)
def test_what_is_older_than_it_has_to_be_goes_and_nothing_else(
    platform: Platform, admin: psycopg.Connection, monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    monkeypatch.setattr(jobs, "AT_MOST", 2)
    edge = NOW - KEPT[table]
    admin.execute(ROWS[table].encode(), (edge - timedelta(seconds=1), 5))
    admin.execute(ROWS[table].encode(), (edge + timedelta(seconds=1), 3))

    deleted = jobs.purge(table, platform, NOW)

    assert (5, (3,)) == (deleted, admin.execute(f"select count(*) from {table}".encode()).fetchone())


def test_tokens_that_ended_go(platform: Platform, admin: psycopg.Connection) -> None:
    make.service(platform, make.organization(platform), "profiles:read")

    early = jobs.purge("access_token", platform, clock.now())
    late = jobs.purge("access_token", platform, clock.now() + timedelta(hours=4))

    assert (0, 1) == (early, late)


def test_partitions_are_made_before_they_are_needed(platform: Platform, admin: psycopg.Connection) -> None:
    later = NOW + timedelta(days=800)

    made = [jobs.make_partitions(platform, later) for _ in range(2)]

    assert made[0] >= 3
    assert 0 == made[1]
    unforced = "select count(*) from pg_class where relname ~ '^(access|interaction)_' and relkind = 'r'"
    assert (0,) == admin.execute(f"{unforced} and not relforcerowsecurity".encode()).fetchone()


SKIPPED = {
    "access": (
        "insert into access (customer_id, at, access_id, principal, path, asked, released, records, outcome, reason)"
        " values (gen_random_uuid(), %s, gen_random_uuid(), 'reader', '', '{}', '{}', 0, 'refused', '')"
    ),
    "interaction": (
        "insert into interaction (customer_id, record_id, subject_id, source_id, category, type, occurred_at,"
        " received_at, sealed) values (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), gen_random_uuid(),"
        " 'conversations', 'call', %s, now(), '')"
    ),
}
PLACES = "select tableoid::regclass::text from {} where {} = %s"


@pytest.mark.parametrize(
    ("table", "column", "late", "name"),
    [
        ("access", "at", timedelta(days=1200), "access_%Y_%m"),
        ("interaction", "occurred_at", timedelta(days=2000), "interaction_%Y"),
    ],
)
def test_what_a_skipped_period_left_moves_where_it_belongs(
    platform: Platform, admin: psycopg.Connection, table: str, column: str, late: timedelta, name: str
) -> None:
    at = NOW + late
    admin.execute(SKIPPED[table].encode(), (at,))
    question = PLACES.format(table, column).encode()
    before = admin.execute(question, (at,)).fetchall()

    jobs.make_partitions(platform, at)

    after = admin.execute(question, (at,)).fetchall()
    forced = admin.execute("select relforcerowsecurity from pg_class where relname = %s", (f"{table}_rest",)).fetchone()
    assert ([(f"{table}_rest",)], [(at.strftime(name),)], (True,)) == (before, after, forced)


def test_history_makes_the_years_that_it_needs(platform: Platform, admin: psycopg.Connection) -> None:
    source = make.organization(platform)
    old = [datetime(year, 6, 1, tzinfo=UTC) for year in (1995, 1950)]
    told = [
        make.item(Kind.INTERACTION, "call", {"properties": {}}, user="u", key=str(at.year), occurred_at=at)
        for at in old
    ]

    make.delivery(platform, source, *told)

    question = PLACES.format("interaction", "occurred_at").encode()
    places = [admin.execute(question, (at,)).fetchall() for at in old]
    assert [[("interaction_1995",)], [("interaction_rest",)]] == places


def test_every_job_runs(platform: Platform) -> None:
    done = [jobs.run(job, platform, at=clock.now()) for job in jobs.JOBS]

    assert [job.name for job in jobs.JOBS] == [each.job for each in done]
    assert {None} == {each.failure for each in done}


def test_a_job_that_fails_is_told_by_kind_and_stops_no_other(platform: Platform) -> None:
    def broken(_platform: Platform, _at: object) -> int:
        raise ValueError("a secret text")

    plan = (Job("broken", timedelta(hours=1), broken), Job("whole", timedelta(hours=1), lambda _p, _a: 7))

    done = [jobs.run(job, platform, at=clock.now()) for job in plan]

    assert [("broken", 0, "ValueError"), ("whole", 7, None)] == [(x.job, x.count, x.failure) for x in done]
    assert "a secret text" not in repr(done)


def test_the_worker_repeats_what_is_due_until_it_is_stopped(platform: Platform) -> None:
    stop, told = threading.Event(), list[Done]()

    def report(done: Done) -> None:
        told.append(done)
        if len(told) == 3:
            stop.set()

    plan = (Job("often", timedelta(0), lambda _p, _a: 1), Job("seldom", timedelta(days=1), lambda _p, _a: 1))
    jobs.work(platform, stop, report=report, jobs=plan)

    assert ["often", "seldom", "often"] == [each.job for each in told]


def test_a_job_that_waits_for_others_runs_beside_the_rest_and_again_while_there_is_something(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_LOOK", 0.01)
    stop, quick, told, left = threading.Event(), threading.Event(), list[Done](), [0, 1]

    def slow(_platform: Platform, _at: datetime) -> int:
        return left.pop() if quick.wait(timeout=300) else 0

    def report(done: Done) -> None:
        told.append(done)
        if done.job == "quick":
            quick.set()
        elif not left:
            stop.set()

    day = timedelta(days=1)
    plan = (Job("slow", day, slow, is_apart=True), Job("quick", day, lambda _p, _a: 7))
    jobs.work(platform, stop, report=report, jobs=plan)

    assert [("quick", 7), ("slow", 1), ("slow", 0)] == [(each.job, each.count) for each in told]


def test_what_still_runs_when_the_worker_stops_is_waited_for_and_told(platform: Platform) -> None:
    stop, told = threading.Event(), list[Done]()

    def slow(_platform: Platform, _at: datetime) -> int:
        stop.set()
        return 1

    jobs.work(platform, stop, report=told.append, jobs=(Job("slow", timedelta(days=1), slow, is_apart=True),))

    assert ["slow"] == [each.job for each in told]


def test_only_one_worker_is_the_active_one(platform: Platform) -> None:
    stop, told = threading.Event(), list[Done]()
    plan = (Job("any", timedelta(days=1), lambda _p, _a: 1),)

    def report(done: Done) -> None:
        told.append(done)
        stop.set()

    waiting = threading.Thread(target=jobs.work, args=(platform, stop), kwargs={"report": report, "jobs": plan})
    with taken(platform, Turn.WORKER) as turn:
        assert turn is not None
        waiting.start()
        waiting.join(timeout=0.3)
        before = list(told)
    waiting.join(timeout=300)

    assert [] == before
    assert ["any"] == [each.job for each in told]


def test_a_turn_of_one_kind_leaves_the_others_free(platform: Platform) -> None:
    with (
        taken(platform, Turn.WORKER) as one,
        taken(platform, Turn.ROTATION) as other,
        taken(platform, Turn.WORKER) as third,
    ):
        assert [True, True, False] == [each is not None for each in (one, other, third)]


def test_a_turn_is_free_as_soon_as_its_block_has_ended(platform: Platform) -> None:
    """A server takes note of a closed connection in its own time."""
    for _ in range(20):
        with taken(platform, Turn.WORKER) as turn:
            assert turn is not None


def test_a_turn_whose_connection_is_lost_ends_quietly(platform: Platform, database_url: str) -> None:
    with taken(platform, Turn.WORKER) as turn:
        assert turn is not None
        with psycopg.connect(database_url, autocommit=True) as other:
            other.execute("select pg_terminate_backend(%s)", (turn.info.backend_pid,))


def test_an_unknown_table_is_never_purged(platform: Platform) -> None:
    with pytest.raises(KeyError):
        jobs.purge(f"record_{uuid4().hex}", platform, NOW)
