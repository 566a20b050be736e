"""Ids and keys that are made many at a time are those that are made one by one."""

from pathlib import Path
from uuid import UUID

from cdp import ids
from cdp.keys import wrapping
from cdp.keys.ring import LocalKeyRing
from cdp.keys.sealing import KEY_BYTES, new_data_keys
from cdp.keys.tree import SLOT_BITS

MANY = 200


def test_row_ids_are_of_version_7_and_each_another_one_of_this_moment() -> None:
    made = [UUID(bytes=each) for each in ids.rows(MANY)]

    assert {7} == {each.version for each in made}
    assert {ids.row().variant} == {each.variant for each in made}
    assert MANY == len(set(made))
    assert all(abs((each.int >> 80) - (ids.row().int >> 80)) < 60_000 for each in made)


def test_every_data_key_is_another_one_of_full_length() -> None:
    made = new_data_keys(MANY)

    assert {KEY_BYTES} == {len(each) for each in made}
    assert MANY == len(set(made))


def test_what_is_wrapped_together_opens_alone_and_each_dies_by_itself(tmp_path: Path) -> None:
    ring = LocalKeyRing.open(tmp_path, may_create=True)
    keys, subjects = new_data_keys(MANY), ids.rows(MANY)

    wrapped = ring.wrap_new(list(zip(keys, subjects, strict=True)))
    ring.destroy(wrapped[:1])

    slots = {wrapping.address(each).slot for each in wrapped}
    named = [(each, UUID(bytes=subject)) for each, subject in zip(wrapped, subjects, strict=True)]
    assert MANY == len(slots)
    assert max(slots) < 2**SLOT_BITS
    assert [None, *keys[1:]] == ring.unwrap_many(named)


def test_none_are_made_of_none(tmp_path: Path) -> None:
    ring = LocalKeyRing.open(tmp_path, may_create=True)

    assert ([], [], []) == (ids.rows(0), new_data_keys(0), ring.wrap_new([]))
