"""A log gets another key: the old one stays good for what it signed, and a crash anywhere loses neither."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cdp.log import founding, key_rotation, sequencer, store
from cdp.platform import Platform
from cdp.tables import Organization
from consent.notes import Key
from tests import make
from tests.cdp.log import bundles

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def shop(platform: Platform) -> Organization:
    return make.organization(platform)


def test_a_new_key_signs_and_the_old_one_stays_good_for_what_it_signed(platform: Platform, shop: Organization) -> None:
    bundles.grant(platform, make.person(platform), shop)
    sequencer.step(platform)
    with platform.database.scoped(bundles.AUDITOR) as session:
        before = store.newest(session, store.current(session, store.CONSENT))

    vkey = key_rotation.rotate(platform, store.CONSENT)
    bundles.grant(platform, make.person(platform), shop)

    verdict = bundles.settled_verdict(platform)
    assert [] == verdict.failures
    assert before is not None
    assert [] == bundles.verdict(platform, known=before.note).failures
    with platform.database.scoped(bundles.AUDITOR) as session:
        assert vkey == store.current(session, store.CONSENT).vkey
    assert 4 == verdict.checked["policies"]


@pytest.fixture
def rotate(platform: Platform, app_url: str) -> Iterator[Callable[[int], bool]]:
    """Return a function that rotates in another process that is killed at a step, and tells whether it was."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CDP_")}
    own = {"CDP_HOME": str(platform.settings.home), "CDP_APP_DATABASE_URL": app_url, "CDP_DEMO": "1"}
    command, pipe = [sys.executable, "-m", "tests.cdp.log.killed"], subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, env=kept | own, stdin=pipe, stdout=pipe, text=True) as process:

        def up_to(step: int) -> bool:
            assert process.stdin
            assert process.stdout
            print(step, file=process.stdin, flush=True)
            ended = int(process.stdout.readline())
            assert ended in {0, signal.SIGKILL}
            return ended != 0

        yield up_to


def test_a_rotation_killed_at_any_step_is_finished_or_undone_before_anything_is_signed(
    platform: Platform, shop: Organization, rotate: Callable[[int], bool]
) -> None:
    bundles.grant(platform, make.person(platform), shop)
    sequencer.step(platform)
    kinds, step, was_killed = set(), 0, True
    while was_killed:
        step += 1
        before = _keys(platform)
        was_killed = rotate(step)
        bundles.grant(platform, make.person(platform), shop)
        sequencer.step(platform)
        after = _keys(platform)

        signer = founding.signer_of(platform, store.CONSENT)
        assert after[0] == signer.signer().key, step
        assert not signer.has_prepared
        assert before == after[-len(before) :]
        kinds.add(len(after) - len(before))
        if step % 8 == 0:  # 32 keys at most, so not every step leaves one: see the whole file now and then
            assert [] == bundles.settled_verdict(platform).failures
    assert {0, 1} == kinds
    assert step > 8
    assert [] == bundles.settled_verdict(platform).failures


def test_a_running_worker_finishes_what_a_dead_command_began(platform: Platform, shop: Organization) -> None:
    worker = sequencer.Sequencer(platform)
    worker.step()
    signer = founding.signer_of(platform, store.CONSENT)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cdp.log.signer.LogSigner.adopt", _dies)
        with pytest.raises(KeyboardInterrupt):
            key_rotation.rotate(platform, store.CONSENT)
    old = signer.signer().key
    bundles.grant(platform, make.person(platform), shop)
    worker.step()

    assert old != signer.signer().key == _keys(platform)[0]
    assert [] == bundles.settled_verdict(platform).failures


def test_a_second_rotation_waits_for_what_the_first_one_left(platform: Platform) -> None:
    signer = founding.signer_of(platform, store.CONSENT)
    with signer.held():
        unknown = signer.prepare(f"localhost/{store.CONSENT}").key

    vkey = key_rotation.rotate(platform, store.CONSENT)

    assert unknown not in _keys(platform)
    assert vkey == signer.signer().key.to_vkey()


def _keys(platform: Platform) -> tuple[Key, ...]:
    with platform.database.scoped(bundles.AUDITOR) as session:
        return store.current(session, store.CONSENT).keys


def _dies(*_: Any) -> None:
    raise KeyboardInterrupt
