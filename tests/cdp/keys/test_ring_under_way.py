"""The key ring when writes fail, processes die and several work on it at once."""

import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from cdp.keys.ring import LocalKeyRing
from tests.cdp.keys.rings import ANNA, DATA_KEY, again, wrap

# --- crashes -------------------------------------------------------------------------------


def test_a_write_that_fails_before_the_rename_leaves_the_old_ring(
    ring: LocalKeyRing, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrapped = wrap(ring)
    before = (home / "ring").read_bytes()

    def fail(_self: Path, _target: Path) -> Path:
        raise OSError("the power went")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", fail)
        with pytest.raises(OSError, match="the power went"):
            ring.destroy([wrapped])

    assert before == (home / "ring").read_bytes()
    assert [DATA_KEY] == ring.unwrap_many([(wrapped, ANNA)])  # not destroyed, and nobody was told that it was
    ring.destroy([wrapped])
    assert {"ring", "ring.lock"} == {each.name for each in home.iterdir()}
    assert [None] == again(home).unwrap_many([(wrapped, ANNA)])


def test_a_write_is_synced_before_and_after_the_rename(
    ring: LocalKeyRing, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    fsync, rename = os.fsync, Path.rename

    def spy_fsync(descriptor: int) -> None:
        steps.append("sync directory" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "sync file")
        fsync(descriptor)

    def spy_rename(path: Path, target: Path) -> Path:
        steps.append("rename")
        return rename(path, target)

    monkeypatch.setattr(os, "fsync", spy_fsync)
    monkeypatch.setattr(Path, "rename", spy_rename)

    ring.destroy([wrap(ring)])

    assert ["sync file", "rename", "sync directory"] == steps[:3]


def test_the_replaced_ring_and_a_crashed_writes_leftovers_are_overwritten(ring: LocalKeyRing, home: Path) -> None:
    (home / "ring.next").write_bytes(b"secret of a crashed write")
    with (home / "ring").open("rb") as old, (home / "ring.next").open("rb") as leftover:
        ring.destroy([wrap(ring)])

        assert {0} == set(old.read())
        assert {0} == set(leftover.read())


def test_a_backup_by_hard_link_is_not_overwritten(ring: LocalKeyRing, home: Path, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    backup.hardlink_to(home / "ring")
    before = backup.read_bytes()

    ring.rotate()

    assert before == backup.read_bytes()


# --- several processes and threads ---------------------------------------------------------

OTHER = """
import os, sys
from pathlib import Path
from uuid import UUID
from cdp.keys.errors import KeyDestroyed
from cdp.keys.ring import LocalKeyRing
ring = LocalKeyRing.open(Path(sys.argv[1]), may_create=True)
print("ready", flush=True)
for line in sys.stdin:
    verb, wrapped, subject = line.split()
    try:
        if verb == "crash":
            Path.rename = lambda *_: os._exit(9)
        if verb == "unwrap":
            ring.unwrap(bytes.fromhex(wrapped), subject=UUID(subject))
        else:
            ring.destroy([bytes.fromhex(wrapped)])
        print("done", flush=True)
    except KeyDestroyed:
        print("destroyed", flush=True)
"""


class Other:
    """Another process with the same ring."""

    def __init__(self, home: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", OTHER, str(home)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[3],
        )
        assert "ready" == self._answer()

    def ask(self, verb: str, wrapped: bytes) -> str:
        assert self.process.stdin
        self.process.stdin.write(f"{verb} {wrapped.hex()} {ANNA}\n")
        self.process.stdin.flush()
        return self._answer()

    def _answer(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline().strip()


@pytest.fixture
def other(ring: LocalKeyRing, home: Path) -> Iterator[Other]:
    process = Other(home)
    yield process
    with process.process:
        process.process.kill()


def test_what_one_process_destroys_no_other_can_unwrap(ring: LocalKeyRing, other: Other) -> None:
    for _ in range(20):  # quick enough that two editions share a tick of the file system's clock
        mine, theirs = wrap(ring), wrap(ring)
        assert "done" == other.ask("unwrap", mine)

        ring.destroy([mine])
        assert "destroyed" == other.ask("unwrap", mine)

        assert "done" == other.ask("destroy", theirs)
        assert [None] == ring.unwrap_many([(theirs, ANNA)])


def test_processes_that_destroy_at_once_lose_nothing_of_each_other(ring: LocalKeyRing, home: Path) -> None:
    others = [Other(home) for _ in range(3)]
    blobs = [wrap(ring) for _ in range(30)]
    answers: list[str] = []

    def work(process: Other, share: list[bytes]) -> None:
        answers.extend(process.ask("destroy", each) for each in share)

    threads = [threading.Thread(target=work, args=(each, blobs[i::3])) for i, each in enumerate(others)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for each in others:
        with each.process:
            each.process.kill()

    assert ["done"] * 30 == answers
    assert [None] * 30 == ring.unwrap_many([(each, ANNA) for each in blobs])


def test_a_process_that_dies_before_the_rename_destroys_nothing_and_blocks_nobody(
    ring: LocalKeyRing, home: Path, other: Other
) -> None:
    wrapped = wrap(ring)

    assert not other.ask("crash", wrapped)

    assert 9 == other.process.wait()
    assert (home / "ring.next").exists()
    assert DATA_KEY == again(home).unwrap(wrapped, subject=ANNA)
    ring.destroy([wrapped])
    assert not (home / "ring.next").exists()


def test_threads_share_a_ring_while_it_changes(ring: LocalKeyRing) -> None:
    kept, doomed = wrap(ring), [wrap(ring) for _ in range(20)]
    acknowledged: list[bytes] = []
    wrong: list[str] = []
    finished = threading.Event()

    def read() -> None:
        while not finished.is_set():
            dead = acknowledged[-1:]
            found = ring.unwrap_many([(kept, ANNA), *((each, ANNA) for each in dead)])
            if found != [DATA_KEY] + [None] * len(dead):
                wrong.append("a destroyed key was read, or a living one was not")

    readers = [threading.Thread(target=read) for _ in range(3)]
    for thread in readers:
        thread.start()
    for each in doomed:
        ring.destroy([each])
        acknowledged.append(each)
    finished.set()
    for thread in readers:
        thread.join()

    assert [] == wrong
