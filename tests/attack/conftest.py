"""The battery at the wall of this module's database."""

from collections.abc import Iterator

import psycopg
import pytest

from cdp.platform import Platform
from tests.attack.probes import Battery


@pytest.fixture(scope="module")
def battery(platform: Platform, database_url: str) -> Iterator[Battery]:
    """Return the battery in a planted world; nothing of it is ever committed."""
    with psycopg.connect(database_url) as connection:
        yield Battery(connection, platform.database._mint)
        connection.rollback()
