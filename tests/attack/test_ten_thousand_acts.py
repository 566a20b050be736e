"""API and worker are killed again and again while ten thousand acts are under way: the log tells each of them once.

Some customers act over HTTP, others by the vault's own function in processes that are killed as well.
"""

import http.client
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import psycopg
import pytest
from sqlalchemy.engine import make_url

from cdp import bootstrap
from cdp.log import sequencer, store
from cdp.platform import Platform
from cdp.settings import Settings
from tests import make
from tests.attack.crashing import ROOT
from tests.cdp.log import bundles
from tests.conftest import Start
from tests.ports import free_port
from tests.waiting import PATIENCE

pytestmark = pytest.mark.slow

BROWSERS: Final = 6
FROM_EACH: Final = 400
"""Acts over HTTP; one costs several times as much as one by the vault's own function."""
ACTORS: Final = 2
BY_EACH: Final = 3_800
ACTS: Final = BROWSERS * FROM_EACH + ACTORS * BY_EACH
PEOPLE: Final = 5
"""For how many customers each of them acts, in turns."""
KILLS: Final = 6
WORKER: Final = ("-c", "from cdp.cli.running import work; work()")
PURPOSE: Final = "customer-care"


class Part:
    """One part of the system, as a process that can be killed."""

    def __init__(self, command: tuple[str, ...], settings: dict[str, str]) -> None:
        self._command = (sys.executable, *command)
        self._environment = {name: value for name, value in os.environ.items() if not name.startswith("CDP_")}
        self._environment |= settings
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begin anew."""
        self._process = subprocess.Popen(self._command, cwd=ROOT, env=self._environment, stdout=subprocess.DEVNULL)

    def kill(self) -> None:
        """End it in the middle of whatever it is doing."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


class Actor:
    """Acts by the vault's own function in a process of its own; one that is killed is followed by another."""

    def __init__(self, settings: dict[str, str], organization: UUID, people: list[make.Person]) -> None:
        self.acknowledged: list[UUID] = []
        self._environment = os.environ | settings
        self._organization, self._customers = str(organization), [str(each.customer_id) for each in people]
        self._process: subprocess.Popen[str] | None = None

    def act(self, wanted: int, done: threading.Semaphore) -> None:
        """Return when so many acts were acknowledged."""
        while (left := wanted - len(self.acknowledged)) > 0:
            command = (sys.executable, "-m", "tests.attack.acting", self._organization, str(left), *self._customers)
            with subprocess.Popen(
                command, cwd=ROOT, env=self._environment, stdout=subprocess.PIPE, text=True
            ) as self._process:
                assert self._process.stdout is not None
                for line in self._process.stdout:
                    self.acknowledged.append(UUID(line.strip()))
                    done.release()
            assert self._process.returncode in {0, -signal.SIGKILL}

    def kill(self) -> None:
        """End the process that is acting."""
        if self._process is not None:
            self._process.kill()


@dataclass(slots=True)
class Told:
    """What one customer was told of each kind of act."""

    person: make.Person
    acknowledged: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)


class Browser:
    """Lets its customers give and take back in turns, over one connection."""

    def __init__(self, port: int, slug: str, people: list[make.Person]) -> None:
        self.told = [Told(each) for each in people]
        self._port, self._pause = port, threading.Event()
        self._wanted = {"organization": slug, "purpose": PURPOSE}

    def act(self, wanted: int, done: threading.Semaphore) -> None:
        """Return when so many acts were acknowledged."""
        with closing(http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE)) as connection:
            for number in range(wanted):
                told = self.told[number % len(self.told)]
                kind = "object" if number // len(self.told) % 2 else "grant"
                until = time.monotonic() + PATIENCE
                while not self._send(connection, told, kind):
                    assert time.monotonic() < until
                    connection.close()
                    self._pause.wait(0.05)
                done.release()

    def _send(self, connection: http.client.HTTPConnection, told: Told, kind: str) -> bool:
        wanted = self._wanted if kind == "object" else self._wanted | {"categories": ["contact"]}
        path = "/v1/me/objections" if kind == "object" else "/v1/me/grants"
        try:
            connection.request(
                "POST", path, json.dumps(wanted), told.person.headers | {"Content-Type": "application/json"}
            )
            answer = connection.getresponse()
            answer.read()
        except ConnectionRefusedError:  # nobody was asked
            return False
        except (OSError, http.client.HTTPException):
            told.unknown[kind] += 1
            return False
        assert 201 == answer.status
        told.acknowledged[kind] += 1
        return True


@dataclass(frozen=True, slots=True)
class System:
    """A platform with its API and its worker as processes."""

    platform: Platform
    admin: str
    port: int
    settings: dict[str, str]
    door: Part
    worker: Part


