"""Statements that go together are one transaction, and nothing is told before it is committed."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import psycopg
import pytest
from psycopg.pq import TransactionStatus

from cdp.lane import Asked, Lane, Lanes

ONE: dict[str, Any] = {"a": 1}
COUNT = b"select count(*) from pg_prepared_statements where name like 'cdp%%'"


def run(url: str, work: Any) -> Any:
    """Run `work` with a lane of its own."""

    async def whole() -> Any:
        lane = await Lane.connect(url, autocommit=True)
        try:
            return await asyncio.wait_for(work(lane), 30)
        finally:
            await lane.close()

    made: Coroutine[Any, Any, Any] = whole()
    return asyncio.run(made)


def test_the_rows_of_the_last_one_come_back_and_see_what_the_first_one_set(database_url: str) -> None:
    async def work(lane: Lane) -> Any:
        sets = b"select set_config('app.client', %(a)s, true)"
        return await lane.together((sets, {"a": "x"}), (b"select current_setting('app.client'), %(a)s::int", ONE))

    assert [("x", 1)] == run(database_url, work)


def test_what_was_set_is_gone_with_the_transaction(database_url: str) -> None:
    async def work(lane: Lane) -> Any:
        await lane.together((b"select set_config('app.client', 'x', true)", {}))
        return await lane.together((b"select current_setting('app.client', true)", {}))

    assert [("",)] == run(database_url, work)


def test_what_fails_takes_back_everything_and_the_lane_goes_on(database_url: str) -> None:
    async def work(lane: Lane) -> Any:
        await lane.execute("create temporary table kept (a int)")
        with pytest.raises(psycopg.errors.DivisionByZero):
            await lane.together((b"insert into kept values (%(a)s)", ONE), (b"select 1 / (%(a)s - 1)", ONE))
        return await lane.together((b"select count(*) from kept", {}))

    assert [(0,)] == run(database_url, work)


def test_a_commit_that_fails_gives_no_rows(database_url: str) -> None:
    async def work(lane: Lane) -> Any:
        await lane.execute("create temporary table kept (a int unique deferrable initially deferred)")
        with pytest.raises(psycopg.errors.UniqueViolation):
            await lane.together((b"insert into kept values (%(a)s), (%(a)s) returning a", ONE))
        return await lane.together((b"select count(*) from kept", {}))

    assert [(0,)] == run(database_url, work)


def test_a_statement_is_prepared_once(database_url: str) -> None:
    async def work(lane: Lane) -> Any:
        for number in range(3):
            await lane.together((b"select %(a)s::int", {"a": number}))
        return await lane.together((COUNT, {}))

    assert [(2,)] == run(database_url, work)


def test_a_table_that_changes_below_a_statement_is_noticed_once(database_url: str) -> None:
    async def work(lane: Lane) -> Any:
        await lane.execute("create temporary table kept (a int)")
        await lane.together((b"select * from kept", {}))
        await lane.execute("alter table kept add column b int")
        with pytest.raises(psycopg.errors.FeatureNotSupported):
            await lane.together((b"select * from kept", {}))
        return await lane.together((b"select * from kept", {}))

    assert [] == run(database_url, work)


def test_a_connection_that_is_lost_raises(database_url: str) -> None:
    async def work(lane: Lane) -> Any:
        with pytest.raises(psycopg.OperationalError):
            await lane.together((b"select pg_terminate_backend(pg_backend_pid())", {}), (b"select %(a)s::int", ONE))
        return lane.pgconn.transaction_status

    assert TransactionStatus.UNKNOWN == run(database_url, work)


def test_a_long_answer_comes_whole_and_in_order(database_url: str) -> None:
    async def work(lane: Lane) -> Any:
        rows = await lane.together((b"select n, repeat('x', 5000) from generate_series(1, %(a)s) n", {"a": 400}))
        return [number for number, text in rows if len(text) == 5000], await lane.together((b"select %(a)s::int", ONE))

    assert (list(range(1, 401)), [(1,)]) == run(database_url, work)


def test_a_connection_that_is_lost_within_a_long_answer_raises(database_url: str) -> None:
    async def work(lane: Lane) -> Any:
        breaks = (
            b"select repeat('x', 50000), n, pg_terminate_backend(pg_backend_pid()) from generate_series(1, %(a)s) n"
        )
        with pytest.raises(psycopg.OperationalError):
            await lane.together((b"select repeat('x', 90000) from generate_series(1, 9)", {}), (breaks, {"a": 9}))
        return lane.pgconn.transaction_status

    assert TransactionStatus.UNKNOWN == run(database_url, work)


def test_whoever_stops_waiting_leaves_nothing_running(database_url: str) -> None:
    async def work(lane: Lane) -> Any:
        waiting = asyncio.create_task(lane.together((b"select pg_sleep(%(a)s)", {"a": 60})))
        await asyncio.wait([waiting], timeout=0.2)
        waiting.cancel()
        await asyncio.wait([waiting])
        return lane.pgconn.transaction_status

    assert TransactionStatus.ACTIVE != run(database_url, work)


def test_a_trip_tells_the_rows_of_its_last_statements_whether_or_not_they_are_new_to_the_connection(
    database_url: str,
) -> None:
    async def work(lane: Lane) -> Any:
        asked: tuple[Asked, ...] = (b"begin", {}), (b"select 'one'", {}), (b"select %(a)s::int", ONE), (b"commit", {})
        return [await lane.trip(*asked, last=3) for _ in range(2)]

    assert [[[("one",)], [(1,)], []]] * 2 == run(database_url, work)


def test_a_transaction_stays_open_over_trips_until_one_commits(database_url: str) -> None:
    async def work(lane: Lane) -> Any:
        await lane.execute("create temporary table kept (a int)")
        await lane.trip((b"begin", {}), (b"insert into kept values (1)", {}))
        between = lane.pgconn.transaction_status
        await lane.trip((b"insert into kept values (2)", {}), (b"commit", {}))
        await lane.trip((b"begin", {}), (b"insert into kept values (3)", {}))
        await lane.rollback()
        return between, await lane.together((b"select count(*) from kept", {}))

    assert (TransactionStatus.INTRANS, [(2,)]) == run(database_url, work)


def test_what_was_prepared_and_lost_is_prepared_anew_without_anybody_noticing(database_url: str) -> None:
    async def work(lane: Lane) -> Any:
        asked: tuple[Asked, ...] = (b"begin", {}), (b"select %(a)s::int", ONE), (b"commit", {})
        await lane.trip(*asked)
        await lane.execute("deallocate all")
        return await lane.trip(*asked, last=2), await lane.together((b"select %(a)s::int + 1", ONE))

    assert ([[(1,)], []], [(2,)]) == run(database_url, work)


def test_what_is_lost_within_a_transaction_raises(database_url: str) -> None:
    async def work(lane: Lane) -> Any:
        await lane.trip((b"begin", {}), (b"select %(a)s::int", ONE), (b"deallocate all", {}))
        with pytest.raises(psycopg.errors.InvalidSqlStatementName):
            await lane.trip((b"select %(a)s::int", ONE))
        return lane.pgconn.transaction_status

    assert TransactionStatus.INERROR == run(database_url, work)


def test_whoever_came_back_last_goes_out_first_so_that_the_others_rest(database_url: str) -> None:
    async def pids(lanes: Lanes) -> list[int]:
        async with lanes.connection() as one, lanes.connection() as two:
            opened = [one.info.backend_pid, two.info.backend_pid]
        last = opened[0]  # given back behind the other
        for _ in range(4):
            async with lanes.connection() as again:
                opened.append(again.info.backend_pid)
        assert [last] * 4 == opened[2:]
        return opened[:2]

    async def whole() -> list[int]:
        async with Lanes(database_url, connection_class=Lane, min_size=2, kwargs={"autocommit": True}) as lanes:
            await lanes.wait()
            return await pids(lanes)

    assert 2 == len(set(asyncio.run(whole())))
