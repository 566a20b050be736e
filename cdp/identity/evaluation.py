"""How well a model tells who is the same person, on people of whom that is known."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cdp import progress
from cdp.identity import candidates, deciding, grouping, intervals, learning
from cdp.identity.batch import Batch
from cdp.identity.deciding import Veto
from cdp.identity.intervals import Matches, Measured
from cdp.identity.model import Model
from cdp.identity.samples import Sample
from cdp.progress import Tell

AUTOMATIC: Final = "automatic"
"""What joins by itself: enough weight, no veto, and an e-mail address or mobile number in common."""
JOINS: Final = "joins"
"""The same without asking for that: files that have neither are measured by it."""
POSSIBLE: Final = "possible"
"""What a customer is asked about."""
FROZEN: Final = (AUTOMATIC, JOINS, POSSIBLE)
PRECISIONS: Final = (0.995, 0.999)
_OFTEN: Final = 95

Numbers = NDArray[np.int64]
Bits = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Point:
    """What a threshold gives: `is_frozen` when the model brings it, otherwise it was chosen on the measured people.

    `bits` is None where no threshold would do.
    """

    threshold: str
    bits: float | None
    is_frozen: bool
    precision: Measured
    recall: Measured
    f1: Measured


@dataclass(frozen=True, slots=True)
class Groups:
    """What pairs make when they are joined: right pairs within groups, groups that are exactly right, the largest."""

    of: str
    precision: Measured
    recall: Measured
    f1: Measured
    exact: Measured
    largest: int
    largest_true: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All figures of one measurement."""

    records: int
    people: int
    true_pairs: int
    compared_pairs: int
    keys: int
    candidate_recall: Measured
    candidates: float
    candidates_p95: float
    points: tuple[Point, ...]
    groups: tuple[Groups, ...]


def evaluate(sample: Sample, model: Model, *, tell: Tell = progress.unheard) -> Evaluation:
    """Compare everybody in `sample` as the product does, and return how right it was."""
    found = candidates.find(sample.traits, tell=tell)
    pairs, limits = found.pairs[found.is_worth], model.thresholds
    weights, joined = _judged(sample, pairs, model)
    count, met = learning.counts(sample, pairs), found.pairs[learning.counts(sample, found.pairs)]
    weighed = Weighed(sample, pairs[count], weights[count])
    people = sample.people
    frozen = {AUTOMATIC: limits.joins, JOINS: limits.joins, POSSIBLE: limits.possible}
    return Evaluation(
        records=len(sample.traits),
        people=len(np.unique(people)),
        true_pairs=weighed.true_pairs,
        compared_pairs=int(count.sum()),
        keys=found.keys,
        candidate_recall=intervals.share(int((people[met[:, 0]] == people[met[:, 1]]).sum()), weighed.true_pairs),
        candidates=float(found.found.mean()),
        candidates_p95=float(np.percentile(found.found, _OFTEN)),
        points=(
            *(weighed.point(name, frozen[name], joined[name][count]) for name in FROZEN),
            *weighed.chosen(),
        ),
        groups=tuple(groups(sample, name, pairs[taken], weights[taken]) for name, taken in joined.items()),
    )


class Weighed:
    """Pairs that count with their weights, and the truth: what any threshold gives."""

    def __init__(self, sample: Sample, pairs: Numbers, weights: Bits) -> None:
        """Take pairs that anybody weighed; the heavier, the likelier."""
        self._people, self._pairs, self._weights = sample.people, pairs, weights
        self.is_true: Flags = sample.people[pairs[:, 0]] == sample.people[pairs[:, 1]]
        self._true = _pairs_within(sample, sample.people)
        self.true_pairs = int(self._true.sum())
        order = np.argsort(-weights, kind="stable")
        self._falling = weights[order]
        self._right = np.cumsum(self.is_true[order])
        self._last = np.flatnonzero(np.r_[self._falling[1:] != self._falling[:-1], True]) if len(order) else order

    def point(self, name: str, bits: float, taken: Flags | None = None) -> Point:
        """Return what the threshold `bits` gives: by itself, or with what else was asked of the pairs `taken`."""
        is_frozen = name in FROZEN
        taken = self._weights >= bits if taken is None else taken
        found, right = int(taken.sum()), int(self.is_true[taken].sum())
        precision, recall = intervals.share(right, found), intervals.share(right, self.true_pairs)
        f1 = intervals.f1(self._matches(self._pairs[taken], self.is_true[taken]))
        return Point(name, bits if isfinite(bits) else None, is_frozen, precision, recall, f1)

    def chosen(self) -> list[Point]:
        """Return what the best thresholds give, chosen on these very people: more than one can hope for elsewhere."""
        reached = [self.point(f"precision {each}", self.reaching(each)) for each in PRECISIONS]
        return [self.point("best F1", self.best()), *reached]

    def best(self) -> float:
        """Return the threshold with the best F1 on these very people."""
        right = self._right[self._last]
        scores = 2 * right / (self._last + 1 + self.true_pairs)
        return float(self._falling[self._last[np.argmax(scores)]]) if len(scores) else np.inf

    def reaching(self, precision: float) -> float:
        """Return the lowest threshold that reaches `precision` on these very people; none takes no pair."""
        enough = self._last[self._right[self._last] >= precision * (self._last + 1)]
        return float(self._falling[enough[-1]]) if len(enough) else np.inf

    def _matches(self, pairs: Numbers, is_true: Flags) -> Matches:
        """Return for each person what these pairs found; of a false pair each of both bears half."""
        people = self._people
        right = np.bincount(people[pairs[is_true, 0]], minlength=len(self._true))
        wrong = np.bincount(people[pairs[~is_true].ravel()], minlength=len(self._true)) / 2
        return _as_matches(right, self._true, wrong)


