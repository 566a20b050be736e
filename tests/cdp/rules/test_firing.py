"""Asking rules about records: all of them, or as many as there is time for, and the rest is told."""

import itertools
from datetime import UTC, datetime
from uuid import UUID, uuid4

from cdp.expressions.spending import Spending
from cdp.rules import firing
from cdp.rules.arrivals import Arrival, Due
from cdp.rules.firing import Case
from cdp.rules.seeing import Seen

NOW = datetime(2026, 11, 22, tzinfo=UTC)
WHAT = "interaction/meter-reading"


def due(expression: str) -> Due:
    return Due(uuid4(), "advice", "client", uuid4(), "rule", [WHAT], expression, "service", ["email"], "human", [1])


def arrival() -> Arrival:
    return Arrival(uuid4(), uuid4(), WHAT, NOW, uuid4())


def ticking(seconds: float) -> Spending:
    """Return so much, of which every expression takes one second."""
    ticks = itertools.count()
    return Spending(seconds, used=lambda: float(next(ticks)))


def names(cases: list[Case]) -> list[tuple[UUID, list[UUID]]]:
    return [(each.arrival.record, [rule.rule for rule in each.rules]) for each in cases]


def test_every_rule_is_asked_about_every_record_that_was_seen() -> None:
    yes, no = due("record.value == 0"), due("record.value == 1")
    cases = [Case(arrival(), [yes, no]) for _ in range(3)]
    seen = [Seen(0, {"value": 0}), Seen(2, {"value": 1})]

    hits, left = firing.judged(cases, seen, ticking(100), at=NOW)

    assert [(cases[0].arrival, yes.rule), (cases[2].arrival, no.rule)] == [
        (each.arrival, each.due.rule) for each in hits
    ]
    assert [] == left


def test_what_there_is_no_time_for_is_left_rule_by_rule() -> None:
    first, second = due("record.value == 0"), due("true")
    cases = [Case(arrival(), [first, second]) for _ in range(2)]

    hits, left = firing.judged(cases, [Seen(0, {"value": 0}), Seen(1, {"value": 0})], ticking(1), at=NOW)

    assert [first.rule] == [each.due.rule for each in hits]
    assert [(cases[0].arrival.record, [second.rule]), (cases[1].arrival.record, [first.rule, second.rule])] == names(
        left
    )


def test_a_rule_that_this_release_refuses_says_nothing() -> None:
    cases = [Case(arrival(), [due("record.kindd"), due("true")])]

    hits, left = firing.judged(cases, [Seen(0, {"value": 0})], ticking(100), at=NOW)

    assert (["true"], []) == ([each.due.expression for each in hits], left)
