"""The sequencer as a process: it is killed, another takes over, and nothing is lost or told twice."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Event
from typing import Any
from uuid import UUID

import psycopg
import pytest

from cdp.log import sequencing, store
from cdp.platform import Platform
from cdp.tables import Organization
from tests import make
from tests.cdp.log import bundles
from tests.waiting import until

PEOPLE = 12
ROUNDS = 8
KILLS = 3
CODE = "from cdp.cli.running import work; work()"


@pytest.fixture
def worker(platform: Platform) -> Iterator[Any]:
    """Return a function that starts a worker as a process of its own."""
    settings = platform.settings
    environment = dict(os.environ) | {
        "CDP_HOME": str(settings.home),
        "CDP_APP_DATABASE_URL": settings.app_url.render_as_string(hide_password=False),
        "CDP_DEMO": "1",
    }
    with ExitStack() as stack:

        def start() -> subprocess.Popen[bytes]:
            process = subprocess.Popen([sys.executable, "-c", CODE], env=environment, stdout=subprocess.DEVNULL)
            stack.callback(process.wait)
            stack.callback(process.kill)
            return process

        yield start


def appended(platform: Platform) -> int:
    with platform.database.scoped(bundles.AUDITOR) as session:
        return sum(log.size for log in store.logs(session))


def wait_for_more(platform: Platform, than: int, process: subprocess.Popen[bytes]) -> None:
    """Return once the logs have grown; fail when the process that should let them grow is gone."""

    def has_grown() -> bool:
        assert process.poll() is None
        return appended(platform) > than

    until(has_grown)


def test_a_sequencer_that_is_killed_loses_nothing_and_tells_nothing_twice(
    platform: Platform, database_url: str, worker: Any
) -> None:
    shop: Organization = make.organization(platform)
    people = [make.person(platform) for _ in range(PEOPLE)]

    def act(person: make.Person) -> None:
        for _ in range(ROUNDS):
            bundles.grant(platform, person, shop)
            bundles.read_own(platform, person)
            bundles.revoke(platform, person, shop)

    with ThreadPoolExecutor(4) as crowd:
        acting = [crowd.submit(act, person) for person in people]
        for _ in range(KILLS):
            before = appended(platform)  # a quick one may have appended everything when we look again
            process = worker()
            wait_for_more(platform, before, process)
            process.send_signal(signal.SIGKILL)
            process.wait()
            bundles.grant(platform, people[0], shop)
        for each in acting:
            each.result()

    verdict = bundles.settled_verdict(platform)
    assert [] == verdict.failures
    assert 2 * PEOPLE * ROUNDS + KILLS == verdict.checked["acts"]
    assert PEOPLE * ROUNDS == verdict.checked["reads"]
    with psycopg.connect(database_url) as connection:
        twice = connection.execute("select fact_id from opening where kind in (1, 5) group by 1 having count(*) > 1")
        assert [] == twice.fetchall()


def test_what_waits_is_written_and_signed_before_the_sequencer_stops(platform: Platform) -> None:
    shop, person = make.organization(platform), make.person(platform)
    last: list[UUID] = []
    problems: list[Exception] = []

    class Stopped(Event):
        """Set while the sequencer waits for its next tick, just after somebody acted."""

        def wait(self, timeout: float | None = None) -> bool:
            del timeout
            last.append(bundles.grant(platform, person, shop))
            self.set()
            return True

    sequencing.work(platform, Stopped(), report=problems.append)

    assert not problems
    with platform.database.scoped(bundles.AUDITOR) as session:
        assert store.is_signed(session, last[0])
