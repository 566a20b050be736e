"""A model learned from files of people: candidates, EM, and what of it may be written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import msgspec
import numpy as np
from numpy.typing import NDArray

from cdp import progress
from cdp.identity import candidates, training
from cdp.identity.batch import Pairs
from cdp.identity.model import Model
from cdp.identity.samples import Sample
from cdp.progress import Tell


@dataclass(frozen=True, slots=True)
class Known:
    """What is known for certain of the people of a sample: who has one number is one person.

    `apart` are the numbers of two who are two people; without it everybody with two numbers is.
    """

    apart: frozenset[tuple[int, int]] | None = None

    def of(self, sample: Sample, pairs: Pairs) -> dict[int, bool]:
        """Return of the pairs of which it is known, by their row, whether they are one person."""
        one, other = sample.people[pairs[:, 0]], sample.people[pairs[:, 1]]
        if self.apart is None:
            return dict(enumerate((one == other).tolist()))
        apart = self.apart | {(b, a) for a, b in self.apart}
        numbers = enumerate(zip(one.tolist(), other.tolist(), strict=True))
        return {row: a == b for row, (a, b) in numbers if a == b or (a, b) in apart}


def learn(sample: Sample, prior: Model, *, known: Known | None = None, tell: Tell = progress.unheard) -> Model:
    """Return what the people in `sample` teach a model that starts as `prior`; thresholds stay those of `prior`.

    Nobody need know who is who; what is `known` is taken as verified links are.
    """
    pairs = across(sample, candidates.find(sample.traits, tell=tell).pairs)
    labels = None if known is None else known.of(sample, pairs)
    sides = None if sample.sources is None else sample.sources.tolist()
    return training.train(sample.traits, pairs, prior=prior, sides=sides, labels=labels).model


def written(model: Model, sample: Sample, *, version: str, data: Sequence[str], at: str) -> bytes:
    """Return the model as JSON with where it comes from, and without anything that only a few people have."""
    found = training.publishable(model, sample.traits)
    origin = msgspec.structs.replace(found.training, data=tuple(data), at=at)
    return replace(found, version=version, training=origin).to_json()


def across(sample: Sample, pairs: Pairs) -> Pairs:
    """Return the pairs that count: all, or those of two different sources."""
    found: Pairs = pairs[counts(sample, pairs)]
    return found


def counts(sample: Sample, pairs: Pairs) -> NDArray[np.bool_]:
    """Say of each pair whether it counts."""
    if sample.sources is None:
        return np.ones(len(pairs), dtype=bool)
    found: NDArray[np.bool_] = np.not_equal(*sample.sources[pairs].T)
    return found
