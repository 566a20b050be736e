"""Importing a file again: what breaks off goes on, a mapping that fits no column is told, rejects are of one run."""

import json
import os
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cdp import clock, jobs
from cdp.cli import app, imports
from cdp.ingest import import_standing, importing, rejects
from cdp.ingest import mapping as mappings
from cdp.ingest.importing import Import
from cdp.ingest.items import Kind, Outcome, Reason
from cdp.ingest.problems import BadMapping, UnfitRejectsFile, UnreadableFile
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from tests import make
from tests.cdp.ingest.arrange import change, look
from tests.cdp.ingest.imported import MAPPING, MEANING, counted, run, written

Cdp = Callable[..., Result]


def interrupt(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("rows", [600, 2_500])
def test_a_second_run_that_breaks_off_before_its_first_chunk_leaves_the_whole_file_to_the_third(
    platform: Platform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    source, file = make.organization(platform).organization_id, written(tmp_path, rows, note="x" * 500)
    run(platform, source, file).run()

    with monkeypatch.context() as patched:
        patched.setattr(importing, "_rounds", interrupt)
        with pytest.raises(KeyboardInterrupt):
            run(platform, source, file).run()
    third = run(platform, source, file).run()

    assert (0, rows, {Outcome.UNCHANGED: 2 * rows}) == (third.before, third.rows, third.outcomes)


def test_a_shard_that_had_stored_nothing_yet_begins_at_the_beginning(
    platform: Platform, database_url: str, tmp_path: Path
) -> None:
    source, file = make.organization(platform).organization_id, written(tmp_path, 2_500, note="x" * 500)
    with pytest.raises(KeyboardInterrupt):
        run(platform, source, file).run(report=interrupt)
    ((none,),) = look(database_url, "select min(fingerprint) from import_job where source_id = %s", source)
    change(database_url, "delete from import_job where fingerprint = %s", none)

    rest = run(platform, source, file).run()

    assert 0 < rest.outcomes[Outcome.UNCHANGED] < 2_000
    assert (5_000, 2_500) == counted(database_url, source)


@pytest.mark.parametrize("apart", [1, 100, 600])
def test_a_file_that_says_two_values_of_one_thing_without_a_time_changes_nothing_the_second_time(
    platform: Platform, database_url: str, tmp_path: Path, apart: int
) -> None:
    """Also where both are not of one transaction, and where something else was said in between."""
    source, file = make.organization(platform), tmp_path / "people.csv"
    rows = [f"u-{n},{city} {n},o-{n},{len(city)}" for city in ("Bergen", "Alkmaar") for n in range(apart)]
    file.write_text("id,city,order,total\n" + "\n".join(rows) + "\n", encoding="utf-8")
    first = run(platform, source.organization_id, file).run()
    make.delivery(platform, source, make.item(Kind.ATTRIBUTES, "city", "Hoorn", user="u-0"))
    stands = "select record_id, superseded_at is null from record where source_id = %s order by 1"
    before = look(database_url, stands, source.organization_id)

    rehearsed = run(platform, source.organization_id, file, is_rehearsal=True).run()
    done = "select count(*) from import_job where source_id = %s and done_at is null"
    assert [(0,)] == look(database_url, done, source.organization_id)
    second = run(platform, source.organization_id, file).run()

    assert {Outcome.STORED: 4 * apart} == first.outcomes
    assert {Outcome.UNCHANGED: 4 * apart} == second.outcomes == rehearsed.outcomes
    assert before == look(database_url, stands, source.organization_id)
    assert 2 * apart == sum(holds for _, holds in before)


def test_a_file_that_cannot_be_read_changes_no_state(platform: Platform, database_url: str, tmp_path: Path) -> None:
    source, file = make.organization(platform).organization_id, written(tmp_path, 5)
    misnamed = tmp_path / "people.parquet"
    misnamed.write_bytes(file.read_bytes())
    fingerprint = importing._fingerprints(misnamed, mappings.parse(MAPPING), 1)[0]
    stands = "insert into import_job (source_id, fingerprint, position, counts, updated_at, done_at)"
    change(database_url, f"{stands} values (%s, %s, 5, '{{\"offset\": 5}}', now(), now())", source, fingerprint)

    with pytest.raises(UnreadableFile):
        run(platform, source, misnamed).run()

    assert [(5, True)] == look(
        database_url, "select position, done_at is not null from import_job where source_id = %s", source
    )


@pytest.fixture
def cdp(platform: Platform, app_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cdp:
    """Return `cdp import` of a file with a mapping, for an organization of its own."""
    slug = make.organization(platform).slug
    monkeypatch.setenv("CDP_HOME", str(platform.settings.home))
    monkeypatch.setenv("CDP_APP_DATABASE_URL", app_url)

    def call(file: Path, *options: str, mapping: str = MAPPING) -> Result:
        stated = tmp_path / "mapping.toml"
        stated.write_text(mapping, encoding="utf-8")
        command = ["import", str(file), "--organization", slug, "--mapping", str(stated), "--json", *options]
        return CliRunner().invoke(app, command)

    return call


def test_a_mapping_of_a_column_that_is_not_there_is_told_before_anything_is_stored(cdp: Cdp, tmp_path: Path) -> None:
    answer = cdp(written(tmp_path, 3), mapping=MAPPING.replace('"city"\n[[p', '"town"\n[[p'))

    assert isinstance(answer.exception, BadMapping)
    assert "attributes.0.value: the file has no column town" == str(answer.exception)
    assert not (tmp_path / "people.csv.rejects.jsonl").exists()


def test_a_file_of_which_every_row_is_rejected_is_a_failure(cdp: Cdp, tmp_path: Path) -> None:
    file = written(tmp_path, 2)
    file.write_text("id,city,order,total\nnull,a,b,1\nnull,c,d,2\n", encoding="utf-8")

    assert 1 == cdp(file).exit_code


def test_a_rehearsal_tells_what_will_be_unmapped(cdp: Cdp, tmp_path: Path) -> None:
    mapping = MAPPING.replace('name = "city"', 'name = "shoeSize"').replace('"order"\nkey', '"spaceship"\nkey')

    rehearsed = json.loads(cdp(written(tmp_path, 3), "--dry-run", mapping=mapping).stdout)

    assert ["attributes shoe_size", "product spaceship"] == rehearsed["unmapped"]


def test_rejects_are_of_one_run_and_of_a_rehearsal_apart(cdp: Cdp, tmp_path: Path) -> None:
    file, told = written(tmp_path, 5, bad=frozenset({3})), tmp_path / "people.csv.rejects.jsonl"

    rehearsed = json.loads(cdp(file, "--dry-run").stdout)["told_in"]
    is_apart = not told.exists()
    cdp(file)
    cdp(file)

    assert (True, 1, 1) == (
        is_apart,
        len(Path(rehearsed).read_text(encoding="utf-8").splitlines()),
        len(told.read_text(encoding="utf-8").splitlines()),
    )


def test_rejects_of_a_run_that_goes_on_stand_behind_those_of_before(
    cdp: Cdp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, told = written(tmp_path, 1_200, bad=frozenset({3, 1_100})), tmp_path / "people.csv.rejects.jsonl"
    with monkeypatch.context() as patched:
        patched.setattr(importing, "_estimate", interrupt)
        cdp(file)

    cdp(file)

    assert [5, 1_102] == [json.loads(line)["line"] for line in told.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("torn", ["", '{"line": 1'])
def test_rejects_that_were_stored_and_not_told_are_told_by_the_run_that_goes_on(
    cdp: Cdp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, torn: str
) -> None:
    file = written(tmp_path, 1_200, bad=frozenset({3, 4, 1_100}))
    told, note = tmp_path / "people.csv.rejects.jsonl", imports._Rejects.note

    def killed(log: imports._Rejects, line: int, reason: Reason, field: str) -> None:
        note(log, line, reason, field)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(imports._Rejects, "note", killed)
        cdp(file)
    with told.open("a", encoding="utf-8") as left:
        left.write(torn)
    cdp(file)

    assert [5, 6, 1_102] == [json.loads(line)["line"] for line in told.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(("rows", "note"), [(1_200, ""), (4_500, "x" * 500)])
@pytest.mark.parametrize("days", [29, 31])
def test_rejects_are_whole_also_where_those_of_the_run_before_are_kept_no_longer(
    platform: Platform, tmp_path: Path, rows: int, note: str, days: int
) -> None:
    """Also where some shards had stored nothing of the run that broke off."""
    bad = frozenset({3, 4, 700, rows - 1})
    source, file = make.organization(platform).organization_id, written(tmp_path, rows, bad=bad, note=note)
    now, told = clock.now(), list[int]()

    def tell(earlier: Iterable[import_standing.Reject] | None) -> None:
        told[:] = [line for line, *_ in earlier or ()]

    with pytest.raises(KeyboardInterrupt):
        Import(platform, source, file, MEANING, at=now - timedelta(days=days)).run(report=interrupt)
    jobs.purge("reject", platform, now)
    rest = run(platform, source, file).run(begin=tell, reject=lambda line, *_: told.append(line))

    assert [5, 6, 702, rows + 1] == sorted(told)
    assert (days > rejects.KEPT.days) == (rest.before == 0 and rest.rows == rows)


def test_a_rejected_line_is_told_while_the_import_still_runs(
    cdp: Cdp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, told = written(tmp_path, 5, bad=frozenset({3})), tmp_path / "people.csv.rejects.jsonl"
    seen: list[str] = []
    monkeypatch.setattr(importing, "_estimate", lambda *_: seen.append(told.read_text(encoding="utf-8")))

    cdp(file)

    assert 5 == json.loads(seen[0])["line"]


def test_of_what_was_rejected_a_few_lines_are_in_memory(
    platform: Platform, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_standing, "_AT_ONCE", 2)
    source, file = make.organization(platform).organization_id, written(tmp_path, 9, bad=frozenset(range(7)))
    job = run(platform, source, file)
    job.run()
    rows = "select count(*) from pg_stat_activity where datname = current_database() and query ~ '^FETCH FORWARD'"

    scope, since = Scope(Principal.SOURCE, source), clock.now() - timedelta(days=1)
    with closing(import_standing.rejects(platform, scope, job.request_id, since=since)) as told:
        first, fetching, others = next(told), look(database_url, rows), list(told)

    assert [(1,)] == fetching
    assert list(range(2, 9)) == [line for line, *_ in (first, *others)]


@pytest.fixture(params=["link", "link to nothing", "folder", "pipe", "another's"])
def foreign(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return where rejects would be told, and there is something that is no file of ours."""
    told, other = tmp_path / "people.csv.rejects.jsonl", tmp_path / "other"
    match request.param:
        case "link":
            other.write_text("mine", encoding="utf-8")
            told.symlink_to(other)
        case "link to nothing":
            told.symlink_to(other)
        case "folder":
            told.mkdir()
        case "pipe":
            os.mkfifo(told)
        case _:
            told.write_text("theirs", encoding="utf-8")
            monkeypatch.setattr(os, "geteuid", lambda: told.stat().st_uid + 1)
    return told


def test_rejects_are_told_in_a_file_of_our_own_only(cdp: Cdp, tmp_path: Path, foreign: Path, database_url: str) -> None:
    before, stored = foreign.lstat(), look(database_url, "select count(*) from record")

    answer = cdp(written(tmp_path, 5, bad=frozenset({3})))

    assert isinstance(answer.exception, UnfitRejectsFile)
    assert (before.st_ino, before.st_mtime_ns) == (foreign.lstat().st_ino, foreign.lstat().st_mtime_ns)
    assert [] == [each for each in tmp_path.glob("other") if each.read_text(encoding="utf-8") != "mine"]
    assert stored == look(database_url, "select count(*) from record")


def test_a_link_that_somebody_puts_there_while_the_import_runs_leads_nowhere(tmp_path: Path) -> None:
    told, other = tmp_path / "rejects", tmp_path / "other"
    log = imports._Rejects(told)
    log.begin(None)
    told.symlink_to(other)

    with pytest.raises(UnfitRejectsFile):
        log.note(1, Reason.MISSING, "")

    assert not other.exists()
