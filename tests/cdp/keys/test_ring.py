import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdp.keys import sealing, wrapping
from cdp.keys.errors import KeyDestroyed, RingBroken, Unreadable
from cdp.keys.ring import KeyProvider, LocalKeyRing, Single
from cdp.keys.ring_file import Contents

ANNA, BO = uuid4(), uuid4()
DATA_KEY = bytes(range(32))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "keys"


@pytest.fixture
def ring(home: Path) -> LocalKeyRing:
    return LocalKeyRing.open(home, may_create=True)


def _again(home: Path) -> LocalKeyRing:
    return LocalKeyRing.open(home, may_create=False)


def _wrap(ring: LocalKeyRing, subject: UUID = ANNA, data_key: bytes = DATA_KEY) -> bytes:
    return ring.wrap(ring.new_slot(), data_key, subject=subject)


# --- wrapping ------------------------------------------------------------------------------


@given(st.binary(min_size=32, max_size=32), st.uuids(), st.integers(0, 2**56 - 1))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_was_wrapped_unwraps(ring: LocalKeyRing, data_key: bytes, subject: UUID, slot: int) -> None:
    provider: KeyProvider = ring

    wrapped = provider.wrap(slot, data_key, subject=subject)

    assert data_key == provider.unwrap(wrapped, subject=subject)
    assert (ring.generation, slot) == wrapping.address(wrapped)


def test_a_wrapped_key_serves_no_other_subject(ring: LocalKeyRing) -> None:
    wrapped = _wrap(ring, ANNA)

    with pytest.raises(Unreadable):
        ring.unwrap(wrapped, subject=BO)


@pytest.mark.parametrize("position", range(wrapping.WRAPPED_BYTES))
def test_a_wrapped_key_changed_anywhere_does_not_open(ring: LocalKeyRing, position: int) -> None:
    wrapped = bytearray(_wrap(ring))
    wrapped[position] ^= 1

    with pytest.raises((Unreadable, RingBroken, KeyDestroyed)):
        ring.unwrap(bytes(wrapped), subject=ANNA)


@pytest.mark.parametrize("cut", [0, 1, 11, 12, 24, 71, 73])
def test_a_wrapped_key_of_another_length_is_unreadable(ring: LocalKeyRing, cut: int) -> None:
    wrapped = (_wrap(ring) + b"x")[:cut]

    with pytest.raises(Unreadable):
        ring.unwrap(wrapped, subject=ANNA)


