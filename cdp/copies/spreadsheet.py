"""Rows as CSV (RFC 4180) that a spreadsheet can open without running anything that stands in a cell."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import msgspec
from pydantic import JsonValue

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""How a cell begins that a spreadsheet would take for a formula, wide signs too; it gets an apostrophe in front."""


def lines(columns: Sequence[str], rows: Iterable[Mapping[str, JsonValue]]) -> Iterator[bytes]:
    """Yield the heading and one line for each row, in UTF-8; the first bytes tell a spreadsheet so."""
    yield b"\xef\xbb\xbf" + _line(columns)
    for row in rows:
        yield _line([cell(row[column]) for column in columns])


def cell(value: JsonValue) -> str:
    """Return `value` as the text of a cell: a text as it is, everything else as JSON, nothing as nothing."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return f"'{text}" if text.startswith(FORMULA) else text


def _line(cells: Sequence[str]) -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue().encode()
