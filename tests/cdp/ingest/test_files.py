import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp.ingest import files
from cdp.ingest.files import BadRow, Format, Layout, Position, Reader, Row
from cdp.ingest.problems import UnreadableFile

DATA = Path(__file__).resolve().parents[2] / "data"


def read(path: Path, layout: Layout | None = None, *, after: Position | None = None) -> list[Row | BadRow]:
    with Reader(path, layout, after=after) as reader:
        return list(reader)


def written(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def outline(rows: list[Row | BadRow]) -> list[tuple[int, str]]:
    return [(row.number, "row" if isinstance(row, Row) else row.reason.value) for row in rows]


def table(folder: Path) -> Path:
    path = folder / "rows.parquet"
    moment = pa.array([1_700_000_000_123_456_789] * 10, pa.timestamp("ns", tz="UTC"))
    pq.write_table(pa.table({"id": [str(n) for n in range(10)], "at": moment}), path, row_group_size=4)
    return path


def test_csv_rows_carry_their_line_numbers() -> None:
    rows = read(DATA / "clients.csv")

    assert [(2, "row"), (3, "row"), (5, "malformed"), (6, "row"), (8, "row"), (9, "row")] == outline(rows)
    assert isinstance(rows[0], Row)
    assert "Jansen; A." == rows[0].fields["name"]


def test_json_lines_keep_good_rows_beside_bad_ones() -> None:
    expected = [(1, "row"), (3, "number-out-of-range"), (4, "wrong-type"), (5, "malformed"), (6, "unstorable-text")]

    assert [*expected, (7, "row")] == outline(read(DATA / "rows.jsonl"))


def test_an_array_is_read_element_by_element() -> None:
    rows = read(DATA / "rows.json")

    assert [(1, "row"), (2, "number-out-of-range"), (3, "wrong-type"), (4, "row")] == outline(rows)
    assert isinstance(rows[3], Row)
    assert {"id": "3", "t": '],["'} == rows[3].fields


def test_parquet_is_read_across_its_row_groups(tmp_path: Path) -> None:
    rows = read(table(tmp_path))

    assert [str(n) for n in range(10)] == [row.fields["id"] for row in rows if isinstance(row, Row)]
    assert isinstance(rows[0], Row)
    assert datetime(2023, 11, 14, 22, 13, 20, 123456, UTC) == rows[0].fields["at"]


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (pa.array([0, 10**8, 5], pa.int32()).cast(pa.date32()), "unreadable-value"),
        (pa.array([0, 2**62, 5], pa.timestamp("us")), "unreadable-value"),
        (pa.array([[0], [-(2**62)], []], pa.list_(pa.timestamp("ms", tz="UTC"))), "unreadable-value"),
        (pa.array([b"a", b"\xff", None]).cast(pa.string(), safe=False), "wrong-encoding"),
        (pa.array(["a", "x" * files.ROW_BYTES, "c"]), "too-large"),
        (pa.array(["a", "b", "x" * files.ROW_BYTES]).dictionary_encode(), "row"),
        (pa.array([0, 1, 2], pa.time64("ns")), "row"),
        (pa.array([0, 1, 2], pa.duration("ns")), "row"),
        (pa.array([0, 1, 2], pa.decimal256(70, 2)), "row"),
    ],
    ids=["date", "moment", "nested", "bytes", "large", "words", "time", "duration", "decimal"],
)
def test_an_odd_cell_of_parquet_costs_its_own_row(tmp_path: Path, cells: pa.Array, reason: str) -> None:
    path = tmp_path / "odd.parquet"
    pq.write_table(pa.table({"id": ["1", "2", "3"], "odd": cells}), path)

    last = "too-large" if pa.types.is_dictionary(cells.type) else "row"
    assert [(1, "row"), (2, reason), (3, last)] == outline(read(path))


@pytest.mark.parametrize("name", ["clients.csv", "rows.jsonl", "rows.json", "rows.parquet"])
@pytest.mark.parametrize("packed", [False, True])
def test_reading_goes_on_behind_any_row(name: str, packed: bool, tmp_path: Path) -> None:  # noqa: FBT001  # a parameter of the test
    path = table(tmp_path) if name == "rows.parquet" else DATA / name
    if packed and name != "rows.parquet":
        path = written(tmp_path, name + ".gz", gzip.compress(path.read_bytes()))
    rows = read(path)

    for number, row in enumerate(rows):
        assert rows[number + 1 :] == read(path, after=row.after)


