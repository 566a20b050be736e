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


def test_every_package_of_the_vault_has_its_place_in_the_order() -> None:
    contracts = tomllib.loads(source.text(Path("pyproject.toml")))["tool"]["importlinter"]["contracts"]
    (order,) = [each for each in contracts if each.get("containers") == ["cdp"]]
    placed = [name.strip() for layer in order["layers"] for name in layer.split("|")]

    packages = {path.parent.name for path in source.product() if path.match("cdp/*/__init__.py")}

    assert sorted(packages) == sorted(placed)
