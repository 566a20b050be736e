"""Cells that a spreadsheet shows and never runs."""

import csv
import io

import pytest
from pydantic import JsonValue

from cdp.copies import spreadsheet


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Bergen", "Bergen"),
        ("=1+1", "'=1+1"),
        ("+31612345678", "'+31612345678"),
        ("-2", "'-2"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("\n=1", "'\n=1"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("\uff0b1", "'\uff0b1"),
        ("\uff0d1", "'\uff0d1"),
        ("\uff20SUM(A1)", "'\uff20SUM(A1)"),
        (-2, "'-2"),
        (7, "7"),
        (True, "true"),
        (None, ""),
        ("", ""),
        ({"plan": "=1"}, '{"plan":"=1"}'),
    ],
)
def test_a_cell_holds_no_formula(value: JsonValue, text: str) -> None:
    assert text == spreadsheet.cell(value)


def test_what_was_written_is_read_back_by_any_reader_of_csv() -> None:
    rows: list[dict[str, JsonValue]] = [{"a": 'say "hi", you', "b": "two\nlines"}, {"a": "é", "b": None}]

    written = b"".join(spreadsheet.lines(("a", "b"), rows)).decode("utf-8-sig")

    assert [["a", "b"], ['say "hi", you', "two\nlines"], ["é", ""]] == list(
        csv.reader(io.StringIO(written, newline=""))
    )
