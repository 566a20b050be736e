"""Key rotation: online, complete, and taken up where it was interrupted."""

import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from cdp import clock, ids, key_destruction, rotation
from cdp.keys import wrapping
from cdp.keys.errors import KeyDestroyed
from cdp.keys.sealing import new_data_key
from cdp.platform import Platform
from cdp.rotation import RotationRuns
from cdp.scope import Principal, Scope
from cdp.tables import Organization
from cdp.turns import Turn, taken
from tests import make

KEYS = 60


@pytest.fixture(scope="module")
def source(platform: Platform) -> Organization:
    made = make.organization(platform)
    for _ in range(KEYS):
        make.subject(platform, made)
    return made


def wrapped_keys(admin: psycopg.Connection) -> dict[UUID, bytes]:
    return {subject: bytes(blob) for subject, blob in admin.execute("select subject_id, wrapped from data_key")}


def test_rotation_changes_the_wrapping_and_not_the_keys(
    platform: Platform, source: Organization, admin: psycopg.Connection
) -> None:
    before = wrapped_keys(admin)
    data_keys = {subject: platform.ring.unwrap(blob, subject=subject) for subject, blob in before.items()}

    done = rotation.rotate(platform, chunk=7, grace=0)

    after = wrapped_keys(admin)
    assert {done.generation} == {wrapping.address(blob).generation for blob in after.values()}
    assert data_keys == {subject: platform.ring.unwrap(blob, subject=subject) for subject, blob in after.items()}
    assert (len(before), 0) == (done.rewrapped, done.dead)
    assert (done.generation,) == platform.ring.generations
    assert {done.generation: len(before)} == rotation.status(platform).data_keys


def test_what_was_wrapped_before_cannot_be_opened_any_more(
    platform: Platform, source: Organization, admin: psycopg.Connection
) -> None:
    subject, stolen = next(iter(wrapped_keys(admin).items()))

    rotation.rotate(platform, grace=0)

    with pytest.raises(KeyDestroyed):
        platform.ring.unwrap(stolen, subject=subject)


def test_progress_is_told_and_ends_with_all_of_it(platform: Platform, source: Organization) -> None:
    told: list[tuple[int, int]] = []

    rotation.rotate(platform, chunk=20, grace=0, report=lambda done, total: told.append((done, total)))

    assert len(told) > 2
    assert told == sorted(told)
    assert told[-1][0] == told[-1][1]


def test_a_second_rotation_at_the_same_time_is_refused(platform: Platform, source: Organization) -> None:
    with taken(platform, Turn.ROTATION), pytest.raises(RotationRuns):
        rotation.rotate(platform, grace=0)


@dataclass
class Neighbours:
    """Others who read and write while the keys rotate."""

    platform: Platform
    source: Organization
    stop: threading.Event
    wrong: list[BaseException]
    reads: int = 0
    writes: int = 0

    def read(self) -> None:
        keys = text("select subject_id, wrapped from data_key order by random() limit 20")
        while not self.stop.is_set():
            try:
                with self.platform.database.scoped(Scope(Principal.KEYMASTER)) as session:
                    for row in session.execute(keys):
                        self.platform.ring.unwrap(bytes(row.wrapped), subject=row.subject_id)
                        self.reads += 1
            except BaseException as error:
                self.wrong.append(error)
                raise

    def write(self) -> None:
        while not self.stop.is_set():
            try:
                make.subject(self.platform, self.source)
                self.writes += 1
            except DBAPIError as error:
                if not isinstance(error.orig, psycopg.errors.SerializationFailure):
                    self.wrong.append(error)
                    raise


def test_reads_and_writes_go_on_while_the_keys_rotate(
    platform: Platform, source: Organization, admin: psycopg.Connection
) -> None:
    others = Neighbours(platform, source, threading.Event(), [])
    threads = [threading.Thread(target=run) for run in (others.read, others.read, others.write)]
    for thread in threads:
        thread.start()

    for _ in range(3):
        rotation.rotate(platform, chunk=11, grace=0)
    others.stop.set()
    for thread in threads:
        thread.join()

    assert [] == others.wrong
    assert others.reads > 0
    assert others.writes > 0
    after = wrapped_keys(admin)
    assert all(platform.ring.unwrap(blob, subject=subject) for subject, blob in after.items())


