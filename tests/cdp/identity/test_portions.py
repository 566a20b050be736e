"""Whom one transaction writes about: everybody once, with all pairs that they are part of."""

import random
from collections import Counter
from itertools import pairwise

from cdp.identity.portions import FEW, MANY, portions
from cdp.identity.weighing import PairColumns

PEOPLE = 3 * MANY


def _drawn(count: int) -> set[tuple[int, int]]:
    drawn = random.Random(3)  # noqa: S311  # the same pairs in every run
    pairs = {tuple(sorted(drawn.sample(range(PEOPLE // 2), 2))) for _ in range(count)}
    return {(one, other) for one, other in pairs}


def test_everybody_is_in_one_portion_with_all_their_pairs() -> None:
    pairs = _drawn(900)

    found = list(portions(PEOPLE, PairColumns.of((one, other, 3) for one, other in pairs)))

    assert {1} == set(Counter(place for each in found for place in each.places.tolist()).values())
    assert PEOPLE == sum(len(each.places) for each in found)
    for each in found:
        here = set(each.places.tolist())
        told = list(zip(each.pairs.ones.tolist(), each.pairs.others.tolist(), strict=True))
        assert len(told) == len(set(told))
        assert set(told) == {pair for pair in pairs if not here.isdisjoint(pair)}


def test_no_portion_is_larger_than_a_transaction_may_be() -> None:
    found = list(portions(PEOPLE, PairColumns.of((one, other, 3) for one, other in _drawn(900))))

    assert FEW == max(len(each.places) for each in found if len(each.pairs.ones))
    assert MANY == max(len(each.places) for each in found if not len(each.pairs.ones))


def test_who_belongs_together_is_written_together() -> None:
    pairs = PairColumns.of((place, place + PEOPLE // 2, 3) for place in range(0, FEW * 3, 2))

    found = [each for each in portions(PEOPLE, pairs) if len(each.pairs.ones)]

    assert len(pairs.ones) == sum(len(each.pairs.ones) for each in found)


def test_a_long_chain_of_people_lies_together() -> None:
    people = random.Random(3).sample(range(PEOPLE), FEW * 10)  # noqa: S311  # the same chains in every run
    chains = [people[start : start + FEW // 2] for start in range(0, len(people), FEW // 2)]
    pairs = PairColumns.of((min(pair), max(pair), 3) for chain in chains for pair in pairwise(chain))

    found = [set(each.places.tolist()) for each in portions(PEOPLE, pairs) if len(each.pairs.ones)]

    assert [] == [chain for chain in chains if not any(each.issuperset(chain) for each in found)]


def test_of_nobody_there_is_no_portion() -> None:
    assert [] == list(portions(0, PairColumns.of([])))
