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


def test_whoever_finds_all_and_nothing_else_has_no_doubt() -> None:
    assert (1.0, 1.0, 1.0) == intervals.f1(Matches(np.ones(5), np.zeros(5), np.zeros(5)))