def test_another_ring_does_not_open_it(ring: LocalKeyRing, tmp_path: Path) -> None:
    other = LocalKeyRing.open(tmp_path / "other", may_create=True)

    with pytest.raises(Unreadable):
        other.unwrap(_wrap(ring), subject=ANNA)


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_only_an_aes_256_key_is_wrapped(ring: LocalKeyRing, length: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        ring.wrap(1, bytes(length), subject=ANNA)


# --- destroying ----------------------------------------------------------------------------


def test_a_destroyed_key_is_gone_and_its_neighbours_stay(ring: LocalKeyRing, home: Path) -> None:
    gone, stays = _wrap(ring, ANNA), _wrap(ring, BO)

    ring.destroy([gone])

    for each in (ring, _again(home)):
        with pytest.raises(KeyDestroyed):
            each.unwrap(gone, subject=ANNA)
        assert [None, DATA_KEY] == each.unwrap_many([(gone, ANNA), (stays, BO)])


def test_nothing_new_is_wrapped_in_a_destroyed_slot(ring: LocalKeyRing) -> None:
    gone = _wrap(ring)
    ring.destroy([gone])

    with pytest.raises(KeyDestroyed):
        ring.wrap(wrapping.address(gone).slot, DATA_KEY, subject=ANNA)


def test_destroying_twice_changes_nothing(ring: LocalKeyRing, home: Path) -> None:
    gone = _wrap(ring)
    ring.destroy([gone])
    before = (home / "ring").read_bytes()

    ring.destroy([gone, gone])
    ring.destroy([])

    assert before == (home / "ring").read_bytes()


def test_destroying_reaches_every_generation_under_which_the_key_was_wrapped(ring: LocalKeyRing) -> None:
    old = _wrap(ring)
    ring.rotate()
    new = ring.rewrap(old, subject=ANNA)

    ring.destroy([new])  # the old one may still lie in a backup

    assert [None, None] == ring.unwrap_many([(old, ANNA), (new, ANNA)])


def test_destroying_what_this_ring_cannot_know_is_an_error_and_not_a_success(ring: LocalKeyRing) -> None:
    wrapped = bytearray(_wrap(ring))
    wrapped[4] += 1  # a later generation: this ring is an old copy

    with pytest.raises(RingBroken, match="older than the data"):
        ring.destroy([bytes(wrapped)])
    with pytest.raises(Unreadable):
        ring.destroy([b""])


# --- generations ---------------------------------------------------------------------------


def test_rotation_wraps_anew_and_still_unwraps_the_old(ring: LocalKeyRing) -> None:
    old = _wrap(ring)

    assert 2 == ring.rotate()

    assert DATA_KEY == ring.unwrap(old, subject=ANNA)
    new = ring.rewrap(old, subject=ANNA)
    assert (2, wrapping.address(old).slot) == wrapping.address(new)
    assert DATA_KEY == ring.unwrap(new, subject=ANNA)


def test_a_retired_generation_opens_nothing_any_more(ring: LocalKeyRing, home: Path) -> None:
    old = _wrap(ring)
    ring.rotate()
    new = ring.rewrap(old, subject=ANNA)

    ring.retire(1)
    ring.retire(1)

    assert (2,) == _again(home).generations
    assert [None, DATA_KEY] == ring.unwrap_many([(old, ANNA), (new, ANNA)])
    ring.destroy([old])  # reaches the same slot in the present generation
    assert [None] == ring.unwrap_many([(new, ANNA)])


@pytest.mark.parametrize("generation", [1, 2])
def test_the_present_generation_cannot_be_retired(ring: LocalKeyRing, generation: int) -> None:
    with pytest.raises(ValueError, match="older than the present"):
        ring.retire(generation)


# --- the file ------------------------------------------------------------------------------


def test_a_ring_is_made_once(home: Path) -> None:
    first, second = LocalKeyRing.open(home, may_create=True), LocalKeyRing.open(home, may_create=True)

    assert (True, False) == (first.is_new, second.is_new)
    assert [first.single(name) for name in Single] == [second.single(name) for name in Single]
    assert 5 == len({first.single(name) for name in Single})
    assert 64 == len(first.single(Single.PAIRWISE))


def test_without_leave_no_ring_is_made(home: Path) -> None:
    with pytest.raises(RingBroken, match="no key ring"):
        LocalKeyRing.open(home, may_create=False)

    assert not (home / "ring").exists()


def test_only_the_owner_reaches_the_ring(ring: LocalKeyRing, home: Path) -> None:
    ring.destroy([_wrap(ring)])

    assert 0o700 == stat.S_IMODE(home.stat().st_mode)
    assert {"ring": 0o600, "ring.lock": 0o600} == {p.name: stat.S_IMODE(p.stat().st_mode) for p in home.iterdir()}


@pytest.mark.parametrize("name", [".", "ring"])
@pytest.mark.parametrize("mode", [0o710, 0o604, 0o640])
def test_a_ring_that_others_can_reach_is_not_used(ring: LocalKeyRing, home: Path, name: str, mode: int) -> None:
    (home / name).chmod(mode | 0o700)

    with pytest.raises(RingBroken, match="other users"):
        _again(home)


def _flipped(position: int) -> Callable[[bytes], bytes]:
    return lambda file: file[:position] + bytes([file[position] ^ 1]) + file[position:][1:]


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "torn early": lambda file: file[:7],
    "torn in the header": lambda file: file[:20],
    "torn": lambda file: file[: len(file) // 2],
    "one byte short": lambda file: file[:-1],
    "one byte long": lambda file: file + b"\0",
    "zeros": lambda file: bytes(len(file)),
    "a digest changed": _flipped(16),
    "a name changed": _flipped(-60),
    "a key changed": _flipped(-1),
    "another version": lambda file: file.replace(b"key ring 1", b"key ring 2"),
    "another thing": lambda _: b"{}",
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_a_damaged_ring_is_an_error_and_stays_what_it_is(
    ring: LocalKeyRing, home: Path, damage: Callable[[bytes], bytes]
) -> None:
    wrapped = _wrap(ring)
    damaged = damage((home / "ring").read_bytes())
    (home / "ring").write_bytes(damaged)

    for use in (
        lambda: LocalKeyRing.open(home, may_create=True),
        lambda: ring.unwrap(wrapped, subject=ANNA),
        lambda: ring.destroy([wrapped]),
        ring.rotate,
    ):
        with pytest.raises(RingBroken):
            use()

    assert damaged == (home / "ring").read_bytes()


def test_a_ring_that_lacks_a_key_is_an_error(home: Path, ring: LocalKeyRing) -> None:
    whole = ring._loaded.edition.contents
    fewer = {name: key for name, key in whole.singles.items() if name != Single.SCOPE}
    with ring._file.locked(exclusive=True):
        ring._file.write(Contents(generations=whole.generations, singles=fewer))

    with pytest.raises(RingBroken, match="lacks a key"):
        _again(home)


def test_a_descriptor_is_held_for_the_present_edition_only(ring: LocalKeyRing) -> None:
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 -- only their number matters

    for _ in range(5):
        ring.rotate()

    assert before == len(os.listdir("/proc/self/fd"))  # noqa: PTH208 -- the same


def test_a_later_ring_never_gets_the_inode_number_of_one_still_in_use(ring: LocalKeyRing, home: Path) -> None:
    for _ in range(5):
        present = _again(home)  # as a reader in another process, which does not look for a while
        inode = (home / "ring").stat().st_ino
        ring.rotate()
        ring.rotate()  # a file system likes to give the number that has just become free

        assert inode != (home / "ring").stat().st_ino
        assert ring.generation == present.generation


def test_a_ring_that_vanished_is_an_error(ring: LocalKeyRing, home: Path) -> None:
    wrapped = _wrap(ring)
    (home / "ring").unlink()

    with pytest.raises(RingBroken, match="gone"):
        ring.unwrap(wrapped, subject=ANNA)
    with pytest.raises(RingBroken, match="gone"):
        ring.destroy([wrapped])


def test_nothing_shows_a_key(ring: LocalKeyRing) -> None:
    contents = ring._loaded.edition.contents

    assert "LocalKeyRing(hidden)" == repr(ring)
    assert "Contents(1 generations)" == repr(contents)
    assert "(Generation(1),)" == repr(contents.generations)


# --- crashes -------------------------------------------------------------------------------


def test_a_write_that_fails_before_the_rename_leaves_the_old_ring(
    ring: LocalKeyRing, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrapped = _wrap(ring)
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
    assert [None] == _again(home).unwrap_many([(wrapped, ANNA)])


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

    ring.destroy([_wrap(ring)])

    assert ["sync file", "rename", "sync directory"] == steps[:3]


def test_the_replaced_ring_and_a_crashed_writes_leftovers_are_overwritten(ring: LocalKeyRing, home: Path) -> None:
    (home / "ring.next").write_bytes(b"secret of a crashed write")
    with (home / "ring").open("rb") as old, (home / "ring.next").open("rb") as leftover:
        ring.destroy([_wrap(ring)])

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
        mine, theirs = _wrap(ring), _wrap(ring)
        assert "done" == other.ask("unwrap", mine)

        ring.destroy([mine])
        assert "destroyed" == other.ask("unwrap", mine)

        assert "done" == other.ask("destroy", theirs)
        assert [None] == ring.unwrap_many([(theirs, ANNA)])


def test_processes_that_destroy_at_once_lose_nothing_of_each_other(ring: LocalKeyRing, home: Path) -> None:
    others = [Other(home) for _ in range(3)]
    blobs = [_wrap(ring) for _ in range(30)]
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
    wrapped = _wrap(ring)

    assert not other.ask("crash", wrapped)

    assert 9 == other.process.wait()
    assert (home / "ring.next").exists()
    assert DATA_KEY == _again(home).unwrap(wrapped, subject=ANNA)
    ring.destroy([wrapped])
    assert not (home / "ring.next").exists()


def test_threads_share_a_ring_while_it_changes(ring: LocalKeyRing) -> None:
    kept, doomed = _wrap(ring), [_wrap(ring) for _ in range(20)]
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


def test_a_new_data_key_is_fresh() -> None:
    assert 32 == len(sealing.new_data_key())
    assert sealing.new_data_key() != sealing.new_data_key()
