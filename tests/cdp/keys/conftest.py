"""A key ring in a folder of its own."""

from pathlib import Path

import pytest

from cdp.keys.ring import LocalKeyRing


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "keys"


@pytest.fixture
def ring(home: Path) -> LocalKeyRing:
    return LocalKeyRing.open(home, may_create=True)
