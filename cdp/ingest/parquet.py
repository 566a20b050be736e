"""The rows of a Parquet file: a cell that Python cannot hold and a row that is too large cost that row alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO, Final, cast

import pyarrow as pa
import pyarrow.parquet as pq

from cdp.ingest import parquet_pages
from cdp.ingest.items import Reason

AT_ONCE: Final = 250
"""How many rows are in memory at a time; a small file may hold rows of any size."""

Fields = dict[str, object]


def rows(file: BinaryIO, table: pq.ParquetFile, groups: list[int], *, longest: int) -> Iterator[Fields | Reason]:
    """Yield the fields of each row in `groups`, or why the row cannot be read; it has at most `longest` bytes.

    Raises UnreadableFile for a file that unpacks to more than a process should hold.
    """
    at_once = parquet_pages.rows_at_once(file, table.metadata, groups, most=AT_ONCE)
    for batch in table.iter_batches(batch_size=at_once, row_groups=groups):
        yield from _rows(_plain(batch), longest)


def _rows(batch: pa.RecordBatch, longest: int) -> Iterator[Fields | Reason]:
    """Yield the rows of a batch: all at once if nothing is wrong with any of them."""
    whole: list[Fields | Reason] | None = None
    if batch.nbytes <= longest:
        whole = _read(batch)
    if whole is None:
        whole = [_row(batch.slice(number, 1), longest) for number in range(batch.num_rows)]
    yield from whole


def _read(batch: pa.RecordBatch) -> list[Fields | Reason] | None:
    try:
        return cast("list[Fields | Reason]", batch.to_pylist())
    except (ValueError, OverflowError, pa.ArrowException):
        return None


def _row(row: pa.RecordBatch, longest: int) -> Fields | Reason:
    if row.nbytes > longest:
        return Reason.TOO_LARGE
    try:
        return cast("Fields", row.to_pylist()[0])
    except UnicodeDecodeError:
        return Reason.WRONG_ENCODING
    except (ValueError, OverflowError, pa.ArrowException):
        return Reason.UNREADABLE_VALUE


def _plain(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return `batch` without what only Arrow has: numbers in the place of words, and nanoseconds."""
    schema = batch.schema
    for index, field in enumerate(schema):
        schema = schema.set(index, field.with_type(_plain_type(field.type)))
    return batch if schema.equals(batch.schema) else batch.cast(schema, safe=False)


def _plain_type(kind: Any) -> Any:  # noqa: ANN401  # a type of pyarrow, which publishes none
    if pa.types.is_dictionary(kind):
        return _plain_type(kind.value_type)
    if pa.types.is_timestamp(kind) and kind.unit == "ns":
        return pa.timestamp("us", tz=kind.tz)
    if pa.types.is_time64(kind):
        return pa.time64("us")
    if pa.types.is_duration(kind) and kind.unit == "ns":
        return pa.duration("us")
    return kind
