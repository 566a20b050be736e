"""A real import: the users of a demo store, through the mapping that ships as an example."""

from pathlib import Path

import pytest

from cdp import clock
from cdp.ingest import mapping as mappings
from cdp.ingest.importing import Import
from cdp.ingest.items import Outcome
from cdp.platform import Platform
from tests import make
from tests.cdp.ingest.arrange import look

ROOT = Path(__file__).resolve().parents[3]
USERS = ROOT.parent / "shared" / "data" / "retail" / "users.json.gz"


@pytest.mark.skipif(not USERS.exists(), reason="the retail data is not beside this checkout")
@pytest.mark.slow
def test_the_users_of_a_shop_are_imported_once(platform: Platform, database_url: str) -> None:
    source = make.organization(platform).organization_id
    meaning = mappings.load(ROOT / "examples" / "retail_users.toml")

    first = Import(platform, source, USERS, meaning, at=clock.now()).run()
    second = Import(platform, source, USERS, meaning, at=clock.now()).run()

    assert first.rows == first.new_subjects == second.rows
    assert {Outcome.STORED, Outcome.REJECTED} >= first.outcomes.keys()
    assert first.outcomes[Outcome.STORED] > 9 * first.rows
    assert {Outcome.UNCHANGED, Outcome.REJECTED} >= second.outcomes.keys()
    assert first.outcomes[Outcome.STORED] == second.outcomes[Outcome.UNCHANGED]
    assert [(first.rows,)] == look(database_url, "select count(*) from subject where source_id = %s", source)
