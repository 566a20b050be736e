from pathlib import Path

import pytest

from cdp.identity import samples
from cdp.identity.samples import Columns
from consent.errors import Invalid

PEOPLE = "cluster,given_name,achternaam,dob,shop\n7,Anna,van der Berg,1980-03-04,a\n8,Bert,Smit,,b\n7,A.,Berg,,b\n"


def _file(folder: Path, text: str, name: str = "people.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_columns_are_known_by_the_names_of_the_catalog(tmp_path: Path) -> None:
    sample = samples.read([_file(tmp_path, PEOPLE)], Columns({}))

    assert ("birth_date", "first_name", "last_name") == sample.compared
    assert [("anna",), ("bert",), ()] == [each.given for each in sample.traits]
    assert (1980, 3, 4) == sample.traits[0].birth
    assert [0, 1, 0] == sample.people.tolist()
    assert sample.sources is None


def test_a_column_means_what_is_told(tmp_path: Path) -> None:
    sample = samples.read([_file(tmp_path, "who,x\n1,Anna\n")], Columns({"first_name": "x"}, truth="who"))

    assert ("anna",) == sample.traits[0].given


def test_sources_are_a_column_or_the_files(tmp_path: Path) -> None:
    one, other = _file(tmp_path, PEOPLE), _file(tmp_path, PEOPLE, "other.csv")

    by_column = samples.read([one], Columns({}, sources="shop")).sources
    by_file = samples.read([one, other], Columns({}, sources=samples.FILE)).sources

    assert by_column is not None
    assert [0, 1, 1] == by_column.tolist()
    assert by_file is not None
    assert [0, 0, 0, 1, 1, 1] == by_file.tolist()


@pytest.mark.parametrize(
    ("text", "columns", "field"),
    [
        pytest.param(PEOPLE, Columns({}, truth="person"), "person", id="no column of the truth"),
        pytest.param(PEOPLE, Columns({"email": "mail"}), "mail", id="no such column"),
        pytest.param(PEOPLE, Columns({}, sources="source"), "source", id="no column of sources"),
        pytest.param("cluster,colour\n1,red\n", Columns({}), "column", id="nothing about people"),
        pytest.param("cluster,first_name\n,Anna\n", Columns({}), "cluster", id="a line without truth"),
        pytest.param("cluster,first_name\n1,a,b,c\n", Columns({}), "line 2", id="a line with too much"),
        pytest.param("cluster,first_name\n", Columns({}), "file", id="nobody"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, text: str, columns: Columns, field: str) -> None:
    with pytest.raises(Invalid) as problem:
        samples.read([_file(tmp_path, text)], columns)

    assert field == problem.value.field
    assert "Anna" not in problem.value.message


def test_people_are_compared_by_nothing_unknown() -> None:
    with pytest.raises(Invalid, match="shoe_size"):
        Columns({"shoe_size": "x"})


def test_a_sample_shows_nobody(tmp_path: Path) -> None:
    assert "Sample(3)" == repr(samples.read([_file(tmp_path, PEOPLE)], Columns({})))
