"""What commands print while somebody waits."""

import re

import pytest

from cdp.cli import terminal


def test_a_bar_whose_end_is_estimated_anew_each_time_shows_the_rate(capsys: pytest.CaptureFixture[str]) -> None:
    with terminal.progress("importing", None) as tell:
        for done, of in ((500, 800), (1_000, 1_000), (1_500, 1_900), (1_950, 1_950)):
            tell(done, of)

    assert re.search(r"importing .* 1950/1950 [\d,]+/s 00:00", capsys.readouterr().err)


def test_a_bar_that_is_under_way_shows_the_rate_and_the_time_left(capsys: pytest.CaptureFixture[str]) -> None:
    with terminal.progress("importing", None) as tell:
        for done in range(500, 2_000, 500):
            tell(done, 4_000 + done)

    assert re.search(r"importing .* 1500/5500 [\d,]+/s \d\d:\d\d", capsys.readouterr().err)
