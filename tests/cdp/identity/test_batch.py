import itertools

import numpy as np
import pytest

from cdp.identity import levels, model, scoring, traits
from cdp.identity.batch import Batch
from tests.spec.people import CASES

PEOPLE = [traits.of(facts) for case in CASES for facts in (case.one, case.other)]
PAIRS = np.array(list(itertools.combinations(range(len(PEOPLE)), 2)))


def test_a_batch_finds_the_levels_that_a_pair_alone_has() -> None:
    found = Batch(PEOPLE).patterns(PAIRS)

    assert found.tolist() == [list(levels.compare(PEOPLE[one], PEOPLE[other])) for one, other in PAIRS.tolist()]


def test_a_batch_weighs_as_a_pair_alone_is_weighed() -> None:
    shipped = model.shipped()

    found = Batch(PEOPLE).weights(shipped, PAIRS)

    alone = [scoring.score(shipped, PEOPLE[one], PEOPLE[other]).weight for one, other in PAIRS.tolist()]
    assert alone == pytest.approx(found.tolist(), abs=1e-9)


def test_no_pairs_have_no_weights() -> None:
    assert [] == Batch(PEOPLE).weights(model.shipped(), PAIRS[:0]).tolist()