def test_progress_ends_at_the_total(tmp_path: Path) -> None:
    for path in (DATA / "clients.csv", DATA / "rows.json", table(tmp_path)):
        with Reader(path) as reader:
            list(reader)

            assert 0 < reader.total == reader.done


@pytest.mark.parametrize(
    ("content", "layout"),
    [
        ("id;näme\n1;é\n".encode(), {}),
        ("\ufeffid;näme\n1;é\n".encode(), {}),
        ("\ufeffid\tnäme\r\n1\té\r\n".encode(), {"encoding": "utf-8-sig"}),
        ("id|näme\n1|é".encode("cp1252"), {"encoding": "cp1252"}),
        ("id,näme\n1,'é'".encode(), {"quote": "'"}),
    ],
)
def test_encodings_and_delimiters_are_found_or_given(content: bytes, layout: dict[str, str], tmp_path: Path) -> None:
    (row,) = read(written(tmp_path, "x.csv", content), Layout.model_validate(layout))

    assert isinstance(row, Row)
    assert {"id": "1", "näme": "é"} == row.fields


def test_a_line_in_another_encoding_costs_its_own_row_only(tmp_path: Path) -> None:
    rows = read(written(tmp_path, "x.csv", b"id,n\n1,a\n2,\xff\n3,c\n"))

    assert [(2, "row"), (3, "wrong-encoding"), (4, "row")] == outline(rows)


def test_a_quote_that_never_closes_costs_what_it_swallows_and_no_more(tmp_path: Path) -> None:
    lines = b"".join(b"%d,a\n" % number for number in range(40_000))

    rows = read(written(tmp_path, "x.csv", b'id,n\n1,"a\n' + lines))

    assert isinstance(rows[0], BadRow)
    assert 20_000 < sum(isinstance(row, Row) for row in rows)


def test_a_line_of_megabytes_costs_its_own_row_only(tmp_path: Path) -> None:
    wide = b"x" * 3_000_000

    for name, content in (("x.csv", b"id\n1\n" + wide + b"\n3\n"), ("x.jsonl", b'{"a":1}\n"' + wide + b'"\n{}\n')):
        rows = read(written(tmp_path, name, content))

        assert [1] == [number for number, row in enumerate(rows) if isinstance(row, BadRow)]
        assert isinstance(rows[-1], Row)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.csv", b""),
        ("x.csv", "id,name\n1,a\n".encode("utf-16")),
        ("x.csv", b"id,id\n1,2\n"),
        ("x.csv", b'"id\n'),
        ("x.csv", b"\0,b\n"),
        ("x.json", b""),
        ("x.json", b'{"a":1}'),
        ("x.json", b'[{"a":1}'),
        ("x.json", b'[{"a":1}] x'),
        ("x.json", b'["' + b"x" * 2_000_000),
        ("x.json", json.dumps([{"a": 1}]).encode("utf-16")),
        ("x.json", b"[" * 100_000),
        ("x.parquet", b""),
        ("x.parquet", b"PAR1 nothing else PAR1"),
        ("x.jsonl.gz", gzip.compress(b'{"a":1}\n' * 100)[:-9]),
        ("x.jsonl.gz", b"\x1f\x8b" + b"\xff" * 30),
        ("x.xlsx", b"PK"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused(name: str, content: bytes, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile):
        read(written(tmp_path, name, content))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile):
        Reader(tmp_path / "x.csv")


def test_the_name_tells_the_format() -> None:
    names = {"a.csv": Format.CSV, "a.TSV": Format.CSV, "a.jsonl.gz": Format.JSONL, "a.ndjson": Format.JSONL}

    assert names == {name: files.format_of(Path(name)) for name in names}


@given(st.binary(), st.sampled_from(["x.csv", "x.json", "x.jsonl", "x.parquet"]))
def test_any_bytes_are_rows_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes, name: str) -> None:
    path = written(tmp_path_factory.getbasetemp(), name, content)

    try:
        rows = read(path)
    except UnreadableFile:
        return

    assert all(isinstance(row, Row | BadRow) for row in rows)
