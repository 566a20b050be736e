"""Learning the model from people of whom nobody said who is who: EM over patterns of levels, three classes.

Of strangers the chances come from random pairs, of the same person and of a household from candidates; all pairs that
are no candidates count as strangers. Verified links and customers' answers are pairs whose class is known. The model
that one starts from is the prior, so that a small file changes it little and a large one makes its own.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cdp.identity.batch import Batch, Bits, Pairs, Patterns, explanations
from cdp.identity.levels import EXACT, FIELDS, LEVELS, MISSING, NAMESAKE, Field, parts
from cdp.identity.model import RARE_FIELDS, SHARED_FIELDS, Chances, Model, Rarity, Training
from cdp.identity.scoring import token
from cdp.identity.traits import Traits

ROUNDS: Final = 40
RANDOM_PAIRS: Final = 400_000
MOST_PAIRS: Final = 1_000_000
"""Of so many candidates training looks at the patterns; more would change nothing."""
LEAST: Final = 20
"""How many people must have a value before a model that is written down names it."""
_SETTLED: Final = 1e-4
_PRIOR: Final = {"same": 20.0, "shared": 20.0, "personal": 2000.0, "strangers": 20.0}
_RARE: Final = 4.0
_MOST_BITS: Final = 6.0
_STRANGERS_AT_LEAST: Final = 0.05
_NIBBLE: Final = 4  # bits: no field has more than 16 levels, and no rarity more than 13 steps
_OCCURS: Final = 0.003
_NAMESAKE_BITS: Final = 3.0
_FOR_EACH: Final = 200
_NAMED: Final = frozenset({Field.GIVEN, Field.SURNAME, Field.BIRTH})


@dataclass(frozen=True, slots=True)
class Learned:
    """A model, and how likely each pair that it was learned from is the same person."""

    model: Model
    likely: Bits


def train(
    people: Sequence[Traits],
    pairs: Pairs,
    *,
    prior: Model,
    sides: Sequence[int] | None = None,
    labels: Mapping[int, bool] | None = None,
    seed: int = 1,
) -> Learned:
    """Return the model that `people` and their candidate `pairs` teach, starting from `prior`.

    `sides` says which file each is in, when only pairs across two files count; `labels` says of some rows of `pairs`
    whether they are the same person.
    """
    batch, files = Batch(people), None if sides is None else np.asarray(sides)
    start = replace(prior, people=len(people), rarity=rarities(people))
    some = _random_pairs(len(people), files, seed)
    strangers = _Strangers(people, batch.patterns(some), _all_pairs(len(people), files), start, exact=files is None)
    observed = _observed(batch, start, pairs, labels or {}, seed)
    model = replace(start, fields=strangers.fields(start.fields, None, None))
    for _ in range(ROUNDS):
        before, (same, home) = model, observed.expect(model)
        model = strangers.maximise(model, start, observed.patterns, same, home)
        if abs(model.same - before.same) < _SETTLED * before.same:
            break
    learned = Training(data=(), at="", records=len(people), pairs=len(pairs), labels=len(labels or {}))
    return Learned(replace(model, training=learned), batch.weights(model, pairs))


def rarities(people: Sequence[Traits], *, least: int = 1) -> dict[Field, Rarity]:
    """Return how many bits likelier or less likely than average an equal value is among strangers."""
    found = {}
    for field in RARE_FIELDS:
        counted = Counter(value for each in people if (value := token(field, each)))
        total = counted.total()
        if total:
            mean = sum(times * max(times, _RARE) for times in counted.values()) / total
            common = {value: _bits(times / mean) for value, times in counted.items() if times > max(_RARE, least - 1)}
            found[field] = Rarity(_bits(_RARE / mean), common)
    return found


def pooled(models: Sequence[Model], people: Sequence[Sequence[Traits]], *, start: Model) -> Model:
    """Return what several models, each of people of its own, say together; `start` fills what none of them knows.

    Chances are averaged over those who saw the field at all, those of strangers as bits: files differ in size.
    """
    fields = {}
    for place, field in enumerate(FIELDS):
        saw = [each for each, known in zip(models, people, strict=True) if any(parts(one)[place] for one in known)]
        fields[field] = _together(np.array([each.fields[field] for each in (start, *saw)]))
    return publishable(replace(start, fields=fields), [each for known in people for each in known])


def publishable(model: Model, people: Sequence[Traits]) -> Model:
    """Return the model without anything that only a few people have: what may be written down."""
    known = rarities(people, least=LEAST)
    return replace(
        model,
        rarity={field: each if field in _NAMED else Rarity(each.others) for field, each in known.items()},
    )


def _together(known: Bits) -> tuple[Chances, ...]:
    """Return the chances of each level on average over those models in which it occurs; the first one always counts."""
    occurs = (known[:, :, 0] >= _OCCURS) | (known[:, :, 2] >= _OCCURS)
    occurs[0] = True
    with np.errstate(divide="ignore"):
        bits = np.where(occurs[:, :, None], np.log2(known), 0.0).sum(axis=0) / occurs.sum(axis=0)[:, None]
    found = np.where(occurs[:, :, None], known, 0.0).sum(axis=0) / occurs.sum(axis=0)[:, None]
    found[:, 2] = 2.0 ** bits[:, 2]
    return tuple((one, two, three) for one, two, three in (found / found.sum(axis=0)).tolist())


@dataclass(frozen=True, slots=True)
class _Observed:
    """Each pattern once, with how many pairs have it; pairs whose class is known stand apart."""

    patterns: Patterns
    rare: Bits
    times: Bits
    known: NDArray[np.int8]
    """-1 for a pattern of which nobody said anything, else 1 for the same person, 0 for another."""

    @classmethod
    def of(cls, patterns: Patterns, rare: Bits, known: NDArray[np.int8], unseen: float) -> "_Observed":
        """Count the patterns; each of a pair of which nobody said anything stands for `unseen` such pairs."""
        rare = np.round(rare)
        key = known.astype(np.int64) + 1
        for column in (*patterns.T, *(rare.T + _MOST_BITS)):
            key = key << _NIBBLE | column.astype(np.int64)
        _, first, times = np.unique(key, return_index=True, return_counts=True)
        stands_for: Bits = np.where(known[first] >= 0, 1.0, unseen)
        return cls(patterns[first], rare[first], times.astype(float) * stands_for, known[first])

    def expect(self, model: Model) -> tuple[Bits, Bits]:
        """Return how many pairs of each pattern are expected to be the same person, and the same household."""
        same, home, other = explanations(model, self.patterns, self.rare)
        same = np.where(self.known == 0, -np.inf, same)
        home, other = (np.where(self.known == 1, -np.inf, each) for each in (home, other))
        whole = np.logaddexp2(same, np.logaddexp2(home, other))
        return self.times * 2 ** (same - whole), self.times * 2 ** (home - whole)


def _observed(batch: Batch, model: Model, pairs: Pairs, labels: Mapping[int, bool], seed: int) -> _Observed:
    """Return the patterns of the pairs: of all that are labelled, and of as many others as are needed."""
    known = np.full(len(pairs), -1, np.int8)
    known[list(labels)] = list(labels.values())
    others = np.flatnonzero(known < 0)
    unseen = max(len(others) / MOST_PAIRS, 1.0)
    if unseen > 1:
        others = np.random.default_rng(seed).choice(others, MOST_PAIRS, replace=False)
    rows = np.sort(np.concatenate([np.flatnonzero(known >= 0), others]))
    patterns = batch.patterns(pairs[rows])
    return _Observed.of(patterns, batch.rarities(model, pairs[rows], patterns), known[rows], unseen)


class _Strangers:
    """What random pairs say about strangers, less what of it is expected to be the same person or household."""

    def __init__(self, people: Sequence[Traits], seen: Patterns, counts: float, start: Model, *, exact: bool) -> None:
        self._counts = counts
        self._people = len(people)
        self._shares = []
        for place, field in enumerate(FIELDS):
            shares = np.bincount(seen[:, place], minlength=len(LEVELS[field])) / max(len(seen), 1)
            if exact and field in RARE_FIELDS and field is not Field.EMAIL:
                shares[EXACT] = _equal_pairs(people, field) / counts
            self._shares.append(shares)
        self._start = start

    def fields(
        self, before: Mapping[Field, tuple[Chances, ...]], same: list[Bits] | None, home: list[Bits] | None
    ) -> dict[Field, tuple[Chances, ...]]:
        """Return the chances of each level: from counts of the same person and of a household, and of strangers."""
        found = {}
        for place, field in enumerate(FIELDS):
            prior = np.array(self._start.fields[field])
            chances = np.array(before[field])
            taken = np.zeros(len(prior))
            if same is not None and home is not None:
                same[place][MISSING] = home[place][MISSING] = 0.0
                taken = same[place] + home[place]
                sort = "shared" if field in SHARED_FIELDS else "personal"
                chances[:, 0] = _shares(same[place] + _PRIOR["same"] * prior[:, 0])
                chances[:, 1] = _shares(home[place] + _PRIOR[sort] * prior[:, 1])
            all_pairs = self._shares[place] * self._counts
            left = np.maximum(all_pairs - taken, _STRANGERS_AT_LEAST * all_pairs)
            sampled = left / self._counts * RANDOM_PAIRS
            sampled[MISSING] = 0.0
            chances[:, 2] = _shares(sampled + _PRIOR["strangers"] * prior[:, 2])
            if field is Field.EMAIL:
                chances[NAMESAKE, 1:] = np.maximum(chances[NAMESAKE, 1:], chances[NAMESAKE, 0] / 2**_NAMESAKE_BITS)
            found[field] = tuple((one, two, three) for one, two, three in chances.tolist())
        return found

    def maximise(self, model: Model, start: Model, patterns: Patterns, same: Bits, home: Bits) -> Model:
        """Return the model under which what was expected is most probable, given where it started."""
        counted = [
            [
                np.bincount(patterns[:, place], each, len(LEVELS[field])).astype(float)
                for place, field in enumerate(FIELDS)
            ]
            for each in (same, home)
        ]
        per_person = (self._people - 1) / self._counts
        return replace(
            model,
            fields=self.fields(start.fields, *counted),
            same=float((same.sum() + 1) * per_person),
            household=float((home.sum() + 1) * per_person),
        )


def _shares(counts: Bits) -> Bits:
    found: Bits = counts / counts.sum()
    return found


def _bits(times: float) -> float:
    return float(np.clip(np.log2(times), -_MOST_BITS, _MOST_BITS).round(2))


def _equal_pairs(people: Sequence[Traits], field: Field) -> float:
    counted = Counter(value for each in people if (value := token(field, each)))
    return sum(times * (times - 1) / 2 for times in counted.values())


def _all_pairs(people: int, files: NDArray[np.int64] | None) -> float:
    if files is None:
        return people * (people - 1) / 2
    return (people**2 - sum(int(times) ** 2 for times in np.unique(files, return_counts=True)[1])) / 2


def _random_pairs(people: int, files: NDArray[np.int64] | None, seed: int) -> Pairs:
    drawn = np.random.default_rng(seed).integers(0, people, (min(RANDOM_PAIRS, _FOR_EACH * people), 2))
    different = drawn[:, 0] != drawn[:, 1] if files is None else files[drawn[:, 0]] != files[drawn[:, 1]]
    found: Pairs = drawn[different]
    return found
