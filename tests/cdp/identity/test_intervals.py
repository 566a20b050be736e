import numpy as np
import pytest

from cdp.identity import intervals
from cdp.identity.intervals import Matches


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [(1000, 1000, 0.9962, 1.0), (0, 10, 0.0, 0.2775), (50, 100, 0.4038, 0.5962), (0, 0, 0.0, 1.0)],
)
def test_a_share_has_the_interval_of_wilson(part: int, whole: int, low: float, high: float) -> None:
    found = intervals.share(part, whole)

    assert (low, high) == pytest.approx((found.low, found.high), abs=1e-4)


def test_f1_lies_in_its_interval_which_more_people_make_narrower() -> None:
    def measured(times: int) -> intervals.Measured:
        right, missed, wrong = (np.tile(np.array(each, dtype=float), times) for each in ([3, 1], [0, 2], [1, 0]))
        return intervals.f1(Matches(right, missed, wrong))

    few, many = measured(10), measured(1000)

    assert few.value == many.value == pytest.approx(8 / 11)
    assert few.low < many.low < many.value < many.high < few.high


@pytest.mark.parametrize(("people", "low"), [(5, 0.5655), (5000, 0.9992)])
def test_whoever_finds_all_and_nothing_else_may_have_been_lucky(people: int, low: float) -> None:
    found = intervals.f1(Matches(np.ones(people), np.zeros(people), np.zeros(people)))

    assert (1.0, low, 1.0) == pytest.approx(found, abs=1e-4)


def test_where_there_is_nothing_to_find_f1_says_nothing() -> None:
    assert (0.0, 0.0, 1.0) == intervals.f1(Matches(*np.zeros((3, 4))))
    assert (0.0, 0.0, 1.0) == intervals.f1(Matches(*np.zeros((3, 0))))
