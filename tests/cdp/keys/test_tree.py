import timeit
from functools import partial
from hashlib import sha256
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp.keys import tree
from cdp.keys.errors import KeyDestroyed

slots = st.integers(0, tree.SLOTS - 1)
# Neighbours share long prefixes, where puncturing is easiest to get wrong.
crowded = st.lists(st.one_of(slots, st.integers(0, 40), st.integers(2**40, 2**40 + 600)), min_size=1, max_size=12)


def _reference(root: bytes, slot: int) -> bytes:
    """Follow the definition step by step, without caches or live nodes."""
    node = root
    for depth in range(1, 15):
        kind = b"cdp ggm leaf" if depth == 14 else b"cdp ggm node"
        node = sha256(node + kind + bytes([1, depth, (slot >> (56 - 4 * depth)) & 15])).digest()
    return node


def _is_destroyed(grown: tree.Tree, slot: int) -> bool:
    try:
        grown.derive(slot)
    except KeyDestroyed:
        return True
    return False


@given(st.binary(min_size=32, max_size=32), st.lists(slots, max_size=5))
def test_a_leaf_is_what_the_definition_says(root: bytes, wanted: list[int]) -> None:
    grown = tree.Tree({0: root})

    assert [_reference(root, slot) for slot in wanted] == [grown.derive(slot) for slot in wanted]


def test_the_construction_never_changes() -> None:
    grown = tree.Tree({0: bytes(32)})

    assert "d5f8b72759b7c7c1" == grown.derive(0x0123456789ABCD).hex()[:16]


@given(punctured=crowded, others=crowded)
def test_puncturing_destroys_these_leaves_and_leaves_all_others_what_they_were(
    punctured: list[int], others: list[int]
) -> None:
    whole = tree.Tree.grow()
    grown = whole.copy()
    for slot in punctured + others:
        grown.derive(slot)  # fill the caches with what must die

    assert len(set(punctured)) == grown.puncture_many(punctured)

    assert all(_is_destroyed(grown, slot) for slot in punctured)
    kept = set(others) - set(punctured)
    assert {slot: whole.derive(slot) for slot in kept} == {slot: grown.derive(slot) for slot in kept}


@given(crowded)
def test_the_order_and_the_batching_of_punctures_do_not_matter(punctured: list[int]) -> None:
    whole = tree.Tree.grow()
    together, one_by_one = whole.copy(), whole.copy()

    together.puncture_many(punctured)
    for slot in reversed(punctured):
        one_by_one.puncture(slot)

    assert together._live == one_by_one._live


@given(crowded)
def test_a_punctured_tree_survives_its_bytes(punctured: list[int]) -> None:
    grown = tree.Tree.grow()
    grown.puncture_many(punctured)

    assert grown._live == tree.Tree.from_bytes(grown.to_bytes())._live


@pytest.mark.parametrize("neighbours", [[], [5], [4, 6, 5 << 20]])
def test_after_a_puncture_no_kept_node_leads_to_the_leaf(neighbours: list[int]) -> None:
    grown = tree.Tree.grow()
    grown.puncture_many(neighbours)
    slot = 7
    grown.derive(slot)
    path = [tree.node_id(depth, slot) for depth in range(15)]

    grown.puncture(slot)

    assert [] == [number for number in path if number in grown._live]
    assert 0 == grown._deep.cache_info().currsize
    with pytest.raises(KeyDestroyed):
        grown._deep(slot >> 3 * tree.NIBBLE)


def test_slots_that_were_drawn_together_have_the_way_down_in_common() -> None:
    grown = tree.Tree.grow()

    leaves = {grown.derive(slot) for slot in tree.random_slots(5000)}

    assert 5000 == len(leaves)
    assert 2 == grown._deep.cache_info().currsize


@pytest.mark.parametrize("punctured", [0, 1, 17, 300])
def test_neighbours_of_destroyed_slots_are_derived_from_what_is_left(punctured: int) -> None:
    whole = tree.Tree.grow()
    grown, drawn = whole.copy(), tree.random_slots(400)

    grown.puncture_many(drawn[:punctured])

    assert all(_is_destroyed(grown, slot) for slot in drawn[:punctured])
    assert [whole.derive(slot) for slot in drawn[punctured:]] == [grown.derive(slot) for slot in drawn[punctured:]]
    assert len(grown) <= 15 * 11 + 45 * max(1, punctured)  # far from the 210 of each that stands alone


def test_a_second_puncture_changes_nothing() -> None:
    grown = tree.Tree.grow()

    assert grown.puncture(3)
    before = grown.to_bytes()

    assert not grown.puncture(3)
    assert before == grown.to_bytes()


def test_one_puncture_costs_fifteen_nodes_a_level() -> None:
    grown = tree.Tree.grow()

    grown.puncture(tree.random_slot())

    assert 15 * 14 == len(grown)


@pytest.mark.parametrize("slot", [-1, tree.SLOTS, tree.SLOTS + 5])
def test_a_number_outside_the_tree_is_no_slot(slot: int) -> None:
    grown = tree.Tree.grow()

    with pytest.raises(ValueError, match="56 bits"):
        grown.derive(slot)
    with pytest.raises(ValueError, match="56 bits"):
        grown.puncture(slot)


def test_a_tree_does_not_show_its_keys() -> None:
    grown = tree.Tree({0: b"k" * 32})

    assert "Tree(1 live nodes)" == repr(grown)


def test_random_slots_are_slots() -> None:
    drawn = {tree.random_slot() for _ in range(1000)}

    assert 1000 == len(drawn)
    assert all(0 <= slot < tree.SLOTS for slot in drawn)


@pytest.mark.parametrize("count", [0, 1, 4096, 4097])
def test_slots_drawn_together_are_different_slots_anywhere(count: int) -> None:
    once, again = tree.random_slots(count), tree.random_slots(count)

    assert count == len(set(once)) == len(once)
    assert all(0 <= slot < tree.SLOTS for slot in once)
    assert set(once).isdisjoint(again)


def test_where_slots_drawn_together_begin_is_as_random_as_one_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "random_slot", lambda: 0xABCDEF01234FFE)  # two before the end of its block

    assert [0xABCDEF01234FFE, 0xABCDEF01234FFF, 0xABCDEF01234000] == tree.random_slots(3)


def test_deriving_where_prefixes_are_shared_costs_less_than_the_whole_path() -> None:
    grown = tree.Tree.grow()
    near, root = iter(range(10**6)), bytes(32)
    grown.derive(0)

    took = partial(timeit.repeat, timer=process_time, number=2000, repeat=5)  # what others do meanwhile does not count
    warm = min(took(lambda: grown.derive(next(near))))
    whole = min(took(lambda: _reference(root, 77)))

    assert warm < 0.7 * whole
