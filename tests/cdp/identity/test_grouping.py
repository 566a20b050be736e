import numpy as np
import pytest

from cdp.identity import grouping


@pytest.mark.parametrize(
    ("pairs", "groups"),
    [
        pytest.param([], [0, 1, 2, 3, 4], id="nobody joined"),
        pytest.param([(0, 1), (3, 4)], [0, 0, 2, 3, 3], id="two couples"),
        pytest.param([(0, 1), (1, 2), (0, 2)], [0, 0, 0, 3, 4], id="three who are all alike"),
        pytest.param([(0, 1), (2, 3), (1, 2)], [0, 0, 2, 2, 4], id="two couples with one resemblance"),
    ],
)
def test_groups_are_those_of_the_partition(pairs: list[tuple[int, int]], groups: list[int]) -> None:
    weights = np.array([20.0 - place for place in range(len(pairs))])

    assert groups == grouping.group(5, np.array(pairs, dtype=np.int64).reshape(-1, 2), weights).tolist()
