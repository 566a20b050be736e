"""A copy of a text gives the same hash, another text never does, and others can hash alike."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp.messages import codes, texts

VECTORS = json.loads((Path(__file__).parents[3] / "docs" / "message_texts.json").read_text(encoding="utf-8"))["cases"]


@pytest.mark.parametrize("case", VECTORS, ids=lambda case: case["case"])
def test_the_cases_that_others_hash_by_hold(case: dict[str, str]) -> None:
    assert (case["normalised"], case["sha256"]) == (texts.normalised(case["text"]), texts.digest(case["text"]).hex())


def test_the_cases_that_are_called_the_same_are_and_others_are_not() -> None:
    groups: list[set[str]] = []
    for case in VECTORS:
        groups = [*groups, set()] if not case["case"].startswith("the same") else groups
        groups[-1].add(case["sha256"])

    assert [1] * len(groups) == [len(each) for each in groups]
    assert len(groups) == len(set.union(*groups))


@pytest.mark.parametrize("mark", ["\u0301", "\u0344", "\u0f73"])  # the last one is no mark, and comes apart into two
def test_of_very_many_marks_on_one_letter_the_first_count(mark: str) -> None:
    few, many = (f"Beste klante{mark * count} Jans{mark}en" for count in (texts.MOST_MARKS, 10_000))

    assert texts.normalised(few) == texts.normalised(many)
    assert texts.normalised(few) != texts.normalised(few.replace(mark, "", 1))


@given(text=st.text(alphabet=st.characters(categories=("L", "N", "P", "Sc")), max_size=100), place=st.integers(0, 100))
def test_where_the_code_stands_in_a_text_makes_no_difference(text: str, place: int) -> None:
    with_code = f"{text[:place]}\n{codes.shown(codes.new())}\n{text[place:]}"

    assert texts.digest(f"{text[:place]}\n{text[place:]}") == texts.digest(with_code)
