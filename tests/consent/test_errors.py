import re
from collections.abc import Iterator

import pytest

from consent import errors
from consent.decision import Reason


def family(kind: type[errors.Problem]) -> Iterator[type[errors.Problem]]:
    for child in kind.__subclasses__():
        if child.__module__ == errors.__name__:
            yield child
            yield from family(child)


KINDS = (errors.Unauthenticated, errors.Refused, errors.NotFound, errors.Conflict, errors.Invalid)
PROBLEMS = list(family(errors.Problem))


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.__name__)
def test_a_problem_is_of_one_of_five_kinds_and_says_what_it_is(problem: type[errors.Problem]) -> None:
    assert 1 == sum(issubclass(problem, kind) for kind in KINDS)
    assert "code" in vars(problem)
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", problem.code)
    assert re.fullmatch(r"[A-Z][^.]*\.", problem.title())


def test_no_two_problems_share_a_code() -> None:
    codes = [problem.code for problem in PROBLEMS]

    assert sorted(set(codes)) == sorted(codes)


def test_a_problem_says_its_title_when_nothing_else_is_said() -> None:
    problem = errors.NotGrantable(field="/categories")

    assert "Data that nobody has mapped to a category cannot be granted." == problem.message
    assert "/categories" == problem.field


def test_the_names_of_reasons_never_change() -> None:
    assert [
        "granted",
        "attested",
        "never-granted",
        "refused",
        "revoked",
        "objected",
        "erased",
        "expired",
        "category-stopped",
        "category-not-granted",
        "source-not-granted",
        "not-grantable",
    ] == [*Reason]
