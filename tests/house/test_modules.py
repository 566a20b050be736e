"""Rules about Python files: small, named after something, and documented."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house import source

LONGEST_MODULE = 400
LONGEST_FUNCTION = 50
TABLES = {Path("tests/spec/decisions.py")}  # one table of cases, read from top to bottom
NAMELESS = {"utils", "util", "helpers", "helper", "base", "manager", "managers", "service", "services", "repository"}
NAMELESS |= {"common", "misc", "core", "shared"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


@pytest.mark.parametrize("path", [each for each in source.modules() if each not in TABLES], ids=str)
def test_a_module_is_short(path: Path) -> None:
    assert len(source.text(path).splitlines()) <= LONGEST_MODULE


@pytest.mark.parametrize("path", source.modules(), ids=str)
def test_a_function_is_short(path: Path) -> None:
    long = [f"{each.name} ({_length(each)})" for each in _functions(path) if _length(each) > LONGEST_FUNCTION]

    assert [] == long


@pytest.mark.parametrize("path", source.modules(), ids=str)
def test_a_module_is_named_after_what_it_holds(path: Path) -> None:
    words = {word for part in path.with_suffix("").parts for word in part.lower().split("_")}

    assert set() == words & NAMELESS


@pytest.mark.parametrize("path", [each for each in source.modules() if source.text(each).strip()], ids=str)
def test_a_module_says_what_lives_in_it(path: Path) -> None:
    is_test = path.parts[0] == "tests" and path.name.startswith(("test_", "__init__"))

    assert is_test or ast.get_docstring(source.tree(path))


@pytest.mark.parametrize("path", source.product(), ids=str)
def test_a_public_function_or_class_says_what_the_caller_gets(path: Path) -> None:
    assert [] == [name for name, node in _public(source.tree(path)) if not ast.get_docstring(node)]


@pytest.mark.parametrize("path", source.product(), ids=str)
def test_no_class_is_a_manager(path: Path) -> None:
    names = [each.name for each in ast.walk(source.tree(path)) if isinstance(each, ast.ClassDef)]

    assert [] == [
        name for name in names if re.findall("[A-Z][a-z]*", name)[-1:] in ([word.title()] for word in NAMELESS)
    ]


@pytest.mark.parametrize("path", [each for each in source.product() if each != Path("cdp/clock.py")], ids=str)
def test_only_the_clock_tells_the_time(path: Path) -> None:
    calls = [each for each in ast.walk(source.tree(path)) if isinstance(each, ast.Call)]

    assert [] == [f"line {each.lineno}" for each in calls if ast.unparse(each.func) in CLOCKS]


CLOCKS = {"datetime.now", "datetime.utcnow", "datetime.datetime.now", "datetime.today", "date.today", "time.time"}


def _functions(path: Path) -> list[Function]:
    return [each for each in ast.walk(source.tree(path)) if isinstance(each, Function)]


def _length(node: Function) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _public(parent: ast.Module | ast.ClassDef) -> Iterator[tuple[str, ast.ClassDef | Function]]:
    for node in parent.body:
        if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_"):
            yield node.name, node
            if isinstance(node, ast.ClassDef):
                yield from ((f"{node.name}.{name}", each) for name, each in _public(node))
