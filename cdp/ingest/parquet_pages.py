"""What the pages of a Parquet file say that they unpack to, read before anything is unpacked.

The footer may say anything. Arrow makes room for what the header in front of each page says (`PageHeader` of
parquet.thrift, in Thrift's compact protocol), so that is what is measured: two bytes can promise two gigabytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO, Final, NamedTuple

from cdp.ingest.problems import UnreadableFile

LARGEST_PAGE: Final = 128 * 1024 * 1024
"""How much one page may unpack to; writers make pages of one megabyte, DuckDB of a hundred at most."""
MOST_VALUES: Final = 2**27
"""How many values, empty ones too, one column of a row group may hold."""
LARGEST_DICTIONARIES: Final = 256 * 1024 * 1024
"""How much the longest words of all dictionaries may take in the rows that are in memory at a time."""
_HEADER: Final = 512
_LONGEST_HEADER: Final = 16 * 1024 * 1024
_DICTIONARY: Final = 2
_TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = range(1, 13)
_DEEPEST: Final = 8
_MOST_BITS: Final = 63


class Page(NamedTuple):
    """What one page says of itself."""

    unpacked: int
    packed: int
    values: int
    is_dictionary: bool


def rows_at_once(file: BinaryIO, metadata: Any, groups: list[int], *, most: int) -> int:  # noqa: ANN401  # of pyarrow, which publishes no types
    """Return how many rows may be in memory at a time, at most `most`; raises UnreadableFile for what is too much.

    Every row may name the longest word of each dictionary.
    """
    fewest = most
    for group in groups:
        row_group = metadata.row_group(group)
        columns = [_dictionary_of(file, row_group.column(each)) for each in range(row_group.num_columns)]
        fewest = min(fewest, LARGEST_DICTIONARIES // max(1, sum(columns)))
    return max(1, fewest)


def _dictionary_of(file: BinaryIO, column: Any) -> int:  # noqa: ANN401  # of pyarrow, which publishes no types
    """Return how large the dictionary of a column is; raises UnreadableFile for what unpacks to too much."""
    values = dictionary = 0
    for page in _pages(file, column):
        values += page.values
        if page.unpacked > LARGEST_PAGE or values > MOST_VALUES:
            raise UnreadableFile(
                f"a column unpacks to more than {LARGEST_PAGE >> 20} MiB or {MOST_VALUES:,} values at once:"
                " write the file with smaller pages and row groups"
            )
        if page.is_dictionary:
            dictionary += page.unpacked
            values -= page.values
    return dictionary


def _pages(file: BinaryIO, column: Any) -> Iterator[Page]:  # noqa: ANN401  # of pyarrow, which publishes no types
    starts = [column.data_page_offset, column.dictionary_page_offset or 0]
    at = min((each for each in starts if each > 0), default=0)
    end = at + column.total_compressed_size
    while at < end:
        page, length = _page_at(file, at)
        yield page
        at += length + page.packed


def _page_at(file: BinaryIO, at: int) -> tuple[Page, int]:
    size = _HEADER
    while True:
        file.seek(at)
        content = file.read(size)
        try:
            return _Thrift(content).page()
        except IndexError:
            if len(content) < size or size >= _LONGEST_HEADER:
                raise UnreadableFile("the file is damaged, or not in the format that it seems to be in") from None
            size *= 32


class _Thrift:
    """A page header in Thrift's compact protocol; raises IndexError where the bytes end too early."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0

    def page(self) -> tuple[Page, int]:
        """Return the header's numbers and its length."""
        found: dict[int, int] = {}
        for number, kind in self._fields():
            if kind == _STRUCT:
                for inner, inner_kind in self._fields():
                    if inner == 1 and inner_kind == _I32:
                        found[100 + number] = self._number()
                    else:
                        self._skip(inner_kind, _DEEPEST)
            elif kind == _I32:
                found[number] = self._number()
            else:
                self._skip(kind, _DEEPEST)
        values = found.get(105, found.get(107, found.get(108, 0)))
        page = Page(found.get(2, -1), found.get(3, -1), values, found.get(1) == _DICTIONARY)
        if min(page[:3]) < 0:
            raise UnreadableFile("a page of the file says no size")
        return page, self._at

    def _fields(self) -> Iterator[tuple[int, int]]:
        number = 0
        while head := self._byte():
            number = number + (head >> 4) if head >> 4 else self._number()
            yield number, head & 15

    def _byte(self) -> int:
        self._at += 1
        return self._content[self._at - 1]

    def _unsigned(self) -> int:
        value = shift = 0
        while True:
            byte = self._byte()
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:  # noqa: PLR2004  # the bit that says that more follows
                return value
            if shift > _MOST_BITS:
                raise UnreadableFile("a page of the file says a number that is none")

    def _number(self) -> int:
        value = self._unsigned()
        return (value >> 1) ^ -(value & 1)

    def _skip(self, kind: int, deepest: int) -> None:
        if deepest == 0 or not _TRUE <= kind <= _STRUCT:
            raise UnreadableFile("a page of the file says something that is no page")
        if kind in {_BYTE, _DOUBLE}:
            self._at += 1 if kind == _BYTE else 8
        elif kind in {_I16, _I32, _I64}:
            self._unsigned()
        elif kind == _BINARY:
            length = self._unsigned()
            self._at += length
        elif kind == _STRUCT:
            for _, inner in self._fields():
                self._skip(inner, deepest - 1)
        elif kind in {_LIST, _SET, _MAP}:
            raise UnreadableFile("a page of the file says something that is no page")