def test_a_key_that_was_wrapped_before_and_comes_after_is_not_stored(platform: Platform, source: Organization) -> None:
    subject = ids.row()
    late = platform.ring.wrap(platform.ring.new_slot(), new_data_key(), subject=subject)

    rotation.rotate(platform, grace=0)

    with (
        pytest.raises(DBAPIError) as refused,
        platform.database.scoped(Scope(Principal.SOURCE, source.organization_id)) as session,
    ):
        session.execute(
            text(
                "select create_subjects(array['user_id'], array[decode(repeat('ab', 16), 'hex')],"
                " array[cast('' as bytea)], array[gen_random_uuid()], array[cast(:s as uuid)],"
                " array[cast(:w as bytea)], now())"
            ),
            {"s": subject, "w": late},
        )
    assert isinstance(refused.value.orig, psycopg.errors.SerializationFailure)


def test_a_rotation_that_was_killed_is_taken_up_where_it_was(
    platform: Platform, source: Organization, admin: psycopg.Connection, app_url: str
) -> None:
    total = len(wrapped_keys(admin))
    code = (
        "import os, signal, sys\n"
        "from cdp import rotation\n"
        "from cdp.platform import Platform\n"
        "from cdp.settings import Settings\n"
        "platform = Platform.open(Settings.read())\n"
        "def die(done, total):\n"
        "    done >= 20 and os.kill(os.getpid(), signal.SIGKILL)\n"
        "rotation.rotate(platform, chunk=5, report=die)\n"
    )
    environment = os.environ | {"CDP_HOME": str(platform.settings.home), "CDP_APP_DATABASE_URL": app_url}
    root = Path(__file__).parents[2]

    killed = subprocess.run([sys.executable, "-c", code], env=environment, cwd=root, check=False)
    halfway = rotation.status(platform)
    done = rotation.rotate(platform, grace=0)

    assert -signal.SIGKILL == killed.returncode
    assert halfway.is_rotating
    assert 20 == halfway.data_keys[done.generation]
    assert total - 20 == done.rewrapped
    assert (done.generation,) == platform.ring.generations


def test_a_destroyed_key_does_not_stop_a_rotation(
    platform: Platform, source: Organization, admin: psycopg.Connection
) -> None:
    _, subject = make.subject(platform, source)
    blob = wrapped_keys(admin)[subject]
    platform.ring.destroy([blob])  # and its row is back, out of an older backup

    done = rotation.rotate(platform, grace=0)

    assert 1 == done.dead
    with pytest.raises(KeyDestroyed):
        platform.ring.unwrap(blob, subject=subject)
    admin.execute("delete from data_key where subject_id = %s", (subject,))


def give_up(admin: psycopg.Connection, subjects: list[UUID]) -> list[bytes]:
    """Do what an erasure does to the keys, as one that died before it told the ring."""
    admin.execute(
        "insert into key_destruction (subject_id, wrapped, at)"
        " select subject_id, wrapped, now() from data_key where subject_id = any(%s)",
        (subjects,),
    )
    rows = admin.execute("delete from data_key where subject_id = any(%s) returning wrapped", (subjects,)).fetchall()
    return [bytes(row[0]) for row in rows]


def test_what_an_erasure_left_is_destroyed_once(
    platform: Platform, source: Organization, admin: psycopg.Connection
) -> None:
    subjects = [make.subject(platform, source)[1] for _ in range(3)]
    blobs = give_up(admin, subjects)

    destroyed = [key_destruction.settle(platform, at=clock.now()) for _ in range(2)]

    assert [3, 0] == destroyed
    assert {None} == set(platform.ring.unwrap_many(zip(blobs, subjects, strict=True)))
    assert 0 == key_destruction.waiting(platform)


def test_very_many_destructions_are_one_rotation(
    platform: Platform, source: Organization, admin: psycopg.Connection
) -> None:
    subjects = [make.subject(platform, source)[1] for _ in range(4)]
    blobs, before = give_up(admin, subjects), platform.ring.generation

    destroyed = key_destruction.settle(platform, at=clock.now(), most_punctures=3)

    assert (4, before + 1, 1) == (destroyed, platform.ring.generation, platform.ring.live_nodes)
    assert {None} == set(platform.ring.unwrap_many(zip(blobs, subjects, strict=True)))