@pytest.fixture
def system(start_cluster: Start, tmp_path: Path) -> Iterator[System]:
    cluster = start_cluster()
    admin = make_url(cluster.url()).set(drivername="postgresql+psycopg")
    bootstrap.prepare(admin, tmp_path / "keys", password=cluster.password("cdp_login"))
    settings = {
        "CDP_HOME": str(tmp_path),
        "CDP_APP_DATABASE_URL": cluster.url("postgres", "cdp_login"),
        "CDP_DEMO": "1",
    }
    platform, port = Platform.open(Settings.read(settings)), free_port()
    door, worker = Part(("-m", "api.serve", "--port", str(port)), settings), Part(WORKER, settings)
    yield System(platform, cluster.url(), port, settings, door, worker)
    door.kill()
    worker.kill()
    platform.database.dispose()


def test_of_ten_thousand_acts_each_is_in_the_log_once_whatever_is_killed(system: System, tmp_path: Path) -> None:
    shop, done = make.organization(system.platform), threading.Semaphore(0)
    people = [[make.person(system.platform) for _ in range(PEOPLE)] for _ in range(BROWSERS + ACTORS)]
    browsers = [Browser(system.port, shop.slug, own) for own in people[:BROWSERS]]
    actors = [Actor(system.settings, shop.organization_id, own) for own in people[BROWSERS:]]
    system.door.start()
    system.worker.start()

    with ThreadPoolExecutor(BROWSERS + ACTORS) as crowd:
        acting = [crowd.submit(each.act, FROM_EACH, done) for each in browsers]
        acting += [crowd.submit(each.act, BY_EACH, done) for each in actors]
        killed = _kill_at_random(system, actors, acting, done)
        for each in acting:
            each.result()
    system.worker.kill()
    system.door.kill()
    sequencer.step(system.platform)

    told = [each for browser in browsers for each in browser.told]
    unknown = killed + sum(each.unknown.total() for each in told)
    _check_nothing_is_lost(system, told, [act for actor in actors for act in actor.acknowledged])
    _check_nothing_is_twice(system)
    verdict = _verified(system, tmp_path / "bundle.tar")
    assert [] == verdict["failures"]
    assert ACTS <= verdict["checked"]["acts"] <= ACTS + unknown


def _kill_at_random(system: System, actors: list[Actor], acting: list[Future[None]], done: threading.Semaphore) -> int:
    """Kill one or several after a random number of acts, again and again; return how many actors were killed."""
    rng = random.Random(os.urandom(8))  # noqa: S311 - when to kill is no secret
    for number in range(KILLS):
        for _ in range(rng.randrange(ACTS // KILLS // 2, ACTS // KILLS)):
            while not done.acquire(timeout=1):
                assert [] == [each for each in acting if each.done() and each.exception()]
        parts = [(system.door,), (system.worker,), (system.door, system.worker)][number % 3]
        actors[number % ACTORS].kill()
        for part in parts:
            part.kill()
        for part in parts:
            part.start()
    return KILLS


def _check_nothing_is_lost(system: System, told: list[Told], acknowledged: list[UUID]) -> None:
    with psycopg.connect(system.admin) as connection:
        query = "select count(*) from opening where fact_id = any(%s) and kind = 1"
        assert [(ACTORS * BY_EACH,)] == connection.execute(query, (acknowledged,)).fetchall()
        for each in told:
            rows = connection.execute(
                "select a.kind, count(*), count(o.position) from act a"
                " left join opening o on o.fact_id = a.act_id and o.kind = 1 where a.customer_id = %s group by a.kind",
                (each.person.customer_id,),
            ).fetchall()
            assert [] == [kind for kind, made, logged in rows if made != logged]
            for kind, made, _ in rows:
                assert each.acknowledged[kind] <= made <= each.acknowledged[kind] + each.unknown[kind]


def _check_nothing_is_twice(system: System) -> None:
    with psycopg.connect(system.admin) as connection:
        twice = connection.execute("select fact_id from opening where kind in (1, 5) group by 1 having count(*) > 1")
        assert [] == twice.fetchall()
        sizes = connection.execute(
            "select l.size, count(x.position), coalesce(max(x.position) + 1, 0)"
            " from log l left join leaf x on x.log_id = l.log_id group by l.log_id"
        ).fetchall()
        assert [] == [size for size, count, end in sizes if not size == count == end]


def _verified(system: System, path: Path) -> Any:
    """Return what the offline verifier, as a process of its own, says about the auditor's file."""
    with system.platform.database.scoped(bundles.AUDITOR) as session:
        keys = [f"--vkey={key.to_vkey()}" for log in store.logs(session) for key in log.keys]
    path.write_bytes(bundles.tar(system.platform))
    command = (sys.executable, "-m", "consent", "verify", str(path), "--json", *keys)
    said = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=False)
    return json.loads(said.stdout)
