import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cdp.cli import app
from cdp.identity import model
from consent.errors import Invalid

PEOPLE = (
    "who,voornaam,surname,dob,e-mail\n"
    "1,Anna,van der Berg,1980-03-04,anna.berg@example.org\n"
    "1,Anna,Berg,1980-03-04,anna.berg@example.org\n"
    "2,Bert,Smit,1975-11-30,bert@example.org\n"
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text(PEOPLE, encoding="utf-8")
    return path


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["identity", *arguments])


def test_a_measurement_is_tables_for_people_and_one_object_for_programs(file: Path) -> None:
    shown, told = _run("evaluate", str(file), "--truth", "who"), _run("evaluate", str(file), "--truth", "who", "--json")

    assert 0 == shown.exit_code == told.exit_code
    assert {"automatic", "joins", "possible", "best F1", "precision 0.995", "precision 0.999"} == {
        each["threshold"] for each in json.loads(told.stdout)["thresholds"]
    }
    assert all(
        word in shown.stdout for word in ("candidate recall", "candidates p95", "largest true", "seconds", "1.0000 (")
    )
    assert "Berg" not in shown.output + told.output


def test_a_model_that_was_learned_is_measured(file: Path, tmp_path: Path) -> None:
    out = tmp_path / "ours.json"

    learned = _run("train", str(file), "--out", str(out), "--truth", "who", "--json")
    measured = _run("evaluate", str(file), "--truth", "who", "--model", str(out), "--json")

    assert 3 == json.loads(learned.stdout)["records"]
    assert "ours" == model.from_json(out.read_bytes()).version == json.loads(measured.stdout)["model"]
    assert not any(name in out.read_text(encoding="utf-8").lower() for name in ("berg", "smit", "anna"))


def test_where_a_model_cannot_be_written_is_said_before_the_work(file: Path, tmp_path: Path) -> None:
    refused = _run("train", str(file), "--out", str(tmp_path / "nowhere" / "ours.json"))

    assert isinstance(refused.exception, Invalid)
    assert "out" == refused.exception.field


def test_a_measurement_can_learn_first(file: Path) -> None:
    assert 0 == _run("evaluate", str(file), "--truth", "who", "--learn").exit_code


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (["--truth", "person"], "person"),
        (["--truth", "who", "--column", "email=mail"], "mail"),
        (["--truth", "who", "--column", "email"], "column"),
        (["--truth", "who", "--column", "shoe_size=dob"], "shoe_size"),
    ],
    ids=["no truth", "no column", "not told what", "nothing to compare"],
)
def test_what_cannot_be_measured_is_named(file: Path, arguments: list[str], field: str) -> None:
    said = _run("evaluate", str(file), *arguments)

    assert isinstance(said.exception, Invalid)
    assert field == said.exception.field
