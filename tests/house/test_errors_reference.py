"""docs/errors.md names every code that an error can have, and nothing else."""

import re
from collections import Counter

from api import codes
from cdp.ingest.items import Reason
from tests.house import source

SAID = (
    re.compile(r"\bcode=\"([a-z-]+)\""),
    re.compile(r"\b[45]\d\d[,:] \(?\"([a-z]+(?:-[a-z]+)*)\", \""),
    re.compile(r"_Named\(\"([a-z-]+)\""),
)
"""How the edge and the command say a code that is no problem's."""


def test_the_reference_is_the_code() -> None:
    assert codes.text() == codes.DOCUMENT.read_text(encoding="utf-8"), "run: python -m api.codes"


def test_a_code_means_one_thing() -> None:
    assert [] == [code for code, times in Counter(each.code for each in codes.found()).items() if times > 1]


def test_every_code_that_is_said_without_a_problem_stands_in_it() -> None:
    said = {
        code
        for path in source.product()
        if path.parts[0] in {"api", "cdp"}
        for pattern in SAID
        for code in pattern.findall(source.text(path))
    }

    assert {"unavailable", "headers-too-large", "key-ring"} <= said
    assert set() == said - {each.code for each in codes.found()}


def test_every_reason_of_a_reject_is_explained() -> None:
    assert set(Reason) == set(codes.REASONS)
