"""What the tests of reads stand on: dossiers made behind the wall, and the reads themselves."""

from collections.abc import Iterator

import psycopg
import pytest

from cdp.platform import Platform
from cdp.reads.reading import Asker
from consent.types import CUSTOMER_SOURCE
from tests.cdp.dossiers import CARE, Behind, Reads
from tests.consent.strategies import BANK, LANDLORD, SHOP


@pytest.fixture(scope="module")
def behind(platform: Platform, database_url: str) -> Iterator[Behind]:
    """Return a superuser's hand in this module's database, with a catalog and the law's three organizations."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        hand = Behind(platform, connection)
        hand.catalog()
        for organization in (SHOP, BANK, LANDLORD, CUSTOMER_SOURCE):
            hand.organization(organization)
        yield hand


@pytest.fixture(scope="module")
def reads(platform: Platform) -> Iterator[Reads]:
    """Return the reads of this module's platform, with their pool open."""
    with Reads(platform) as opened:
        yield opened


@pytest.fixture
def admin(database_url: str) -> Iterator[psycopg.Connection]:
    """Return a superuser's connection to this module's database, each statement of which is a transaction."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def shop(behind: Behind) -> Asker:
    """Return a program of a fresh organization that asks for customer care."""
    return Asker(behind.organization(), "test", CARE)
