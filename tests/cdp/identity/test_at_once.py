"""Two deliveries at one moment, or a delivery and the worker, each about one of two who have a bond."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from cdp import clock
from cdp.identity import comparing
from cdp.identity.comparing import Comparing
from cdp.identity.matching import Matching
from cdp.ingest.items import Item
from cdp.platform import Platform
from cdp.tables import Organization
from tests import make, waiting
from tests.cdp.identity.people import Facts, bonds, subject
from tests.cdp.ingest.arrange import change, look

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


def test_what_the_worker_found_by_what_somebody_was_is_looked_at_again(
    platform: Platform, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop, bank = make.organization(platform), make.organization(platform)
    facts = Facts("Beppie", "Kalovimtaru", "1971-06-07", make.email(), "", "")
    other = facts.but(last_name="Zwirelopan", birth_date="1982-07-08", email=make.email())
    make.delivery(platform, shop, *facts.said("a"))
    make.delivery(platform, bank, *facts.said("b"))
    pair = subject(platform, database_url, shop, "a"), subject(platform, database_url, bank, "b")
    tell, meanwhile, now = Matching.tell, [other], clock.now()

    def told(self: Matching, *found: Any, **more: Any) -> None:
        """Tell once the other has changed; whoever delivers that tells at once."""
        if meanwhile:
            with ThreadPoolExecutor(1) as delivery:
                delivery.submit(make.delivery, platform, bank, *meanwhile.pop().said("b")).result()
        tell(self, *found, **more)

    async def chunks(hand: Comparing) -> list[int]:
        return [await hand.chunk(at=now + count * 2 * comparing.ABANDONED) for count in (1, 2, 3)]

    monkeypatch.setattr(Matching, "tell", told)
    change(database_url, "insert into match_due values (%s, true, %s, now())", pair[0], shop.organization_id)
    before = bonds(database_url, *pair)
    compared = asyncio.run(comparing.apart(platform.settings, chunks))

    assert (["possible"], [], [1, 1, 0]) == (before, meanwhile, compared)
    assert [] == bonds(database_url, *pair)
