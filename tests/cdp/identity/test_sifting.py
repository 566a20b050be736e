"""Who is let go early: exactly those whom the whole comparison would call nothing."""

import itertools
from dataclasses import replace

import pytest

from cdp.identity import model, scoring, traits
from cdp.identity.model import Model, Thresholds
from cdp.identity.sifting import Sieve
from tests.spec.people import CASES

PEOPLE = [traits.of(facts) for case in CASES for facts in (case.one, case.other)]
PAIRS = list(itertools.combinations(PEOPLE, 2))


def _with_floor(bits: float) -> Model:
    return replace(model.shipped(), thresholds=Thresholds(joins=40.0, stays=39.0, possible=bits))


@pytest.mark.parametrize("found", [model.shipped(), model.shipped().among(50), *map(_with_floor, (-30.0, 10.0, 25.0))])
def test_nobody_is_let_go_who_is_worth_a_question(found: Model) -> None:
    sieve = Sieve(found)

    wronged = [
        pair
        for pair in PAIRS
        if not sieve.of(pair[0]).may_be(pair[1]) and scoring.score(found, *pair).weight >= found.thresholds.possible
    ]

    assert [] == wronged


def test_almost_everybody_who_is_nothing_to_another_is_let_go() -> None:
    found = model.shipped()
    sieve = Sieve(found)

    nothing = [pair for pair in PAIRS if scoring.score(found, *pair).weight < found.thresholds.possible]
    kept = [pair for pair in nothing if sieve.of(pair[0]).may_be(pair[1])]

    assert len(kept) < len(nothing) / 10
