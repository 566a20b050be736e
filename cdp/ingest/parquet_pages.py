"""What the pages of a Parquet file say that they unpack to, read before anything is unpacked.

The footer may say anything. Arrow makes room for what the header in front of each page says (`PageHeader` of
parquet.thrift, in Thrift's compact protocol), so that is what is measured: two bytes can promise two gigabytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO, Final, NamedTuple

from cdp.ingest.problems import UnreadableFile

LARGEST_PAGE: Final = 128 * 1024 * 1024
"""How much one page may unpack to; writers make pages of one megabyte, DuckDB of a hundred at most."""
MOST_VALUES: Final = 2**27
"""How many values, empty ones too, one column of a row group may hold."""
LARGEST_DICTIONARIES: Final = 256 * 1024 * 1024
"""How much the longest words that rows may share may take in the rows that are in memory at a time."""
_HEADER: Final = 512
_LONGEST_HEADER: Final = 16 * 1024 * 1024
# Fields of parquet.thrift (apache/parquet-format): of PageHeader, and of the header in it for each kind of page.
_TYPE, _UNPACKED, _PACKED = (1, 0), (2, 0), (3, 0)  # type, uncompressed_page_size, compressed_page_size
_DATA, _DICTIONARY, _DATA_2 = 5, 7, 8  # data_page_header, dictionary_page_header, data_page_header_v2
_COUNTS: Final = (_DATA, 1), (_DICTIONARY, 1), (_DATA_2, 1)  # num_values
_ENCODINGS: Final = (_DATA, 2), (_DATA_2, 4)  # encoding
_DICTIONARY_PAGE: Final = 2  # of PageType
_DELTA_BYTE_ARRAY: Final = 7  # of Encoding
# Kinds of fields of Thrift's compact protocol, in their order.
_TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = range(1, 13)
_DEEPEST: Final = 8
_MOST_BITS: Final = 63
_SHORT: Final = range(-(2**15), 2**15)
_WHOLE: Final = range(-(2**31), 2**31)
_VERSION: Final = re.compile(r"\s*(\d{1,9})\.(\d{1,9})\.(\d{1,9})")
_KNOWS_ITS_END: Final = (1, 2, 9)


class Page(NamedTuple):
    """What one page says of itself."""

    unpacked: int
    packed: int
    values: int
    is_dictionary: bool
    is_shared: bool
    """Whether each value may go on from the one before, so that all have what is written once."""


def rows_at_once(file: BinaryIO, metadata: Any, groups: list[int], *, most: int) -> int:  # noqa: ANN401  # of pyarrow, which publishes no types
    """Return how many rows may be in memory at a time, at most `most`; raises UnreadableFile for what is too much.

    Every row may name the longest word of each dictionary, and go on from the longest one before it.
    """
    if _reads_on(metadata.created_by or ""):
        raise UnreadableFile("the program that wrote this file forgot where its pages end: write it with a newer one")
    fewest = most
    for group in groups:
        row_group = metadata.row_group(group)
        columns = [_shared_of(file, row_group.column(each)) for each in range(row_group.num_columns)]
        fewest = min(fewest, LARGEST_DICTIONARIES // max(1, sum(columns)))
    return max(1, fewest)


def _reads_on(writer: str) -> bool:
    """Say whether Arrow looks for pages of this program behind the end that the footer says (PARQUET-816)."""
    name, _, version = writer.lower().partition(" version ")
    found = _VERSION.match(version)
    numbers = (0, 0, 0) if found is None else tuple(map(int, found.groups()))
    return name.strip() == "parquet-mr" and numbers < _KNOWS_ITS_END


def _shared_of(file: BinaryIO, column: Any) -> int:  # noqa: ANN401  # of pyarrow, which publishes no types
    """Return how much of a column each row may have; raises UnreadableFile for what unpacks to too much."""
    values = dictionary = shared = 0
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
        elif page.is_shared:
            shared = max(shared, page.unpacked)
    return dictionary + shared


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
        found: dict[tuple[int, int], int] = {}
        for number, kind in self._fields():
            if kind == _STRUCT:
                for inner, inner_kind in self._fields():
                    if inner_kind == _I32:
                        found[number, inner] = self._i32()
                    else:
                        self._skip(inner_kind, _DEEPEST)
            elif kind == _I32:
                found[number, 0] = self._i32()
            else:
                self._skip(kind, _DEEPEST)
        counts = [found[each] for each in _COUNTS if each in found]
        unpacked, packed = (found.get(each, -1) for each in (_UNPACKED, _PACKED))
        if min(unpacked, packed, *counts) < 0:
            raise UnreadableFile("a page of the file says no size")
        is_shared = _DELTA_BYTE_ARRAY in {found.get(each) for each in _ENCODINGS}
        page = Page(unpacked, packed, max(counts, default=0), found.get(_TYPE) == _DICTIONARY_PAGE, is_shared)
        return page, self._at

    def _fields(self) -> Iterator[tuple[int, int]]:
        number = 0
        while head := self._byte():
            number = number + (head >> 4) if head >> 4 else self._number()
            if number not in _SHORT:
                raise UnreadableFile("a page of the file says a number that is none")
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

    def _i32(self) -> int:
        """Return a number as Arrow reads it, which of a larger one would take a part."""
        value = self._number()
        if value not in _WHOLE:
            raise UnreadableFile("a page of the file says a number that is none")
        return value

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
