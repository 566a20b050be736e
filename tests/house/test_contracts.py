"""Rules about the import contracts in `pyproject.toml` that they cannot say of themselves."""

import tomllib
from pathlib import Path
from typing import Final

from tests.house import source

ASKS_THE_DATABASE: Final = {
    "bonds",
    "comparing",
    "explaining",
    "matching",
    "membership",
    "portions",
    "rehearsal",
    "relinking",
    "reviews",
    "store",
    "sweeping",
    "teaching",
    "vetoes",
    "weighing",
}
"""The half of `cdp/identity` that fetches and keeps; the other half only thinks."""


def test_every_file_of_identity_thinks_without_a_database_or_says_that_it_asks_one() -> None:
    contracts = tomllib.loads(source.text(Path("pyproject.toml")))["tool"]["importlinter"]["contracts"]
    (apart,) = [each for each in contracts if each["name"].startswith("Who is the same person")]
    thinks = {name.removeprefix("cdp.identity.") for name in apart["source_modules"]}

    files = {path.stem for path in source.product() if path.match("cdp/identity/*.py")} - {"__init__"}

    assert set() == thinks & ASKS_THE_DATABASE
    assert files == thinks | ASKS_THE_DATABASE
