"""Who is not asked about although much is shared; what cannot be read forbids."""

from uuid import UUID

import pytest

from cdp.identity import explaining, vetoes
from cdp.identity.explaining import SubjectUnknown
from cdp.platform import Platform
from tests import make
from tests.cdp.identity.people import Facts, subject
from tests.cdp.ingest.arrange import change

BREAK = "update likeness set sealed = set_byte(sealed, 20, get_byte(sealed, 20) # 1) where subject_id = %s"


@pytest.fixture
def two(platform: Platform, database_url: str) -> tuple[UUID, UUID]:
    """One person as two sources know them."""
    facts = Facts.new()
    sources = make.organization(platform), make.organization(platform)
    for source in sources:
        make.delivery(platform, source, *facts.said("a"))
    one, other = (subject(platform, database_url, source, "a") for source in sources)
    return one, other


def test_who_is_alike_is_not_vetoed(platform: Platform, two: tuple[UUID, UUID]) -> None:
    assert set() == vetoes.others(platform, [two[0]], [two[1]])


@pytest.mark.parametrize("place", [0, 1], ids=["one's own", "the other"])
def test_a_likeness_that_cannot_be_read_forbids(
    platform: Platform, database_url: str, two: tuple[UUID, UUID], place: int
) -> None:
    change(database_url, BREAK, two[place])

    assert {two[1]} == vetoes.others(platform, [two[0]], [two[1]])


def test_a_likeness_that_cannot_be_read_is_not_explained(
    platform: Platform, database_url: str, two: tuple[UUID, UUID]
) -> None:
    change(database_url, BREAK, two[1])

    with pytest.raises(SubjectUnknown):
        explaining.explain(platform, *two, client="test")
