from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cdp.identity import candidates, evaluation, learning, samples
from cdp.identity.evaluation import AUTOMATIC, JOINS, POSSIBLE
from cdp.identity.model import Model, Thresholds
from cdp.identity.samples import Columns

SHARED = Path(__file__).parents[4] / "shared" / "data" / "identity"
EASY = replace(Model.shipped(), thresholds=Thresholds(joins=0.0, stays=0.0, possible=0.0))
HEADER = "cluster,first_name,last_name,birth_date,email,postcode,house_number,shop\n"
PEOPLE = (
    "1,Anna,van der Berg,1980-03-04,anna.berg@example.org,1234AB,5,a\n"
    "1,Anna,Berg,1980-03-04,anna.berg@example.org,,,b\n"
    "1,A.,van der Berg,1980-03-04,anna.berg@example.org,1234AB,5,b\n"
    "2,Bert,van der Berg,1975-11-30,bert@example.org,1234AB,5,a\n"
    "3,Cornelis,Witteveen,1944-01-09,,9999ZZ,1,a\n"
)


def _measured(folder: Path, columns: Columns) -> evaluation.Evaluation:
    file = folder / "people.csv"
    file.write_text(HEADER + PEOPLE, encoding="utf-8")
    return evaluation.evaluate(samples.read([file], columns), EASY)


def test_a_file_that_is_told_apart_entirely_has_full_marks(tmp_path: Path) -> None:
    found = _measured(tmp_path, Columns({}))

    assert (5, 3, 3) == (found.records, found.people, found.true_pairs)
    assert 1 == found.candidate_recall.value
    assert {(1.0, 1.0, 1.0)} == {(each.precision.value, each.recall.value, each.f1.value) for each in found.points}
    assert [(AUTOMATIC, 1, 3, 3), (JOINS, 1, 3, 3), (POSSIBLE, 1, 3, 3)] == [
        (each.of, each.exact.value, each.largest, each.largest_true) for each in found.groups
    ]


def test_between_sources_only_pairs_of_two_sources_count(tmp_path: Path) -> None:
    found = _measured(tmp_path, Columns({}, sources="shop"))

    assert 2 == found.true_pairs
    assert 1 == found.points[0].recall.value
    assert 1 == found.groups[0].recall.value


@pytest.mark.parametrize(
    ("names", "columns", "recall", "p95"),
    [
        (["nl_synth_20k"], Columns({"house_number_suffix": "house_suffix"}), 0.97, 50),
        (["febrl3"], Columns({"street": "address_1", "city": "suburb"}), 0.99, 16),
        (["fake_1000"], Columns({}), 0.93, 16),
    ],
    ids=["Dutch", "Australian", "small and spoilt"],
)
def test_candidates_of_the_development_sets_are_found(
    names: list[str], columns: Columns, recall: float, p95: int
) -> None:
    files = [SHARED / f"{name}.csv" for name in names]
    if not all(each.is_file() for each in files):
        pytest.skip("the development sets are not beside the project")
    sample = samples.read(files, columns)

    found = candidates.find(sample.traits)

    pairs = learning.across(sample, found.pairs)
    right = int((sample.people[pairs[:, 0]] == sample.people[pairs[:, 1]]).sum())
    assert recall <= right / evaluation.true_pairs(sample)
    assert p95 >= np.percentile(found.found, 95)
