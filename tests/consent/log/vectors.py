"""The public test vectors, which lie beside the project where it is built and not in a user's clone."""

import os
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "vectors"
IS_HERE = FOLDER.is_dir()
needed = pytest.mark.skipif(not IS_HERE and "CI" not in os.environ, reason="../shared/vectors is not here")


def files(pattern: str) -> list[Path]:
    return sorted(FOLDER.glob(pattern))


def name(path: Path) -> str:
    return "-".join(path.relative_to(FOLDER).with_suffix("").parts[-3:])
