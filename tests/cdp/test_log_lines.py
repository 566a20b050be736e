"""A line of the log is a JSON document that says when it was written, to the second."""

import json
from datetime import UTC, datetime

import pytest

from cdp import clock
from cdp.log_lines import line


def test_a_line_says_first_when_it_was_written(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = [datetime(2026, 3, 29, 0, 59, 59, 999_999, UTC), datetime(2026, 3, 29, 1, 0, 0, 1, UTC)]
    monkeypatch.setattr(clock, "now", lambda: moments.pop(0))

    lines = [line("job", job="mail", count=2) for _ in range(2)]

    assert [
        '{"time":"2026-03-29T00:59:59Z","event":"job","job":"mail","count":2}',
        '{"time":"2026-03-29T01:00:00Z","event":"job","job":"mail","count":2}',
    ] == lines


def test_what_would_break_a_line_is_written_out() -> None:
    told = line("error", type="a\nb\u2028", at=["x.py:1"])

    assert "\n" not in told
    assert ["a\nb\u2028", ["x.py:1"]] == [json.loads(told)[name] for name in ("type", "at")]
