"""Rules about exceptions to rules: each carries a sentence that says why."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house import source

HATCH = re.compile(
    r"#\s*(noqa(?::\s*[A-Z0-9, ]+)?|type:\s*ignore(?:\[[^\]]*\])?|pragma:\s*no cover)(?P<reason>.*)$", re.MULTILINE
)
NAMED = re.compile(r"#\s*(noqa:\s*[A-Z]|type:\s*ignore\[)")
SHORTEST_REASON = 10
THIS = Path("tests/house/test_escape_hatches.py")


def _hatches(text: str) -> list[re.Match[str]]:
    return list(HATCH.finditer(text))


def _reason(hatch: re.Match[str]) -> str:
    return hatch["reason"].strip(" #-–:")


def _everywhere() -> Iterator[tuple[str, re.Match[str]]]:
    """Yield every exception in the project with where it stands."""
    for path in source.modules():
        text = source.text(path)
        for hatch in _hatches(text) if path != THIS else ():
            yield f"{path}:{text.count(chr(10), 0, hatch.start()) + 1}", hatch


def test_an_exception_to_a_rule_says_why() -> None:
    assert [] == [where for where, each in _everywhere() if len(_reason(each)) < SHORTEST_REASON]


def test_an_exception_names_the_rule() -> None:
    assert [] == [where for where, each in _everywhere() if "pragma" not in each[0] and not NAMED.match(each[0])]


@pytest.mark.parametrize(
    ("line", "is_silent"),
    [
        ("x = 1  # noqa: S105", True),
        ("x = 1  # noqa: S105 - guards nothing, it is a column's name", False),
        ("x = 1  # type: ignore[arg-type]", True),
        ("x = 1  # type: ignore[arg-type]  # the stub forgets None", False),
    ],
)
def test_the_rule_sees_what_it_should(line: str, is_silent: bool) -> None:  # noqa: FBT001 - a column of the table above
    assert is_silent == (len(_reason(_hatches(line)[0])) < SHORTEST_REASON)


def test_every_exception_in_the_configuration_has_a_comment() -> None:
    section = (
        source.text(Path("pyproject.toml")).partition("[tool.ruff.lint]")[2].partition("[tool.ruff.lint.per-file")[0]
    )
    codes = [line for line in section.splitlines() if re.match(r'\s+"[A-Z]+[0-9]+"', line)]

    assert codes
    assert [] == [line for line in codes if "#" not in line]
