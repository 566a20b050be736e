"""What expressions take together: counted by the processor's time, and given back with time."""

import itertools
from uuid import uuid4

import pytest

from cdp.expressions import expression, spending, vocabulary
from cdp.expressions.spending import Allowances, ExpressionsBusy, Spending

YES = expression.compiled("record.kind == 'interaction'", vocabulary.of_records())
VALUES = {"record": {"kind": "interaction"}}


def test_spending_is_over_once_the_processor_gave_what_there_was() -> None:
    ticks = itertools.count()
    spent = Spending(2.0, used=lambda: float(next(ticks)))  # each expression takes one second

    assert spent.holds(YES, VALUES)
    assert not spent.is_over
    assert spent.holds(YES, VALUES)
    assert spent.is_over


def test_an_organization_that_used_everything_waits_until_some_is_back_and_keeps_no_other_waiting() -> None:
    now = 1_000.0
    allowances, greedy, other = Allowances(clock=lambda: now), uuid4(), uuid4()
    allowances.of(greedy).left -= spending.AT_ONCE + 1

    with pytest.raises(ExpressionsBusy) as busy:
        allowances.of(greedy)

    assert busy.value.seconds * spending.SHARE >= 1
    assert spending.AT_ONCE == allowances.of(other).left
    now += busy.value.seconds + 1
    assert 0 < allowances.of(greedy).left <= spending.AT_ONCE


def test_calls_at_the_same_time_draw_on_the_same() -> None:
    allowances, organization = Allowances(clock=lambda: 0.0), uuid4()
    first, second = allowances.of(organization), allowances.of(organization)

    first.left -= spending.AT_ONCE

    assert second.is_over


def test_only_those_who_owe_something_are_remembered_when_there_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spending, "MOST_REMEMBERED", 3)
    allowances, owing = Allowances(clock=lambda: 0.0), uuid4()
    allowances.of(owing).left -= spending.AT_ONCE + 1

    for _ in range(5):
        allowances.of(uuid4())

    with pytest.raises(ExpressionsBusy):
        allowances.of(owing)
