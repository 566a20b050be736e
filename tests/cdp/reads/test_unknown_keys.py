"""Whoever reads through the vault, by whatever way: what the catalog does not have is told, and nothing is written."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from cdp.keys.blind import IdentifierType
from cdp.reads.lookup import Identifier
from cdp.reads.reading import Asker
from consent.errors import CategoryUnknown, Invalid, PurposeUnknown
from tests.cdp.dossiers import Behind, Reads

Read = Callable[[Reads, Asker, str], Any]
READS: dict[str, Read] = {
    "profile": lambda reads, asker, one: reads.run(reads.profiles.read(asker, one)),
    "interactions": lambda reads, asker, one: reads.run(
        reads.profiles.interactions(asker, one, unverified_cursor=None, limit=1)
    ),
    "batch": lambda reads, asker, one: reads.run(reads.profiles.batch(asker, [one])),
    "export": lambda reads, asker, _: reads.export(asker),
    "lookup": lambda reads, asker, _: reads.run(
        reads.profiles.lookup(asker, [Identifier(IdentifierType.EMAIL, "a@example.org")])
    ),
}


@pytest.mark.parametrize("way", READS)
@pytest.mark.parametrize(
    ("wrong", "problem"),
    [({"purpose": "directmarketing"}, PurposeUnknown), ({"categories": ("adress",)}, CategoryUnknown)],
)
def test_what_the_catalog_does_not_have_is_told_on_every_way(
    behind: Behind, reads: Reads, shop: Asker, way: str, wrong: dict[str, Any], problem: type[Invalid]
) -> None:
    person = behind.customer().grant(shop.organization, "contact")

    with pytest.raises(problem):
        READS[way](reads, replace(shop, **wrong), reads.profile_id(person.customer, shop))

    assert [] == behind.accesses(person.customer)
