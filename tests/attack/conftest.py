"""The battery at the wall of this module's database, and the door in front of it."""

from collections.abc import Iterator

import psycopg
import pytest
from starlette.testclient import TestClient

from api.app import create_app
from cdp.platform import Platform
from tests.attack.probes import Battery


@pytest.fixture(scope="module")
def battery(platform: Platform, database_url: str) -> Iterator[Battery]:
    """Return the battery in a planted world; nothing of it is ever committed."""
    with psycopg.connect(database_url) as connection:
        yield Battery(connection, platform.database._mint)
        connection.rollback()


@pytest.fixture(scope="module")
def api(platform: Platform) -> Iterator[TestClient]:
    """Return a client of the whole application, lifespan included; errors come out as answers."""
    with TestClient(create_app(platform), raise_server_exceptions=False, client=("127.0.0.1", 50000)) as client:
        yield client
