"""Reading files row by row: CSV, JSON Lines, a JSON array and Parquet, plain or gzip, resumable at every row."""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Literal, Self, cast

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict, Field

from cdp.ingest import decoding, parquet, salvage
from cdp.ingest.items import Reason
from cdp.ingest.problems import UnreadableFile

ROW_BYTES: Final = 1024 * 1024
CHUNK: Final = 64 * 1024

_DELIMITERS: Final = ",;\t|"
_BOM: Final = b"\xef\xbb\xbf"
_DAMAGED: Final = "the file is damaged or not what its name says"
_BROKEN: Final = (OSError, EOFError, zlib.error, pa.ArrowException)


class Format(StrEnum):
    """How rows are written in a file."""

    CSV = "csv"
    JSONL = "jsonl"
    JSON = "json"
    PARQUET = "parquet"


class Layout(BaseModel):
    """How to read a file; what is left out is found out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Format | None = Field(default=None, description="Left out: by the file's name.")
    encoding: Literal["utf-8", "utf-8-sig", "cp1252"] = Field(default="utf-8", description="Of a CSV file.")
    delimiter: str | None = Field(default=None, min_length=1, max_length=1, description="Left out: by the first line.")
    quote: str = Field(default='"', min_length=1, max_length=1)


class Position(msgspec.Struct, frozen=True):
    """The place behind a row: go on from here. `offset` counts unpacked bytes, rows in Parquet."""

    number: int = 0
    offset: int = 0


class Row(msgspec.Struct, frozen=True):
    """One row: its line (or its place in an array or table), and the place behind it."""

    number: int
    after: Position
    fields: Mapping[str, object]

    def __repr__(self) -> str:
        """Show where, never what."""
        return f"Row({self.number})"


class BadRow(msgspec.Struct, frozen=True):
    """A row that cannot be read; the rows around it can."""

    number: int
    after: Position
    reason: Reason


def format_of(path: Path) -> Format:
    """Return the format that the name of `path` promises; raises UnreadableFile."""
    suffix = path.with_suffix("").suffix if path.suffix == ".gz" else path.suffix
    known = {".csv": Format.CSV, ".tsv": Format.CSV, ".jsonl": Format.JSONL, ".ndjson": Format.JSONL}
    known |= {".json": Format.JSON, ".parquet": Format.PARQUET}
    try:
        return known[suffix.lower()]
    except KeyError:
        raise UnreadableFile("the name of the file does not tell its format", field="/file/format") from None


class Reader:
    """Yields the rows of a file from `after` on; `done` of `total` tells how far it is.

    Raises UnreadableFile when the file as a whole cannot be read, or breaks off.
    """

    def __init__(self, path: Path, layout: Layout | None = None, *, after: Position | None = None) -> None:
        self._layout = layout or Layout()
        self._after = after or Position()
        self._format = self._layout.format or format_of(path)
        try:
            self._file = path.open("rb")
        except OSError as error:
            raise UnreadableFile("the file cannot be opened") from error
        self.total = path.stat().st_size
        self._rows_done: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    @property
    def done(self) -> int:
        """How much of `total` has been read."""
        return self._file.tell() if self._rows_done is None else self._rows_done

    def columns(self) -> list[str] | None:
        """Return the columns that all rows have, or None where each row has its own; raises as reading does.

        For a reader of which nothing was read yet.
        """
        if self._format is Format.PARQUET:
            try:
                return list(pq.ParquetFile(self._file).schema_arrow.names)
            except _BROKEN as error:
                raise UnreadableFile(_DAMAGED) from error
        if self._format is not Format.CSV:
            next(iter(self), None)
            return None
        encoding = "utf-8" if self._layout.encoding == "utf-8-sig" else self._layout.encoding
        try:
            return _header(_Lines(self._stream(), encoding=encoding, after=Position()), self._layout)[0]
        except _BROKEN as error:
            raise UnreadableFile(_DAMAGED) from error

    def __iter__(self) -> Iterator[Row | BadRow]:
        try:
            if self._format is Format.PARQUET:
                yield from self._parquet()
                return
            stream = self._stream()
            if self._format is Format.CSV:
                yield from _csv_rows(stream, self._layout, self._after)
            elif self._format is Format.JSONL:
                yield from _json_lines(stream, self._after)
            else:
                yield from _array_elements(stream, self._after)
        except _BROKEN as error:
            raise UnreadableFile(_DAMAGED) from error

    def _stream(self) -> BinaryIO:
        self._file.seek(0)
        is_packed = self._file.read(2) == b"\x1f\x8b"
        self._file.seek(0)
        return cast("BinaryIO", gzip.GzipFile(fileobj=self._file)) if is_packed else self._file

    def _parquet(self) -> Iterator[Row | BadRow]:
        table = pq.ParquetFile(self._file)
        self.total = table.metadata.num_rows
        self._rows_done = self._after.offset
        number, groups, skip = _groups_from(table, self._after.offset)
        for fields in parquet.rows(self._file, table, groups, longest=ROW_BYTES):
            number += 1
            if number > skip:
                self._rows_done = number
                after = Position(number, number)
                yield BadRow(number, after, fields) if isinstance(fields, Reason) else Row(number, after, fields)


def _groups_from(table: pq.ParquetFile, offset: int) -> tuple[int, list[int], int]:
    """Return the row number before the first row group that is not wholly done, the groups left, and the rows done."""
    before = 0
    for group in range(table.num_row_groups):
        rows = table.metadata.row_group(group).num_rows
        if before + rows > offset:
            return before, list(range(group, table.num_row_groups)), offset
        before += rows
    return before, [], offset


class _Lines:
    """The lines of a stream as text, with the place behind the latest; one that cannot be read breaks nothing."""

    def __init__(self, stream: BinaryIO, *, encoding: str, after: Position) -> None:
        self._stream = stream
        self._encoding = encoding
        self.number, self.offset = after.number, after.offset
        if self.offset:
            stream.seek(self.offset)

    @property
    def after(self) -> Position:
        return Position(self.number, self.offset)

    def __iter__(self) -> Self:
        return self

    def raw(self) -> bytes:
        """Return the next line, empty at the end; of a line that is too long only the beginning."""
        line = self._stream.readline(ROW_BYTES + 1)
        self.offset += len(line)
        self.number += bool(line)
        rest = line
        while len(rest) > ROW_BYTES and not rest.endswith(b"\n"):
            rest = self._stream.readline(ROW_BYTES + 1)
            self.offset += len(rest)
        return line.removeprefix(_BOM) if self.number == 1 else line

    def __next__(self) -> str:
        line = self.raw()
        if not line:
            raise StopIteration
        if len(line) > ROW_BYTES:
            raise csv.Error
        return line.decode(self._encoding)


def _csv_rows(stream: BinaryIO, layout: Layout, after: Position) -> Iterator[Row | BadRow]:
    encoding = "utf-8" if layout.encoding == "utf-8-sig" else layout.encoding
    lines = _Lines(stream, encoding=encoding, after=Position())
    header, delimiter = _header(lines, layout)
    if after.offset > lines.offset:
        lines = _Lines(stream, encoding=encoding, after=after)
    rows = csv.reader(lines, delimiter=delimiter, quotechar=layout.quote, strict=True)
    while True:
        number = lines.number + 1
        try:
            values = next(rows, None)
        except (csv.Error, UnicodeDecodeError) as error:
            is_text = isinstance(error, csv.Error)
            yield BadRow(number, lines.after, Reason.MALFORMED if is_text else Reason.WRONG_ENCODING)
            continue
        if values is None:
            return
        if len(values) == len(header):
            yield Row(number, lines.after, dict(zip(header, values, strict=True)))
        elif values:
            yield BadRow(number, lines.after, Reason.MALFORMED)


def _header(lines: _Lines, layout: Layout) -> tuple[list[str], str]:
    """Return the names of the columns and what parts them."""
    try:
        first = next(lines, "")
        delimiter = layout.delimiter or max(_DELIMITERS, key=first.count)
        header = next(csv.reader([first], delimiter=delimiter, quotechar=layout.quote, strict=True), [])
    except (csv.Error, UnicodeDecodeError) as error:
        raise UnreadableFile("the first line does not name the columns") from error
    names = [name.strip() for name in header]
    if not names or len(set(names)) != len(names) or any("\0" in name for name in names):
        raise UnreadableFile("the first line does not name each column once")
    return names, delimiter


def _json_lines(stream: BinaryIO, after: Position) -> Iterator[Row | BadRow]:
    lines = _Lines(stream, encoding="utf-8", after=after)
    while line := lines.raw():
        if line.strip():
            yield _json_row(line.strip(), lines.number, lines.after)


def _array_elements(stream: BinaryIO, after: Position) -> Iterator[Row | BadRow]:
    number = after.number
    if after.offset:
        stream.seek(after.offset)
    elif stream.read(3) != _BOM:
        stream.seek(0)
    start = after.offset or stream.tell()
    splitter = salvage.ArraySplitter(offset=start, inside=bool(after.offset), longest=ROW_BYTES + CHUNK)
    try:
        while chunk := stream.read(CHUNK):
            for piece in splitter.feed(chunk):
                number += 1
                yield _json_row(piece.text, number, Position(number, piece.end))
        splitter.close()
    except salvage.UncuttableError as error:
        raise UnreadableFile("the file is not one JSON array") from error


def _json_row(text: bytes, number: int, after: Position) -> Row | BadRow:
    plain = decoding.is_utf8(text) and decoding.is_plain(text)
    reason = decoding.flaw(text, plain=plain, longest=ROW_BYTES)
    if reason is not None:
        return BadRow(number, after, reason)
    try:
        return Row(number, after, _OBJECT.decode(text))
    except decoding.DECODE_ERRORS as error:
        return BadRow(number, after, decoding.rejection(error).reason)


_OBJECT: Final = msgspec.json.Decoder(dict[str, object])
