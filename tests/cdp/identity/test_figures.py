"""What the shipped model reaches on the development sets, which lie beside the project."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from cdp.identity import candidates, deciding, model, samples, training
from cdp.identity.batch import Batch, Pairs
from cdp.identity.samples import Columns

SETS = Path(__file__).parents[4] / "shared" / "data" / "identity"
FEBRL = Columns({"street": "address_1", "city": "suburb"})


@dataclass(frozen=True)
class Found:
    pairs: Pairs
    is_true: NDArray[np.bool_]
    true_pairs: int
    batch: Batch
    adapted: NDArray[np.float64]
    shipped: NDArray[np.float64]

    def recall_at(self, precision: float) -> float:
        order = np.argsort(-self.adapted, kind="stable")
        right = np.cumsum(self.is_true[order])
        reached = right[right >= precision * np.arange(1, len(right) + 1)]
        return float(reached[-1] / self.true_pairs) if len(reached) else 0.0

    def best_f1(self) -> float:
        right = np.cumsum(self.is_true[np.argsort(-self.adapted, kind="stable")])
        return float((2 * right / (np.arange(1, len(right) + 1) + self.true_pairs)).max())

    def joined(self, weights: NDArray[np.float64]) -> list[bool]:
        """Return of each pair that joins, e-mail addresses aside, whether it is right."""
        heavy = np.flatnonzero(weights >= model.shipped().thresholds.joins)
        levels = self.batch.patterns(self.pairs[heavy]).tolist()
        return [bool(self.is_true[row]) for row, each in zip(heavy, levels, strict=True) if deciding.veto(each) is None]


@cache
def _found(name: str) -> Found:
    file = SETS / f"{name}.csv"
    if not file.is_file():
        pytest.skip("the development sets do not lie beside the project")
    sample = samples.read([file], FEBRL if name == "febrl3" else Columns({}))
    pairs = _every_pair(len(sample.traits)) if name == "fake_1000" else candidates.find(sample.traits).pairs
    batch = Batch(sample.traits)
    shipped = batch.weights(model.shipped().among(len(sample.traits)), pairs)
    adapted = training.train(sample.traits, pairs, prior=model.shipped()).likely
    people: Sequence[int] = sample.people.tolist()
    is_true = sample.people[pairs[:, 0]] == sample.people[pairs[:, 1]]
    true_pairs = sum(times * (times - 1) // 2 for times in Counter(people).values())
    return Found(pairs, is_true, true_pairs, batch, adapted, shipped)


def _every_pair(people: int) -> Pairs:
    return np.stack(np.triu_indices(people, 1), axis=1)


@pytest.mark.parametrize(("name", "f1", "at_995"), [("fake_1000", 0.94, 0.86), ("febrl3", 0.98, 0.97)])
def test_the_model_adapts_to_a_file_without_being_told_who_is_who(name: str, f1: float, at_995: float) -> None:
    found = _found(name)

    assert found.best_f1() > f1
    assert found.recall_at(0.995) > at_995


@pytest.mark.parametrize("name", ["fake_1000", "febrl3"])
def test_what_the_frozen_threshold_joins_is_right(name: str) -> None:
    found = _found(name)

    adapted, shipped = found.joined(found.adapted), found.joined(found.shipped)

    assert [0, 0] == [joined.count(False) for joined in (adapted, shipped)]
    assert min(len(adapted), len(shipped)) > 500
