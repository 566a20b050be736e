"""A replica that has not applied an act: nobody is told that it holds until all have, in either lane."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TypeVar

import psycopg
import pytest
from httpx import Response
from sqlalchemy.engine import make_url
from starlette.testclient import TestClient

from api.app import create_app
from cdp import bootstrap, replicas
from cdp.platform import Platform
from cdp.replicas import NotSettled
from cdp.scope import Principal, Scope
from cdp.settings import Settings
from tests import make
from tests.conftest import Start

Answer = TypeVar("Answer")
MOST_TRIES = 50
MARK = "select pg_logical_emit_message(true, 'cdp', '')"
NOTHING_WAITS = "alter system set synchronous_standby_names = ''"


@pytest.fixture(scope="module")
def admin(start_cluster: Start) -> Iterator[psycopg.Connection]:
    """Return a server whose one synchronous replica does not answer; who does not ask for it does not wait."""
    cluster = start_cluster(durable=True, synchronous_commit="local", synchronous_standby_names="'nobody'")
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def hasty(admin: psycopg.Connection, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Return a platform that waits for nobody, to arrange with."""
    home, info = tmp_path_factory.mktemp("home"), admin.info
    url = make_url("postgresql+psycopg://").set(
        username=info.user, password=info.password, database=info.dbname, query={"host": info.host, "port": "5432"}
    )
    bootstrap.prepare(url, home / "keys")
    login = bootstrap.app_url(url, home / "keys").render_as_string(hide_password=False)
    platform = Platform.open(Settings.read({"CDP_HOME": str(home), "CDP_APP_DATABASE_URL": login, "CDP_DEMO": "1"}))
    yield platform
    platform.database.dispose()


@pytest.fixture
def patient(hasty: Platform) -> Iterator[Platform]:
    """Return the platform that waits for its replicas."""
    platform = Platform.open(replace(hasty.settings, remote_apply=True))
    yield platform
    platform.database.dispose()


def _cut_short(admin: psycopg.Connection, work: Callable[[], Answer]) -> Answer:
    """Return what `work` comes to when its wait for a replica is cancelled."""
    waiting = "select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'"
    with ThreadPoolExecutor(1) as aside:
        working = aside.submit(work)
        while not working.done():
            admin.execute(waiting)
        return working.result()


@pytest.mark.parametrize("principal", sorted(replicas.WAITING))
def test_a_cancelled_wait_is_no_acknowledgement_in_the_plain_lane(
    admin: psycopg.Connection, patient: Platform, principal: Principal
) -> None:
    def work() -> None:
        with patient.database.scoped(Scope(principal)) as session:
            replicas.ask(session)

    with pytest.raises(NotSettled):
        _cut_short(admin, work)


def test_a_cancelled_wait_is_no_acknowledgement_in_the_hot_lane(admin: psycopg.Connection, patient: Platform) -> None:
    async def work() -> None:
        await patient.database.open()
        try:
            async with patient.database.hot(Scope(Principal.SOURCE)) as connection:
                await connection.execute(MARK)
        finally:
            await patient.database.close()

    with pytest.raises(NotSettled):
        _cut_short(admin, lambda: asyncio.run(work()))


def test_a_cancelled_wait_is_no_acknowledgement_in_one_round_trip(admin: psycopg.Connection, patient: Platform) -> None:
    async def work() -> None:
        await patient.database.open()
        try:
            await patient.database.at_once(Scope(Principal.SOURCE), MARK.encode(), {})
        finally:
            await patient.database.close()

    with pytest.raises(NotSettled):
        _cut_short(admin, lambda: asyncio.run(work()))


@pytest.mark.parametrize("principal", [Principal.READER, Principal.EXPORTER, Principal.AUDITOR])
def test_who_can_change_no_permission_waits_for_nobody(patient: Platform, principal: Principal) -> None:
    with patient.database.scoped(Scope(principal)) as session:
        replicas.ask(session)


def test_the_door_does_not_acknowledge_an_act_that_replicas_may_not_obey(
    admin: psycopg.Connection, hasty: Platform, patient: Platform
) -> None:
    person, asking = make.person(hasty), make.organization(hasty)
    request_id = make.access_request(hasty, asking, person.customer_id)
    refusal = f"/v1/me/access-requests/{request_id}/refuse"

    with TestClient(create_app(patient), raise_server_exceptions=False) as api:
        refused = _cut_short(admin, lambda: api.post(refusal, headers=person.headers))
        unsettled = _cut_short(admin, lambda: api.get("/v1/me/settled", headers=person.headers))
        admin.execute(NOTHING_WAITS)
        admin.execute("select pg_reload_conf()")
        settled = _cut_short(admin, lambda: _until_settled(api, person.headers))

    assert [(503, "not-settled")] * 2 == [(each.status_code, each.json()["code"]) for each in (refused, unsettled)]
    assert refused.headers["retry-after"].isdecimal()
    assert {"is_settled": True} == settled.json()


def _until_settled(api: TestClient, headers: dict[str, str]) -> Response:
    """Ask as a client would; the first time the server may not have read its settings yet."""
    answer: Response = api.get("/v1/me/settled", headers=headers)
    for _ in range(MOST_TRIES):
        if answer.status_code != 503:
            break
        answer = api.get("/v1/me/settled", headers=headers)
    return answer
