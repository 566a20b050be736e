"""Who is one person by which bonds: cases, and what holds for every set of them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdp.identity.partition import Bond, BondTier, Limit, Limits, Pair, Partition, Subject, partition
from consent.types import CUSTOMER_SOURCE

SHOP, BANK = UUID(int=100), UUID(int=200)
FEW = Limits(subjects=4, identifiers={"email": 2})


def subject(number: int, source: UUID = SHOP, **more: Any) -> Subject:
    return Subject(UUID(int=number), source, **more)


def own(number: int) -> Subject:
    return Subject(UUID(int=number), CUSTOMER_SOURCE, is_own=True)


def bond(one: int, other: int, tier: BondTier = BondTier.VERIFIED, weight: float = 0, **more: Any) -> Bond:
    reaches = more.pop("reaches", tier is not BondTier.POSSIBLE)
    return Bond(UUID(int=one), UUID(int=other), tier, weight, reaches, **more)


def apart(one: int, other: int) -> Pair:
    return frozenset((UUID(int=one), UUID(int=other)))


def groups(found: Partition) -> list[list[int]]:
    return sorted(sorted(each.int for each in group) for group in found.groups)


STRONG, POSSIBLE, CUSTOMER, DEVICE = BondTier.STRONG, BondTier.POSSIBLE, BondTier.CUSTOMER, BondTier.DEVICE
CASES: dict[str, tuple[list[Subject], list[Bond], list[Pair], list[list[int]]]] = {
    "a verified bond joins": ([subject(1), subject(2, BANK)], [bond(1, 2)], [], [[1, 2]]),
    "a possible bond never joins": ([subject(1), subject(2, BANK)], [bond(1, 2, POSSIBLE, 99)], [], [[1], [2]]),
    "two who are two people stay two": ([subject(1), subject(2, BANK)], [bond(1, 2)], [apart(1, 2)], [[1], [2]]),
    "two people are not one by way of a third": (
        [subject(1), subject(2, BANK), subject(3, UUID(int=300))],
        [bond(1, 2), bond(2, 3)],
        [apart(1, 3)],
        [[1, 2], [3]],
    ),
    "two numbers of one source are two people": ([subject(1), subject(2)], [bond(1, 2)], [], [[1], [2]]),
    "two numbers of one source that are alike are one": ([subject(1), subject(2)], [bond(1, 2, STRONG)], [], [[1, 2]]),
    "likeness never leads into a claimed dossier": (
        [own(1), subject(2), subject(3)],
        [bond(1, 2), bond(2, 3, STRONG)],
        [],
        [[1, 2], [3]],
    ),
    "the customer's word leads into a claimed dossier": (
        [own(1), subject(2), subject(3)],
        [bond(1, 2), bond(1, 3, CUSTOMER)],
        [],
        [[1, 2, 3]],
    ),
    "two claimed dossiers stay two": ([own(1), own(2)], [bond(1, 2, CUSTOMER)], [], [[1], [2]]),
    "one resemblance does not lead into a group of two": (
        [subject(1), subject(2), subject(3)],
        [bond(1, 2, STRONG, 30), bond(2, 3, STRONG, 20)],
        [],
        [[1, 2], [3]],
    ),
    "more than half of the pairs do": (
        [subject(1), subject(2), subject(3), subject(4)],
        [
            bond(1, 2, STRONG, 30), bond(1, 3, STRONG, 29), bond(2, 3, STRONG, 28), bond(3, 4, STRONG, 20),
            bond(2, 4, POSSIBLE, 15, reaches=True),
        ],
        [],
        [[1, 2, 3, 4]],
    ),
    "a device goes with its user": (
        [own(1), subject(2), subject(3, has_number=False)],
        [bond(1, 2), bond(2, 3, DEVICE)],
        [],
        [[1, 2, 3]],
    ),
    "what hangs on somebody parted goes along": (
        [own(1), subject(2), subject(3, has_number=False)],
        [bond(1, 2), bond(2, 3, DEVICE)],
        [apart(1, 2)],
        [[1], [2, 3]],
    ),
    "what has a bond of its own stays": (
        [own(1), subject(2), subject(3, BANK)],
        [bond(1, 2), bond(2, 3), bond(1, 3)],
        [apart(1, 2)],
        [[1, 3], [2]],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_who_is_one_person(case: str) -> None:
    subjects, bonds, cannot_links, expected = CASES[case]

    assert expected == groups(partition(subjects, bonds, cannot_links))


def crowd(size: int, **more: Any) -> tuple[list[Subject], list[Bond]]:
    subjects = [subject(n, UUID(int=1000 + n), **more) for n in range(1, size + 1)]
    return subjects, [bond(1, n) for n in range(2, size + 1)]


def test_a_dossier_that_is_full_takes_nobody_in_by_itself() -> None:
    found = partition(*crowd(5), [], limits=FEW)

    assert [[1, 2, 3, 4], [5]] == groups(found)
    assert {apart(1, 5): Limit.SUBJECTS} == found.stopped


def test_an_operator_may_let_it_take_one_more() -> None:
    subjects, bonds = crowd(5)

    found = partition(subjects, [*bonds[:3], bond(1, 5, is_accepted=True)], [], limits=FEW)

    assert [[1, 2, 3, 4, 5]] == groups(found)
    assert {} == found.stopped


def test_devices_do_not_fill_a_dossier() -> None:
    subjects, bonds = crowd(4)
    devices = [subject(n, has_number=False) for n in range(11, 15)]

    found = partition(
        [*subjects, *devices], [*bonds, *(bond(1, each.id.int, DEVICE) for each in devices)], [], limits=FEW
    )

    assert 1 == len(found.groups)


def test_a_dossier_with_too_many_addresses_takes_nobody_in_by_itself() -> None:
    subjects = [subject(n, UUID(int=n), identifiers=frozenset({("email", str(n))})) for n in (1, 2, 3)]

    found = partition(subjects, [bond(1, 2), bond(1, 3)], [], limits=FEW)

    assert [[1, 2], [3]] == groups(found)
    assert {apart(1, 3): Limit.IDENTIFIERS} == found.stopped


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Subject], list[Bond], list[Pair]]:
    size = draw(st.integers(2, 9))
    numbers = st.integers(1, size)
    pairs = st.tuples(numbers, numbers).filter(lambda pair: pair[0] < pair[1])
    subjects = [
        own(n) if kind == 0 else subject(n, (SHOP, BANK)[kind % 2], has_number=kind < 4)
        for n, kind in enumerate(draw(st.lists(st.integers(0, 5), min_size=size, max_size=size)), start=1)
    ]
    tiers, weights = st.sampled_from(BondTier), st.integers(0, 30).map(float)
    bonds = draw(st.lists(st.builds(lambda p, t, w: bond(p[0], p[1], t, w), pairs, tiers, weights), max_size=20))
    return subjects, bonds, [apart(*pair) for pair in draw(st.lists(pairs, max_size=4))]


@given(worlds(), st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None)
def test_any_order_of_arrival_gives_the_same_groups(
    world: tuple[list[Subject], list[Bond], list[Pair]], random: Any
) -> None:
    shuffled: list[Sequence[Any]] = [random.sample(each, len(each)) for each in world]

    assert partition(*world, limits=FEW) == partition(*shuffled, limits=FEW)


@given(worlds())
@settings(max_examples=200, deadline=None)
def test_no_group_holds_two_who_were_said_to_be_two_people(
    world: tuple[list[Subject], list[Bond], list[Pair]],
) -> None:
    subjects, bonds, cannot_links = world

    found = partition(subjects, bonds, cannot_links, limits=FEW)

    assert [] == [pair for pair in cannot_links if any(pair <= group for group in found.groups)]
    assert sorted(each.id for each in subjects) == sorted(each for group in found.groups for each in group)


@given(worlds())
@settings(max_examples=200, deadline=None)
def test_likeness_changes_nothing_in_a_claimed_dossier(world: tuple[list[Subject], list[Bond], list[Pair]]) -> None:
    subjects, bonds, cannot_links = world
    claimed = {each.id for each in subjects if each.is_own}

    alike = partition(subjects, bonds, cannot_links).groups
    without = partition(subjects, [each for each in bonds if each.is_hard], cannot_links).groups

    assert {group for group in without if group & claimed} == {group for group in alike if group & claimed}


@given(worlds(), st.integers(1, 9), st.integers(1, 9), st.sampled_from(BondTier))
@settings(max_examples=200, deadline=None)
def test_a_bond_that_is_revoked_leaves_the_groups_of_before(
    world: tuple[list[Subject], list[Bond], list[Pair]], one: int, other: int, tier: BondTier
) -> None:
    subjects, bonds, cannot_links = world
    added = bond(one, other, tier, 31)  # heavier than any of the others
    before = partition(subjects, bonds, cannot_links)

    with_it = [added, *bonds]
    revoked = [each for each in reversed(with_it) if each != added]

    assert before == partition(subjects, revoked, cannot_links)
