"""The door in front of this module's platform."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from cdp.platform import Platform


@pytest.fixture(scope="module")
def api(platform: Platform) -> Iterator[TestClient]:
    """Return a client of the whole application, lifespan included; errors come out as answers."""
    with TestClient(create_app(platform), raise_server_exceptions=False, client=("127.0.0.1", 50000)) as client:
        yield client
