"""A large import tells the database how its tables have grown; in a database of its own, because only growth counts."""

from pathlib import Path

import pytest

from cdp.ingest import importing
from cdp.platform import Platform
from tests import make
from tests.cdp.ingest.arrange import change, look
from tests.cdp.ingest.imported import run, written


def test_the_database_knows_at_once_how_large_an_import_made_its_tables(
    platform: Platform, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, known = make.organization(platform).organization_id, "select reltuples from pg_class where relname = %s"
    change(database_url, "alter table reference set (autovacuum_enabled = false)")
    change(database_url, "analyze reference")
    monkeypatch.setattr(importing, "LARGE", 30)

    run(platform, source, written(tmp_path, 29)).run()
    ((few,),) = look(database_url, known, "reference")
    run(platform, source, written(tmp_path, 60)).run()
    ((many,),) = look(database_url, known, "reference")

    ((stored,),) = look(database_url, "select count(*) from reference")
    assert (stored - 60, stored) == (few, many)
