"""What a ring remembers is forgotten with a destroyed key: at once by who is asked, at the next look by who is idle."""

import gc
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from uuid import UUID, uuid4

import pytest

from cdp.keys import ring
from cdp.keys.errors import Unreadable
from cdp.keys.ring import LocalKeyRing


class Twice(threading.Event):
    """Lets whoever waits for it go on once, and stops them then."""

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout == 1.0
        before = self.is_set()
        self.set()
        return before


class Rings(NamedTuple):
    """One folder of keys, open twice as two processes have it, with a key that both remember and another one."""

    busy: LocalKeyRing
    idle: LocalKeyRing
    doomed: tuple[bytes, UUID]
    kept: tuple[bytes, UUID]

    def opened(self, by: LocalKeyRing) -> list[bool]:
        return [
            key is not None for key in by.open_many([(each[0], each[1].bytes) for each in (self.doomed, self.kept)])
        ]


@pytest.fixture
def rings(tmp_path: Path) -> Iterator[Rings]:
    busy = LocalKeyRing.open(tmp_path / "keys", may_create=True)
    idle = LocalKeyRing.open(tmp_path / "keys", may_create=False)
    doomed, kept = [(busy.wrap(busy.new_slot(), b"k" * 32, subject=subject), subject) for subject in (uuid4(), uuid4())]
    made = Rings(busy, idle, doomed, kept)
    assert [[True, True]] * 2 == [made.opened(each) for each in (busy, idle)]
    gc.disable()  # what is forgotten is gone at once, not when somebody collects
    yield made
    gc.enable()


def test_a_remembered_key_that_another_process_destroyed_does_not_open_again(rings: Rings) -> None:
    rings.busy.destroy([rings.doomed[0]])

    assert [[False, True]] * 2 == [rings.opened(each) for each in (rings.busy, rings.idle)]


def test_a_remembered_key_of_a_retired_generation_does_not_open_again(rings: Rings) -> None:
    rings.busy.rotate()
    rings.busy.retire(1)

    assert [[False, False]] * 2 == [rings.opened(each) for each in (rings.busy, rings.idle)]


def test_who_destroys_a_key_forgets_at_once_all_that_was_remembered(rings: Rings) -> None:
    memory = weakref.ref(rings.busy._loaded.opened)

    rings.busy.destroy([rings.doomed[0]])

    assert memory() is None


def test_an_idle_process_forgets_at_its_next_look(rings: Rings) -> None:
    memory = weakref.ref(rings.idle._loaded.opened)
    rings.busy.destroy([rings.doomed[0]])
    assert memory() is not None

    rings.idle.keep_present(Twice())

    assert memory() is None
    assert 0 == rings.idle._loaded.opened.cache_info().currsize  # type: ignore[attr-defined]  # a remembering function


def test_a_look_at_a_ring_that_did_not_change_forgets_nothing(rings: Rings) -> None:
    memory = weakref.ref(rings.idle._loaded.opened)

    rings.idle.keep_present(Twice())

    assert memory() is rings.idle._loaded.opened


def test_an_idle_process_outlives_a_ring_that_is_out_of_reach(rings: Rings, tmp_path: Path) -> None:
    (tmp_path / "keys" / "ring").rename(tmp_path / "away")

    rings.idle.keep_present(Twice())
    (tmp_path / "away").rename(tmp_path / "keys" / "ring")

    assert [True, True] == rings.opened(rings.idle)


def named(key: tuple[bytes, UUID]) -> bytes:
    return key[1].bytes + key[0]


def test_a_data_key_of_many_is_remembered_until_any_key_is_destroyed(rings: Rings) -> None:
    asked = [named(rings.doomed), named(rings.kept)]
    both = rings.idle.unwrap_named(asked)
    assert both == rings.idle.unwrap_named(asked)
    assert set(asked) == rings.idle._loaded.unwrapped.keys()

    rings.busy.destroy([rings.doomed[0]])

    assert {rings.kept[1].bytes: b"k" * 32} == rings.idle.unwrap_named(asked)
    assert {asked[1]} == rings.idle._loaded.unwrapped.keys()


def test_an_idle_process_forgets_the_data_keys_of_many_at_its_next_look(rings: Rings) -> None:
    rings.idle.unwrap_named([named(rings.doomed)])
    rings.busy.destroy([rings.doomed[0]])

    rings.idle.keep_present(Twice())

    assert {} == rings.idle._loaded.unwrapped


def test_a_remembered_data_key_opens_for_its_own_subject_alone(rings: Rings) -> None:
    rings.idle.unwrap_named([named(rings.kept)])

    with pytest.raises(Unreadable):
        rings.idle.unwrap_named([rings.doomed[1].bytes + rings.kept[0]])


def test_the_first_data_keys_of_many_are_those_that_are_remembered(
    rings: Rings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ring, "REMEMBERED_BARE", 1)

    assert 2 == len(rings.idle.unwrap_named([named(rings.doomed), named(rings.kept)]))
    assert {named(rings.doomed)} == rings.idle._loaded.unwrapped.keys()


def test_only_so_many_keys_are_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ring, "REMEMBERED", 2)
    keys = LocalKeyRing.open(tmp_path / "keys", may_create=True)
    for subject in (uuid4(), uuid4(), uuid4()):
        keys.open_many([(keys.wrap(keys.new_slot(), b"k" * 32, subject=subject), subject.bytes)])

    assert 2 == keys._loaded.opened.cache_info().currsize  # type: ignore[attr-defined]  # a remembering function


def test_what_is_remembered_is_in_no_text(rings: Rings) -> None:
    rings.idle.unwrap_named([named(rings.kept)])

    assert "k" * 32 not in repr(rings.idle._loaded)
