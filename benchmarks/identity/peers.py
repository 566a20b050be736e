"""Weighs the pairs of a file with another library: `python peers.py NAME PEOPLE.csv PAIRS.csv [--between]`.

Runs in an environment of its own (requirements-peers.txt), so that neither library comes near the product. Both get the
people as we normalise them, compare by every column that has values, and learn without being told who is who.
"""

import csv
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import recordlinkage
from splink import Linker, SettingsCreator, block_on
from splink import comparison_library as compare
from splink.backends.duckdb import DuckDBAPI

BLOCKS: Final = (
    *(("first_name", "last_name"), ("dob",), ("email",), ("phone",), ("postcode", "last_name")),
    *(("postcode", "house_number"), ("street", "house_number"), ("first_name", "city"), ("last_name", "city")),
)
TRAINS: Final = (("dob",), ("first_name", "last_name"), ("postcode", "last_name"), ("street", "last_name"))
LEAST: Final = -10
OFTEN: Final = 0.05
MOSTLY: Final = 0.5
EXACT: Final = ("dob", "email", "phone", "postcode", "house_number")


def _known(people: pd.DataFrame) -> list[str]:
    """Return the columns to compare by: with values often enough to learn from, and not mostly the same one."""
    columns = [people[name].dropna() for name in people.columns if name not in {"unique_id", "source"}]
    often = [each for each in columns if len(each) > OFTEN * len(people)]
    return [str(each.name) for each in often if each.value_counts(normalize=True).iloc[0] < MOSTLY]


def splink(people: pd.DataFrame, *, between: bool) -> Iterable[tuple[str, str, float]]:
    """Yield pairs with the match weight of Splink 5, trained as its guide says."""
    known = _known(people)
    rules = {
        "first_name": lambda: compare.NameComparison("first_name").configure(term_frequency_adjustments=True),
        "last_name": lambda: compare.NameComparison("last_name").configure(term_frequency_adjustments=True),
        "dob": lambda: compare.DateOfBirthComparison("dob", input_is_string=True),
        "email": lambda: compare.EmailComparison("email"),
        "street": lambda: compare.JaroWinklerAtThresholds("street", 0.9),
        "city": lambda: compare.JaroWinklerAtThresholds("city", 0.9).configure(term_frequency_adjustments=True),
    }
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[rules.get(name, lambda name=name: compare.ExactMatch(name))() for name in known],
        blocking_rules_to_generate_predictions=[block_on(*each) for each in BLOCKS if set(each) <= set(known)],
    )
    linker = Linker(DuckDBAPI().register(people), settings, log_level="ERROR")
    training = linker.training
    sure = [block_on(*each) for each in (("first_name", "last_name", "dob"), ("email",)) if set(each) <= set(known)]
    training.estimate_probability_two_random_records_match(sure, recall=0.6)
    training.estimate_u_using_random_sampling(max_pairs=2e6, seed=6)
    for each in TRAINS:
        if set(each) <= set(known):
            training.estimate_parameters_using_expectation_maximisation(block_on(*each))
    found = linker.inference.predict(threshold_match_weight=LEAST).as_pandas_dataframe()
    sources = people.set_index("unique_id")["source"]
    for one, other, weight in zip(found["unique_id_l"], found["unique_id_r"], found["match_weight"], strict=True):
        if not between or sources[one] != sources[other]:
            yield one, other, weight


def ecm(people: pd.DataFrame, *, between: bool) -> Iterable[tuple[str, str, float]]:
    """Yield pairs with the probability of recordlinkage's ECM classifier, as log odds."""
    people = people.set_index("unique_id")
    known = _known(people)
    index = recordlinkage.Index()
    for each in BLOCKS:
        if set(each) <= set(known):
            index.block(list(each))
    pairs = index.index(people)
    if between:
        one, other = (people["source"].loc[pairs.get_level_values(side)].to_numpy() for side in (0, 1))
        pairs = pairs[one != other]
    fields = recordlinkage.Compare()
    for name in known:
        if name in EXACT:
            fields.exact(name, name, label=name)
        else:
            fields.string(name, name, method="jarowinkler", threshold=0.88, label=name)
    levels = fields.compute(pairs, people)
    classifier = recordlinkage.ECMClassifier()
    classifier.fit(levels)
    likely = np.clip(classifier.prob(levels).to_numpy(), 1e-12, 1 - 1e-12)
    yield from zip(*(pairs.get_level_values(side) for side in (0, 1)), np.log2(likely / (1 - likely)), strict=True)


PEERS: Final[dict[str, Callable[..., Iterable[tuple[Any, Any, float]]]]] = {"splink": splink, "recordlinkage": ecm}


def main() -> None:
    """Read people, weigh, and write one line for each pair."""
    name, source, out = sys.argv[1:4]
    people = pd.read_csv(source, dtype=str, keep_default_na=False).replace("", None)
    with Path(out).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(PEERS[name](people, between="--between" in sys.argv))


if __name__ == "__main__":
    main()
