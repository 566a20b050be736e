"""A store that is open for the length of a test."""

from collections.abc import AsyncIterator

import pytest

from cdp.ingest.store import Store
from cdp.platform import Platform


@pytest.fixture
async def store(platform: Platform) -> AsyncIterator[Store]:
    """Return this module's store."""
    await platform.database.open()
    yield Store(platform)
    await platform.database.close()
