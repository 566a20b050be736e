"""Two deliveries at one moment, each about one of two who have a bond."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from cdp.identity.matching import Matching
from cdp.ingest.items import Item
from cdp.platform import Platform
from cdp.tables import Organization
from tests import make, waiting
from tests.cdp.identity.people import Facts, bonds, subject
from tests.cdp.ingest.arrange import look

TURNS = (
    "select 1 from pg_locks where locktype = 'advisory' and classid = 4053 and not granted"
    " and database = (select oid from pg_database where datname = current_database())"
)


def test_two_who_change_at_once_keep_no_bond_by_what_they_were(
    platform: Platform, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop, bank = make.organization(platform), make.organization(platform)
    facts = Facts("Aaltje", "Bodufogakav", "1970-05-06", make.email(), "", "")
    make.delivery(platform, shop, *facts.said("a"))
    make.delivery(platform, bank, *facts.said("b"))
    pair = subject(platform, database_url, shop, "a"), subject(platform, database_url, bank, "b")
    before = bonds(database_url, *pair)
    moved = facts.but(email=make.email())
    married = facts.but(last_name="Zemupotirod", birth_date="1971-05-06")
    looked: list[int] = []
    tell = Matching.tell

    def told(self: Matching, *found: Any, **more: Any) -> None:
        """Tell once the other has looked as well, or waits for its turn."""
        looked.append(1)
        waiting.until(lambda: len(looked) > 1 or bool(look(database_url, TURNS)))
        tell(self, *found, **more)

    def deliver(whose: Organization, items: Sequence[Item]) -> None:
        make.delivery(platform, whose, *items)

    monkeypatch.setattr(Matching, "tell", told)
    with ThreadPoolExecutor(2) as both:
        sent = both.submit(deliver, shop, moved.said("a")), both.submit(deliver, bank, married.said("b"))
        for each in sent:
            each.result()

    assert ["possible"] == before
    assert [1, 1] == looked
    assert [] == bonds(database_url, *pair)