def groups(sample: Sample, name: str, pairs: Numbers, weights: Bits) -> Groups:
    """Return what these pairs make of the people when they are joined."""
    people, true = sample.people, _pairs_within(sample, sample.people)
    made = grouping.group(len(people), pairs, weights)
    both, place = np.unique(np.stack((people, made), axis=1), axis=0, return_inverse=True)
    right, found = _pairs_within(sample, place), _pairs_within(sample, made)
    within, sizes, true_sizes = np.bincount(place.ravel()), np.bincount(made), np.bincount(people)
    exact = (within == sizes[both[:, 1]]) & (within == true_sizes[both[:, 0]])
    return Groups(
        of=name,
        precision=intervals.share(int(right.sum()), int(found.sum())),
        recall=intervals.share(int(right.sum()), int(true.sum())),
        f1=intervals.f1(_grouped(both, right, true, found)),
        exact=intervals.share(2 * int(exact.sum()), int((sizes > 0).sum() + (true_sizes > 0).sum())),
        largest=int(sizes.max()),
        largest_true=int(true_sizes.max()),
    )


def _judged(sample: Sample, pairs: Numbers, model: Model) -> tuple[Bits, dict[str, Flags]]:
    """Return the weight of each pair, and which each frozen threshold takes, as the tiers do."""
    batch, limits = Batch(sample.traits), model.thresholds
    weights = batch.weights(model.among(len(sample.traits)), pairs)
    heavy = np.flatnonzero(weights >= min(limits.possible, limits.joins))
    each, place = np.unique(batch.patterns(pairs[heavy]), axis=0, return_inverse=True)
    vetoes = [deciding.veto(levels) for levels in each.tolist()]
    is_parted, is_free, is_supported = (np.zeros(len(pairs), dtype=bool) for _ in range(3))
    is_parted[heavy] = np.array([veto is Veto.HOUSEHOLD for veto in vetoes], dtype=bool)[place.ravel()]
    is_free[heavy] = np.array([veto is None for veto in vetoes], dtype=bool)[place.ravel()]
    is_supported[heavy] = np.array([deciding.is_supported(levels) for levels in each.tolist()], bool)[place.ravel()]
    joins = is_free & (weights >= limits.joins)
    return weights, {AUTOMATIC: joins & is_supported, JOINS: joins, POSSIBLE: ~is_parted & (weights >= limits.possible)}


def _grouped(both: Numbers, right: Numbers, true: Numbers, found: Numbers) -> Matches:
    """Return for each person what groups found; those in a group bear its false pairs in equal parts."""
    person, made = both.T
    hits = np.bincount(person, right, minlength=len(true))
    wrong = found - np.bincount(made, right, minlength=len(found))
    shared = (wrong / np.maximum(np.bincount(made, minlength=len(found)), 1))[made]
    return _as_matches(hits, true, np.bincount(person, shared, minlength=len(true)))


def _as_matches(right: NDArray[Any], true: NDArray[Any], wrong: NDArray[Any]) -> Matches:
    return Matches(right.astype(float), (true - right).astype(float), wrong.astype(float))


def true_pairs(sample: Sample) -> int:
    """Return how many pairs that count are of one person."""
    return int(_pairs_within(sample, sample.people).sum())


def _pairs_within(sample: Sample, labels: Numbers) -> Numbers:
    """Return how many of the pairs that count have the same label, for each label."""
    labels = labels.ravel()
    sizes = np.bincount(labels)
    pairs: Numbers = sizes * (sizes - 1) // 2
    if sample.sources is None:
        return pairs
    both, times = np.unique(np.stack((labels, sample.sources), axis=1), axis=0, return_counts=True)
    alike = np.bincount(both[:, 0], times * (times - 1) // 2, minlength=len(sizes))
    return pairs - alike.astype(np.int64)
