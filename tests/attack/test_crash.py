"""Whatever is killed while it works: what was acknowledged is there once, and nothing is there by half."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import psycopg
import pytest
from sqlalchemy.engine import make_url

from cdp import bootstrap, clients, clock
from cdp.embedded.postgres import Cluster
from cdp.permissions import grants
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.settings import Settings
from cdp.tables import Organization
from tests import make
from tests.attack.crashing import Client, Door, kill_postgres, running
from tests.conftest import Start
from tests.waiting import PATIENCE

pytestmark = pytest.mark.slow

EVENTS: Final = 5
ENOUGH: Final = 15
"""How many acknowledgements of each client come between two accidents."""
PURPOSE: Final = "customer-care"


class System:
    """A durable PostgreSQL, a platform on it and the door in front."""

    def __init__(self, cluster: Cluster, home: Path) -> None:
        self.cluster = cluster
        self.admin = cluster.url()
        admin = make_url(self.admin).set(drivername="postgresql+psycopg")
        bootstrap.prepare(admin, home / "keys", password=cluster.password("cdp_login"))
        settings = {
            "CDP_HOME": str(home),
            "CDP_APP_DATABASE_URL": cluster.url("postgres", "cdp_login"),
            "CDP_DEMO": "1",
        }
        self.platform = Platform.open(Settings.read(settings))
        self.shop = make.organization(self.platform)
        self.door = Door(settings)

    def counts(self, query: str, *facts: object) -> dict[Any, Any]:
        """Return what a query behind the wall counts."""
        with psycopg.connect(self.admin) as connection:
            return dict(connection.execute(query, facts).fetchall())


@pytest.fixture(scope="module")
def system(start_cluster: Start, tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """Return a system of its own, whose PostgreSQL keeps what it commits."""
    made = System(start_cluster(durable=True), tmp_path_factory.mktemp("home"))
    yield made
    made.platform.database.dispose()


class Worker:
    """One client that keeps sending until it is told to stop; what was not acknowledged is sent again, the same."""

    def __init__(self, client: Client, send: Callable[[Client, int], bool]) -> None:
        self.client, self._send = client, send
        self._stop, self.is_content = threading.Event(), threading.Semaphore(0)
        self._numbers = count()

    def work(self) -> None:
        """Send one thing after another."""
        for number in self._numbers:
            while not self._send(self.client, number):
                if self._stop.wait(0.05):
                    return
            self.is_content.release()
            if self._stop.is_set():
                return

    def stop(self) -> None:
        """Stop before the next thing."""
        self._stop.set()


def _events(client: Client, number: int) -> bool:
    names = [f"crash-{number}-{place}" for place in range(EVENTS)]
    batch = [{"type": "track", "event": each, "userId": f"user-{number % 7}", "messageId": each} for each in names]
    return client.send("POST", "/v1/batch", {"batch": batch}, names)


def _records(client: Client, number: int) -> bool:
    names = [f"crashed-{number}-{place}" for place in range(EVENTS)]
    items = [
        {"kind": "product", "type": each, "key": each, "subject": {"user_id": f"user-{number % 7}"}, "properties": {}}
        for each in names
    ]
    return client.send("POST", "/v1/records", {"items": items}, names)


def _acts(shop: Organization, person: make.Person) -> Callable[[Client, int], bool]:
    own = grants.grant_id(person.customer_id, shop.organization_id, PURPOSE)
    wanted = {"organization": shop.slug, "purpose": PURPOSE, "categories": ["contact"]}

    def send(client: Client, number: int) -> bool:
        if number % 2 == 0:
            return client.send("POST", "/v1/me/grants", wanted, "grant")
        done = client.send("POST", f"/v1/me/grants/{own}/revoke", None, "revoke")
        return done or "revoked" == _state(client, own)

    return send


def _state(client: Client, grant: UUID) -> str | None:
    """Return where the grant stands: a revocation that nobody heard the answer of may have happened."""
    try:
        answer = client.get(f"/v1/me/grants/{grant}")
    except OSError:
        return None
    stopped: str | None = answer.get("stopped")
    return stopped


def _workers(system: System, people: list[make.Person]) -> list[Worker]:
    platform, shop = system.platform, system.shop
    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        key = clients.create_write_key(
            session, platform.fingerprints, shop.organization_id, name="crash", at=clock.now()
        )
    sending = Client(system.door, {"Authorization": f"Bearer {key.write_key}"})
    service = Client(system.door, make.service(platform, shop, "records:write"))
    own = [Worker(Client(system.door, each.headers), _acts(shop, each)) for each in people]
    return [Worker(sending, _events), Worker(service, _records), *own]


def _kill_door(system: System) -> None:
    system.door.kill()
    system.door.start()


def _kill_database(system: System) -> None:
    kill_postgres(system.cluster)
    system.cluster.start()
    system.platform.database.dispose()


@pytest.mark.parametrize("accident", [_kill_door, _kill_database])
def test_what_was_acknowledged_is_there_once_and_nothing_by_half(
    system: System, accident: Callable[[System], None]
) -> None:
    people = [make.person(system.platform) for _ in range(3)]
    workers = _workers(system, people)

    with running(system.door), ThreadPoolExecutor(len(workers)) as threads:
        working = [threads.submit(each.work) for each in workers]
        try:
            for _ in range(2):
                _content(workers)
                accident(system)
            _content(workers)
        finally:
            for each in workers:
                each.stop()
        for done in working:
            done.result()

    assert any(each.client.unknown for each in workers)
    _check_once(system, workers[0].client, "select type, count(*) from interaction group by type")
    _check_once(system, workers[1].client, "select type, count(*) from record group by type")
    for person, worker in zip(people, workers[2:], strict=True):
        _check_acts(system, person.customer_id, worker.client)


def _content(workers: list[Worker]) -> None:
    """Return when each of them had enough acknowledged."""
    for worker in workers:
        for _ in range(ENOUGH):
            assert worker.is_content.acquire(timeout=PATIENCE), worker.client.statuses


def _check_once(system: System, client: Client, query: str) -> None:
    stored = system.counts(query)

    assert [] == [name for names in client.acknowledged for name in names if stored.get(name) != 1]
    assert [] == [name for names in client.unknown for name in names if stored.get(name, 1) != 1]


def _check_acts(system: System, customer: UUID, client: Client) -> None:
    acts = system.counts("select seq, kind from act where customer_id = %s order by seq", customer)
    told = system.counts("select 1, count(*) from change where customer_id = %s", customer)[1]
    standing = system.counts("select epoch, stopped from permission where customer_id = %s", customer)
    latest = system.counts("select 1, epoch from customer where customer_id = %s", customer)[1]

    assert list(range(1, len(acts) + 1)) == list(acts)
    assert len(acts) == told == latest
    assert {latest: "revoked" if acts[latest] == "revoke" else None} == standing
    for kind in ("grant", "revoke"):
        assert (
            client.acknowledged.count(kind)
            <= list(acts.values()).count(kind)
            <= (client.acknowledged.count(kind) + client.unknown.count(kind))
        )
