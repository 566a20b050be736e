"""Ten thousand grants, revocations and reads by sixteen clients over four processes happen in one order."""

import multiprocessing
from collections import Counter
from dataclasses import replace
from typing import Final

import pytest

from cdp.ids import NIL
from cdp.platform import Platform
from cdp.settings import Quotas
from tests import make
from tests.attack import racing, register
from tests.attack.clients import OPERATIONS, PER_PROCESS, PROCESSES, Front, Together
from tests.attack.racing import Race
from tests.attack.register import Seen

WRITERS: Final = 8
_FREE: Final = 1_000_000


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


@pytest.mark.slow
def test_every_answer_fits_into_one_order(platform: Platform) -> None:
    recipient = make.organization(platform)
    people = [make.person(platform) for _ in range(WRITERS)]
    headers = [make.service(platform, recipient, "profiles:read"), *(each.headers for each in people)]
    spawn = multiprocessing.get_context("spawn")
    shared = Race(
        replace(platform.settings, quotas=Quotas(client=_FREE, customer=_FREE, address=_FREE)),
        recipient.organization_id,
        [each.customer_id for each in people],
        [recipient.slug, *(each["Authorization"] for each in headers)],
        spawn.Array("q", 1, lock=False),
        spawn.Array("q", 1, lock=False),
        PROCESSES,
    )

    histories: list[Together] = racing.run_all(spawn, [Front] * PROCESSES, shared)

    history = [each for one in histories for each in one.history]
    assert [] == register.stale(history)
    assert NIL not in shared.people
    assert len(history) >= OPERATIONS * PER_PROCESS * PROCESSES >= 10_000
    ways = Counter((each.way, each.is_open) for each in history)
    assert {(way, is_open) for way in ("profile", "evaluation", "evaluations") for is_open in (True, False)} <= set(
        ways
    )
