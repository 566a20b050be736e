"""Shares and scores have the intervals that their sources give."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp.listening import statistics

WILSON = {  # worked out by Newcombe (1998, Statistics in Medicine 17: 857-872), table I, method 3
    (81, 263): (0.2553, 0.3662),
    (15, 148): (0.0624, 0.1605),
    (0, 20): (0.0, 0.1611),
    (1, 29): (0.0061, 0.1718),
    (29, 29): (0.8830, 1.0),
}


@pytest.mark.parametrize(("yes", "answers"), WILSON)
def test_a_share_has_wilsons_interval(yes: int, answers: int) -> None:
    found = statistics.share(yes, answers)

    assert pytest.approx(WILSON[yes, answers], abs=5e-5) == (found.low, found.high)
    assert pytest.approx(yes / answers) == found.value


def test_a_score_is_promoters_minus_detractors() -> None:
    found = statistics.score([10, 9, 9, 8, 7, 6, 0, 10, 10, 3])

    assert (20.0, 10) == (found.value, found.answers)
    assert pytest.approx((0.5, 0.2, 0.3)) == (found.promoters, found.passives, found.detractors)


def test_a_score_has_the_adjusted_wald_interval() -> None:
    # 20 promoters, 12 passives, 8 detractors: (20.75 - 8.75) / 43 = 0.27907, and a standard error of 0.11892
    found = statistics.score([10] * 20 + [7] * 12 + [0] * 8)

    assert pytest.approx((30.0, 4.598, 51.216), abs=5e-4) == (found.value, found.low, found.high)


@given(st.lists(st.integers(0, 10), min_size=1, max_size=200))
def test_a_score_lies_within_its_bounds(marks: list[int]) -> None:
    found = statistics.score(marks)

    assert -100 <= found.low < found.high <= 100
    assert -100 <= found.value <= 100
    assert pytest.approx(1.0) == found.promoters + found.passives + found.detractors


@given(st.integers(1, 500), st.data())
def test_a_share_lies_within_its_bounds(answers: int, data: st.DataObject) -> None:
    found = statistics.share(data.draw(st.integers(0, answers)), answers)

    assert 0 <= found.low <= found.value <= found.high <= 1
