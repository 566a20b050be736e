"""Rules about Python files: small, named after something, and documented."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.house import source

LONGEST_MODULE = 400
LONGEST_FUNCTION = 50
TABLES = {Path("tests/spec/decisions.py")}  # one table of cases, read from top to bottom
NAMELESS = {"utils", "util", "helpers", "helper", "base", "manager", "managers", "service", "services", "repository"}
NAMELESS |= {"common", "misc", "core", "shared"}
CLOCKS = {"datetime.now", "datetime.utcnow", "datetime.datetime.now", "datetime.today", "date.today", "time.time"}
CLOCKS |= {"time.time_ns", "time_ns"}
TELL_TIME = {
    Path("cdp/clock.py"),
    Path("cdp/ids.py"),
    Path("consent/__main__.py"),
}  # ids begin with it; a command's own
LONGEST_ROUTE = 20
LONG_ROUTES: dict[str, str] = {}
"""The routes that may be longer, each with its reason."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def test_a_module_is_short() -> None:
    lengths = {str(path): len(source.text(path).splitlines()) for path in source.modules() if path not in TABLES}

    assert {} == {name: length for name, length in lengths.items() if length > LONGEST_MODULE}


def test_a_function_is_short() -> None:
    lengths = {f"{path}: {each.name}": _length(each) for path in source.modules() for each in _functions(path)}

    assert {} == {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION}


def test_a_module_is_named_after_what_it_holds() -> None:
    words = {
        path: {word for part in path.with_suffix("").parts for word in part.split("_")} for path in source.modules()
    }

    assert [] == [str(path) for path in words if words[path] & NAMELESS]


def test_a_module_says_what_lives_in_it() -> None:
    silent = [
        path for path in source.modules() if source.text(path).strip() and not ast.get_docstring(source.tree(path))
    ]

    assert [] == [str(path) for path in silent if not path.match("test_*.py")]


def test_a_public_function_or_class_says_what_the_caller_gets() -> None:
    public = [(path, name, node) for path in source.product() for name, node in _public(source.tree(path))]

    assert [] == [f"{path}: {name}" for path, name, node in public if not ast.get_docstring(node)]


def test_no_class_is_a_manager() -> None:
    classes = [(path, each.name) for path, each in _walk() if isinstance(each, ast.ClassDef)]

    assert [] == [f"{path}: {name}" for path, name in classes if {each.lower() for each in _words(name)[1:]} & NAMELESS]


def test_no_test_imports_from_a_test() -> None:
    """What tests share stands in a plain module beside them."""
    asked = [
        (path, f"{each.module}.{name.name}")
        for path in source.modules()
        for each in ast.walk(source.tree(path))
        if path.parts[0] == "tests" and isinstance(each, ast.ImportFrom)
        for name in each.names
    ]

    assert [] == [f"{path}: {name}" for path, name in asked if re.search(r"^tests\..*\btest_", name)]


def test_only_the_clock_tells_the_time() -> None:
    calls = [(path, each) for path, each in _walk() if isinstance(each, ast.Call) and path not in TELL_TIME]

    assert [] == [f"{path}:{each.lineno}" for path, each in calls if ast.unparse(each.func) in CLOCKS]


def test_a_route_is_a_few_lines() -> None:
    """The work is done in the vault, and a view is made in a function of its own."""
    routes = [(path, each) for path in source.product() for each in _functions(path) if _is_route(each)]
    lengths = {f"{path}: {each.name}": _body_length(each) for path, each in routes}

    assert len(routes) > 40
    assert set(LONG_ROUTES) == {name for name, length in lengths.items() if length > LONGEST_ROUTE}


def _is_route(node: Function) -> bool:
    return any(ast.unparse(each).startswith("router.") for each in node.decorator_list)


def _body_length(node: Function) -> int:
    body = node.body[1:] if ast.get_docstring(node) else node.body
    return (node.end_lineno or 0) - body[0].lineno + 1 if body else 0


def _walk() -> Iterator[tuple[Path, ast.AST]]:
    return ((path, each) for path in source.product() for each in ast.walk(source.tree(path)))


def _words(name: str) -> list[str]:
    return re.findall("[A-Z][a-z]*", name)


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
