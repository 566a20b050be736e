"""Nobody among fewer than ten is told of, and nobody finds them by subtraction."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp.listening import hiding


def people(first: int, number: int) -> set[UUID]:
    return {UUID(int=first + each) for each in range(number)}


TABLES: dict[str, tuple[dict[str, set[UUID]], set[str]]] = {
    "nobody": ({}, set()),
    "nine": ({"a": people(0, 9)}, set()),
    "ten": ({"a": people(0, 10)}, {"a"}),
    "a small one among large ones takes the smallest along": (
        {"a": people(0, 9), "b": people(20, 12), "c": people(40, 11), "d": people(60, 30)},
        {"b", "d"},
    ),
    "two small ones that are ten together need nobody": (
        {"a": people(0, 9), "b": people(20, 1), "c": people(40, 10)},
        {"c"},
    ),
    "two small ones that are the same people do": (
        {"a": people(0, 9), "b": people(0, 9), "c": people(40, 10)},
        set(),
    ),
    "small ones alone": ({"a": people(0, 9), "b": people(20, 9)}, set()),
    "one who talked to all of them": ({name: people(0, 1) for name in "abcdefghijkl"}, set()),
}


@pytest.mark.parametrize("name", TABLES)
def test_what_may_be_shown(name: str) -> None:
    groups, expected = TABLES[name]

    assert expected == hiding.groups(groups)


@given(st.lists(st.sets(st.integers(0, 60), max_size=25), max_size=8))
def test_neither_a_group_nor_what_a_total_leaves_over_is_under_ten(drawn: list[set[int]]) -> None:
    groups = {str(place): {UUID(int=each) for each in one} for place, one in enumerate(drawn)}

    open_ = hiding.groups(groups)

    hidden = set[UUID]().union(*(each for name, each in groups.items() if name not in open_))
    assert all(len(groups[name]) >= hiding.FLOOR for name in open_)
    assert not open_ or not hidden or len(hidden) >= hiding.FLOOR


@pytest.mark.parametrize(
    ("among", "found", "expected"),
    [(9, 0, None), (9, 9, None), (10, 0, 0), (10, 1, None), (30, 9, None), (30, 10, 10), (10, 10, 10)],
)
def test_a_count_of_people_is_shown_from_ten_on(among: int, found: int, expected: int | None) -> None:
    assert expected == hiding.count(found, among=among)
