import os
import stat
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdp.keys import sealing, wrapping
from cdp.keys.errors import KeyDestroyed, RingBroken, Unreadable
from cdp.keys.ring import KeyProvider, LocalKeyRing, Single
from cdp.keys.ring_file import Contents
from tests.cdp.keys.rings import ANNA, BO, DATA_KEY, again, wrap

# --- wrapping ------------------------------------------------------------------------------


@given(st.binary(min_size=32, max_size=32), st.uuids(), st.integers(0, 2**56 - 1))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_what_was_wrapped_unwraps(ring: LocalKeyRing, data_key: bytes, subject: UUID, slot: int) -> None:
    provider: KeyProvider = ring

    wrapped = provider.wrap(slot, data_key, subject=subject)

    assert data_key == provider.unwrap(wrapped, subject=subject)
    assert (ring.generation, slot) == wrapping.address(wrapped)


def test_a_wrapped_key_serves_no_other_subject(ring: LocalKeyRing) -> None:
    wrapped = wrap(ring, ANNA)

    with pytest.raises(Unreadable):
        ring.unwrap(wrapped, subject=BO)


@pytest.mark.parametrize("position", range(wrapping.WRAPPED_BYTES))
def test_a_wrapped_key_changed_anywhere_does_not_open(ring: LocalKeyRing, position: int) -> None:
    wrapped = bytearray(wrap(ring))
    wrapped[position] ^= 1

    with pytest.raises((Unreadable, RingBroken, KeyDestroyed)):
        ring.unwrap(bytes(wrapped), subject=ANNA)


@pytest.mark.parametrize("cut", [0, 1, 11, 12, 24, 71, 73])
def test_a_wrapped_key_of_another_length_is_unreadable(ring: LocalKeyRing, cut: int) -> None:
    wrapped = (wrap(ring) + b"x")[:cut]

    with pytest.raises(Unreadable):
        ring.unwrap(wrapped, subject=ANNA)


def test_another_ring_does_not_open_it(ring: LocalKeyRing, tmp_path: Path) -> None:
    other = LocalKeyRing.open(tmp_path / "other", may_create=True)

    with pytest.raises(Unreadable):
        other.unwrap(wrap(ring), subject=ANNA)


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_only_an_aes_256_key_is_wrapped(ring: LocalKeyRing, length: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        ring.wrap(1, bytes(length), subject=ANNA)


# --- destroying ----------------------------------------------------------------------------


def test_a_destroyed_key_is_gone_and_its_neighbours_stay(ring: LocalKeyRing, home: Path) -> None:
    gone, stays = wrap(ring, ANNA), wrap(ring, BO)

    ring.destroy([gone])

    for each in (ring, again(home)):
        with pytest.raises(KeyDestroyed):
            each.unwrap(gone, subject=ANNA)
        assert [None, DATA_KEY] == each.unwrap_many([(gone, ANNA), (stays, BO)])


def test_nothing_new_is_wrapped_in_a_destroyed_slot(ring: LocalKeyRing) -> None:
    gone = wrap(ring)
    ring.destroy([gone])

    with pytest.raises(KeyDestroyed):
        ring.wrap(wrapping.address(gone).slot, DATA_KEY, subject=ANNA)


def test_destroying_twice_changes_nothing(ring: LocalKeyRing, home: Path) -> None:
    gone = wrap(ring)
    ring.destroy([gone])
    before = (home / "ring").read_bytes()

    ring.destroy([gone, gone])
    ring.destroy([])

    assert before == (home / "ring").read_bytes()


def test_destroying_reaches_every_generation_under_which_the_key_was_wrapped(ring: LocalKeyRing) -> None:
    old = wrap(ring)
    ring.rotate()
    new = ring.rewrap(old, subject=ANNA)

    ring.destroy([new])  # the old one may still lie in a backup

    assert [None, None] == ring.unwrap_many([(old, ANNA), (new, ANNA)])


def test_destroying_what_this_ring_cannot_know_is_an_error_and_not_a_success(ring: LocalKeyRing) -> None:
    wrapped = bytearray(wrap(ring))
    wrapped[4] += 1  # a later generation: this ring is an old copy

    with pytest.raises(RingBroken, match="older than the data"):
        ring.destroy([bytes(wrapped)])
    with pytest.raises(Unreadable):
        ring.destroy([b""])


# --- generations ---------------------------------------------------------------------------


def test_rotation_wraps_anew_and_still_unwraps_the_old(ring: LocalKeyRing) -> None:
    old = wrap(ring)

    assert 2 == ring.rotate()

    assert DATA_KEY == ring.unwrap(old, subject=ANNA)
    new = ring.rewrap(old, subject=ANNA)
    assert (2, wrapping.address(old).slot) == wrapping.address(new)
    assert DATA_KEY == ring.unwrap(new, subject=ANNA)


def test_a_retired_generation_opens_nothing_any_more(ring: LocalKeyRing, home: Path) -> None:
    old = wrap(ring)
    ring.rotate()
    new = ring.rewrap(old, subject=ANNA)

    ring.retire(1)
    ring.retire(1)

    assert (2,) == again(home).generations
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
    ring.destroy([wrap(ring)])

    assert 0o700 == stat.S_IMODE(home.stat().st_mode)
    assert {"ring": 0o600, "ring.lock": 0o600} == {p.name: stat.S_IMODE(p.stat().st_mode) for p in home.iterdir()}


@pytest.mark.parametrize("name", [".", "ring"])
@pytest.mark.parametrize("mode", [0o710, 0o604, 0o640])
def test_a_ring_that_others_can_reach_is_not_used(ring: LocalKeyRing, home: Path, name: str, mode: int) -> None:
    (home / name).chmod(mode | 0o700)

    with pytest.raises(RingBroken, match="other users"):
        again(home)


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
    wrapped = wrap(ring)
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
        again(home)


def test_a_descriptor_is_held_for_the_present_edition_only(ring: LocalKeyRing) -> None:
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 -- only their number matters

    for _ in range(5):
        ring.rotate()

    assert before == len(os.listdir("/proc/self/fd"))  # noqa: PTH208 -- only their number, again


def test_a_later_ring_never_gets_the_inode_number_of_one_still_in_use(ring: LocalKeyRing, home: Path) -> None:
    for _ in range(5):
        present = again(home)  # as a reader in another process, which does not look for a while
        inode = (home / "ring").stat().st_ino
        ring.rotate()
        ring.rotate()  # a file system likes to give the number that has just become free

        assert inode != (home / "ring").stat().st_ino
        assert ring.generation == present.generation


def test_a_ring_that_vanished_is_an_error(ring: LocalKeyRing, home: Path) -> None:
    wrapped = wrap(ring)
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


def test_a_new_data_key_is_fresh() -> None:
    assert 32 == len(sealing.new_data_key())
    assert sealing.new_data_key() != sealing.new_data_key()
