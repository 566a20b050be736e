"""Importing a file: stored once, gone on with where it stopped, rehearsed without a trace, and quick about bad rows."""

import json
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from cdp.cli import app
from cdp.ingest import importing
from cdp.ingest.items import Kind, Outcome, Reason
from cdp.platform import Platform
from tests import make
from tests.cdp.ingest.arrange import change, look
from tests.cdp.ingest.imported import MAPPING, counted, run, written


def test_a_file_is_stored_and_the_second_time_changes_nothing(
    platform: Platform, database_url: str, tmp_path: Path
) -> None:
    source, file = make.organization(platform).organization_id, written(tmp_path, 20)

    first = run(platform, source, file).run()
    second = run(platform, source, file).run()

    assert (20, 20, {Outcome.STORED: 40}) == (first.rows, first.new_subjects, first.outcomes)
    assert (20, 0, {Outcome.UNCHANGED: 40}) == (second.rows, second.new_subjects, second.outcomes)
    assert (40, 20) == counted(database_url, source)


def test_an_import_that_was_interrupted_goes_on_where_it_stopped(
    platform: Platform, database_url: str, tmp_path: Path
) -> None:
    source, file = make.organization(platform).organization_id, written(tmp_path, 1_200)

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(platform, source, file).run(report=interrupt)
    before = counted(database_url, source)
    rest = run(platform, source, file).run()

    assert (1_000, 500) == before
    assert (500, 700, {Outcome.STORED: 1_400}) == (rest.before, rest.rows, rest.outcomes)
    assert (2_400, 1_200) == counted(database_url, source)


def test_a_large_file_is_stored_by_several_processes_in_the_order_of_each_person(
    platform: Platform, database_url: str, tmp_path: Path
) -> None:
    source = make.organization(platform).organization_id
    file = written(tmp_path, 3_000, note="x" * 500)
    with file.open("a", encoding="utf-8") as more:
        more.writelines(f"u-{n % 3_000},Alkmaar {n},o-{n % 3_000},{n},\n" for n in range(3_000, 4_000))

    done = run(platform, source, file).run()

    assert (4_000, 3_000, {Outcome.STORED: 8_000}) == (done.rows, done.new_subjects, done.outcomes)
    current = "select count(*) from record where source_id = %s and superseded_at is null"
    assert [(6_000,)] == look(database_url, current, source)


def test_everything_about_one_person_belongs_to_one_shard() -> None:
    shards: dict[str, set[int]] = {}
    for person in [f"u-{n % 50}" for n in range(200)]:
        shards.setdefault(person, set()).add(importing._shard_of(person, 4))

    assert {1} == {len(found) for found in shards.values()}
    assert {0, 1, 2, 3} == set.union(*shards.values())


def test_a_shard_that_was_behind_goes_on_alone(platform: Platform, database_url: str, tmp_path: Path) -> None:
    source = make.organization(platform).organization_id
    file = written(tmp_path, 2_500, note="x" * 500)

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(platform, source, file).run(report=interrupt)
    ((behind,),) = look(database_url, "select min(fingerprint) from import_job where source_id = %s", source)
    change(
        database_url,
        "update import_job set position = 0, counts = jsonb_set(counts, '{offset}', '0') where fingerprint = %s",
        behind,
    )
    rest = run(platform, source, file).run()

    assert 0 < rest.outcomes[Outcome.UNCHANGED] < 2_000
    assert 2_500 == rest.before + rest.rows
    assert (5_000, 2_500) == counted(database_url, source)


def test_a_bad_row_is_told_with_its_line_and_harms_no_other(
    platform: Platform, database_url: str, tmp_path: Path
) -> None:
    source, told = make.organization(platform).organization_id, list[tuple[int, Reason, str]]()
    file = written(tmp_path, 10, bad=frozenset({3}))
    with file.open("ab") as more:
        more.write(b"u-1,too,many,1,x,cells\nundefined,Bergen,o-1,1,\n")

    done = run(platform, source, file).run(reject=lambda *line: told.append(line))

    assert [
        (5, Reason.UNREADABLE_VALUE, "products.0.properties.total"),
        (12, Reason.MALFORMED, ""),
        (13, Reason.PLACEHOLDER, "subject.user_id"),
    ] == told
    assert (19, 3) == (done.outcomes[Outcome.STORED], done.outcomes[Outcome.REJECTED])


def test_a_rehearsal_tells_the_same_and_stores_nothing(platform: Platform, database_url: str, tmp_path: Path) -> None:
    source, file = make.organization(platform).organization_id, written(tmp_path, 1_200, bad=frozenset({7}))

    rehearsed = run(platform, source, file, is_rehearsal=True).run()
    before = counted(database_url, source)
    done = run(platform, source, file).run()

    assert (0, 0) == before
    assert (rehearsed.rows, rehearsed.outcomes, rehearsed.new_subjects, rehearsed.rejects) == (
        done.rows,
        done.outcomes,
        done.new_subjects,
        done.rejects,
    )


def test_the_command_tells_what_became_of_the_file(
    platform: Platform, app_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, file = make.organization(platform), written(tmp_path, 10, bad=frozenset({3}))
    (tmp_path / "mapping.toml").write_text(MAPPING, encoding="utf-8")
    monkeypatch.setenv("CDP_HOME", str(platform.settings.home))
    monkeypatch.setenv("CDP_APP_DATABASE_URL", app_url)
    command = [
        "import",
        str(file),
        "--organization",
        source.slug,
        "--mapping",
        str(tmp_path / "mapping.toml"),
        "--json",
    ]

    answer = CliRunner().invoke(app, command)

    assert 0 == answer.exit_code, answer.output
    facts = json.loads(answer.stdout)
    assert (10, 10, 19, 1) == (facts["rows"], facts["new_people"], facts["items_stored"], facts["items_rejected"])
    told = json.loads((tmp_path / "people.csv.rejects.jsonl").read_text(encoding="utf-8"))
    assert {"line": 5, "reason": "unreadable-value", "field": "products.0.properties.total"} == told


def test_after_a_large_import_only_tables_that_grew_are_measured(platform: Platform, database_url: str) -> None:
    make.delivery(platform, make.organization(platform), make.item(Kind.ATTRIBUTES, "city", "Bergen", user="u-1"))
    marked = "update pg_class set reltuples = 12345, relpages = %s where relname in ('subject', 'record')"
    told = "select relname, reltuples <> 12345 from pg_class where relname in ('subject', 'record') order by 1"
    with psycopg.connect(database_url) as connection:  # taken back in the end, and nobody else measures meanwhile
        connection.execute("lock table subject, record in share update exclusive mode")

        connection.execute(marked, (1_000,))
        connection.execute("select measure_tables()")
        small = connection.execute(told).fetchall()
        connection.execute(marked, (0,))
        connection.execute("select measure_tables()")
        grown = connection.execute(told).fetchall()
        connection.rollback()

    assert ([("record", False), ("subject", False)], [("record", True), ("subject", True)]) == (small, grown)
