"""Ten thousand grants, revocations and reads by sixteen clients over four processes happen in one order."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from typing import Final

import pytest

from cdp.platform import Platform
from tests import make
from tests.api import apps
from tests.attack import register
from tests.attack.clients import CLIENTS, CUSTOMERS, OPERATIONS, Cast, Together
from tests.attack.register import Seen
from tests.ports import free_port
from tests.waiting import is_open, until

PROCESSES: Final = 4
WAYS: Final = ("profile", "evaluation", "evaluations", "introspection", "profile in the app")


def _read(began: int, ended: int, *, is_open: bool) -> Seen:
    return Seen(0, "read", is_write=False, is_open=is_open, began=began, ended=ended)


def _write(began: int, ended: int, *, is_open: bool) -> Seen:
    return Seen(0, "write", is_write=True, is_open=is_open, began=began, ended=ended)


@pytest.mark.parametrize(
    ("reads", "expected"),
    [
        ([_read(1, 5, is_open=True)], 1),
        ([_read(12, 25, is_open=False)], 0),
        ([_read(12, 25, is_open=True)], 0),
        ([_read(31, 35, is_open=False)], 1),
        ([_read(31, 45, is_open=False)], 0),
        ([_read(61, 65, is_open=True)], 1),
        ([_read(61, 65, is_open=False)], 0),
        ([_read(12, 14, is_open=True), _read(15, 18, is_open=False)], 1),
        ([_read(42, 44, is_open=False), _read(46, 48, is_open=True)], 1),
        ([_read(12, 18, is_open=True), _read(13, 19, is_open=False)], 0),
    ],
    ids=[
        "before any grant",
        "during a grant, not yet",
        "during a grant, already",
        "a grant was acknowledged",
        "during the revocation after it",
        "a revocation was acknowledged",
        "and is seen",
        "a grant that was seen is gone again",
        "a revocation that was seen is gone again",
        "two at the same time",
    ],
)
def test_the_judge_finds_what_fits_in_no_order(reads: list[Seen], expected: int) -> None:
    writes = [_write(10, 30, is_open=True), _write(40, 60, is_open=False)]

    assert expected == len(register.stale([*writes, *reads]))


@contextmanager
def _servers(platform: Platform, count: int) -> Iterator[list[str]]:
    """Start so many servers, each a process with a port of its own, and yield where they are."""
    url = platform.settings.app_url.set(drivername="postgresql").render_as_string(hide_password=False)
    quotas = dict.fromkeys(("CDP_CLIENT_REQUESTS", "CDP_CUSTOMER_REQUESTS", "CDP_ADDRESS_REQUESTS"), "1000000")
    settings = {"CDP_HOME": str(platform.settings.home), "CDP_APP_DATABASE_URL": url, "CDP_DEMO": "1"} | quotas
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CDP_")}
    ports = [free_port() for _ in range(count)]
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "api.serve", "--port", str(port)], env=kept | settings, stdout=subprocess.DEVNULL
        )
        for port in ports
    ]
    try:
        until(lambda: all(is_open(port) for port in ports))
        yield [f"http://127.0.0.1:{port}" for port in ports]
    finally:
        for each in running:
            each.kill()
            each.wait()


@pytest.mark.slow
def test_every_answer_fits_into_one_order(platform: Platform) -> None:
    recipient = make.organization(platform)
    people = [make.person(platform) for _ in range(CUSTOMERS)]
    ids = [platform.profile_ids.profile_id(each.customer_id, recipient.organization_id) for each in people]
    service, app = make.service(platform, recipient, "profiles:read"), apps.app(platform, organization=recipient)

    with _servers(platform, PROCESSES) as servers:
        cast = Cast(servers, recipient.slug, service, app, [each.headers for each in people], ids)
        history = Together(cast).run()

    assert [] == register.stale(history)
    assert len(history) >= OPERATIONS * CLIENTS >= 10_000
    ways = {(each.way, each.is_open) for each in history}
    assert set(product(WAYS, (True, False))) <= ways
