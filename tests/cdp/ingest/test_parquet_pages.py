"""What a Parquet file unpacks to is known before it is unpacked."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp.ingest import parquet_pages
from cdp.ingest.files import BadRow, Reader, Row
from cdp.ingest.items import Reason
from cdp.ingest.problems import UnreadableFile

MEGABYTE = 1024 * 1024


def read(path: Path) -> list[Row | BadRow]:
    with Reader(path, None) as reader:
        return list(reader)


def written(folder: Path, columns: dict[str, Any], **how: Any) -> Path:
    path = folder / "rows.parquet"
    pq.write_table(pa.table(columns), path, **how)
    return path


@pytest.mark.parametrize("version", ["1.0", "2.0"])
@pytest.mark.parametrize("compression", ["none", "snappy", "zstd", "gzip"])
@pytest.mark.parametrize("dictionaries", [["word", "list.list.element", "nested.long"], []])
def test_every_page_is_found_and_nothing_else(
    tmp_path: Path, version: str, compression: str, dictionaries: list[str]
) -> None:
    columns = {
        "word": [f"word {n % 7}" * 40 for n in range(3_000)],
        "number": [None if n % 3 else n for n in range(3_000)],
        "list": [["a", "b"] * (n % 5) for n in range(3_000)],
        "nested": [{"moment": n, "long": "x" * 300} for n in range(3_000)],
    }
    path = written(
        tmp_path,
        columns,
        data_page_version=version,
        compression=compression,
        use_dictionary=dictionaries or False,
        data_page_size=4_096,
        row_group_size=1_000,
        write_page_checksum=True,
        write_page_index=False,
    )
    metadata = pq.ParquetFile(path).metadata
    with path.open("rb") as file:
        for group in range(metadata.num_row_groups):
            for each in range(metadata.num_columns):
                column = metadata.row_group(group).column(each)
                pages = list(parquet_pages._pages(file, column))
                values = sum(page.values for page in pages if not page.is_dictionary)
                headers = column.total_compressed_size - sum(page.packed for page in pages)

                assert column.num_values == values
                assert column.total_uncompressed_size == headers + sum(page.unpacked for page in pages)
                assert column.has_dictionary_page == any(page.is_dictionary for page in pages)


def test_a_page_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet_pages, "LARGEST_PAGE", 4 * MEGABYTE)
    columns = {"id": ["1"], "note": ["x" * 4 * MEGABYTE]}
    path = written(tmp_path, columns, compression="zstd", use_dictionary=False)
    assert path.stat().st_size < MEGABYTE
    before = pa.total_allocated_bytes()

    with pytest.raises(UnreadableFile, match="unpacks to more than 4 MiB"):
        read(path)
    assert pa.total_allocated_bytes() - before < MEGABYTE


def test_more_values_than_a_process_should_hold_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_pages, "MOST_VALUES", 10_000)
    path = written(tmp_path, {"list": [[None] * 6_000, [None] * 6_000]})

    with pytest.raises(UnreadableFile, match="unpacks to more than"):
        read(path)


def test_of_long_words_that_every_row_repeats_few_are_in_memory_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet_pages, "LARGEST_DICTIONARIES", 8 * MEGABYTE)
    rows = 10
    path = written(tmp_path, {"id": [str(n) for n in range(rows)], "note": ["x" * (2 * MEGABYTE)] * rows})
    metadata = pq.ParquetFile(path).metadata
    with path.open("rb") as file:
        at_once = parquet_pages.rows_at_once(file, metadata, [0], most=250)

    assert 3 == at_once
    assert [Reason.TOO_LARGE] * rows == [each.reason for each in read(path) if isinstance(each, BadRow)]


def test_of_words_that_go_on_from_a_long_one_few_are_in_memory_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet_pages, "LARGEST_DICTIONARIES", 8 * MEGABYTE)
    path = written(
        tmp_path,
        {"note": ["x" * (2 * MEGABYTE)] * 10},
        use_dictionary=False,
        column_encoding={"note": "DELTA_BYTE_ARRAY"},
    )
    metadata = pq.ParquetFile(path).metadata
    with path.open("rb") as file:
        at_once = parquet_pages.rows_at_once(file, metadata, [0], most=250)

    assert at_once <= 4


def written_by(folder: Path, writer: str) -> Path:
    path = written(folder, {"note": ["some words"]}, store_schema=False)
    ours = pq.ParquetFile(path).metadata.created_by
    path.write_bytes(path.read_bytes().replace(ours.encode(), writer.ljust(len(ours)).encode()))
    return path


@pytest.mark.parametrize("writer", ["parquet-mr version 1.2.8", "Parquet-MR version 1.2", "parquet-mr"])
def test_of_a_writer_that_forgot_where_its_pages_end_nothing_is_unpacked(tmp_path: Path, writer: str) -> None:
    with pytest.raises(UnreadableFile, match="forgot where its pages end"):
        read(written_by(tmp_path, writer))


@pytest.mark.parametrize(
    "writer", ["parquet-mr version 1.2.9", "parquet-mr version 1.12.3", "parquet-rs version 1.0.0"]
)
def test_other_writers_are_read(tmp_path: Path, writer: str) -> None:
    assert 1 == len(read(written_by(tmp_path, writer)))


def header(*fields: bytes) -> bytes:
    """Return a page header of one byte unpacked, with more fields."""
    return b"\x15\x00\x15\x02" + b"".join(fields) + b"\x00"


PACKED = b"\x15\x02"


def test_a_page_that_counts_its_values_twice_has_as_many_as_it_says_at_most() -> None:
    one, thousand = b"\x2c\x15\x02\x00", b"\x3c\x15\xd0\x0f\x00"

    page, _ = parquet_pages._Thrift(header(PACKED, one, thousand)).page()

    assert 1000 == page.values


@pytest.mark.parametrize(
    "fields",
    [
        [b"\x15\x82\x80\x80\x80\x20"],  # 2³² + 1 bytes, of which Arrow reads 1
        [PACKED, b"\x05\x84\x80\x08\x02"],  # field 65,538, which Arrow takes for field 2
    ],
)
def test_a_number_of_which_arrow_reads_a_part_is_refused(fields: list[bytes]) -> None:
    with pytest.raises(UnreadableFile, match="a number that is none"):
        parquet_pages._Thrift(header(*fields)).page()


@pytest.mark.parametrize("spoiled", [b"\x00" * 40, b"\xff" * 40, b"\x15\x00\x15\x01\x15\x01\x2c" + b"\x1c" * 40])
def test_a_page_that_says_nothing_is_no_page(tmp_path: Path, spoiled: bytes) -> None:
    path = written(tmp_path, {"note": ["some words"] * 100})
    content = bytearray(path.read_bytes())
    content[4 : 4 + len(spoiled)] = spoiled
    path.write_bytes(content)

    with pytest.raises(UnreadableFile):
        read(path)


@given(st.binary(max_size=80))
def test_any_bytes_are_a_page_or_refused(content: bytes) -> None:
    try:
        page, length = parquet_pages._Thrift(content).page()
    except (UnreadableFile, IndexError):
        return

    assert min(page[:3]) >= 0
    assert 0 < length <= len(content)
